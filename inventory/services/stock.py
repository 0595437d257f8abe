"""The stock ledger: promise, let go, issue, receive, count. Every function is set-based: the number of statements does not
grow with the number of rows. Balances are locked in SKU order; ledger, balance and reservations change in one transaction.

Meaning of a reservation: ``wanted`` pieces of a line, ``held`` of them are promised from stock (the shipped ones included),
``consumed`` have left. Missing = wanted - held. A balance's ``reserved`` is the sum of held - consumed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import copying
from core.audit import Actor
from core.errors import Conflict, DomainError
from core.events import publish
from inventory.events import GoodsArrived
from inventory.models import Reservation
from inventory.rules.allocation import Claim, allocate
from inventory.services.ledger import Entry, post
from inventory.services.receiving import ReceiptResult, put_back, receive, set_counts
from inventory.services.shelf import Place, Shelf, fetch
from inventory.services.using import Use, hold_spares, use_up
from inventory.services.waiting import fill_waiting

__all__ = [
    "Issue", "ReceiptResult", "Use", "Want", "consume", "consume_many", "hold_spares", "put_back", "receive", "release", "reserve",
    "set_counts", "use_up",
]  # fmt: skip


_RESERVATION = ("line_ref", "order_ref", "sku_id", "warehouse_id", "wanted", "held", "consumed", "state", "created_at")


@dataclass(frozen=True, slots=True)
class Want:
    """A line that wants ``quantity`` pieces of one SKU from one warehouse. Refs are ids of the order app."""

    line_ref: int
    order_ref: int
    sku_id: int
    warehouse_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Issue:
    """Goods of one order leave under ``reference`` (waybill or parcel number). ``quantities`` (line, SKU) -> pieces;
    None = all that is still wanted."""

    order_ref: int
    reference: str
    quantities: Mapping[tuple[int, int], int] | None = None


@transaction.atomic(savepoint=False)
def reserve(*, wants: Sequence[Want], actor: Actor, now: datetime, new: bool = False) -> set[int]:
    """Promise stock to paid lines, in the order given; what is not there stays missing (short) and waits in line.

    Answers the orders among them that are short. The same wants again change nothing; another quantity for a line corrects
    its reservation; a line that had let go is promised anew. ``new``: the lines were made in this transaction, nothing can be
    promised to them yet. Refuses only with ``stock_busy``.
    """
    wanted = _summed(wants)
    if not wanted:
        return set()
    shelf = Shelf.lock(((sku, warehouse) for _line, sku, warehouse in wanted), create=True)
    held = {} if new else _reservations({key[0] for key in wanted})
    rows: dict[tuple[int, int, int], list[int]] = {}  # key -> [order, wanted, held so far]
    short: set[int] = set()
    let_go = False
    for key, (order_ref, quantity) in wanted.items():
        was, kept, consumed, state = held.get(key, (0, 0, 0, "new"))
        goal = max(quantity, consumed)
        if state in ("open", "consumed") and was == goal:
            short |= {order_ref} if kept < was else set()
            continue
        stays = min(kept, goal)
        let_go = let_go or stays < kept
        shelf.move(key[1:], reserved=stays - kept)
        rows[key] = [order_ref, goal, stays]
    claims = [Claim(key, key[1:], goal - kept) for key, (_order, goal, kept) in rows.items()]
    given: dict[tuple[int, int, int], int] = allocate(shelf.free(), claims)
    for key, pieces in given.items():
        rows[key][2] += pieces
        shelf.move(key[1:], reserved=pieces)
    _write_reservations(rows, now, new=new)
    if let_go:  # a corrected quantity has set goods free
        _filled(shelf)
    shelf.save()
    return short | {order for order, goal, kept in rows.values() if kept < goal}


def _reservations(lines: Iterable[int]) -> dict[tuple[int, int, int], tuple[int, int, int, str]]:
    """What is promised to lines: (line, SKU, warehouse) -> (wanted, held, consumed, state)."""
    rows = fetch(
        "SELECT line_ref, sku_id, warehouse_id, wanted, held, consumed, state FROM inventory_reservation WHERE line_ref = ANY(%s)",
        [list(lines)],
    )
    return {
        (line, sku, warehouse): (was, kept, consumed, state)
        for line, sku, warehouse, was, kept, consumed, state in rows
    }


def _summed(wants: Iterable[Want]) -> dict[tuple[int, int, int], tuple[int, int]]:
    """One row per line, SKU and warehouse: (order, pieces). Wants of nothing are left out."""
    found: dict[tuple[int, int, int], tuple[int, int]] = {}
    for want in wants:
        if want.quantity <= 0:
            continue
        key = (want.line_ref, want.sku_id, want.warehouse_id)
        found[key] = (want.order_ref, found.get(key, (0, 0))[1] + want.quantity)
    return found


def _write_reservations(rows: Mapping[tuple[int, int, int], Sequence[int]], now: datetime, *, new: bool) -> None:
    if not rows:
        return
    if new:  # nothing can stand in their way
        made = ((line, order, sku, warehouse, wanted, held, 0, "open", now)
                for (line, sku, warehouse), (order, wanted, held) in rows.items())  # fmt: skip
        copying.copy_rows(Reservation, _RESERVATION, made)
        return
    fetch(
        "INSERT INTO inventory_reservation (line_ref, order_ref, sku_id, warehouse_id, wanted, held, consumed, state, created_at) "
        "SELECT n.line, n.orders, n.sku, n.warehouse, n.wanted, n.held, 0, 'open', %s "
        "FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::int[], %s::int[]) "
        "AS n(line, orders, sku, warehouse, wanted, held) "
        "ON CONFLICT (line_ref, sku_id, warehouse_id) DO UPDATE SET wanted = EXCLUDED.wanted, held = EXCLUDED.held, "
        "state = 'open', closed_at = NULL",
        [
            now, [k[0] for k in rows], [r[0] for r in rows.values()], [k[1] for k in rows], [k[2] for k in rows],
            [r[1] for r in rows.values()], [r[2] for r in rows.values()],
        ],
    )  # fmt: skip


@transaction.atomic
def release(*, order_refs: Sequence[int], actor: Actor, now: datetime) -> None:
    """Let go of everything these orders still hold (cancelled, sent from elsewhere); what is set free goes to the orders
    that wait longest (``GoodsArrived``). Shipped pieces stay shipped. Again changes nothing."""
    refs = sorted(set(order_refs))
    if not refs:
        return
    shelf = Shelf.lock_of_orders(refs)
    if not shelf.balances:
        return
    places = list(shelf.balances)
    freed = fetch(
        "WITH gone AS (SELECT r.id, r.sku_id, r.warehouse_id, r.held - r.consumed AS freed FROM inventory_reservation r "
        "JOIN unnest(%s::bigint[], %s::bigint[]) AS w(sku, warehouse) ON w.sku = r.sku_id AND w.warehouse = r.warehouse_id "
        "WHERE r.order_ref = ANY(%s) AND r.state = 'open') "
        "UPDATE inventory_reservation r SET state = CASE WHEN r.consumed > 0 AND r.consumed = r.wanted THEN 'consumed' "
        "ELSE 'released' END, held = r.consumed, closed_at = %s FROM gone WHERE gone.id = r.id "
        "RETURNING gone.sku_id, gone.warehouse_id, gone.freed",
        [[p[0] for p in places], [p[1] for p in places], refs, now],
    )
    for sku, warehouse, pieces in freed:
        shelf.move((sku, warehouse), reserved=-pieces)
    _filled(shelf)
    shelf.save()


def _filled(shelf: Shelf) -> None:
    """Give what is free to those who wait, and say so."""
    orders = fill_waiting(shelf)
    if orders:
        publish(GoodsArrived(tuple(sorted(orders))))


def consume(
    *,
    order_ref: int,
    reference: str,
    actor: Actor,
    now: datetime,
    quantities: Mapping[tuple[int, int], int] | None = None,
) -> None:
    """Take the goods of one order out of the stock with ``reference`` (DSP-15). See :func:`consume_many`; refuses with
    ``stock_short`` or ``not_reserved``."""
    refused = consume_many(issues=[Issue(order_ref, reference, quantities)], actor=actor, now=now)
    if refused:
        raise refused[order_ref]


@transaction.atomic
def consume_many(*, issues: Sequence[Issue], actor: Actor, now: datetime) -> dict[int, DomainError]:
    """Take the goods of many orders out of the stock, each with its reference; answers the refusals by order.

    An order that lacks goods is refused as a whole and leaves no trace. The same reference, line and SKU again is done
    already and changes nothing.
    """
    refs = sorted({issue.order_ref for issue in issues})
    if not refs:
        return {}
    shelf = Shelf.lock_of_orders(refs)
    held = _held_by(refs)
    plans: list[tuple[int, list[_Step]]] = []
    refused: dict[int, DomainError] = {}
    for issue in issues:
        try:
            plans.append((issue.order_ref, _steps(issue, held.get(issue.order_ref, []))))
        except Conflict as error:
            refused[issue.order_ref] = error
    steps = [step for order_ref, plan in plans if order_ref not in refused for step in plan]
    done = post(
        [Entry(s.place, "issue", -s.pieces, s.reference, s.key) for s in steps],
        shelf=shelf,
        actor=actor,
        now=now,
        reserved=True,
    )
    _mark_consumed([s for s in steps if s.key in done], now)
    shelf.save()
    return refused


@dataclass(slots=True)
class _Held:
    id: int
    line: int
    place: Place
    wanted: int
    held: int
    consumed: int
    state: str


@dataclass(slots=True)
class _Step:
    reservation: int
    place: Place
    pieces: int
    reference: str
    key: str


def _held_by(refs: Sequence[int]) -> dict[int, list[_Held]]:
    found: dict[int, list[_Held]] = defaultdict(list)
    rows = Reservation.objects.filter(order_ref__in=refs).order_by("id")
    for row in rows.values_list(
        "order_ref", "id", "line_ref", "sku_id", "warehouse_id", "wanted", "held", "consumed", "state"
    ):
        order_ref, pk, line, sku, warehouse, wanted, held, consumed, state = row
        found[order_ref].append(_Held(pk, line, (sku, warehouse), wanted, held, consumed, state))
    return found


def _steps(issue: Issue, rows: list[_Held]) -> list[_Step]:
    """What leaves for one issue. Refuses goods that were never promised, and more than is held."""
    if issue.quantities is None:
        asked = {(row.line, row.place[0]): row.wanted - row.consumed for row in rows if row.state == "open"}
    else:
        asked = {key: pieces for key, pieces in issue.quantities.items() if pieces > 0}
    steps = []
    for (line, sku), pieces in asked.items():
        mine = [
            row for row in rows if row.line == line and row.place[0] == sku and (row.consumed or row.state == "open")
        ]
        if not mine:
            raise Conflict("not_reserved", _("No stock was set aside for one of these articles."), sku_id=sku)
        row = next((r for r in mine if r.state == "open"), mine[0])
        key = f"issue:{issue.reference}:{line}:{sku}:{row.place[1]}"[:120]
        missing = pieces - (row.held - row.consumed)
        if missing > 0 or row.state != "open":
            if _posted(key):
                continue
            if row.state != "open":
                raise Conflict("not_reserved", _("No stock was set aside for one of these articles."), sku_id=sku)
            raise Conflict("stock_short", _("%(missing)s pieces are missing in stock."), missing=missing, sku_id=sku)
        steps.append(_Step(row.id, row.place, pieces, issue.reference, key))
        row.consumed += pieces  # the next issue of the same order sees what is left
    return steps


def _posted(key: str) -> bool:
    return bool(fetch("SELECT 1 FROM inventory_movement WHERE key = %s", [key]))


def _mark_consumed(steps: Sequence[_Step], now: datetime) -> None:
    if not steps:
        return
    sums: dict[int, int] = defaultdict(int)
    for step in steps:
        sums[step.reservation] += step.pieces
    fetch(
        "UPDATE inventory_reservation r SET consumed = r.consumed + n.pieces, "
        "state = CASE WHEN r.consumed + n.pieces >= r.wanted THEN 'consumed' ELSE r.state END, "
        "closed_at = CASE WHEN r.consumed + n.pieces >= r.wanted THEN %s ELSE r.closed_at END "
        "FROM unnest(%s::bigint[], %s::int[]) AS n(id, pieces) WHERE r.id = n.id",
        [now, list(sums), list(sums.values())],
    )
