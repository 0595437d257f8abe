"""A line declared at another value than what was paid: a named person, an accepted reason, a second person where it lowers."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core import audit, policies
from core.audit import Actor
from core.errors import Conflict, Invalid, NotAllowed
from logistics.choices import DifferenceReason, DifferenceState, NoteState
from logistics.models import DispatchNote, NoteLine, ValueDifference
from logistics.policies.customs import LOWER_NEEDS_SECOND
from logistics.rules.customs import LOWERING
from logistics.rules.values import per_piece
from logistics.selectors import dispatch as selectors
from logistics.services.customs.named import named
from logistics.services.dispatch.editing import line_values, reopen
from worklist import services as worklist

SECOND = "logistics.value_second_person"


@transaction.atomic
def declare_difference(
    *, note: DispatchNote, line_id: int, value: Decimal, reason: str, text: str, document: str = "", actor: Actor, now: datetime
) -> ValueDifference:  # fmt: skip
    """Declare a line at another value than what was paid. Below the price paid, and below the worth of a spare piece, it waits
    for a second person (house rule).

    Refused: people without the right, a value of nothing, a reason that is none, a lower value without a reason that
    allows it and a paper that shows it, notes that are sealed.
    """
    if not actor.has_perm("logistics.review_customs"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    held = selectors.lock_note(note.pk)
    if held.state in (NoteState.PACKED, NoteState.CLOSED, NoteState.WITHDRAWN):
        raise Conflict("note_closed", _("This note is packed or closed: open the parcel again before you change it."))
    line = NoteLine.objects.select_for_update().filter(note=held, pk=line_id).first()
    if line is None:
        raise Invalid("bad_line", _("This line is not on the note."), errors={"line": [str(_("Unknown line."))]})
    _check(line, value, reason, text, document)
    lowers = value < line.paid or (
        line.spare and value < line.value
    )  # nothing was paid for a spare piece: its worth counts
    waits = lowers and bool(policies.value(LOWER_NEEDS_SECOND, now, held.store_id)) and not held.store.one_signer
    ValueDifference.objects.filter(
        note=held, order_line_id=line.order_line_id, sku_id=line.sku_id, paid=line.paid, state=DifferenceState.WAITING
    ).update(state=DifferenceState.VOID)
    made = ValueDifference.objects.create(
        note=held, order_line_id=line.order_line_id, sku_id=line.sku_id, paid=line.paid, before=line.value, value=value,
        reason=reason, text=text.strip()[:300], document=document.strip()[:200],
        state=DifferenceState.WAITING if waits else DifferenceState.APPLIED,
        entered_by_id=actor.person_id, entered_label=actor.label[:150], entered_at=now,
    )  # fmt: skip
    if waits:
        audit.record(
            held, "note.value_asked", actor=actor, now=now, reason=text,
            text=gettext_noop("Asks to declare %(value)s instead of %(paid)s"), value=f"{value:f}", paid=f"{line.paid:f}",
        )  # fmt: skip
        worklist.plan(rule_key=SECOND, subject_ids=[made.pk], now=now)
    else:
        _apply(made, held, line, actor, now)
    return made


def _check(line: NoteLine, value: Decimal, reason: str, text: str, document: str) -> None:
    if reason not in DifferenceReason.values:
        raise Invalid("bad_reason", _("This reason is not accepted."), errors={"reason": [str(_("Not accepted."))]})
    if value <= 0:
        raise Conflict("value_zero", _("Every article has a real value above nothing."), field="value")
    if value == line.value:
        raise Conflict("value_same", _("The line is declared at this value already."), field="value")
    if value < line.paid:
        if reason not in LOWERING:
            raise Conflict(
                "value_below_paid", _("The declared value is never below the price paid (%(paid)s)."), field="value",
                paid=line.paid,
            )  # fmt: skip
        if not text.strip() or not document.strip():
            raise Invalid(
                "paper_missing", _("Say why, and name the paper that shows it (refund, corrected invoice)."),
                errors={"document": [str(_("Needed."))]},
            )  # fmt: skip


@transaction.atomic
def agree_difference(*, difference: ValueDifference, agree: bool, actor: Actor, now: datetime) -> ValueDifference:
    """The second person says yes or no. Refused: the person who entered it, people without the right, a note that is sealed
    or whose line is another by now."""
    if not actor.has_perm("logistics.review_customs"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    note = selectors.lock_note(difference.note_id)
    row = ValueDifference.objects.select_for_update().get(pk=difference.pk)
    if row.state != DifferenceState.WAITING:
        raise Conflict("settled", _("This was settled already."))
    if actor.signer and actor.signer == audit.signer(row.entered_by_id, row.entered_label):
        raise Conflict("second_person", _("You wrote this declaration: somebody else must approve it."))
    line = NoteLine.objects.select_for_update().filter(
        note=note, order_line_id=row.order_line_id, sku_id=row.sku_id, paid=row.paid
    ).first()  # fmt: skip
    if agree and (line is None or note.state in (NoteState.PACKED, NoteState.CLOSED, NoteState.WITHDRAWN)):
        raise Conflict("line_changed", _("The line changed since: enter the value again."))
    row.agreed_by_id, row.agreed_label, row.agreed_at = actor.person_id, actor.label[:150], now
    row.state = DifferenceState.APPLIED if agree else DifferenceState.REFUSED
    row.save(update_fields=["agreed_by", "agreed_label", "agreed_at", "state"])
    worklist.close(rule_key=SECOND, subject_ids=[row.pk], actor=actor, now=now, reason=row.state)
    if agree and line is not None:
        _apply(row, note, line, actor, now)
    else:
        audit.record(note, "note.value_refused", actor=actor, now=now, text=gettext_noop("Declared value refused"))
    return row


def _apply(row: ValueDifference, note: DispatchNote, line: NoteLine, actor: Actor, now: datetime) -> None:
    with named(actor):
        line.value, line.unit_value = row.value, per_piece(row.value, line.quantity)
        line.save(update_fields=["value", "unit_value"])
        note.declared_value = line_values(note)
        reopen(
            note, {f"value {line.position}": f"{row.value:f}"}, relabel=False, actor=actor, now=now,
            reason=row.text or str(row.get_reason_display()),
        )  # fmt: skip
