"""Another printed note of the same buyer and address is offered to go into the same parcel (DSP-25)."""

from __future__ import annotations

from datetime import datetime

from core.audit import Actor
from logistics.selectors import dispatch as selectors
from logistics.selectors import joining as mates
from logistics.selectors.station import Table
from logistics.services import boxes, printing
from logistics.services.packing.answers import Plan, names

JOIN, APART = "join", "apart"


def join(table: Table, actor: Actor, now: datetime) -> Plan:
    """Put the offered note into the parcel on the table; its papers are printed anew, for what they say has changed."""
    mate = mates.mate_of(table.note, now)
    held = selectors.lock_notes([mate.pk]) if mate else []
    if not held:
        return Plan("apart", "no_pair", names(table))
    number = selectors.live_numbers([held[0].pk]).get(held[0].pk)
    boxes.join(leader=table.note, rider=held[0], actor=actor, now=now)
    batch = printing.print_label(note=table.note, actor=actor, now=now)
    fields = {**names(table), "other": held[0].number, "label": number.number if number else ""}
    return Plan("together", "together", fields | ({"batch": batch.pk} if batch else {}))


def apart(table: Table, now: datetime) -> Plan:
    """Keep the offered note apart: it is not offered with this one again."""
    mate = mates.mate_of(table.note, now)
    if mate is None:
        return Plan("apart", "no_pair", names(table))
    return Plan("apart", "kept_apart", {**names(table), "other": mate.number})
