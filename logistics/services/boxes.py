"""One box, one or more orders: opening it again, putting a second order of the same buyer into it, taking it out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core import audit
from core.audit import Actor
from core.errors import Conflict
from core.states import move
from inventory.services.stock import Use, use_up
from logistics.choices import NoteState
from logistics.models import DispatchNote, Parcel, ParcelMaterial, ParcelPhoto, ScanEvent
from logistics.selectors import dispatch as selectors
from logistics.selectors import station as reads
from logistics.services import numbers, stages, witness
from logistics.services.customs import filling

#: What breaking up a box changes of a note.
BOXED = ("state", "together", "printed_at", "packed_at")


def open_again(*, note: DispatchNote, parcel: Parcel | None, actor: Actor, now: datetime) -> None:
    """Open a sealed parcel that still lies here: its notes are with the packer again, its label must be scanned anew."""
    riders = [rider for rider in reads.riders_of(note) if rider.state == NoteState.PACKED]
    if parcel:
        Parcel.objects.filter(note__in=[note, *riders], state="packed").update(label_scanned_at=None, packed_at=None)
        witness.forget_mirror(parcel=parcel, actor=actor, now=now)
        ScanEvent.objects.filter(parcel=parcel, kind="hand_over", undone=False).update(undone=True)
    for one in [note, *riders]:
        move(one, "unpack", actor=actor, now=now, packed_at=None)
    stages.push(order_ids=[note.order_id, *(rider.order_id for rider in riders)], actor=actor, now=now)


def join(*, leader: DispatchNote, rider: DispatchNote, actor: Actor, now: datetime) -> None:
    """Let the goods of a note travel in the parcel of another one: one waybill number, one customs declaration of both."""
    rider.together = leader
    rider.save(update_fields=["together"])
    filling.fill(notes=[leader, rider], actor=actor, now=now)
    audit.record(
        rider, "note.together", actor=actor, now=now, text=gettext_noop("Packed together with %(note)s"),
        note=leader.number,
    )  # fmt: skip
    audit.record(
        leader, "note.together", actor=actor, now=now, text=gettext_noop("Packed together with %(note)s"),
        note=rider.number,
    )  # fmt: skip


def part(*, leader: DispatchNote, rider: DispatchNote, why: str, actor: Actor, now: datetime) -> None:
    """Take a note out of another one's parcel: its own declaration, and a number and a label of its own again. What was
    confirmed and weighed of the parcel it leaves counts no more."""
    rider.together = None
    rider.save(update_fields=["together"])
    rows = ScanEvent.objects.filter(note=leader, ok=True, undone=False)
    rows.filter(kind="together", detail__other=rider.number).update(undone=True)
    rows.filter(kind__in=("check", "weight", "photo")).update(undone=True)
    ParcelPhoto.objects.filter(note=leader, parcel__isnull=True, removed_at__isnull=True).update(removed_at=now)
    filling.fill(notes=[leader, rider], actor=actor, now=now)
    if not selectors.live_numbers([rider.pk]) and rider.state in numbers.MAY_HAVE:
        rider.printed_at = None
        rider.save(update_fields=["printed_at"])
        numbers.reserve_for(notes=[rider], actor=actor, now=now)
    audit.record(
        rider, "note.apart", actor=actor, now=now, text=gettext_noop("No longer packed together with %(note)s"),
        note=leader.number, why=why,
    )  # fmt: skip
    stages.push(order_ids=[leader.order_id, rider.order_id], actor=actor, now=now)


def break_up(*, notes: Iterable[DispatchNote], why: str, actor: Actor, now: datetime) -> None:
    """A note changes or is taken back: whoever shares its parcel stands alone again, and a sealed box is opened. Refuses while
    somebody scans for the box."""
    for note in notes:
        leader = note
        if note.together_id:
            leader = _leader(note.together_id)
        for rider in selectors.lock_notes(one.pk for one in reads.riders_of(leader)):
            if note.together_id and rider.pk != note.pk:
                continue
            if leader.state == NoteState.PACKED:
                parcel = Parcel.objects.filter(note=leader, state="packed").first()
                open_again(note=leader, parcel=parcel, actor=actor, now=now)
                leader.refresh_from_db(fields=["state"])
                rider.refresh_from_db(fields=["state"])
            part(leader=leader, rider=rider, why=why, actor=actor, now=now)
            note.refresh_from_db(fields=BOXED)  # and nothing else: the caller holds changes that are not written yet


def _leader(pk: int) -> DispatchNote:
    """The note whose box another one leaves, locked; who packs it locks it first and its riders afterwards, so nobody waits
    for it here. Refuses while it is being scanned."""
    held = selectors.lock_if_free(pk)
    if held is None:
        raise Conflict("box_in_hand", _("Somebody packs this parcel just now. Try again in a moment."))
    return held


def use_packing(*, parcels: Iterable[Parcel], actor: Actor, now: datetime) -> None:
    """Take the scanned packing materials out of the stock (DSP-18). What the books do not have is named on the parcel: the
    material is gone all the same, and the count is wrong."""
    housed = {parcel.pk: parcel for parcel in parcels if parcel.warehouse_id}
    rows = ParcelMaterial.objects.filter(parcel__in=housed).select_related("sku").order_by("parcel", "pk")
    uses = {}
    for row in rows:
        parcel = housed[row.parcel_id]
        key = f"use:{parcel.number}:{row.sku_id}"
        uses[key] = (row, Use(row.sku_id, parcel.warehouse_id or 0, row.pieces, parcel.tracking_number, key))
    missing = use_up(uses=[use for _row, use in uses.values()], actor=actor, now=now)
    audit.record_many(
        audit.entry(
            housed[uses[key][0].parcel_id], "parcel.packing_missing", actor=actor, now=now, sku=uses[key][0].sku.code,
            text=gettext_noop("Packing material not in the books: count %(sku)s"),
        )
        for key in sorted(missing)
    )  # fmt: skip
