"""Today: groups, the ranked list, the subject with its next step. Nothing needs a page load."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from accounts import services as people
from core import counts, guide
from core import format as f
from core.pages import Page
from worklist import registry, selectors
from worklist.choices import Group
from worklist.views.lines import Lines, bulk_line

WHOSE = (
    ("do", gettext_lazy("To do")), ("mine", gettext_lazy("Mine")), ("unclaimed", gettext_lazy("Unclaimed")),
    ("team", gettext_lazy("Team")),
)  # fmt: skip
#: Figures may be this old.
KEEP_SECONDS = 10
ORDERS = (("day", gettext_lazy("In the order of the day")), ("risk", gettext_lazy("By risk")))


class TodayPage(Page):
    """The three panes."""

    permission = "worklist.view_duty"

    @cached_property
    def question(self) -> selectors.Question:
        """What the address asks; the order without one is the person's own."""
        asked, known = self.request.GET, dict(WHOSE)
        own = getattr(self.request.user, "today_order", "day")
        order = asked.get("order", own)
        return selectors.Question(
            whose=asked["whose"] if asked.get("whose") in known else "do", group=asked.get("group", ""),
            rule=asked.get("rule", ""), order=order if order in ("day", "risk") else "day", after=asked.get("after", "")[:200],
        )  # fmt: skip

    def get(self, request: HttpRequest) -> HttpResponse:
        """The page, or more rows."""
        page = selectors.page(self.actor, self.question)
        context = {
            "rows": self._rows(page),
            "next_url": self._url(after=page.next) if page.next else "",
            "empty": self._empty(),
        }
        if self.is_partial() and self.question.after:
            return self.render("core/_work_rows.html", context)
        return self.render("worklist/today.html", {**context, **self._panes()})

    def _rows(self, page: selectors.Page) -> list[dict[str, Any]]:
        asked = f"?{self._query(after=None)}"
        rows = [bulk_line(bulk, reverse("worklist:bulk", args=[bulk.rule]) + asked, self.now) for bulk in page.bulks]
        shown = Lines(self.actor, self.now, sums=self.question.order == "risk")
        return rows + [shown.line(duty) for duty in page.duties]

    def _panes(self) -> dict[str, Any]:
        zone, question = timezone.get_current_timezone_name(), self.question
        figures, foot = self._figures(zone)
        groups = [self._group("", _("All"), figures.total), self._group("0", _("Cannot wait"), figures.today, hot=True)]
        groups += [self._group(g.value, g.label, figures.groups.get(g.value, 0)) for g in Group]
        return {
            "title": _("Today"), "subtitle": f.here_and_now(self.now), "groups": groups,
            "group_sections": [], "foot": foot, "selected_id": None, "head_actions": [],
            "tabs": [{"label": label, "url": self._url(whose=name, after=None), "active": name == question.whose} for name, label in WHOSE],
            "sorts": [{"label": label, "url": self._order_url(name), "active": name == question.order} for name, label in ORDERS],
            "beat_url": reverse("worklist:beat"), **self._guide(),
        }  # fmt: skip

    def _guide(self) -> dict[str, Any]:
        """The first steps of an empty shop with their ticks; nothing once they are done. They come with the page: what is loaded
        later would push the rows down."""
        steps = [] if guide.is_finished() else guide.steps_for(self.actor)
        done = sum(step.done for step in steps)
        return {"steps": steps if done < len(steps) else [], "steps_done": done, "steps_total": len(steps)}

    def _figures(self, zone: str) -> tuple[selectors.Counts, dict[str, Any]]:
        """Counts and foot, remembered for some seconds: they are a comfort, and the page counts down by itself."""
        stores = "all" if self.actor.store_ids is None else "-".join(map(str, sorted(self.actor.store_ids)))
        name = f"today:{self.actor.kind}:{self.actor.ref}:{self.question.whose}:{stores}:{get_language()}:{zone}"
        held = _remembered(name)
        if held is None:
            figures = selectors.group_counts(self.actor, self.question.whose)
            held = (figures, self._foot(zone, figures))
            _remember(name, held)
        return held

    def _group(self, name: str, label: Any, count: int, hot: bool = False) -> dict[str, Any]:
        return {
            "label": label, "url": self._url(group=name or None, rule=None, after=None), "count": counts.text(count) or "0",
            "active": self.question.group == name and not self.question.rule, "hot": hot and count > 0,
        }  # fmt: skip

    def _foot(self, zone: str, figures: selectors.Counts) -> dict[str, Any]:
        load = selectors.tomorrow(self.actor, self.now, zone)
        done = selectors.done_today(self.actor, self.now, zone)
        left = figures.total if self.question.whose == "do" else selectors.open_count(self.actor)
        work = f.duration(timedelta(minutes=max(load.minutes, 1)))
        text = ngettext("%(n)s line · about %(time)s", "%(n)s lines · about %(time)s", load.count) % {
            "n": f.number(load.count),
            "time": work,
        }
        late = ngettext("%(n)s is late already", "%(n)s are late already", load.late) % {"n": f.number(load.late)}
        return {
            "title": _("Tomorrow"), "text": text if load.count else _("Nothing is due."),
            "warn": late if load.late else "",
            "done": done, "total": done + left, "done_text": _("Done today: %(done)s of %(all)s") % {"done": done, "all": done + left},
            "left_text": _("Open now: about %(time)s") % {"time": f.duration(timedelta(minutes=figures.minutes))}
            if figures.minutes else "",
        }  # fmt: skip

    def _empty(self) -> dict[str, Any]:
        for ask in registry.elsewhere:
            if found := ask(self.actor, self.now):
                sentence, label, url = found
                return {
                    "icon": "package",
                    "title": sentence,
                    "text": _("No duty is open here."),
                    "label": label,
                    "url": url,
                }
        return {
            "icon": "circle-check", "title": _("Everything is done."),
            "text": _("New orders, messages, parcels that need a look and notes to sign appear here by themselves."),
        }  # fmt: skip

    def _query(self, **changes: str | None) -> str:
        asked = {
            name: value
            for name, value in self.request.GET.items()
            if name in ("whose", "group", "rule", "order", "after")
        }
        asked.update({k: v for k, v in changes.items() if v})
        return urlencode({k: v for k, v in asked.items() if k not in changes or changes[k]})

    def _url(self, **changes: str | None) -> str:
        text = self._query(**changes)
        return f"{self.request.path}?{text}" if text else self.request.path

    def _order_url(self, name: str) -> str:
        return f"{reverse('worklist:order')}?{urlencode({'order': name, 'next': self._url(order=name, after=None)})}"


def _remembered(name: str) -> Any:
    """What the cache holds; nothing when it is away (figures are a comfort, the page goes on)."""
    try:
        return cache.get(name)
    except Exception:
        return None


def _remember(name: str, value: Any) -> None:
    try:
        cache.set(name, value, KEEP_SECONDS)
    except Exception:
        return


class OrderPage(Page):
    """Keep the person's order of Today."""

    permission = "worklist.view_duty"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Remember it and go back to the list."""
        order = request.GET.get("order", "day")
        chosen = order if order in dict(ORDERS) else "day"
        people.change_preferences(person=request.user, actor=self.actor, now=self.now, today_order=chosen)
        return self.go(self.next_url(reverse("worklist:today")))
