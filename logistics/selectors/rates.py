"""Reads over rate tables, terms, destinations, surcharges and choosing rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, Value, When

from core import policies
from core.audit import Actor
from core.clock import utcnow
from logistics.models import ChoiceRule, RateRow, RateTable, ServiceDestination, ServiceTerms, Surcharge
from logistics.policies.quotes import EXPIRY_DAYS
from logistics.rules.quotes import freight
from logistics.selectors.quotes import rate_of


def newer_than(day: date) -> QuerySet[RateTable]:
    """Used versions of the same list that began after it and by ``day`` (an outer reference)."""
    return RateTable.objects.filter(
        service_id=OuterRef("service_id"), name=OuterRef("name"), active=True, valid_from__gt=OuterRef("valid_from"),
        valid_from__lte=day,
    )  # fmt: skip


def tables_for(actor: Actor) -> QuerySet[RateTable]:
    """All versions of all lists, with their number of prices and how they stand today."""
    day = utcnow().date()
    near = soon(day)
    stands = Case(
        When(active=False, then=Value("off")), When(valid_from__gt=day, then=Value("later")),
        When(Q(valid_to__lt=day) | Exists(newer_than(day)), then=Value("past")), When(valid_to__lte=near, then=Value("ending")),
        default=Value("now"), output_field=CharField(),
    )  # fmt: skip
    return RateTable.objects.select_related("service").annotate(prices=Count("rows"), stands=stands)


def terms_for(actor: Actor) -> QuerySet[ServiceTerms]:
    """All versions of all terms."""
    return ServiceTerms.objects.all()


def places_for(actor: Actor) -> QuerySet[ServiceDestination]:
    """All versions of all destinations."""
    return ServiceDestination.objects.all()


def surcharges_for(actor: Actor) -> QuerySet[Surcharge]:
    """All surcharges."""
    return Surcharge.objects.all()


def choice_rules_for(actor: Actor) -> QuerySet[ChoiceRule]:
    """Choosing rules of the house and of the actor's stores."""
    rules = ChoiceRule.objects.select_related("store")
    return rules if actor.store_ids is None else rules.filter(Q(store__isnull=True) | Q(store_id__in=actor.store_ids))


def rows_of(table: RateTable, destination: str = "") -> QuerySet[RateRow]:
    """The prices of a table, all or of one destination."""
    rows = RateRow.objects.filter(table=table)
    return rows.filter(destination=destination) if destination else rows


def versions_of(table: RateTable) -> list[RateTable]:
    """Every version of the same list, newest first."""
    return list(RateTable.objects.filter(service=table.service, name=table.name).order_by("-valid_from"))


@dataclass(frozen=True)
class Compared:
    """A price beside that of the version before: at the end of its weight band, without surcharges. None = not there."""

    row: RateRow
    price: Decimal
    before: Decimal | None

    @property
    def percent(self) -> Decimal | None:
        """By how much it changed."""
        return (self.price - self.before) * 100 / self.before if self.before else None


def compared(rows: Sequence[RateRow], before: RateTable | None) -> list[Compared]:
    """Rows with the price that the version before asked for the same parcel. One query."""
    old = list(RateRow.objects.filter(table=before)) if before else []
    made = []
    for row in rows:
        same = next((o for o in old if _same(o, row)), None)
        made.append(Compared(row, _price(row, row.to_g), _price(same, row.to_g) if same else None))
    return made


def _same(old: RateRow, new: RateRow) -> bool:
    named = (old.destination, old.variant, old.cargo) == (new.destination, new.variant, new.cargo)
    return (
        named and old.from_g < new.to_g <= old.to_g and (old.min_value, old.max_value) == (new.min_value, new.max_value)
    )


def _price(row: RateRow, grams: int) -> Decimal:
    return row.item_fee + freight(rate_of(row), grams)


def soon(day: date) -> date:
    """The last day that is near enough to ask for the next list."""
    return day + timedelta(days=int(policies.value(EXPIRY_DAYS, day)))


def _later() -> QuerySet[RateTable]:
    return RateTable.objects.filter(
        service_id=OuterRef("service_id"), name=OuterRef("name"), active=True, valid_from__gt=OuterRef("valid_from")
    )


def ending(day: date) -> QuerySet[RateTable]:
    """Used lists that end within the days of the house rule (or ended since) and have no version after them."""
    return RateTable.objects.filter(~Exists(_later()), active=True, valid_to__lte=soon(day))


def followed(ids: Sequence[int]) -> set[int]:
    """Which of these lists have a version after them. One query."""
    return set(RateTable.objects.filter(Exists(_later()), pk__in=ids).values_list("pk", flat=True))
