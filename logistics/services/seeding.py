"""Starting data of this app: services with the words buyers use for them, an approval rule, the tables of tracking, terms and rates.

Rows that exist are left alone, so what staff changed stays.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from logistics.choices import SignatureKind
from logistics.models import ApprovalRule, Service
from logistics.services import reference_texts
from logistics.services.seeding_customs import load_customs
from logistics.services.seeding_rates import load_rates
from logistics.services.seeding_tracking import load_tracking

DATA = Path(__file__).resolve().parent.parent / "data"
#: Columns of the reference list that have a column of their own; the others are kept as facts.
_OWN = {
    "service_code", "name_en", "name_zh", "carrier", "kind", "tracking_level", "days_min", "days_max", "max_weight_g", "value_max",
    "value_max_currency", "notes", "notes_zh", "tracking_number_pattern", "tracking_url_pattern", "customs_form",
}  # fmt: skip
UNEXCEPTIONAL = "In stock, in margin, nothing unusual"


def load_reference(*, now: datetime) -> int:
    """Load the rows that are missing; answers how many."""
    made = _services() + _rule() + load_tracking(now=now) + load_rates(now=now) + load_customs(now=now)
    return made + reference_texts.complete()


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _number(text: str) -> int | None:
    return int(text) if text.strip().isdigit() else None


def _services() -> int:
    words: dict[str, list[str]] = defaultdict(list)
    for row in _rows("service_words.csv"):
        words[row["service_code"]].append(row["word"])
    known = set(Service.objects.values_list("code", flat=True))
    fresh = [
        _service(row, words[row["service_code"]])
        for row in _rows("carrier_services.csv")
        if row["service_code"] not in known
    ]
    return len(Service.objects.bulk_create(fresh))


def _service(row: dict[str, str], words: list[str]) -> Service:
    url = row["tracking_url_pattern"].strip()
    return Service(
        code=row["service_code"], name_en=row["name_en"], name_zh=row["name_zh"], carrier=row["carrier"], kind=row["kind"],
        tracking_level=row["tracking_level"] or "full", days_min=_number(row["days_min"]), days_max=_number(row["days_max"]),
        max_weight_g=_number(row["max_weight_g"]), value_max=Decimal(row["value_max"]) if row["value_max"].strip() else None,
        value_max_currency=row["value_max_currency"], number_pattern=row["tracking_number_pattern"], tracking_url=url,
        customs_form=row["customs_form"], note=row["notes"], note_zh=row["notes_zh"],
        match_words=[*words, row["name_en"], *([row["name_zh"]] if row["name_zh"] else [])],
        facts={name: value for name, value in row.items() if name not in _OWN and value.strip()},
    )  # fmt: skip


def _rule() -> int:
    """The rule that signs unexceptional notes. It waits until a manager switches it on; a demo does so at once."""
    conditions = {
        "in_stock": True, "cost_known": True, "margin_percent": {"gte": 10}, "has_wish": False, "held": False,
        "customs_review": False, "service_needs_look": False, "order_type": "sale",
    }  # fmt: skip
    _row, made = ApprovalRule.objects.get_or_create(
        name=UNEXCEPTIONAL,
        defaults={"active": False, "position": 10, "kinds": list(SignatureKind.values), "conditions": conditions},
    )
    return int(made)


def switch_on_approval(*, now: datetime) -> None:
    """For demo databases: let the starting rule sign, so that a visitor sees both signed and waiting notes."""
    ApprovalRule.objects.filter(name=UNEXCEPTIONAL).update(active=True)
