"""How the house tests get rows for a list.

Each ``tests/factories/<app>.py`` may say how, for its lists::

    LISTING_ROWS = {"orders": Rows(make_orders), "services": Rows(make_services, owned=False)}

``make(store, count, person)`` makes rows that ``person`` may see (``count`` more, or ``count`` in all for lists that the
test itself already filled). ``owned=False``: rows of the house, not of a store. Vary states, countries and times, and
leave what may be missing missing in some rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Rows:
    """The maker of rows of one list."""

    make: Callable[[Any, int, Any], None]
    owned: bool = True


def makers() -> dict[str, Rows]:
    """All makers the factories name."""
    found: dict[str, Rows] = {}
    for path in sorted((Path(__file__).parent.parent / "factories").glob("*.py")):
        if path.stem != "__init__":
            found |= getattr(import_module(f"tests.factories.{path.stem}"), "LISTING_ROWS", {})
    return found
