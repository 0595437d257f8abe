"""``manage.py measure`` (settings bench.settings): the figures of one database."""

from __future__ import annotations

from typing import Any

from bench import figures
from core.commands import HouseCommand


class Command(HouseCommand):
    """Measure everything, or ``--only`` some."""

    help = "Measure the product against its floor on this database."

    def arguments(self, parser: Any) -> None:
        """Which figures."""
        parser.add_argument("--only", nargs="*", default=[])
        parser.add_argument("--of", choices=["orders", "parcels"], default="orders", help="how the database was filled")

    def perform(self, **options: Any) -> dict[str, Any]:
        """The figures as rows of text."""
        return {"figures": figures.measure(only=set(options["only"]), of=options["of"], now=self.now(options))}
