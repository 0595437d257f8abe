"""What keeps orders from leaving: a price nobody signed, goods nobody bought."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from core.audit import subject_type
from inventory import selectors as stock
from inventory.models import Balance
from logistics.choices import NoteState, SignatureKind
from logistics.models import DispatchNote, NoteSignature
from orders.models import Order
from worklist import selectors as worklist

_PRICE = Exists(NoteSignature._base_manager.filter(note=OuterRef("pk"), kind=SignatureKind.PRICE, void_at__isnull=True))


def notes_with_price_sign(ids: Iterable[int]) -> list[DispatchNote]:
    """Notes with order, store, warehouse, service, and ``price_signed``. One query."""
    rows = DispatchNote._base_manager.filter(pk__in=list(ids)).annotate(price_signed=_PRICE).order_by("pk")
    return list(rows.select_related("order", "store", "warehouse", "service"))


def unpriced_drafts() -> QuerySet[DispatchNote]:
    """Drafts whose price nobody has signed."""
    return DispatchNote._base_manager.filter(~Q(_PRICE), state=NoteState.DRAFT)


@dataclass
class Need:
    """What waiting orders lack of one article in one warehouse."""

    pieces: int = 0
    orders: list[tuple[Order, int]] = field(default_factory=list)

    @property
    def first(self) -> datetime | None:
        """The shop's latest dispatch that comes first."""
        return min((order.ship_by for order, _pieces in self.orders if order.ship_by), default=None)


def lacking() -> QuerySet[Balance]:
    """Articles of which waiting orders lack pieces."""
    waits = stock.open_shorts().filter(sku_id=OuterRef("sku_id"), warehouse_id=OuterRef("warehouse_id"))
    return Balance.objects.filter(Exists(waits))


def balances_with_need(ids: Iterable[int]) -> list[Balance]:
    """Stock rows with article, warehouse and ``need`` (a :class:`Need`). Three queries."""
    rows = list(Balance.objects.filter(pk__in=list(ids)).select_related("sku", "warehouse").order_by("pk"))
    places = {(row.sku_id, row.warehouse_id): Need() for row in rows}
    shorts = stock.open_shorts().filter(
        sku_id__in={sku for sku, _w in places}, warehouse_id__in={w for _s, w in places}
    )
    found: dict[tuple[int, int], dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for sku, house, ref, wanted, held in shorts.values_list("sku_id", "warehouse_id", "order_ref", "wanted", "held"):
        if (sku, house) in places:
            found[sku, house][ref] += wanted - held
    refs = {ref for lines in found.values() for ref in lines}
    orders = {o.pk: o for o in Order._base_manager.filter(pk__in=refs).select_related("store")} if refs else {}
    for place, lines in found.items():
        need = places[place]
        need.pieces = sum(lines.values())
        known = [(orders[ref], pieces) for ref, pieces in lines.items() if ref in orders]
        need.orders = sorted(known, key=lambda pair: (pair[0].ship_by is None, pair[0].ship_by, pair[0].pk))
    for row in rows:
        row.need = places[row.sku_id, row.warehouse_id]  # type: ignore[attr-defined]
    return rows


def balances_of_orders(order_refs: Iterable[int]) -> list[int]:
    """Ids of the stock rows that promise goods to these orders."""
    mine = stock.reservations_of(order_refs).filter(sku_id=OuterRef("sku_id"), warehouse_id=OuterRef("warehouse_id"))
    return list(Balance.objects.filter(Exists(mine)).values_list("pk", flat=True))


def needs_asked(balance_ids: Iterable[int]) -> list[int]:
    """Those of the stock rows that stand on the purchaser's list."""
    known = worklist.brief_of(subject_type(Balance), list(balance_ids))
    return [pk for pk, lines in known.items() if any(line["rule"] == "logistics.goods_to_buy" for line in lines)]
