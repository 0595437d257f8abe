"""Reference data of the stock."""

from __future__ import annotations

from datetime import datetime

from inventory.services.warehouses import ensure_default


def load_reference(now: datetime) -> None:
    """Make sure that there is a default warehouse. Again changes nothing."""
    ensure_default(now=now)
