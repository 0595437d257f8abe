"""Goods in, goods back, counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.audit import Actor
from core.errors import Invalid
from core.events import publish
from inventory.choices import MovementKind
from inventory.events import GoodsArrived, StockShort
from inventory.models import Warehouse
from inventory.services.ledger import Entry, post
from inventory.services.shelf import Shelf, fetch
from inventory.services.waiting import fill_waiting, take_promises

Row = tuple[int, int, str | None]
MAX_PIECES = 10_000_000


@dataclass(frozen=True)
class ReceiptResult:
    """What a receipt or count changed: rows booked, rows that were booked before or did not differ, orders that got goods
    or lost them."""

    booked: int
    unchanged: int
    filled_orders: tuple[int, ...] = ()
    short_orders: tuple[int, ...] = ()


@transaction.atomic
def receive(
    *, warehouse: Warehouse, rows: Sequence[Row], reference: str, actor: Actor, now: datetime, kind: str = MovementKind.RECEIPT,
    note: str = "",
) -> ReceiptResult:  # fmt: skip
    """Book goods in: rows of (SKU id, pieces, bin code or None). Fills the reservations that wait, oldest first.

    ``reference`` (delivery note, purchase order) makes each SKU of a receipt exist once: booking it again changes
    nothing. Refuses an empty reference, no rows, and pieces below 1.
    """
    _need_reference(reference)
    sums, bins = _merged(rows, smallest=1)
    if kind not in (MovementKind.RECEIPT, MovementKind.RETURN, MovementKind.OPENING):
        raise Invalid("invalid_kind", _("This is not a kind of receipt."), errors={"kind": [str(_("Unknown kind."))]})
    shelf = Shelf.lock(((sku, warehouse.pk) for sku in sums), create=True)
    entries = [
        Entry((sku, warehouse.pk), kind, pieces, reference, f"{kind}:{reference}:{warehouse.pk}:{sku}"[:120], note)
        for sku, pieces in sums.items()
    ]
    new = post(entries, shelf=shelf, actor=actor, now=now)
    filled = fill_waiting(shelf)
    shelf.save()
    _put_into_bins(warehouse, bins)
    if filled:
        publish(GoodsArrived(tuple(sorted(filled))))
    return ReceiptResult(len(new), len(entries) - len(new), tuple(sorted(filled)))


def put_back(
    *, warehouse: Warehouse, rows: Sequence[Row], reference: str, actor: Actor, now: datetime, note: str = ""
) -> ReceiptResult:
    """Book goods that came back (returned parcel) into the stock; as :func:`receive`, once per reference and SKU."""
    return receive(
        warehouse=warehouse, rows=rows, reference=reference, kind=MovementKind.RETURN, actor=actor, now=now, note=note
    )


@transaction.atomic
def set_counts(
    *, warehouse: Warehouse, rows: Sequence[Row], reference: str, actor: Actor, now: datetime, reason: str = "",
    kind: str = MovementKind.COUNT, reorder_points: Mapping[int, int] | None = None,
) -> ReceiptResult:  # fmt: skip
    """Set what really lies there: rows of (SKU id, pieces counted, bin code or None). The ledger gets the differences.

    More than the books: waiting orders get it, oldest first. Less than was promised: the youngest promises become short
    (``StockShort``). A count with the same reference is booked once per SKU. Refuses an empty reference and pieces below 0.
    """
    _need_reference(reference)
    sums, bins = _merged(rows, smallest=0, add=False)
    shelf = Shelf.lock(((sku, warehouse.pk) for sku in sums), create=True)
    entries = []
    for sku, counted in sums.items():
        difference = counted - shelf.balances[sku, warehouse.pk].hand
        key = f"{kind}:{reference}:{warehouse.pk}:{sku}"[:120]
        entries.append(Entry((sku, warehouse.pk), kind, difference, reference, key, reason))
    new = post(entries, shelf=shelf, actor=actor, now=now)
    short = take_promises(shelf)
    filled = fill_waiting(shelf)
    shelf.save()
    _put_into_bins(warehouse, bins)
    _set_reorder_points(warehouse, reorder_points or {})
    if short:
        publish(StockShort(tuple(sorted(short))))
    if filled:
        publish(GoodsArrived(tuple(sorted(filled))))
    return ReceiptResult(len(new), len(entries) - len(new), tuple(sorted(filled)), tuple(sorted(short)))


def _need_reference(reference: str) -> None:
    if not reference.strip() or len(reference) > 60:
        sentence = _("Give the receipt or count a number of 1 to 60 characters: booked twice, it counts once.")
        raise Invalid("reference_needed", sentence, errors={"reference": [str(sentence)]})


def _merged(rows: Iterable[Row], *, smallest: int, add: bool = True) -> tuple[dict[int, int], dict[int, str]]:
    """Pieces and bin per SKU (in SKU order). Several rows of one SKU are added up; in a count they must agree."""
    sums: dict[int, int] = {}
    bins: dict[int, str] = {}
    for sku, pieces, code in rows:
        if not smallest <= pieces <= MAX_PIECES:
            sentence = _("Pieces must be a whole number from %(least)s on.")
            raise Invalid(
                "invalid_quantity", sentence, errors={"quantity": [str(sentence) % {"least": smallest}]}, least=smallest
            )
        sums[sku] = sums.get(sku, 0) + pieces if add or sku in sums else pieces
        if code:
            bins[sku] = code.strip()[:30]
    if not sums:
        raise Invalid("no_rows", _("There is nothing to book."), errors={"rows": [str(_("Nothing to book."))]})
    return dict(sorted(sums.items())), bins


def _put_into_bins(warehouse: Warehouse, bins: Mapping[int, str]) -> None:
    """Remember where the goods lie; bins that are new are made."""
    if not bins:
        return
    fetch(
        "INSERT INTO inventory_bin (warehouse_id, code, sort) SELECT DISTINCT %s::bigint, n.code, '' FROM unnest(%s::text[]) "
        "AS n(code) ORDER BY 2 ON CONFLICT (warehouse_id, code) DO NOTHING",
        [warehouse.pk, list(bins.values())],
    )
    fetch(
        "UPDATE inventory_balance b SET bin_id = p.id FROM unnest(%s::bigint[], %s::text[]) AS n(sku, code) "
        "JOIN inventory_bin p ON p.warehouse_id = %s AND p.code = n.code "
        "WHERE b.sku_id = n.sku AND b.warehouse_id = %s AND b.bin_id IS DISTINCT FROM p.id",
        [list(bins), list(bins.values()), warehouse.pk, warehouse.pk],
    )


def _set_reorder_points(warehouse: Warehouse, points: Mapping[int, int]) -> None:
    if points:
        fetch(
            "UPDATE inventory_balance b SET reorder_point = n.point FROM unnest(%s::bigint[], %s::int[]) AS n(sku, point) "
            "WHERE b.sku_id = n.sku AND b.warehouse_id = %s AND b.reorder_point <> n.point",
            [list(points), [max(0, p) for p in points.values()], warehouse.pk],
        )
