"""Identity numbers of recipients: shown to their buyer, forgotten with him; what was declared keeps its amounts and texts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from core import longwork
from customers.models import Buyer
from logistics.choices import LabelState
from logistics.models import CarrierLabel, Declaration, DispatchNote, PrintLog, RecipientId
from stores.choices import Ability
from stores.models import OutboundCall
from stores.services import outbox


def export_buyer(buyer: Buyer) -> list[dict[str, Any]]:
    """The identity numbers kept of a buyer, as plain values."""
    rows = RecipientId._base_manager.filter(buyer=buyer).order_by("country")
    return [
        {"country": row.country, "number": row.number, "source": row.source, "told_at": row.told_at.isoformat()}
        for row in rows
    ]


@transaction.atomic
def erase_buyer(buyer: Buyer, now: datetime) -> int:
    """Blank the identity numbers of a buyer, on file and in declarations, what carriers were told of him, and the papers on
    which he stands. Answers the rows changed; again changes none."""
    kept = RecipientId._base_manager.filter(buyer=buyer).exclude(number="").update(number="")
    told = Declaration._base_manager.filter(note__order__buyer=buyer).exclude(recipient_id="")
    notes = DispatchNote._base_manager.filter(order__buyer=buyer).values("pk")
    calls = OutboundCall._base_manager.filter(ability=Ability.CARRIER_WAYBILL, subject_id__in=notes)
    return kept + told.update(recipient_id="") + outbox.forget(calls=calls) + _papers(buyer)


def _papers(buyer: Buyer) -> int:
    """Files of print batches and labels of carriers on which the buyer stands go; what was printed, and when, stays."""
    jobs = PrintLog._base_manager.filter(note__order__buyer=buyer, batch__job__isnull=False).values_list(
        "batch__job_id", flat=True
    )
    labels = CarrierLabel.objects.filter(number__note__order__buyer=buyer).exclude(file="")
    longwork.forget_kept(labels.values_list("file", flat=True))
    return longwork.forget_files(job_ids=set(jobs)) + labels.update(file="", state=LabelState.VOID, next_try_at=None)
