"""Promises about prices."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.db.models import F, Q, QuerySet

from core.invariants import invariant
from logistics.models import FreightEstimate, RateRow


@invariant("G17", "the lines of every expected freight add up to its amount")
def lines_add_up(now: datetime) -> Iterable[str]:
    """Expected freights whose lines say another sum."""
    rows = FreightEstimate.objects.filter(amount__isnull=False).values_list("pk", "amount", "lines")
    for pk, amount, lines in rows.iterator(chunk_size=2000):
        if sum((Decimal(line["amount"]) for line in lines), Decimal(0)) != amount:
            yield f"expected freight {pk}"


@invariant(
    "G17", "an expected freight rests on a price of the service it is for, and belongs to the parcel of its note"
)
def rests_on_its_service(now: datetime) -> QuerySet[FreightEstimate]:
    """Those that name another service's price or another note's parcel."""
    foreign = Q(rate__isnull=False) & ~Q(rate__table__service_id=F("service_id"))
    return FreightEstimate.objects.filter(foreign | (Q(parcel__isnull=False) & ~Q(parcel__note_id=F("note_id"))))


@invariant("G3", "no parcel finds two prices in one group of a list")
def overlapping_rates(now: datetime) -> Iterable[str]:
    """Rows of the same list, destination, group, goods and worth whose weights overlap."""
    order = ("table_id", "destination", "variant", "cargo", "value_currency", "min_value", "from_g")
    last: tuple[object, ...] = ()
    end = 0
    for *key, start, to in RateRow.objects.order_by(*order).values_list(*order, "to_g").iterator(chunk_size=2000):
        if tuple(key) == last and start < end:
            yield f"table {key[0]}: {key[1]} {key[2]} from {start} g"
        last, end = tuple(key), to
