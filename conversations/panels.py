"""Messages on the pages of orders, parcels and buyers: in the timeline, and as a box with the thread."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from conversations import selectors
from conversations.choices import DeliveryState, Direction, MessageState
from conversations.services import privacy
from core import panels, timeline
from core.audit import Actor, subject_type
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


for _place in ("orders.detail", "parcels.detail", "customers.detail"):
    panels.register(
        _place,
        Panel("messages", _("Messages"), "conversations.view_message", "conversations/_panel.html", _thread, order=30),
    )
