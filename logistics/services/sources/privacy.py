"""What sources pushed about parcels of a buyer: shown to the buyer, forgotten with him. Events keep time, words and place."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from customers.models import Buyer
from logistics.models import FollowedNumber, TrackingEvent, TrackingPush
from logistics.services.sources.giving import SOURCE


def export_buyer(buyer: Buyer) -> list[dict[str, Any]]:
    """The pushes about the numbers of a buyer's parcels, as plain values."""
    rows = TrackingPush.objects.filter(number__in=_numbers(buyer)).order_by("pk")
    return [
        {"number": row.number, "received_at": row.received_at.isoformat(), "body": bytes(row.body).decode("utf-8", "replace")}
        for row in rows
    ]  # fmt: skip


@transaction.atomic
def erase_buyer(buyer: Buyer, now: datetime) -> int:
    """Empty the pushes about the numbers of a buyer's parcels and the raw parts of their events. The digest of a push stays,
    so that a replay does not bring it back. Answers the rows changed; again changes none."""
    pushes = TrackingPush.objects.filter(number__in=_numbers(buyer)).exclude(body=b"").update(body=b"")
    events = TrackingEvent._base_manager.filter(parcel__order__buyer=buyer, source=SOURCE).exclude(raw={})
    return pushes + events.update(raw={})


def _numbers(buyer: Buyer) -> list[str]:
    rows = FollowedNumber._base_manager.filter(parcel__order__buyer=buyer)
    return list(rows.values_list("number", flat=True).distinct())
