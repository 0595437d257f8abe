"""Goods for those who wait: short reservations are filled oldest first."""

from __future__ import annotations

from inventory.rules.allocation import Claim, allocate, take_back
from inventory.services.shelf import Shelf, fetch

#: Waiting reservations that the free goods of a place can reach, oldest first (the rest of the queue is not read).
_QUEUE = """
SELECT q.id, q.order_ref, q.sku_id, q.warehouse_id, q.missing FROM (
    SELECT r.id, r.order_ref, r.sku_id, r.warehouse_id, r.wanted - r.held AS missing, w.free,
           sum(r.wanted - r.held) OVER (PARTITION BY r.sku_id, r.warehouse_id ORDER BY r.id) AS upto
    FROM inventory_reservation r
    JOIN unnest(%s::bigint[], %s::bigint[], %s::int[]) AS w(sku, warehouse, free)
      ON w.sku = r.sku_id AND w.warehouse = r.warehouse_id
    WHERE r.state = 'open' AND r.held < r.wanted) q
WHERE q.upto - q.missing < q.free ORDER BY q.id
"""

_PROMISES = """
SELECT r.id, r.order_ref, r.sku_id, r.warehouse_id, r.held - r.consumed FROM inventory_reservation r
JOIN unnest(%s::bigint[], %s::bigint[]) AS w(sku, warehouse) ON w.sku = r.sku_id AND w.warehouse = r.warehouse_id
WHERE r.state = 'open' AND r.held > r.consumed ORDER BY r.id
"""


def fill_waiting(shelf: Shelf) -> set[int]:
    """Give the free goods of a locked shelf to waiting reservations; answers the orders that got some."""
    free = {place: pieces for place, pieces in shelf.free().items() if pieces > 0}
    if not free:
        return set()
    queue = fetch(_QUEUE, [[p[0] for p in free], [p[1] for p in free], list(free.values())])
    given: dict[int, int] = allocate(
        free, [Claim(pk, (sku, warehouse), missing) for pk, _order, sku, warehouse, missing in queue]
    )
    if not given:
        return set()
    _add_held(given)
    for pk, _order, sku, warehouse, _missing in queue:
        if pk in given:
            shelf.move((sku, warehouse), reserved=given[pk])
    return {order for pk, order, *_rest in queue if pk in given}


def take_promises(shelf: Shelf) -> set[int]:
    """Shorten the youngest promises where less lies on the shelf than was promised; answers the orders that lost some."""
    missing = {place: -pieces for place, pieces in shelf.free().items() if pieces < 0}
    if not missing:
        return set()
    held = fetch(_PROMISES, [[p[0] for p in missing], [p[1] for p in missing]])
    taken: dict[int, int] = take_back(
        missing, [Claim(pk, (sku, warehouse), pieces) for pk, _order, sku, warehouse, pieces in held]
    )
    _add_held({pk: -pieces for pk, pieces in taken.items()})
    for pk, _order, sku, warehouse, _pieces in held:
        if pk in taken:
            shelf.move((sku, warehouse), reserved=-taken[pk])
    return {order for pk, order, *_rest in held if pk in taken}


def _add_held(changes: dict[int, int]) -> None:
    fetch(
        "UPDATE inventory_reservation r SET held = r.held + n.pieces "
        "FROM unnest(%s::bigint[], %s::int[]) AS n(id, pieces) WHERE r.id = n.id",
        [list(changes), list(changes.values())],
    )
