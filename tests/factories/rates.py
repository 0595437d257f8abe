"""Price lists with their rows, terms, destinations, surcharges and choosing rules."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from core.clock import utcnow
from logistics.models import ChoiceRule, RateRow, RateTable, Service, ServiceDestination, ServiceTerms, Surcharge
from tests.factories.dispatch import NOW, make_service
from tests.house.rows import Rows

_count = itertools.count(1)


def make_rate(
    service: Service | None = None, country: str = "BR", *, table: RateTable | None = None, **row: Any
) -> RateRow:
    """A price, in a list of its own unless one is given."""
    table = table or make_table(service)
    given = {"destination": country, "from_g": 0, "to_g": 2000, "item_fee": Decimal(8), "per_kg": Decimal(90)}
    return RateRow.objects.create(table=table, **{**given, **row})


def make_table(service: Service | None = None, **facts: Any) -> RateTable:
    """An empty list."""
    given = {"name": f"list {next(_count)}", "currency": "CNY", "valid_from": date(2026, 1, 1), "created_at": NOW}
    return RateTable.objects.create(service=service or make_service(), **{**given, **facts})


def _tables(store: Any, count: int, person: Any) -> None:
    services = [make_service("CP_REG"), make_service("EMS", kind="ems")]
    today = utcnow().date()
    for i in range(RateTable.objects.count(), count):
        ends = [None, today + timedelta(days=3), today - timedelta(days=3), None][i % 4]
        table = make_table(
            services[i % 2], valid_from=today + timedelta(days=9) if i % 4 == 3 else today - timedelta(days=40 + i), valid_to=ends,
            active=i % 5 != 4, level="normal" if i % 2 else "",
        )  # fmt: skip
        for country in ("BR", "DE")[: i % 3]:
            make_rate(table=table, country=country)


def _terms(store: Any, count: int, person: Any) -> None:
    services = [make_service("CP_REG"), make_service("EMS", kind="ems")]
    for i in range(ServiceTerms.objects.count(), count):
        ServiceTerms.objects.create(
            service=services[i % 2], valid_from=date(2026, 1, 1) + timedelta(days=i), volumetric=["none", "max"][i % 2],
            divisor=5000 if i % 2 else None, max_side_cm=60 if i % 3 else None, accepts={"liquid": "no"} if i % 2 else {}, fuel=i % 2 == 0,
        )  # fmt: skip


def _places(store: Any, count: int, person: Any) -> None:
    services = [make_service("CP_REG"), make_service("EMS", kind="ems")]
    for i in range(ServiceDestination.objects.count(), count):
        ServiceDestination.objects.create(
            service=services[i % 2], country=["BR", "DE", "US"][i % 3], zone=str(i % 4), valid_from=date(2026, 1, 1) + timedelta(days=i),
            max_weight_g=None if i % 2 else 20000, max_side_cm=None if i % 3 else 105,
        )  # fmt: skip


def _surcharges(store: Any, count: int, person: Any) -> None:
    services = [make_service("CP_REG"), make_service("EMS", kind="ems")]
    for i in range(Surcharge.objects.count(), count):
        Surcharge.objects.create(
            service=services[i % 2], kind=["fuel", "handling", "remote"][i % 3], percent=None if i % 3 else 20, amount=5 if i % 3 else None,
            currency="CNY" if i % 3 else "", valid_from=date(2026, 1, 1) + timedelta(days=i), valid_to=None if i % 2 else date(2027, 1, 1),
            postcodes="99" if i % 3 == 2 else "",
        )  # fmt: skip


def _choices(store: Any, count: int, person: Any) -> None:
    for i in range(ChoiceRule.objects.count(), count):
        ChoiceRule.objects.create(
            name=f"choice {next(_count)}", position=i, active=i % 2 == 0, store=store if i % 3 == 1 else None,
            strategy=["cheapest", "first"][i % 2], countries="BR;DE" if i % 2 else "",
        )  # fmt: skip


LISTING_ROWS = {
    "rate-tables": Rows(_tables, owned=False), "service-terms": Rows(_terms, owned=False),
    "service-destinations": Rows(_places, owned=False), "surcharges": Rows(_surcharges, owned=False),
    "choosing-rules": Rows(_choices, owned=False),
}  # fmt: skip
