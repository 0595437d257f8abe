"""What apps above know about orders and orders cannot ask for themselves.

The dispatch side registers one function that answers, for order ids, how far notes and parcels are
(``rules.stage.DispatchFacts``); orders without a note or parcel are absent. One query for any number of ids::

    registry.dispatch_facts = selectors.facts_of_orders
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any


def _nothing(order_ids: Sequence[int]) -> Mapping[int, Any]:
    """Before any app above is loaded there are no notes."""
    return {}


def _no_services() -> Sequence[tuple[str, Any]]:
    """Before any app above is loaded nobody knows a carrier service."""
    return ()


#: ``fn() -> [(code, label)]``: the carrier services one may choose for an order.
service_choices: Callable[[], Sequence[tuple[str, Any]]] = _no_services

#: ``fn(order_ids) -> {order id: DispatchFacts}``
dispatch_facts: Callable[[Sequence[int]], Mapping[int, Any]] = _nothing


#: Kinds of files whose rows belong to an app above: ``fn(rows=, headings=, plan=, result=, refuse=, actor=, now=)`` writes them.
table_writers: dict[str, Callable[..., None]] = {}
#: Where their result leads: (label, name of the address).
table_results: dict[str, tuple[Any, str]] = {}


#: Clocks of apps above that run on an order, the most urgent first: ``fn(order) -> {"at", "text"} or None``. The page of an
#: order shows the first one that runs.
clocks: list[Callable[[Any], dict[str, Any] | None]] = []

#: What comes next for an order that an app above has in hand: ``fn(order, actor, now) -> a button (core/detail.html) or None``. The
#: first answer is the next step on the page of the order.
next_steps: list[Callable[[Any, Any, Any], dict[str, Any] | None]] = []
