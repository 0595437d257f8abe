"""A note comes onto the table when nothing speaks against it; what speaks against it is asked again at every scan."""

from __future__ import annotations

from datetime import datetime

from core import audit
from core.audit import Actor
from core.states import move
from logistics.choices import BlockReason, NoteState
from logistics.models import DispatchNote
from logistics.rules import packing as rules
from logistics.rules.waybill import normalise
from logistics.selectors import dispatch as selectors
from logistics.selectors import joining as mates
from logistics.selectors import station as reads
from logistics.selectors.station import Table
from logistics.services import boxes, stages
from logistics.services.packing.answers import Plan, names, who
from worklist import services as worklist


def take_note(
    number: str, held: DispatchNote | None, actor: Actor, now: datetime, *, locked: DispatchNote | None = None
) -> Plan:
    """A note's own barcode: it goes onto the table when nothing speaks against it. ``held``: the note that lies there;
    ``locked``: the asked one, when it is locked already."""
    found = selectors.note_by_number(number)
    if found is None:
        return Plan("note", "no_such_note", {"code": number[:40]})
    if locked is not None:
        note = locked
    elif held is None:
        note = selectors.lock_note(found.pk)
    elif held.pk == found.pk:
        note = held
    else:  # with one note in hand nobody waits for another: two packers would wait for each other
        free = selectors.lock_if_free(found.pk)
        if free is None:
            return Plan("note", "slot_busy", {}, note=held)
        note = free
    if note.together_id:
        leader = DispatchNote.objects.filter(pk=note.together_id).first()
        return Plan(
            "note", "in_other_parcel", {"note": note.number, "other": leader.number if leader else ""}, note=held
        )
    table = reads.table(note, now)
    base = names(table)
    if table.holder and table.holder.user_id != actor.user_id and note.state == NoteState.RELEASED:
        return Plan("note", "being_packed", {**base, "who": who(table.holder)}, note=held)
    refused = stopped(table, actor, now)
    if refused:
        refused.note = note
        return refused
    if note.state == NoteState.PACKED:
        return Plan("note", "already_packed", base, note=note)
    mate = mates.mate_of(note, now)
    if mate:
        return Plan("note", "note_open_pair", {**base, "other": mate.number}, note=note)
    return Plan("note", "note_open", base, note=note)


def without_note(text: str, actor: Actor, now: datetime) -> Plan:
    """A code on an empty table: a label leads to its note, anything else waits for one."""
    for row in reads.number_rows(normalise(text)):
        if row.note and row.state in selectors.LIVE_NUMBERS:
            return take_note(row.note.number, None, actor, now)
    return Plan("note", "scan_note_first", {"code": text[:40]})


def stopped(table: Table, actor: Actor, now: datetime) -> Plan | None:
    """Why this parcel must not go on, asked again at every scan; an interception blocks the note upward at once. Another
    order in the same parcel that is stopped leaves it; the parcel stays on the table."""
    reason = rules.why_stopped(table.stop)
    if reason:
        block(table.note, reason, actor, now)
        return Plan("note", reason, {**names(table), "missing": sum(table.short.values())}, leave=True)
    if table.note.state != NoteState.RELEASED:
        return None
    for rider in table.riders:
        reason = rules.why_stopped(table.rider_stops[rider.pk])
        if reason:
            boxes.part(leader=table.note, rider=rider, why=reason, actor=actor, now=now)
            block(rider, reason, actor, now)
            said = rider.block_note or str(rider.get_block_reason_display())
            fields = {**names(table), "note": rider.number, "other": rider.number, "stop": reason, "why": said,
                      "missing": table.rider_stops[rider.pk].short}  # fmt: skip
            return Plan("note", "rider_stopped", fields, note=table.note)
    return None


def block(note: DispatchNote, reason: str, actor: Actor, now: datetime) -> None:
    """Send an intercepted note upward; other stops leave it as it is."""
    if reason not in rules.BASKET or note.state != NoteState.RELEASED:
        return
    move(
        note, "block", actor=audit.system(actor.label), now=now, reason=reason, block_reason=BlockReason.INTERCEPTED,
        block_note=str(note.order.get_intercept_display() or note.order.get_state_display())[:300],
        blocked_by_id=actor.user_id,
    )  # fmt: skip
    worklist.plan(rule_key="logistics.blocked_note", subject_ids=[note.pk], now=now)
    stages.push(order_ids=[note.order_id], actor=actor, now=now)
