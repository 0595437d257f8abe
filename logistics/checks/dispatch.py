"""Promises of dispatch."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum

from core.invariants import invariant
from logistics.choices import DifferenceState, NoteState, NumberState, ParcelState
from logistics.models import DispatchNote, NoteLine, Parcel, ValueDifference, WaybillNumber
from logistics.rules.customs import LOWERING


@invariant("G2", "no parcel was handed over without a scan of its label")
def handed_over_without_label(now: datetime) -> QuerySet[Parcel]:
    """Parcels packed here that left without the scan."""
    return Parcel.objects.filter(note__isnull=False, shipped_at__isnull=False, label_scanned_at__isnull=True)


@invariant("G2", "every parcel that left carries the waybill number of its own note, or of the box it travels in")
def wrong_label(now: datetime) -> QuerySet[Parcel]:
    """Handed-over parcels whose number is not a used number of their note."""
    own = Q(note__numbers__number=F("tracking_number"), note__numbers__state=NumberState.USED)
    box = Q(together__note__numbers__number=F("tracking_number"), together__note__numbers__state=NumberState.USED)
    right = own | box
    gone = Parcel.objects.filter(note__isnull=False, shipped_at__isnull=False).exclude(state=ParcelState.CLOSED)
    return gone.exclude(pk__in=gone.filter(right).values("pk"))


@invariant("G1", "a shipment is declared only after the parcel was handed over")
def declared_before_hand_over(now: datetime) -> QuerySet[Parcel]:
    """Parcels declared before they left."""
    return Parcel.objects.filter(declared_at__isnull=False, note__isnull=False).filter(
        Q(shipped_at__isnull=True) | Q(declared_at__lt=F("shipped_at"))
    )


@invariant("G1", "no waybill number is on two notes, none of a note is free")
def shared_numbers(now: datetime) -> Iterable[str]:
    """Numbers that are tied wrongly."""
    for row in WaybillNumber.objects.filter(
        Q(state=NumberState.FREE, note__isnull=False) | Q(state="reserved", note__isnull=True)
    ):
        yield f"{row.number} is {row.state} and tied to {row.note_id}"
    live = WaybillNumber.objects.filter(state__in=["reserved", "used"]).values("number", "service_id")
    for twice in live.annotate(n=Count("pk")).filter(n__gt=1):
        yield f"{twice['number']} is on {twice['n']} notes"


@invariant("G18", "released notes carry both signatures of their present revision")
def released_unsigned(now: datetime) -> QuerySet[DispatchNote]:
    """Notes with the warehouse that somebody changed behind the signers' backs."""
    signed = Q(signatures__void_at__isnull=True, signatures__revision=F("revision"))
    with_warehouse = [NoteState.SIGNED, NoteState.RELEASED, NoteState.BLOCKED, NoteState.PACKED, NoteState.CLOSED]
    return (
        DispatchNote.objects.filter(state__in=with_warehouse)
        .annotate(n=Count("signatures", filter=signed))
        .filter(n__lt=2)
    )


@invariant("G17", "the declared value of a note is the sum of its lines and never below what was paid")
def wrong_values(now: datetime) -> Iterable[str]:
    """Notes whose declaration does not add up, lines declared below the price paid without somebody's accepted reason."""
    for note in (
        DispatchNote.objects.annotate(total=Sum("lines__value")).exclude(total=F("declared_value")).exclude(total=None)
    ):
        yield f"{note.number} declares {note.declared_value}, its lines {note.total}"
    accepted = ValueDifference.objects.filter(
        note_id=OuterRef("note_id"), order_line_id=OuterRef("order_line_id"), sku_id=OuterRef("sku_id"), value=OuterRef("value"),
        state=DifferenceState.APPLIED, reason__in=LOWERING,
    )  # fmt: skip
    for line in NoteLine.objects.filter(~Exists(accepted), value__lt=F("paid")).select_related("note")[:100]:
        yield f"{line.note.number} line {line.position} declares {line.value} of {line.paid} paid"


@invariant("G2", "a sealed note has its parcel, and a parcel that waits for its carrier has a sealed note")
def sealed_pairs(now: datetime) -> Iterable[str]:
    """Notes and parcels that do not fit together."""
    for note in DispatchNote.objects.filter(state=NoteState.PACKED).exclude(parcel__state=ParcelState.PACKED):
        yield f"{note.number} is packed without a parcel"
    waiting = Parcel.objects.filter(state=ParcelState.PACKED, label_scanned_at__isnull=False, note__isnull=False)
    for parcel in waiting.exclude(note__state=NoteState.PACKED):
        yield f"{parcel.number} waits for its carrier without a packed note"
