"""Pieces that leave without having been ordered: packing material that is used up, spare pieces of fragile goods."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from core.audit import Actor
from core.events import publish
from inventory.choices import MovementKind, ReservationState
from inventory.events import GoodsArrived
from inventory.models import Reservation
from inventory.services.ledger import Entry, post
from inventory.services.shelf import Shelf
from inventory.services.waiting import fill_waiting


@dataclass(frozen=True, slots=True)
class Use:
    """``pieces`` of a SKU used up under ``reference``. The same key is the same use."""

    sku_id: int
    warehouse_id: int
    pieces: int
    reference: str
    key: str


@transaction.atomic
def use_up(*, uses: Sequence[Use], actor: Actor, now: datetime) -> set[str]:
    """Take used material out of the stock; answers the keys for which the books had nothing free (the material is gone all
    the same, so nobody is stopped: somebody must count). The same key again changes nothing."""
    if not uses:
        return set()
    shelf = Shelf.lock((use.sku_id, use.warehouse_id) for use in uses)
    free, entries, missing = shelf.free(), [], set()
    for use in uses:
        place = (use.sku_id, use.warehouse_id)
        if free.get(place, 0) < use.pieces:
            missing.add(use.key)
            continue
        free[place] -= use.pieces
        entries.append(Entry(place, MovementKind.USE, -use.pieces, use.reference, use.key[:120]))
    post(entries, shelf=shelf, actor=actor, now=now)
    shelf.save()
    return missing


@transaction.atomic
def hold_spares(
    *, order_refs: Sequence[int], wants: Mapping[tuple[int, int, int], tuple[int, int]], actor: Actor, now: datetime
) -> dict[tuple[int, int, int], int]:
    """Promise spare pieces to lines as far as whole wishes are free; answers what each line got.

    ``wants``: (order line, SKU, warehouse) -> (order, pieces). All spare promises of ``order_refs`` become exactly what is
    answered: what is no longer wished is let go. A line's ordered pieces are never touched, and a spare piece that is not
    there stops nobody. Kept as a promise of its own under the negative line.
    """
    rows = Reservation.objects.filter(order_ref__in=list(order_refs), line_ref__lt=0, state=ReservationState.OPEN)
    held = {(-row.line_ref, row.sku_id, row.warehouse_id): row for row in rows}
    places = {(key[1], key[2]) for key in (*wants, *held)}
    if not places:
        return {}
    shelf, got = Shelf.lock(places), {}
    for key, row in held.items():  # under the locks: what is given back may be given again
        if wants.get(key, (0, 0))[1] != row.wanted:
            shelf.move(key[1:], reserved=-(row.held - row.consumed))
            row.delete()
        else:
            got[key] = row.held
    free = defaultdict(int, shelf.free())
    made, gone = [], _shipped(wants)
    for key, (order, pieces) in sorted(wants.items()):
        if key in got or key in gone or pieces <= 0 or free[key[1:]] < pieces:
            continue
        free[key[1:]] -= pieces
        shelf.move(key[1:], reserved=pieces)
        made.append(
            Reservation(
                line_ref=-key[0], order_ref=order, sku_id=key[1], warehouse_id=key[2], wanted=pieces, held=pieces, created_at=now
            )
        )  # fmt: skip
        got[key] = pieces
    stale = [row.line_ref for row in made]  # promises let go earlier stand in the way of the same line
    Reservation.objects.filter(line_ref__in=stale, state=ReservationState.RELEASED, consumed=0).delete()
    Reservation.objects.bulk_create(made)
    waiting = fill_waiting(shelf)  # whoever waits gets what was given back
    if waiting:
        publish(GoodsArrived(tuple(sorted(waiting))))
    shelf.save()
    return {key: pieces for key, pieces in got.items() if pieces}


def _shipped(wants: Mapping[tuple[int, int, int], tuple[int, int]]) -> set[tuple[int, int, int]]:
    """Lines whose spare pieces left already: they get none twice."""
    rows = Reservation.objects.filter(line_ref__in=[-key[0] for key in wants], consumed__gt=0)
    return {(-line, sku, house) for line, sku, house in rows.values_list("line_ref", "sku_id", "warehouse_id")}
