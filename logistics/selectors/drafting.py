"""What a note is drafted from: open pieces of each order line, their articles, wishes, address, prices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from core import rates
from core.errors import Missing
from core.money import Money, minor_unit
from inventory import selectors as stock_selectors
from logistics.models import DispatchNote, SpareChoice
from logistics.rules.packing import spare_pieces
from logistics.rules.values import ZERO, PaidLine, paid_per_line, part_of, split
from logistics.selectors.dispatch import OPEN_NOTES
from orders.choices import OrderState, WishState
from orders.models import Order, OrderAddress, OrderLine, Wish
from products import selectors as product_selectors
from products.models import Sku


@dataclass(frozen=True)
class Piece:
    """One article of a note to be: how many, what was paid for all of them, and what the packer must know."""

    line: OrderLine
    sku: Sku
    quantity: int
    value: Decimal
    wish: str
    spare: bool = False

    @property
    def paid(self) -> Decimal:
        """What was paid for it: nothing for spare pieces, whatever they are worth."""
        return ZERO if self.spare else self.value


@dataclass
class Source:
    """One order as a note is drafted from it."""

    order: Order
    address: OrderAddress | None
    pieces: list[Piece] = field(default_factory=list)
    unmatched: int = 0

    @property
    def value(self) -> Decimal:
        """What was really paid for the goods of the note."""
        return sum((piece.value for piece in self.pieces), ZERO)

    @property
    def weight_g(self) -> int | None:
        """Net weight, or None when an article's weight is not known."""
        if any(piece.sku.weight_g is None for piece in self.pieces):
            return None
        return int(sum((piece.sku.weight_g or ZERO) * piece.quantity for piece in self.pieces))


def lock_orders_to_draft(ids: Iterable[int]) -> list[Order]:
    """Those of the orders that may get a note now, locked in primary-key order: ready or partly shipped, no history,
    no open note."""
    rows = Order.objects.select_for_update(of=("self",), no_key=True).filter(
        pk__in=list(ids), state__in=[OrderState.READY, OrderState.PART_SHIPPED], history=False
    )
    found = list(rows.select_related("store", "warehouse").order_by("pk"))
    busy = set(
        DispatchNote.objects.filter(order_id__in=[o.pk for o in found], state__in=OPEN_NOTES).values_list(
            "order_id", flat=True
        )
    )
    return [order for order in found if order.pk not in busy]


def sources(orders: Sequence[Order]) -> dict[int, Source]:
    """What each order's note is made of. The number of queries does not grow with the number of orders."""
    ids = [order.pk for order in orders]
    places = {row.order_id: row for row in OrderAddress.objects.filter(order_id__in=ids)}
    made = {order.pk: Source(order, places.get(order.pk)) for order in orders}
    lines: dict[int, list[OrderLine]] = defaultdict(list)
    for line in OrderLine.objects.filter(order_id__in=ids).select_related("item").order_by("order_id", "position"):
        lines[line.order_id].append(line)
    components = product_selectors.components({line.item_id for rows in lines.values() for line in rows})
    skus = Sku.objects.in_bulk({sku for parts in components.values() for sku, _quantity in parts})
    wishes = _wishes(ids)
    for order in orders:
        _fill(made[order.pk], lines[order.pk], components, skus, wishes[order.pk])
    return made


def spare_choices(order_ids: Sequence[int]) -> dict[tuple[int, int], SpareChoice]:
    """What people said about spare pieces on the open notes of orders: (order line, SKU) -> choice. One query."""
    rows = SpareChoice.objects.filter(note__order_id__in=list(order_ids), note__state__in=OPEN_NOTES)
    return {(row.order_line_id, row.sku_id): row for row in rows}


def spare_wishes(
    sources: Iterable[Source], chosen: Mapping[tuple[int, int], int] | None = None
) -> dict[tuple[int, int], int]:
    """Spare pieces that go along by the rules of fragile articles, or as somebody ``chosen`` for a note: (order line, SKU) ->
    pieces. Articles whose real value is not known get none, for they could not be declared."""
    found: dict[tuple[int, int], int] = {}
    said = chosen or {}
    for source in sources:
        for piece in source.pieces:
            sku, key = piece.sku, (piece.line.pk, piece.sku.pk)
            if piece.spare or piece.value <= 0:
                continue
            if key in said:
                found |= {key: said[key]} if said[key] else {}
                continue
            if not sku.fragile or not sku.spare_pieces:
                continue
            pieces = spare_pieces(piece.quantity, pieces=sku.spare_pieces, per=sku.spare_per)
            if pieces:
                found[piece.line.pk, sku.pk] = found.get((piece.line.pk, sku.pk), 0) + pieces
    return found


