"""Parcels of one box: each order has its own, but they travel, and are told of, together. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

P = TypeVar("P", bound=Any)


def by_box(parcels: Iterable[P]) -> list[list[P]]:
    """These parcels by box, in their order; the one under whose label the others travel stands first, where it is among them."""
    found: dict[Any, list[P]] = {}
    for parcel in parcels:
        box = found.setdefault(parcel.together_id or parcel.pk, [])
        if parcel.together_id:
            box.append(parcel)
        else:
            box.insert(0, parcel)
    return list(found.values())


def orders_named(box: Sequence[Any]) -> dict[str, str]:
    """What a text about a box says of its orders, where there are several: all their numbers."""
    numbers = list(dict.fromkeys(one.order.number for one in box))
    return {"order_no": ", ".join(numbers)} if len(numbers) > 1 else {}
