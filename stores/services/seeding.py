"""Starting clocks of the channels, from the reference list."""

from __future__ import annotations

import csv
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from stores.models import Deadline

DATA = Path(__file__).resolve().parent.parent / "data" / "marketplace_deadlines.csv"
#: The first known version of a clock counts for earlier days too.
ALWAYS = date(2000, 1, 1)


def load_reference(*, now: datetime) -> int:
    """Add the clocks that are missing (by rule code); answers how many. Versions that staff added stay and win from their day."""
    known = set(Deadline.objects.values_list("rule_code", flat=True))
    with DATA.open(encoding="utf-8", newline="") as lines:
        fresh = [_row(row) for row in csv.DictReader(lines) if row["rule_code"] not in known]
    Deadline.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=500)
    return len(fresh)


def _row(row: dict[str, str]) -> Deadline:
    origin = "; ".join(filter(None, (row["origin"], f"as of {row['as_of']}" if row["as_of"] else "")))
    return Deadline(
        rule_code=row["rule_code"], channel=row["channel"], topic=row["topic"], anchor_event=row["anchor_event"],
        actor=row["actor"], value=row["default_value"], unit=row["unit"], calendar=row["calendar"],
        warn_before=Decimal(row["warn_before"]) if row["warn_before"] else None, warn_unit=row["warn_unit"],
        on_expiry=row["on_expiry"][:200], confidence=row["confidence"], origin=origin[:300], note_zh=row["note_zh"],
        valid_from=ALWAYS,
    )  # fmt: skip
