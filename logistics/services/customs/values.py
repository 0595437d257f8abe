"""Declared values: raised by a named person, and kept while the article and its price stay the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from core.audit import Actor
from core.errors import Conflict, Invalid, NotAllowed
from logistics.choices import DifferenceReason, DifferenceState
from logistics.models import DispatchNote, NoteLine, ValueDifference
from logistics.rules.values import per_piece


def raised(line: NoteLine, value: Decimal, *, reason: str, text: str, actor: Actor, now: datetime) -> ValueDifference:
    """Raise the declared value of a line (not stored yet); answers the record of who did it and why. Never below the price paid."""
    if not actor.has_perm("logistics.review_customs"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    if value < line.paid:
        raise Conflict(
            "value_below_paid",
            _("The declared value is never below the price paid (%(paid)s)."),
            field="value",
            paid=line.paid,
        )
    if value <= 0:
        raise Conflict("value_zero", _("Every article has a real value above nothing."), field="value")
    if reason not in DifferenceReason.values:
        raise Invalid(
            "bad_reason", _("This reason is not accepted."), errors={"value_reason": [str(_("Not accepted."))]}
        )
    before, line.value, line.unit_value = line.value, value, per_piece(value, line.quantity)
    return ValueDifference(
        note_id=line.note_id, order_line_id=line.order_line_id, sku_id=line.sku_id, paid=line.paid, before=before, value=value,
        reason=reason, text=text.strip()[:300], state=DifferenceState.APPLIED, entered_by_id=actor.person_id,
        entered_label=actor.label[:150], entered_at=now,
    )  # fmt: skip


def keep_differences(note: DispatchNote, fresh: Sequence[NoteLine]) -> None:
    """Values that were accepted for what is still the same article at the same price stay; the others are void."""
    lines = {(line.order_line_id, line.sku_id): line for line in fresh if not line.spare}
    living = [DifferenceState.APPLIED, DifferenceState.WAITING]
    gone = []
    for row in ValueDifference.objects.filter(note=note, state__in=living).order_by("pk"):
        line = lines.get((row.order_line_id, row.sku_id))
        if line is None or line.paid != row.paid:
            gone.append(row.pk)
        elif row.state == DifferenceState.APPLIED:
            line.value, line.unit_value = row.value, per_piece(row.value, line.quantity)
    ValueDifference.objects.filter(pk__in=gone).update(state=DifferenceState.VOID)
