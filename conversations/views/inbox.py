"""The three panes of Messages: which threads, the list, the thread with everything beside it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations import selectors
from conversations.models import Conversation
from conversations.rules.zones import zone_of
from core import counts
from core import format as f
from core.listing.html import ListPage
from core.pages import Page


class AllMessagesPage(ListPage):
    """Every message, and the way to what was told to many."""

    listing_name = "messages"

    def head_actions(self) -> list[dict[str, Any]]:
        """Tellings."""
        return [{"label": _("Tellings"), "url": reverse("conversations:tellings"), "icon": "send"}]


MessagesPage = AllMessagesPage.as_view()
#: The groups of the left pane: name, words, whether a waiting one is hot.
GROUPS = (
    ("waiting", gettext_lazy("Waiting for us"), True), ("drafts", gettext_lazy("Drafts"), False),
    ("hand", gettext_lazy("To send by hand"), False), ("failed", gettext_lazy("Not delivered"), True),
    ("all", gettext_lazy("All threads"), False),
)  # fmt: skip


class InboxPage(Page):
    """Threads by what they need; the longest waiting first."""

    permission = "conversations.view_message"

    @cached_property
    def group(self) -> str:
        """The chosen group."""
        asked = self.request.GET.get("group", "waiting")
        return asked if asked in {name for name, _label, _hot in GROUPS} else "waiting"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The page, or more rows."""
        page = selectors.inbox_page(
            self.actor, self.group, request.GET.get("q", "")[:100], request.GET.get("after", "")[:60]
        )
        hours = {store.pk: selectors.answer_hours(store, self.now) for store in {row.store for row in page.rows}}
        context = {
            "rows": [self.row(thread, page.last.get(thread.pk, ""), hours[thread.store_id]) for thread in page.rows],
            "next_url": self._url(after=page.next) if page.next else "", "empty": self._empty(),
        }  # fmt: skip
        if self.is_partial() and request.GET.get("after"):
            return self.render("core/_work_rows.html", context)
        return self.render("conversations/inbox.html", {**context, **self._panes()})

    def row(self, thread: Conversation, text: str, hours: float) -> dict[str, Any]:
        """One thread in the list."""
        due = thread.waiting_since + timedelta(hours=hours) if thread.waiting_since else None
        clock = f.buyer_clock(zone_of(thread.buyer.country), self.now)
        waits = (
            _("waits %(time)s") % {"time": f.duration(self.now - thread.waiting_since)} if thread.waiting_since else ""
        )
        facts = [waits, _("there %(clock)s") % {"clock": clock} if clock else ""]
        return {
            "id": f"thread-{thread.pk}", "url": reverse("conversations:thread", args=[thread.pk]),
            "due": f.due_html(due, self.now) if due else format_html('<span class="due none">{}</span>', f.ago(thread.last_at, self.now)),
            "title": format_html("<bdi>{}</bdi>", thread.buyer), "subject": "", "number": thread.buyer.country,
            "sub": f.buyer_text_html(text[:160]), "stake": thread.store.name, "stake_note": " · ".join(filter(None, facts)),
            "css": "unread" if thread.waiting_since else "",
        }  # fmt: skip

    def _panes(self) -> dict[str, Any]:
        figures = selectors.inbox_counts(self.actor)
        groups = [self._group(name, label, figures.get(name), hot) for name, label, hot in GROUPS]
        return {
            "title": _("Messages"), "subtitle": "", "groups": groups, "group_sections": [], "foot": None, "sorts": [],
            "selected_id": None, "query": self.request.GET.get("q", ""), "group": self.group,
            "tabs": [{"label": group["label"], "url": group["url"], "active": True} for group in groups if group["active"]],
            "head_actions": self._head(),
        }  # fmt: skip

    def _group(self, name: str, label: Any, count: int | None, hot: bool) -> dict[str, Any]:
        return {
            "label": label, "url": self._url(group=name, after=None), "count": "" if count is None else counts.text(count) or "0",
            "active": name == self.group, "hot": hot and bool(count),
        }  # fmt: skip

    def _head(self) -> list[dict[str, Any]]:
        found = [{"label": _("All messages"), "url": reverse("conversations:messages"), "icon": "list"}]
        if self.group == "hand":
            found.append(
                {
                    "label": _("One after the other"),
                    "url": reverse("conversations:by-hand"),
                    "icon": "copy",
                    "kind": "primary",
                }
            )
        return found

    def _empty(self) -> dict[str, Any]:
        if self.group == "waiting":
            text = _("A thread appears here as soon as a buyer writes.")
            return {"icon": "message", "title": _("Every buyer has an answer."), "text": text}
        text = _("Texts to buyers and their answers appear here by themselves.")
        return {"icon": "message", "title": _("Nothing here."), "text": text}

    def _url(self, **changes: str | None) -> str:
        kept = {name: value for name, value in self.request.GET.items() if name in ("group", "q", "after")}
        kept.update({name: value for name, value in changes.items() if value})
        text = urlencode({name: value for name, value in kept.items() if name not in changes or changes[name]})
        return f"{self.request.path}?{text}" if text else self.request.path
