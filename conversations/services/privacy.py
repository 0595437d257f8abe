"""Personal data of buyers in messages: what is exported, what is erased."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from conversations.models import Delivery, Message, TellingRow
from core.audit import system
from customers.models import Buyer
from stores.choices import Ability, CallState
from stores.models import OutboundCall
from stores.services import inbound, outbox

ERASED = "[erased]"
PRIVACY = system("privacy")


def export_buyer(buyer: Buyer) -> list[dict[str, Any]]:
    """Every message of the thread with the buyer, oldest first."""
    rows = Message._base_manager.filter(conversation__buyer=buyer).prefetch_related("deliveries").order_by("at", "pk")
    return [
        {
            "direction": row.direction, "at": row.at.isoformat(), "subject": row.subject, "body": row.body, "text": row.template_code,
            "language": row.language, "routes": [{"route": d.route, "address": d.address, "state": d.state} for d in row.deliveries.all()],
        }
        for row in rows
    ]  # fmt: skip


def erase_buyer(buyer: Buyer, now: datetime) -> int:
    """Take words, addresses and facts out of the thread, out of the outbox and out of what the channel had sent; what had
    not left yet stays here. Answers how many rows changed; again changes none."""
    rows = Message._base_manager.filter(conversation__buyer=buyer)
    raw = [
        key.split(":", 2)[2] for key in rows.filter(direction="in").values_list("key", flat=True) if key.count(":") >= 2
    ]
    calls = OutboundCall._base_manager.filter(
        ability__in=[Ability.SEND_MESSAGE, Ability.SEND_EMAIL],
        pk__in=Delivery._base_manager.filter(message__in=rows, call__isnull=False).values("call_id"),
    )
    for call in calls.filter(state__in=[CallState.QUEUED, CallState.FAILED]).order_by("pk"):
        outbox.drop(call=call, actor=PRIVACY, now=now, reason="the buyer asked to be forgotten")
    changed = outbox.forget(calls=calls)
    changed += inbound.forget(store=buyer.store, kind=Ability.MESSAGES_IN, remote_ids=raw)
    changed += Delivery._base_manager.filter(message__in=rows).exclude(address="").update(address="")
    told = TellingRow._base_manager.filter(buyer=buyer).exclude(body="", subject="")
    changed += told.update(body="", subject="", edited=False)
    return changed + rows.exclude(body=ERASED).update(body=ERASED, subject="", facts={})
