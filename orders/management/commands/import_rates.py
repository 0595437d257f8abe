"""``manage.py import_rates``: dated exchange rates, as the European Central Bank publishes them or as a plain table."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from core.commands import HouseCommand
from core.rates import keep_rates

_MOST = 200 * 1024 * 1024


class Command(HouseCommand):
    """Import exchange rates against the euro."""

    help = "Import rates: a column Date and one per currency (eurofxref-hist), or the columns day, currency, rate."

    def arguments(self, parser: CommandParser) -> None:
        """The file and where it comes from."""
        parser.add_argument("--file", required=True, help="CSV, also packed as .gz or .zip")
        parser.add_argument("--source", default="ECB", help="kept with each rate")
        parser.add_argument("--since", help="only days from this one on (YYYY-MM-DD)")

    def perform(self, **options: Any) -> dict[str, Any]:
        """Import and answer the figures; cells that are no rate are counted as rejected with their row."""
        path = Path(options["file"])
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        since = date.fromisoformat(options["since"]) if options["since"] else date.min
        rejected: list[dict[str, Any]] = []
        rates = [rate for rate in _rates(path, rejected) if rate[0] >= since]
        kept = keep_rates(rates=rates, source=options["source"][:80])
        return {"created": kept.created, "updated": kept.updated, "unchanged": kept.unchanged, "rejected": len(rejected),
                "rejections": rejected[:200]}  # fmt: skip


def _text(path: Path) -> str:
    raw: bytes
    if path.suffix == ".gz":
        with gzip.open(path) as packed:
            raw = packed.read(_MOST + 1)
    elif path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive, archive.open(archive.namelist()[0]) as packed:
            raw = packed.read(_MOST + 1)
    else:
        raw = path.read_bytes()
    if len(raw) > _MOST:
        raise CommandError("The file is too large.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CommandError("The file is not UTF-8.") from None


def _rates(path: Path, rejected: list[dict[str, Any]]) -> Iterator[tuple[date, str, Decimal]]:
    reader = csv.DictReader(io.StringIO(_text(path)))
    names = {(name or "").strip().lower(): name for name in reader.fieldnames or ()}
    day_name = names.get("date") or names.get("day")
    if day_name is None:
        raise CommandError("The file has no column Date.")
    long = "currency" in names and "rate" in names
    for number, row in enumerate(reader, 2):
        try:
            day = date.fromisoformat((row[day_name] or "").strip())
        except ValueError:
            rejected.append({"row": number, "field": day_name, "reason": f"“{row[day_name]}” is not a day."})
            continue
        cells = (
            [(row[names["currency"]] or "", row[names["rate"]])]
            if long
            else [(n, v) for n, v in row.items() if n and n != day_name]
        )
        for currency, cell in cells:
            text = (cell or "").strip() if isinstance(cell, str) else ""
            if text in ("", "N/A"):
                continue
            rate = _rate(text)
            code = currency.strip().upper()
            if rate is None or len(code) != 3:
                rejected.append({"row": number, "field": code, "reason": f"“{text}” is not a rate."})
            else:
                yield day, code, rate


def _rate(text: str) -> Decimal | None:
    try:
        rate = Decimal(text)
    except InvalidOperation:
        return None
    return rate if rate.is_finite() and 0 < rate < 10**9 else None
