"""``manage.py bench_parcels --parcels N`` (settings bench.settings): fill a database with parcels under way and their events."""

from __future__ import annotations

from typing import Any

from bench import parcels
from core.commands import HouseCommand


class Command(HouseCommand):
    """Add N parcels under way with their events, straight by COPY."""

    help = "Fill a database with parcels for measurements (never one that people work in)."

    def arguments(self, parser: Any) -> None:
        """How many, with how many events each."""
        parser.add_argument("--parcels", type=int, required=True)
        parser.add_argument("--events", type=int, default=20, help="events of a parcel on average")
        parser.add_argument("--workers", type=int, default=2)
        parser.add_argument("--now", help="the time the parcels have lived to (ISO 8601)")

    def perform(self, **options: Any) -> dict[str, Any]:
        """One filling."""
        made = parcels.fill(
            parcels=options["parcels"], each=options["events"], workers=options["workers"], now=self.now(options)
        )
        return {"made": made}
