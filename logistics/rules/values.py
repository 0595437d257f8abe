"""What each article of a note is worth: the price really paid, split exactly.

The buyer paid one amount for the goods (after all discounts, without freight). It is split over the order lines in
proportion to their own totals, and within a line over its articles, each time to the smallest coin by the method of the
largest remainder, so that the parts always add up to the whole. Nothing here lowers or raises what was paid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

ZERO = Decimal(0)


@dataclass(frozen=True)
class PaidLine:
    """One order line: its own total (None = the channel does not tell it), pieces, and what its articles cost us."""

    key: int
    quantity: int
    total: Decimal | None
    cost: Decimal | None = None


def split(amount: Decimal, weights: Sequence[Decimal], unit: Decimal) -> list[Decimal]:
    """``amount`` in parts proportional to ``weights``, each a multiple of ``unit`` except that the last coin fraction of an
    amount that is no multiple itself goes to the largest part. All weights zero = equal parts. The parts add up exactly."""
    if not weights:
        return []
    total = sum(weights, ZERO)
    shares = [w / total for w in weights] if total else [Decimal(1) / len(weights)] * len(weights)
    whole = (amount / unit).to_integral_value(rounding=ROUND_DOWN)
    exact = [share * whole for share in shares]
    floors = [e.to_integral_value(rounding=ROUND_DOWN) for e in exact]
    left = int(whole - sum(floors, ZERO))
    order = sorted(range(len(weights)), key=lambda i: (floors[i] - exact[i], i))
    for i in order[:left]:
        floors[i] += 1
    parts = [f * unit for f in floors]
    crumb = amount - sum(parts, ZERO)
    if crumb:
        parts[max(range(len(parts)), key=lambda i: (parts[i], -i))] += crumb
    return parts


def known_totals(lines: Sequence[PaidLine], goods_total: Decimal) -> list[Decimal]:
    """The weight of each line. A line whose price the channel does not tell gets its share of what the others leave of
    ``goods_total``: by what its articles cost us when that is known of all of them, else by pieces."""
    unknown = [line for line in lines if line.total is None]
    if not unknown:
        return [line.total or ZERO for line in lines]
    rest = max(goods_total - sum((line.total or ZERO for line in lines), ZERO), ZERO)
    by_cost = all(line.cost for line in unknown)
    shares = [Decimal(line.cost or 0) if by_cost else Decimal(line.quantity) for line in unknown]
    whole = sum(shares, ZERO)
    each = {line.key: rest * share / whole for line, share in zip(unknown, shares, strict=True)}
    return [each[line.key] if line.total is None else line.total for line in lines]


def paid_per_line(lines: Sequence[PaidLine], goods_total: Decimal, paid: Decimal, unit: Decimal) -> dict[int, Decimal]:
    """What was really paid for each line: ``paid`` (goods after all discounts, without freight) split by the lines' totals."""
    parts = split(max(paid, ZERO), known_totals(lines, goods_total), unit)
    return {line.key: part for line, part in zip(lines, parts, strict=True)}


def part_of(amount: Decimal, pieces: int, of: int, unit: Decimal) -> Decimal:
    """The value of ``pieces`` out of ``of`` pieces that cost ``amount`` together (half up to the coin)."""
    if pieces >= of or not of:
        return amount
    return (amount * pieces / of / unit).to_integral_value(rounding=ROUND_HALF_UP) * unit


def per_piece(amount: Decimal, quantity: int) -> Decimal:
    """The value of one piece to four places, for reading; the line's own value is what is declared."""
    return (amount / quantity).quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP)
