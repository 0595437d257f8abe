"""The one writer of the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.audit import Actor
from inventory.services.shelf import Place, Shelf, fetch


@dataclass(frozen=True, slots=True)
class Entry:
    """One line to be written: plus in, minus out. The same key is the same movement."""

    place: Place
    kind: str
    quantity: int
    reference: str
    key: str
    note: str = ""


def post(entries: Sequence[Entry], *, shelf: Shelf, actor: Actor, now: datetime, reserved: bool = False) -> set[str]:
    """Write the movements that do not exist yet and move the locked balances along; answers the keys that were new.

    ``reserved``: what leaves had been promised, so the promise goes with it. The shelf is saved by the caller.
    """
    wanted = {entry.key: entry for entry in entries if entry.quantity}
    if not wanted:
        return set()
    rows = list(wanted.values())
    written = fetch(
        "INSERT INTO inventory_movement (sku_id, warehouse_id, kind, quantity, reference, key, note, actor_label, at) "
        "SELECT n.sku, n.warehouse, n.kind, n.quantity, n.reference, n.key, n.note, %s, %s "
        "FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::int[], %s::text[], %s::text[], %s::text[]) "
        "AS n(sku, warehouse, kind, quantity, reference, key, note) ON CONFLICT (key) DO NOTHING RETURNING key",
        [
            actor.label, now, [e.place[0] for e in rows], [e.place[1] for e in rows], [e.kind for e in rows],
            [e.quantity for e in rows], [e.reference[:80] for e in rows], [e.key for e in rows], [e.note[:200] for e in rows],
        ],
    )  # fmt: skip
    new = {key for (key,) in written}
    for key in new:
        entry = wanted[key]
        shelf.move(entry.place, hand=entry.quantity, reserved=entry.quantity if reserved else 0)
    return new
