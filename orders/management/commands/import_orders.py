"""``manage.py import_orders``: a file of orders into a store; twice is once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.selectors import store_by_code
from core.audit import system
from core.commands import HouseCommand
from orders.services.importing import files, keeping, profiles


class Command(HouseCommand):
    """Import orders from CSV, XLSX or XLS."""

    help = (
        "Import orders from a file. Prints created, updated, unchanged and rejected orders; rejected rows go to a file."
    )

    def arguments(self, parser: CommandParser) -> None:
        """Store, file, profile, and what may be said about the file."""
        parser.add_argument("--store", required=True, help="code of the store")
        parser.add_argument("--file", required=True, help="CSV, XLSX or XLS")
        parser.add_argument("--profile", default="", help="generic, aliexpress, or the name of a saved profile")
        parser.add_argument("--dry-run", action="store_true", help="say what would come in, write nothing")
        parser.add_argument("--now", help="import as of this time (ISO 8601)")
        parser.add_argument("--rejected", help="where the rejected rows are written (default: beside the file)")
        parser.add_argument("--date-format", choices=["ymd", "dmy", "mdy", "month"], help="how dates are written")
        parser.add_argument("--decimal", choices=[".", ","], help="the decimal mark")
        parser.add_argument("--encoding", help="e.g. utf-8, utf-16, gb18030")
        parser.add_argument("--separator", help="one character")
        parser.add_argument("--currency", help="when the file has no such column")
        parser.add_argument("--zone", help="zone of times without one (default: the store's)")

    def perform(self, **options: Any) -> dict[str, Any]:
        """Import and answer the figures."""
        store, path, now = store_by_code(options["store"]), Path(options["file"]), self.now(options)
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        given = {
            name: options[name]
            for name in ("date_format", "decimal", "encoding", "separator", "currency", "zone")
            if options[name]
        }
        plan, _seen = files.settled(path, profiles.plan_of(options["profile"], store).with_options(**given), store)
        target = Path(options["rejected"]) if options["rejected"] else keeping.place_beside(path, now)
        keeper = keeping.RejectedFile(target)
        try:
            result = files.import_file(
                store=store,
                path=path,
                plan=plan,
                actor=system("import"),
                now=now,
                dry_run=options["dry_run"],
                keeper=keeper,
            )
        finally:
            rejected_file = keeper.close()
        return {
            "store": store.code, **result.counts(), "rejected_file": rejected_file, "dry_run": options["dry_run"],
            "rejections": [{"row": e[0], "order": e[1], "field": e[2], "reason": e[4]} for e in result.errors],
            "reasons": dict(result.reasons),
        }  # fmt: skip

    def words(self, summary: dict[str, Any]) -> str:
        """The figures, and the first reasons."""
        lines = [f"{name}: {summary[name]}" for name in ("created", "updated", "unchanged", "rejected")]
        lines += [
            f"row {r['row']}: {r['field']} {r['reason']}".replace(":  ", ": ") for r in summary["rejections"][:20]
        ]
        if summary["rejected_file"]:
            lines.append(f"rejected rows: {summary['rejected_file']}")
        return "\n".join(lines)
