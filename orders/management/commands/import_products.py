"""``manage.py import_products``: articles from a table; twice is once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.selectors import store_by_code
from core.audit import system
from core.commands import HouseCommand
from inventory.selectors import warehouse_by_code
from orders.services.importing import keeping, profiles, tables


class TableCommand(HouseCommand):
    """What the imports of simple tables share. ``kind``: products, stock or matches."""

    kind = ""

    def arguments(self, parser: CommandParser) -> None:
        """The file, and what may be said about it."""
        parser.add_argument("--file", required=True, help="CSV, XLSX or XLS")
        parser.add_argument("--profile", default="", help="name of a saved profile")
        parser.add_argument("--dry-run", action="store_true", help="say what would come in, write nothing")
        parser.add_argument("--now", help="import as of this time (ISO 8601)")
        parser.add_argument("--rejected", help="where the rejected rows are written (default: beside the file)")
        parser.add_argument("--decimal", choices=[".", ","], help="the decimal mark")
        parser.add_argument("--encoding", help="e.g. utf-8, utf-16, gb18030")
        parser.add_argument("--separator", help="one character")
        if self.kind == "stock":
            parser.add_argument(
                "--warehouse", help="code of the warehouse for rows that name none (default: the default one)"
            )
        parser.add_argument("--store", required=self.kind == "matches", help="code of the store")

    def perform(self, **options: Any) -> dict[str, Any]:
        """Import and answer the figures."""
        path, now = Path(options["file"]), self.now(options)
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        store = store_by_code(options["store"]) if options.get("store") else None
        warehouse = warehouse_by_code(options["warehouse"]) if options.get("warehouse") else None
        given = {name: options[name] for name in ("decimal", "encoding", "separator") if options[name]}
        plan, _seen = tables.settled_table(
            path, profiles.plan_of(options["profile"], store, self.kind).with_options(**given)
        )
        keeper = keeping.RejectedFile(
            Path(options["rejected"]) if options["rejected"] else keeping.place_beside(path, now)
        )
        try:
            result = tables.import_table(
                store=store, path=path, plan=plan, actor=system("import"), now=now, dry_run=options["dry_run"], keeper=keeper,
                warehouse=warehouse,
            )  # fmt: skip
        finally:
            rejected_file = keeper.close()
        return {
            **result.counts(), "rejected_file": rejected_file, "dry_run": options["dry_run"],
            "rejections": [{"row": e[0], "field": e[2], "reason": e[4]} for e in result.errors],
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


class Command(TableCommand):
    """Import articles: code, name_en, name_zh, weight_g, cost, …"""

    help = "Import articles from a file (columns code, name_en, name_zh, variant, barcode, weight_g, cost, cost_currency, …)."
    kind = "products"
