"""What happened to orders."""

from dataclasses import dataclass


@dataclass(frozen=True)
class OrdersImported:
    """Orders came in (or were taken up); ids of those that are not history. ``planned``: of these, whose duties were planned
    in the same transaction; ``gone``: of these, which may have left from elsewhere already (None: all may)."""

    order_ids: tuple[int, ...]
    planned: tuple[int, ...] = ()
    gone: tuple[int, ...] | None = None


@dataclass(frozen=True)
class OrdersReady:
    """Orders may be sent: paid, assessed, not held."""

    order_ids: tuple[int, ...]


@dataclass(frozen=True)
class OrdersMatched:
    """Orders that were not matched before now know which articles to send; ids of those to be sent."""

    order_ids: tuple[int, ...]


@dataclass(frozen=True)
class OrdersChanged:
    """Orders that are to be sent changed in a way their notes should follow: service, warehouse, wishes, address."""

    order_ids: tuple[int, ...]


@dataclass(frozen=True)
class OrderStopped:
    """An order was held, cancelled or must be intercepted."""

    order_id: int


@dataclass(frozen=True)
class OrderCompleted:
    """The buyer confirmed receipt, or the channel closed the order as a sale."""

    order_id: int
