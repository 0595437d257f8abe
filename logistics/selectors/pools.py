"""Number pools: how many free waybill numbers each service has, and which run low."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef

from core import policies
from logistics.choices import NumberState
from logistics.models import Service, WaybillNumber
from logistics.policies.dispatch import LOW_NUMBERS


def overview(day: date | datetime) -> list[dict[str, Any]]:
    """Number pools that hold free numbers or run low: service and free numbers. Asks the index of free numbers only."""
    named = {"code": F("service__code"), "name_en": F("service__name_en"), "name_zh": F("service__name_zh")}
    rows = WaybillNumber.objects.filter(state=NumberState.FREE).values("service_id", **named)
    found = {row["service_id"]: dict(row) for row in rows.annotate(free=Count("pk")).order_by("service__code")}
    for service in low_pools(day):
        names = {"name_en": service.name_en, "name_zh": service.name_zh}
        found.setdefault(service.pk, {"service_id": service.pk, "code": service.code, "free": 0, **names})
    return sorted(found.values(), key=lambda row: str(row["code"]))


def low_pools(day: date | datetime) -> list[Service]:
    """Active services that live from a pool and have fewer free numbers than the house rule asks for."""
    least = int(policies.value(LOW_NUMBERS, day))
    mine = WaybillNumber.objects.filter(service_id=OuterRef("pk"))
    enough = mine.filter(state=NumberState.FREE).order_by("pk")[least - 1 : least] if least > 0 else mine
    return list(Service.objects.filter(Exists(mine.filter(source="pool")), ~Exists(enough), active=True).order_by("pk"))


def free_numbers(service: Service) -> int:
    """Free numbers in the pool of a service."""
    return WaybillNumber.objects.filter(service=service, state=NumberState.FREE).count()


def number_row(service: Service, number: str) -> WaybillNumber:
    """One number of a service."""
    return WaybillNumber.objects.get(service=service, number=number)
