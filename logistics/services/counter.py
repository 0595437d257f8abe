"""The counter of the hand-over table: sealed parcels are put onto it by scanning or choosing, and taken off again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core import audit
from core.audit import Actor
from core.errors import NotAllowed
from logistics.choices import NumberState, ParcelState
from logistics.models import Parcel, ScanEvent, WaybillNumber
from logistics.rules.packing import event_key
from logistics.rules.waybill import normalise
from logistics.selectors import boxes
from logistics.selectors import dispatch as selectors
from logistics.services import packing_words, shipping

#: Stable code of the answer, fields of its sentence.
Said = tuple[str, dict[str, str]]


def scan(*, code: str, key: str, actor: Actor, now: datetime) -> Said:
    """Put a sealed parcel onto the counter by scanning its label; answers (stable code, fields of its sentence). Every scan
    asks again whether the parcel may leave; a stopped one is named and stays. Stored with ``key``: again is once."""
    if not actor.has_perm("logistics.hand_over_parcel"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    key = event_key(f"{actor.kind}{actor.ref or ''}", key)
    try:
        with transaction.atomic():
            return _said(key) or _scanned(code, key, actor, now)
    except IntegrityError:
        said = _said(key)  # the same scan on two connections at once: the other one won
        if said is None:
            raise
        return said


def _said(key: str) -> Said | None:
    known = ScanEvent._base_manager.filter(key=key).first()
    return (known.answer, dict(known.detail.get("fields", {}))) if known else None


def _scanned(code: str, key: str, actor: Actor, now: datetime) -> Said:
    number = normalise(code)
    parcel = _held(number)
    answer, fields = _answer(parcel, number, now)
    ScanEvent.objects.create(
        note=parcel.note if parcel else None, parcel=parcel, kind="hand_over", code=code.replace("\x00", "").strip()[:120],
        ok=answer == "on_counter", answer=answer, detail={"fields": fields}, key=key, user_id=actor.user_id, at=now,
    )  # fmt: skip
    return answer, fields


def _held(number: str) -> Parcel | None:
    """The parcel with this number, read anew once the notes of its box are locked, as the hand-over locks them: two counters
    scan it one after the other."""
    rows = Parcel.objects.filter(tracking_number=number).select_related("note", "order", "service").order_by("-pk")
    own = [p for p in rows if p.together_id is None]
    parcel = next((p for p in own if p.state == ParcelState.PACKED), own[0] if own else rows.first())
    if parcel is None or parcel.note_id is None:
        return parcel
    box = boxes.whole_boxes([parcel.pk])
    selectors.hold_notes(Parcel.objects.filter(pk__in=box, note__isnull=False).values_list("note_id", flat=True))
    return rows.get(pk=parcel.pk)


def _unpacked(number: str) -> Said:
    """What a label without a parcel is: torn up, of a note that was not packed yet, or of nobody."""
    held = (
        WaybillNumber.objects.filter(number=number, note__isnull=False).select_related("note").order_by("-pk").first()
    )
    if held is None:
        return "unknown_parcel", {"code": number[:40]}
    answer = "void_label" if held.state == NumberState.VOID else "not_packed"
    return answer, {"code": number[:40], "note": held.note.number if held.note else ""}


def _answer(parcel: Parcel | None, number: str, now: datetime) -> Said:
    if parcel is None:
        return _unpacked(number)
    fields = {
        "parcel": parcel.number,
        "note": parcel.note.number if parcel.note else "",
        "why": "",
        "code": number[:40],
    }
    made = shipping.HandedOver()
    if parcel.state != ParcelState.PACKED:
        return "parcel_gone", fields
    if parcel.note:
        fields["why"] = parcel.note.block_note
    if parcel not in shipping.check(boxes.box_of(parcel), made, now):
        refusal = made.refused.get(parcel.pk)
        if refusal is None:
            return "parcel_gone", fields
        return refusal.code, {
            **fields,
            **{name: str(value) for name, value in refusal.params.items() if name == "other"},
        }
    twice = ScanEvent.objects.filter(parcel=parcel, kind="hand_over", ok=True, undone=False).exists()
    return ("twice_on_counter" if twice else "on_counter"), fields


@transaction.atomic
def all_on_counter(*, parcels: Sequence[Parcel], key: str, actor: Actor, now: datetime) -> int:
    """Put many sealed parcels onto the counter by choosing them instead of scanning; stopped ones stay where they are.
    Answers how many came. Again is once."""
    if not actor.has_perm("logistics.hand_over_parcel"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    there = set(
        ScanEvent.objects.filter(parcel__in=parcels, kind="hand_over", ok=True, undone=False).values_list(
            "parcel_id", flat=True
        )
    )
    good = [parcel for parcel in shipping.check(parcels, shipping.HandedOver(), now) if parcel.pk not in there]
    rows = [
        ScanEvent(
            note=parcel.note, parcel=parcel, kind="hand_over", code="chosen", ok=True, answer="on_counter",
            key=event_key(f"{actor.kind}{actor.ref or ''}", f"{key}:{parcel.pk}"), user_id=actor.user_id, at=now,
            detail={"fields": {"parcel": parcel.number}},
        )
        for parcel in good
    ]  # fmt: skip
    ScanEvent.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


SAYS: dict[str, Any] = {
    **packing_words.SAYS,
    "on_counter": _("%(parcel)s is on the counter."),
    "twice_on_counter": _("%(parcel)s is on the counter already."),
    "unknown_parcel": _("No parcel has the number “%(code)s”. Scan the label of a sealed parcel."),
    "not_packed": _("This is the label of %(note)s, which is not packed yet. Take it to the packing table."),
    "parcel_gone": _("%(parcel)s was handed over already. Tear this label up."),
    "label_not_scanned": _("%(parcel)s is not sealed. Take it back to the packing table."),
    "data_not_sent": _("%(parcel)s: the carrier must have the electronic customs data first."),
    "off_counter": _("%(parcel)s is off the counter."),
}  # fmt: skip


@transaction.atomic
def off_counter(*, parcel: Parcel, actor: Actor, now: datetime) -> None:
    """Take a parcel off the counter again; it stays sealed. One that is not there changes nothing."""
    if not actor.has_perm("logistics.hand_over_parcel"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    if ScanEvent.objects.filter(parcel=parcel, kind="hand_over", undone=False).update(undone=True):
        audit.record(parcel, "parcel.off_counter", actor=actor, now=now, text=gettext_noop("Taken off the counter"))
