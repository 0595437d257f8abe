"""Whether what somebody writes can stand where a house rule has its default: a rule that cannot be computed stops the shop."""

from __future__ import annotations

import json
import re
from datetime import time
from decimal import Decimal, InvalidOperation
from typing import Any

#: Days, hours, pieces, grams: no figure of the house is larger, and so many days from now a calendar still has dates.
LARGEST = 100_000

_CLOCK, _CURRENCY = re.compile(r"^\d{2}:\d{2}$", re.A), re.compile(r"^[A-Z]{3}$")


def read_like(default: Any, text: str, least: int = 0) -> Any:
    """``text`` read as a value of the kind of ``default``; raises ``ValueError`` when it is none."""
    if isinstance(default, str):
        found: Any = text.strip()
    elif isinstance(default, bool):
        found = {"true": True, "false": False}.get(text.strip().lower())
    else:
        try:
            found = json.loads(text)
        except RecursionError:
            raise ValueError("nested too deeply") from None
    fits = _members_fit(default, found, least) if isinstance(default, list) else _fits(default, found, least)
    if not fits:
        raise ValueError("not of this kind")
    return found


def _members_fit(default: list[Any], found: Any, least: int) -> bool:
    """A list is not emptied, and each of its members is of the kind of one of the default's."""
    return isinstance(found, list) and bool(found) and all(any(_fits(d, one, least) for d in default) for one in found)


def _fits(default: Any, found: Any, least: int) -> bool:
    if default is None or isinstance(default, bool):
        return type(found) is type(default)
    if isinstance(default, int | float):
        kinds = int if isinstance(default, int) else int | float
        return isinstance(found, kinds) and not isinstance(found, bool) and least <= found <= LARGEST
    if isinstance(default, str):
        return isinstance(found, str) and _written_alike(default, found)
    if isinstance(default, list):  # a row of a table: each place has its own kind
        return (
            isinstance(found, list)
            and len(found) == len(default)
            and all(_fits(d, one, least) for d, one in zip(default, found, strict=True))
        )
    return (
        isinstance(found, dict)
        and set(found) == set(default)
        and all(_fits(default[k], found[k], least) for k in default)
    )


def _written_alike(default: str, found: str) -> bool:
    """Clock times stay clock times, figures figures, currencies currencies; any other text is free."""
    if "\x00" in found:
        return False
    if _CLOCK.match(default):
        try:
            return bool(_CLOCK.match(found)) and time.fromisoformat(found) is not None
        except ValueError:
            return False
    if _CURRENCY.match(default):
        return bool(_CURRENCY.match(found))
    try:
        Decimal(default)
    except InvalidOperation:
        return True
    try:
        figure = Decimal(found)
    except InvalidOperation:
        return False
    return figure.is_finite() and 0 <= figure <= LARGEST
