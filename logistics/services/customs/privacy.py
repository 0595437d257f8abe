"""Identity numbers of recipients: shown to their buyer, forgotten with him; what was declared keeps its amounts and texts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from customers.models import Buyer
from logistics.models import Declaration, RecipientId


def export_buyer(buyer: Buyer) -> list[dict[str, Any]]:
    """The identity numbers kept of a buyer, as plain values."""
    rows = RecipientId._base_manager.filter(buyer=buyer).order_by("country")
    return [
        {"country": row.country, "number": row.number, "source": row.source, "told_at": row.told_at.isoformat()}
        for row in rows
    ]


@transaction.atomic
def erase_buyer(buyer: Buyer, now: datetime) -> int:
    """Blank the identity numbers of a buyer, on file and in declarations. Answers the rows changed; again changes none."""
    kept = RecipientId._base_manager.filter(buyer=buyer).exclude(number="").update(number="")
    told = Declaration._base_manager.filter(note__order__buyer=buyer).exclude(recipient_id="")
    return kept + told.update(recipient_id="")
