"""One thread: what was said by which route, the composer, the orders and parcels it is about."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from conversations import selectors, services
from conversations.choices import DeliveryState, Direction, MessageState
from conversations.models import Conversation, Delivery, Message
from conversations.rules.zones import zone_of
from conversations.views.composer import Composer
from core import format as f
from core import panels
from core.api.idempotency import did
from core.pages import Page
from core.reading import whole


class ThreadPage(Page):
    """A thread in the right pane, or as a page of its own."""

    permission = "conversations.view_message"

    @cached_property
    def thread(self) -> Conversation:
        """The thread, if the person sees it."""
        return selectors.conversation(self.kwargs["pk"])

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The thread."""
        return self.shown()

    def shown(self, status: int = 200, error: str = "", fresh: bool = False) -> HttpResponse:
        """The thread's markup: a part for htmx, else a page. What was typed stays unless the composer is to be ``fresh``."""
        typed = {} if fresh else self.request.POST or self.request.GET
        composer = Composer(self.thread, self.actor, self.now, typed)
        context = {**thread_context(self.thread, self.actor, self.now), **composer.context(), "error": error}
        return self.render(
            "conversations/_thread.html" if self.is_partial() else "conversations/thread.html", context, status
        )


def thread_context(thread: Conversation, actor: Any, now: Any) -> dict[str, Any]:
    """What the thread's markup needs, without the composer."""
    buyer = thread.buyer
    return {
        "thread": thread, "title": str(buyer), "buyer": buyer, "store": thread.store,
        "writes": f.language_name(buyer.language),
        "here_url": reverse("core:here", args=["conversations", thread.pk]) if thread.last_at else "",  # else it is in no list yet
        "answer_by": thread.waiting_since + timedelta(hours=selectors.answer_hours(thread.store, now)) if thread.waiting_since else None,
        "clock": f.buyer_clock(zone_of(buyer.country), now),
        "waiting": f.duration(now - thread.waiting_since) if thread.waiting_since else "",
        "messages": lines(thread, now),
        "subjects": selectors.subjects_of(buyer.pk, actor),
        "panels": [
            {"title": panel.title, "url": reverse("core:panel", args=["conversations", thread.pk, panel.name]), "lines": panel.lines}
            for panel in panels.panels_of("conversations.detail", actor)
        ],
        "may_send": actor.has_perm("conversations.send_message"), "now": now,
    }  # fmt: skip


def on_its_way(thread: Conversation) -> str:
    """What a person reads who sent something: by which routes it goes."""
    return _("On its way by both routes.") if thread.buyer.email else _("On its way to the store mailbox.")


def lines(thread: Conversation, now: Any) -> list[dict[str, Any]]:
    """The messages of a thread; the oldest one that nobody has answered is marked, there the reader begins."""
    found = [line(message, now) for message in selectors.thread(thread)]
    if since := thread.waiting_since:
        first = next((row for row in found if not row["ours"] and row["message"].at >= since), None)
        if first is not None:
            first["unanswered"] = True
    return found


def line(message: Message, now: Any) -> dict[str, Any]:
    """One message as the thread shows it, with the state of each route."""
    ours = message.direction == Direction.OUT
    who = message.author.label if message.author else (_("by itself") if ours else "")
    return {
        "message": message, "ours": ours, "draft": message.state == MessageState.DRAFT,
        "cancelled": message.state == MessageState.CANCELLED, "who": who,
        "refused": message.facts.get("refused") if message.state == MessageState.DRAFT else None,
        "routes": [route(delivery) for delivery in sorted(message.deliveries.all(), key=lambda d: d.route, reverse=True)],
        "draft_url": reverse("conversations:draft", args=[message.pk]),
    }  # fmt: skip


def route(delivery: Delivery) -> dict[str, Any]:
    """How a text travels by one route."""
    state = DeliveryState(delivery.state)
    error = _(delivery.error) if delivery.error else ""
    return {
        "label": delivery.get_route_display(), "state": state.label, "tone": state.tone, "error": error,
        "by_hand": state == DeliveryState.BY_HAND, "url": reverse("conversations:by-hand-one", args=[delivery.pk]),
        "failed": state == DeliveryState.FAILED and delivery.route == "mailbox", "delivery": delivery, "at": delivery.sent_at,
    }  # fmt: skip


class WriteDoor(ThreadPage):
    """Send or keep a text: the composer's buttons. The thread comes from the form, and only from the person's stores."""

    permission = "conversations.send_message"

    @cached_property
    def thread(self) -> Conversation:
        """The thread the form names; a buyer without one gets it."""
        return selectors.conversation(whole(self.request.POST.get("thread", "")) or 0)

    def get(self, request: HttpRequest) -> HttpResponse:  # type: ignore[override]
        """Nothing to see here."""
        return self.go(reverse("conversations:inbox"))

    def post(self, request: HttpRequest) -> HttpResponse:
        """One service call; then the thread with the new text."""
        composer = Composer(self.thread, self.actor, self.now, request.POST)
        draft, waited = "draft" in request.POST, self.thread.waiting_since is not None
        if not draft and (reason := composer.refusal()):
            return self.shown(422, reason)
        text = request.POST.get("text", "")
        services.write(
            conversation=self.thread, body=text, subject=request.POST.get("subject", ""), actor=self.actor, now=self.now,
            about=composer.about, template_code=composer.code, own_words=composer.own_words(text), as_draft=draft,
        )  # fmt: skip
        said = _("Kept as a draft.") if draft else on_its_way(self.thread)
        if not self.is_partial():
            return self.go(reverse("conversations:thread", args=[self.thread.pk]), said)
        toast = {"toast": {"text": said, "tone": "leaf"}}
        self.thread.refresh_from_db(fields=["waiting_since"])
        if waited and self.thread.waiting_since is None:
            done = {"work:done": {"id": f"thread-{self.thread.pk}"}, **toast}
            return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(done)})
        answer = self.shown(fresh=True)
        answer["HX-Trigger"] = json.dumps(toast)
        return did(answer)

    def refused(self, error: Any) -> HttpResponse:
        """A refusal stands above the text, which stays as it was typed."""
        if self.is_partial() and error.status != 404:
            return self.shown(422, error.message)
        return super().refused(error)
