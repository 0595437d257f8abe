"""Starting data of quotes: terms and destinations of services, rate tables, one choosing rule.

Rows that exist are left alone, so what staff changed stays.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from logistics.choices import PickStrategy
from logistics.models import (
    ChoiceRule,
    RateRow,
    RateTable,
    Service,
    ServiceDestination,
    ServiceTerms,
)
from logistics.rules.rate_files import days_of, row_of

DATA = Path(__file__).resolve().parent.parent / "data"
SINCE = date(2009, 1, 1)
#: Of price lists with several levels the one a shop without a contract of its own pays.
LEVELS = {"CP_EUB_RU": "normal", "CP_PUDO_RU": "standard air"}
#: The rule of EMS and e-express before and after the first of June 2022.
VOLUME_CHANGED, OLD_SIDE, OLD_DIVISOR = date(2022, 6, 1), Decimal(60), 8000
#: Size standards of the list of EMS: longest side, girth.
STANDARDS = {"1": (150, 300), "2": (105, 200), "3": (150, 300), "4": (60, None)}
CHEAPEST_RULE = "Cheapest that keeps the promise"


def load_rates(*, now: datetime) -> int:
    """Load the rows that are missing; answers how many."""
    services = {service.code: service for service in Service.objects.all()}
    return _terms(services) + _places(services) + _tables(services, now) + _rule()


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _whole(text: str) -> int | None:
    return int(text) if text.strip().isdigit() else None


def _cm(text: str) -> Decimal | None:
    return Decimal(text) if text.strip() else None


def _terms(services: dict[str, Service]) -> int:
    known = set(ServiceTerms.objects.values_list("service__code", flat=True))
    fresh = []
    for row in _rows("carrier_services.csv"):
        service = services.get(row["service_code"])
        if service is None or service.code in known:
            continue
        made = _term(service, row)
        if row["volumetric_rule"] == "max_if_side_ge":
            made.valid_from = VOLUME_CHANGED
            old = _term(service, row)
            old.volumetric, old.volumetric_side_cm, old.divisor = "max_if_side_gt", OLD_SIDE, OLD_DIVISOR
            fresh.append(old)
        fresh.append(made)
    return len(ServiceTerms.objects.bulk_create(fresh))


def _term(service: Service, row: dict[str, str]) -> ServiceTerms:
    # "First 500 g" and "at least 500 g" of a list mean the same: a lighter parcel pays for that much.
    least = max(_whole(row["min_charge_g"]) or 0, _whole(row["min_weight_g"]) or 0)
    kinds = ("battery_in_equipment", "battery_loose", "liquid")
    return ServiceTerms(
        service=service, volumetric=row["volumetric_rule"] or "none", divisor=_whole(row["volumetric_divisor"]),
        volumetric_side_cm=_cm(row["volumetric_side_cm"]), volumetric_ratio=_cm(row["volumetric_ratio"]),
        volumetric_groups="Big;Premium Big" if row["volumetric_rule"] == "max_for_big_groups" else "",
        rounding_g=_whole(row["rounding_g"]) or 1, min_charge_g=least, bulk_from_g=_whole(row["bulk_from_g"]),
        max_side_cm=_cm(row["max_side_cm"]), max_sum_cm=_cm(row["max_sum_cm"]), max_girth_cm=_cm(row["max_girth_cm"]),
        min_size_cm=row["min_size_cm"], fuel=row["fuel_surcharge"] == "yes",
        accepts={name: row[name] for name in kinds if row[name]}, valid_from=SINCE,
    )  # fmt: skip


def _places(services: dict[str, Service]) -> int:
    ems = services.get("EMS")
    if ems is None:
        return 0
    known = set(ServiceDestination.objects.filter(service=ems).values_list("country", flat=True))
    fresh = []
    for row in _rows("ems_limits.csv"):
        if row["iso2"] in known:
            continue
        side, girth = STANDARDS[row["size_standard"]]
        weight = int(Decimal(row["max_weight_kg"]) * 1000) if row["max_weight_kg"] else None
        fresh.append(ServiceDestination(
            service=ems, country=row["iso2"], zone=row["zone"], max_weight_g=weight, max_side_cm=side, max_girth_cm=girth,
            note=row["size_rule"], note_zh=row["size_rule_zh"], valid_from=date.fromisoformat(row["as_of"]),
        ))  # fmt: skip
    return len(ServiceDestination.objects.bulk_create(fresh))


def _tables(services: dict[str, Service], now: datetime) -> int:
    lists: dict[tuple[str, str, str], list[dict[str, str]]] = defaultdict(list)
    for row in _rows("rates.csv"):
        lists[row["rate_table"], row["service_code"], row["valid_from"]].append(row)
    known = set(RateTable.objects.values_list("name", "service__code"))
    made = 0
    for (name, code, day), rows in lists.items():
        if (name, code) in known or code not in services:
            continue
        table = RateTable.objects.create(
            service=services[code], name=name, currency=rows[0]["currency"], valid_from=date.fromisoformat(day),
            level=LEVELS.get(code, ""), source=rows[0]["source"], created_at=now,
        )  # fmt: skip
        RateRow.objects.bulk_create(
            [RateRow(table=table, **row_of({**row, **days_of(row["eta_days"])})) for row in rows]
        )
        made += 1 + len(rows)
    return made


def _rule() -> int:
    if ChoiceRule.objects.exists():
        return 0
    ChoiceRule.objects.create(name=CHEAPEST_RULE, position=100, services="*", strategy=PickStrategy.CHEAPEST)
    return 1
