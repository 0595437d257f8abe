"""Counts of one article, and receipts of one article by a program."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core import audit
from core.audit import Actor
from core.errors import Invalid, NotAllowed
from inventory.choices import MovementKind
from inventory.models import Balance, Movement, Warehouse
from inventory.services.receiving import receive, set_counts
from products.models import Sku


@transaction.atomic
def count_one(*, balance: Balance, counted: int, reason: str, actor: Actor, now: datetime) -> str:
    """Correct one figure with a reason: the ledger gets the difference. Answers what changed in words.

    Less than was promised makes the youngest orders short. Refuses an empty reason and figures below 0.
    """
    if not actor.has_perm("inventory.count_stock"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    if not reason.strip():
        raise Invalid("reason_needed", _("Say why: a reason is needed."), errors={"reason": [str(_("Say why."))]})
    before = Balance.objects.values_list("on_hand", flat=True).get(pk=balance.pk)
    reference = f"C{balance.pk}-{now:%Y%m%d%H%M%S%f}"
    result = set_counts(
        warehouse=balance.warehouse, rows=[(balance.sku_id, counted, None)], reference=reference, reason=reason.strip(), actor=actor,
        now=now,
    )  # fmt: skip
    balance.refresh_from_db()
    if result.booked:
        audit.record(
            balance, "stock.count", actor=actor, now=now,
                text=gettext_noop("Counted: %(before)s → %(after)s"), reason=reason, before=before,
            after=counted,
        )  # fmt: skip
    sentence = _("%(before)s → %(after)s pieces")
    return str(sentence) % {"before": before, "after": balance.on_hand}


@transaction.atomic
def receive_one(
    *, warehouse: Warehouse, sku: Sku, quantity: int, reference: str, actor: Actor, now: datetime, bin: str = "",
    kind: str = MovementKind.RECEIPT, note: str = "",
) -> tuple[Movement, bool]:  # fmt: skip
    """Book one article in, for programs: answers its line of the ledger and whether it is new (the same reference and SKU
    is the same line). Refuses as :func:`receive`."""
    if not actor.has_perm("inventory.receive_stock"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    made: Any = receive(
        warehouse=warehouse,
        rows=[(sku.pk, quantity, bin or None)],
        reference=reference,
        kind=kind,
        note=note,
        actor=actor,
        now=now,
    )
    line = Movement.objects.get(key=f"{kind}:{reference}:{warehouse.pk}:{sku.pk}"[:120])
    return line, bool(made.booked)
