"""Every place that keeps personal data of a buyer, so that export and erasure reach all of them.

Upper apps register from their ``panels.py`` or ``checks.py``::

    personal_data("orders.address", export=selectors.addresses_of_buyer, erase=addresses.erase_for_buyer)

``export(buyer)`` answers plain JSON values (a list or an object); ``erase(buyer, now)`` replaces the data by nothing or by
stable pseudonyms, keeps amounts, quantities and customs lines, and answers how many rows it changed. Erasing twice is once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Place:
    """One table or file that holds personal data of buyers."""

    name: str
    export: Callable[[Any], Any]
    erase: Callable[[Any, datetime], int]


PLACES: dict[str, Place] = {}


def personal_data(name: str, *, export: Callable[[Any], Any], erase: Callable[[Any, datetime], int]) -> None:
    """Register a place; a name is taken once."""
    if name in PLACES and PLACES[name].export.__qualname__ != export.__qualname__:
        raise ValueError(f"personal data of {name} is registered twice")
    PLACES[name] = Place(name, export, erase)
