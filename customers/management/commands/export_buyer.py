"""``manage.py export_buyer``: everything the house holds of a buyer, as one JSON file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from core.audit import system
from core.commands import HouseCommand
from customers import services
from customers.management.commands.erase_buyer import name_arguments, named_buyer


class Command(HouseCommand):
    """Export the personal data of a buyer."""

    help = "Write everything the house holds of one buyer to a JSON file (or into the summary)."

    def arguments(self, parser: CommandParser) -> None:
        """Who, and where to."""
        name_arguments(parser)
        parser.add_argument("--to", help="the file; without it the data stand in the summary")

    def perform(self, **options: Any) -> dict[str, Any]:
        """Export and answer where it is."""
        buyer = named_buyer(options)
        found = services.export_buyer(buyer=buyer, actor=system("command"), now=self.now(options))
        if not options["to"]:
            return {"buyer": buyer.pk, "data": found}
        path = Path(options["to"])
        path.write_text(json.dumps(found, ensure_ascii=False, indent=1, default=str), encoding="utf-8")
        path.chmod(0o600)
        return {"buyer": buyer.pk, "file": str(path), "places": sorted(found)}
