"""Messages on the pages of orders, parcels and buyers: in the timeline, and as a box with the thread."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from conversations import rules, selectors
from conversations.choices import DeliveryState, Direction, MessageState
from conversations.services import privacy
from core import panels, timeline
from core.audit import Actor, subject_type
from core.clock import plus_days
from core.panels import Panel
from core.timeline import Entry
from customers.registry import personal_data

personal_data("conversations", export=privacy.export_buyer, erase=privacy.erase_buyer)


def _entries(obj: Any, actor: Actor, before: datetime | None, limit: int) -> Iterable[Entry]:
    if not actor.has_perm("conversations.view_message"):
        return []
    found = selectors.about_messages(subject_type(obj), obj.pk, before, limit)
    return [_entry(message) for message in found]


def _entry(message: Any) -> Entry:
    theirs = message.direction == Direction.IN
    marks = tuple(f"{d.get_route_display()}: {DeliveryState(d.state).label}" for d in message.deliveries.all())
    draft = message.state == MessageState.DRAFT
    return Entry(
        at=message.at, text=message.subject or message.body[:160], title=_("The buyer wrote") if theirs else message.template_code,
        who=message.author.label if message.author else "", tone="sea" if theirs else "amber" if draft else "neutral", icon="message",
        kind="message", url=reverse("conversations:thread", args=[message.conversation_id]), theirs=theirs, marks=marks,
    )  # fmt: skip


for _subject in ("orders.order", "logistics.parcel"):
    timeline.register_source(_subject, _entries)


def _thread(obj: Any, actor: Actor) -> dict[str, Any]:
    """The end of the thread with the buyer, and the way to write."""
    buyer_id = getattr(obj, "buyer_id", None) or (
        obj.pk if subject_type(obj) == "customers.buyer" else obj.order.buyer_id
    )
    found = selectors.thread_of(buyer_id)
    about = f"{subject_type(obj)}:{obj.pk}"
    url = f"{reverse('conversations:thread', args=[found.pk])}?about={about}" if found else ""
    return {"thread": found, "messages": selectors.thread(found, 5) if found else [], "url": url}


def _asking(thread: Any, actor: Actor) -> dict[str, Any]:
    """Whether and how far the buyer is asked again."""
    held = selectors.asking([thread.pk])[0]
    step = rules.next_step(held.ladder, held.reminded)  # type: ignore[attr-defined]
    asking = held.asked_at is not None
    due = plus_days(held.asked_at, step.after_days, held.store.time_zone) if held.asked_at and step else None
    question = None if asking else selectors.last_question(held)
    answered = question is None or (held.last_in_at is not None and held.last_in_at > question.at)
    why = _("Nothing waits for the buyer's answer.") if not asking and (held.waiting_since or answered) else ""
    steps = len(held.ladder)  # type: ignore[attr-defined]
    return {"asking": asking, "done": held.reminded, "steps": steps, "next": due, "why": why,
            "may_send": actor.has_perm("conversations.send_message"),
            "url": reverse("conversations:ask-again", args=[held.pk])}  # fmt: skip


panels.register(
    "conversations.detail",
    Panel("asking", _("Ask again"), "conversations.view_message", "conversations/_asking.html", _asking, order=40),
)

for _place in ("orders.detail", "parcels.detail", "customers.detail"):
    panels.register(
        _place,
        Panel("messages", _("Messages"), "conversations.view_message", "conversations/_panel.html", _thread, order=30),
    )
