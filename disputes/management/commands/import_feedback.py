"""Ratings from a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.selectors import store_by_code
from core.audit import system
from core.commands import HouseCommand
from disputes import services


class Command(HouseCommand):
    """``import_feedback --store CODE --file PATH [--now ISO8601] [--dry-run] [--json]``."""

    help = "Reads ratings (order_no, stars, text, at, id) of a store; the same file again changes nothing."

    def arguments(self, parser: CommandParser) -> None:
        """Options."""
        parser.add_argument("--store", required=True, help="code of the store")
        parser.add_argument("--file", required=True, help="CSV file")
        parser.add_argument("--now", help="the time that counts as now, ISO 8601")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and change nothing")

    def perform(self, **options: Any) -> dict[str, Any]:
        """Read it."""
        try:
            raw = Path(options["file"]).read_bytes()
        except OSError as error:
            raise CommandError(f"The file cannot be read: {error.strerror or error}.") from error
        done = services.import_feedback(
            store=store_by_code(options["store"]), raw=raw, actor=system("import"), now=self.now(options), dry_run=options["dry_run"],
        )  # fmt: skip
        return done.as_json()
