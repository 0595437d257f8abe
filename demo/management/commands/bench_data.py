"""``manage.py bench_data --orders N``: fill a database for measurements."""

from __future__ import annotations

from typing import Any

from core.commands import HouseCommand
from demo.services import bulk


class Command(HouseCommand):
    """Add N orders with lines, parcels and duties, straight in SQL."""

    help = "Fill a database for measurements (never one that people work in)."

    def arguments(self, parser: Any) -> None:
        """How many."""
        parser.add_argument("--orders", type=int, required=True)
        parser.add_argument("--duties", type=int, help="open duties of people; default a fifth of the orders")
        parser.add_argument("--now", help="the newest order's time (ISO 8601)")

    def perform(self, **options: Any) -> dict[str, Any]:
        """One service call."""
        return {"made": bulk.fill(orders=options["orders"], duties=options["duties"], now=self.now(options))}
