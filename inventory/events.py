"""What happened to the stock."""

from dataclasses import dataclass


@dataclass(frozen=True)
class GoodsArrived:
    """Waiting reservations of these orders got goods (a receipt, a count, a return, or another order let go of them)."""

    order_refs: tuple[int, ...]


@dataclass(frozen=True)
class StockShort:
    """A count took promised goods away from these orders; they are short now."""

    order_refs: tuple[int, ...]
