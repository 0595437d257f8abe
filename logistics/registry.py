"""What upper apps tell of parcels: the clock of a dispute about their order.

@dispute_clocks
def clocks(order_ids): return {order_id: DisputeClock(at, "CS-1", "/cases/7/")}
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class DisputeClock:
    """The open dispute of an order: until when we answer (None = it is not our turn, or nobody knows), its number ("" while there
    is no case), page, and where one answers or opens the case ("" while an answer is on its way or none is owed)."""

    at: datetime | None
    number: str
    url: str
    answer_url: str = ""


#: fn(order ids) -> {order id: its most urgent open dispute}
Clocks = Callable[[Iterable[int]], Mapping[int, DisputeClock]]
_CLOCKS: list[Clocks] = []


def dispute_clocks(function: Clocks) -> Clocks:
    """Give the open disputes of orders."""
    _CLOCKS.append(function)
    return function


def clocks_of(order_ids: Iterable[int]) -> dict[int, DisputeClock]:
    """The most urgent open dispute of each order that has one."""
    ids, found = list(order_ids), dict[int, DisputeClock]()
    for function in _CLOCKS if ids else ():
        found |= function(ids)
    return found