def any_spares(order_ids: Sequence[int]) -> bool:
    """Whether one of these orders holds spare pieces."""
    return stock_selectors.reservations_of(order_ids).filter(line_ref__lt=0, state="open").exists()


def with_spares(source: Source, granted: Mapping[tuple[int, int], int]) -> None:
    """Add the spare pieces that are there as pieces of their own: free, at the value of a paid one of the same article."""
    unit = minor_unit(source.order.currency)
    for piece in list(source.pieces):
        pieces = granted.get((piece.line.pk, piece.sku.pk), 0)
        if pieces and not piece.spare:
            worth = max(part_of(piece.value, pieces, piece.quantity, unit), unit)
            source.pieces.append(Piece(piece.line, piece.sku, pieces, worth, "", spare=True))


def _wishes(order_ids: Sequence[int]) -> dict[int, dict[int | None, list[str]]]:
    found: dict[int, dict[int | None, list[str]]] = defaultdict(lambda: defaultdict(list))
    rows = Wish.objects.filter(order_id__in=order_ids).exclude(state=WishState.DROPPED).order_by("pk")
    for order_id, line_id, text in rows.values_list("order_id", "line_id", "text"):
        found[order_id][line_id].append(text)
    return found


def _fill(
    source: Source, lines: list[OrderLine], components: dict[int, list[tuple[int, int]]], skus: dict[int, Sku],
    wishes: dict[int | None, list[str]],
) -> None:  # fmt: skip
    unit = minor_unit(source.order.currency)
    paid = _paid(source.order, lines, components, skus)
    general = list(wishes.get(None, ()))
    for line in lines:
        open_pieces = line.quantity - line.shipped_quantity
        if open_pieces <= 0 or line.item.not_goods:
            continue
        parts = [(skus[sku], quantity) for sku, quantity in components.get(line.item_id, ()) if sku in skus]
        if not parts:
            source.unmatched += 1
            continue
        value = part_of(paid[line.pk], open_pieces, line.quantity, unit)
        told = "; ".join([*general, *wishes.get(line.pk, ()), *([line.buyer_note] if line.buyer_note else [])])[:300]
        general = []  # a wish about the whole order is read once, at the top
        by_cost = all(sku.cost for sku, _quantity in parts)
        weights = [Decimal(q) * (sku.cost or ZERO) if by_cost else Decimal(q) for sku, q in parts]
        for (sku, quantity), share in zip(parts, split(value, weights, unit), strict=True):
            source.pieces.append(Piece(line, sku, quantity * open_pieces, share, told))


def _paid(
    order: Order, lines: list[OrderLine], components: dict[int, list[tuple[int, int]]], skus: dict[int, Sku]
) -> dict[int, Decimal]:
    """What was really paid for each line (lines that are no goods take their share too and stay out of the note)."""
    asked = []
    for line in lines:
        costs = [(skus[sku].cost, quantity) for sku, quantity in components.get(line.item_id, ()) if sku in skus]
        cost = None
        if costs and all(each is not None for each, _quantity in costs):
            cost = sum((Decimal(each or 0) * quantity for each, quantity in costs), ZERO) * line.quantity
        asked.append(PaidLine(line.pk, line.quantity, line.total, cost))
    goods = order.total - order.shipping_fee
    return paid_per_line(asked, order.goods_total, goods, minor_unit(order.currency))


def converter(day: date) -> Callable[[Decimal, str, str], Decimal | None]:
    """A function (amount, from, to) at the rates of ``day`` that remembers what it asked; None where no rate is known."""
    known: dict[tuple[str, str], Decimal | None] = {}

    def convert(amount: Decimal, source: str, target: str) -> Decimal | None:
        if source == target:
            return amount
        if (source, target) not in known:
            try:
                known[source, target] = rates.convert(Money(Decimal(1), source), target, day).amount
            except Missing:
                known[source, target] = None
        rate = known[source, target]
        return None if rate is None else amount * rate

    return convert
