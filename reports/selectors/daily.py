"""Reads of the daily figures: sums of a period, its course, and who or what stands behind it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.cache import cache
from django.db.models import Count, F, Max, QuerySet, Sum
from django.db.models.functions import Coalesce, TruncWeek

from core import policies as house
from core.audit import Actor
from core.clock import WorkCalendar
from core.models import CalendarDay, SystemMark
from disputes.selectors import causes
from reports.choices import BY_CAUSE, COLUMNS, FIGURES
from reports.models import DailyCause, DailyClerk, DailyFigure, DailyMoney
from reports.rules import Period, buckets

#: The countries offered as a filter may be this old.
COUNTRIES_SECONDS = 600
#: The mark that says up to where changes were read and when the figures were counted.
MARK = "reports"
HOUSE_CURRENCY = "worklist.house_currency"
#: The columns that are drawn as a course.
COURSE = (
    "placed",
    "paid",
    "dispatched",
    "clock_kept",
    "clock_missed",
    "latest_kept",
    "latest_missed",
    "handed_over",
    "delivered",
    "promise_kept",
    "promise_missed",
    "lost",
    "cases_opened",
    "cases_closed",
    "refunds",
    *(f"stars_{n}" for n in range(1, 6)),
    "answered_in_time",
    "answered_late",
)


def as_of() -> datetime | None:
    """The moment the figures are true for; None = they were never counted."""
    held = SystemMark.objects.filter(name=MARK).values_list("value", flat=True).first()
    return datetime.fromisoformat(held["as_of"]) if held else None


def house_currency(now: datetime) -> str:
    """The currency of the house."""
    return str(house.value(house.POLICIES[HOUSE_CURRENCY], now))


@dataclass(frozen=True)
class Question:
    """What a report is asked: the days, one store (None = all the actor sees), one country (empty = all)."""

    period: Period
    store_id: int | None = None
    country: str = ""

    def of(self, rows: QuerySet[Any], period: Period | None = None) -> QuerySet[Any]:
        """The rows of a daily table that fit."""
        days = period or self.period
        rows = rows.filter(day__gte=days.first, day__lte=days.last)
        return rows.filter(store_id=self.store_id) if self.store_id is not None else rows


@dataclass(frozen=True)
class Amounts:
    """Money of a period: per currency, and the sum in the house currency; ``unpriced`` = currencies without a rate."""

    by_currency: dict[str, Decimal] = field(default_factory=dict)
    house: Decimal = Decimal(0)
    unpriced: tuple[str, ...] = ()
    rate_day: date | None = None


_SUMS = {name: Sum(name) for name in COLUMNS if name != "overdue"}


def counts(actor: Actor, question: Question, period: Period | None = None) -> dict[str, int]:
    """Every figure of the period (sums of others included); late now is asked apart, whatever the days."""
    rows = question.of(DailyFigure.objects.filter(country=question.country), period)
    found = rows.order_by().aggregate(**_SUMS)
    return with_sums({name: n or 0 for name, n in found.items()})


def with_sums(found: dict[str, Any]) -> dict[str, Any]:
    """Counted figures together with those that are sums of them."""
    sums = {name: sum(found.get(part, 0) for part in words.sum_of) for name, words in FIGURES.items() if words.sum_of}
    return {**found, **sums}


def overdue(actor: Actor, question: Question) -> int:
    """Parcels late now."""
    rows = DailyFigure.objects.filter(country=question.country, overdue__gt=0)
    if question.store_id is not None:
        rows = rows.filter(store_id=question.store_id)
    return int(rows.order_by().aggregate(n=Coalesce(Sum("overdue"), 0))["n"])


def course(actor: Actor, question: Question) -> list[dict[str, Any]]:
    """The course of the period by day, or by week when it is long: one entry for each bucket, ``first`` and ``last`` its days."""
    period = question.period
    rows = question.of(DailyFigure.objects.filter(country=question.country)).order_by()
    stage = TruncWeek("day") if period.by_week else F("day")
    sums = rows.annotate(stage=stage).values_list("stage").annotate(**{name: Sum(name) for name in COURSE})
    found = {row[0]: row[1:] for row in sums}
    money = question.of(DailyMoney.objects.filter(country=question.country)).order_by().annotate(stage=stage)
    house_money = dict(money.values_list("stage").annotate(n=Sum("revenue_house")))
    made = []
    nothing = (0,) * len(COURSE)
    for first, last in buckets(period):
        key = date.fromordinal(first.toordinal() - first.weekday()) if period.by_week else first
        row = dict(zip(COURSE, found.get(key, nothing), strict=True))
        made.append({"first": first, "last": last, "revenue": house_money.get(key) or Decimal(0), **row})
    return made


def money(actor: Actor, question: Question, now: datetime, period: Period | None = None) -> dict[str, Amounts]:
    """Revenue and refunds: per currency and together in the house currency."""
    currency = house_currency(now)
    rows = question.of(DailyMoney.objects.filter(country=question.country), period).order_by()
    found = rows.values("currency", "house_currency").annotate(
        r=Sum("revenue"), f=Sum("refunded"), rh=Sum("revenue_house"), fh=Sum("refunded_house"), at=Max("rate_day")
    )
    made: dict[str, Any] = {}
    listed = list(found)
    for name, own, priced in (("revenue", "r", "rh"), ("refunded", "f", "fh")):
        sums: dict[str, Decimal] = {}
        total, blank, at = Decimal(0), set(), None
        for row in listed:
            if not row[own]:
                continue
            sums[row["currency"]] = sums.get(row["currency"], Decimal(0)) + row[own]
            if row["house_currency"] == currency:
                total += row[priced]
                at = max(filter(None, (at, row["at"])), default=None)
            else:
                blank.add(row["currency"])
        made[name] = Amounts(dict(sorted(sums.items())), total, tuple(sorted(blank)), at)
    return made


#: The columns of the tables by store and by country.
SPLIT = (
    "placed",
    "paid",
    "dispatched",
    "clock_kept",
    "clock_missed",
    "promise_kept",
    "promise_missed",
    "cases_opened",
    "stars_1",
    "stars_2",
    "stars_3",
    "stars_4",
    "stars_5",
    "overdue",
)


def split(actor: Actor, question: Question, by: str) -> list[dict[str, Any]]:
    """The figures of the period by ``store_id`` or by ``country``, the largest first, with the money of each."""
    figures, amounts = DailyFigure.objects.all(), DailyMoney.objects.all()
    if by == "country":
        kept = {"country": question.country} if question.country else {}
        figures = figures.filter(**kept).exclude(country="")
        amounts = amounts.filter(**kept).exclude(country="")
    else:
        figures = figures.filter(country=question.country)
        amounts = amounts.filter(country=question.country)
    sums = {name: Sum(name) for name in SPLIT if name != "overdue"}
    names = ("store_id", "store__code", "store__name", "store__closed_at") if by == "store_id" else (by,)
    rows: dict[Any, dict[str, Any]] = {
        row[by]: with_sums(row) for row in question.of(figures).order_by().values(*names).annotate(**sums)
    }
    sold = question.of(amounts).filter(revenue__gt=0).order_by().values_list(by, "currency").annotate(n=Sum("revenue"))
    for place, currency, amount in sold:
        rows.setdefault(place, with_sums({by: place, **dict.fromkeys(SPLIT, 0)})).setdefault("revenue", {})[
            currency
        ] = amount
    return sorted(rows.values(), key=lambda row: (-row["paid"], -row["placed"], str(row[by])))


def clerks(actor: Actor, question: Question) -> list[dict[str, Any]]:
    """What each person did in the period, the busiest first. Countries are not told apart."""
    rows = question.of(DailyClerk.objects.all()).order_by()
    found = rows.values("person_id", "person__display_name", "person__username").annotate(
        written=Sum("written"), packed=Sum("packed"), given_out=Sum("handed_over")
    )
    return sorted(found, key=lambda row: (-(row["written"] + row["packed"] + row["given_out"]), row["person_id"]))


def countries(actor: Actor) -> list[str]:
    """The countries that have figures, the busiest first; remembered for some minutes."""
    stores = "all" if actor.store_ids is None else "-".join(map(str, sorted(actor.store_ids)))
    held = _remembered(f"reports:countries:{stores}")
    if held is None:
        rows = DailyFigure.objects.exclude(country="").order_by().values_list("country").annotate(n=Count("pk"))
        held = [country for country, _n in sorted(rows, key=lambda row: (-row[1], row[0]))][:60]
        _remember(f"reports:countries:{stores}", held)
    return held


def _remembered(name: str) -> Any:
    try:
        return cache.get(name)
    except Exception:  # the cache is away: ask
        return None


def _remember(name: str, value: Any) -> None:
    try:
        cache.set(name, value, COUNTRIES_SECONDS)
    except Exception:
        return


def by_cause(actor: Actor, question: Question) -> list[dict[str, Any]]:
    """Cases and bad ratings of the period by root cause: every cause that can be named today or was named, in the order of
    the list, and last what has none (cause "")."""
    rows = question.of(DailyCause.objects.filter(country=question.country)).order_by()
    sums = {name: Sum(name) for name in BY_CAUSE}
    found = {row["cause"]: row for row in rows.values("cause").annotate(**sums)}
    listed = [row.code for row in causes.offered(question.period.last)]
    order = [*listed, *(code for code in causes.known() if code in found and code not in listed)]
    order += sorted(code for code in found if code and code not in order)
    none = dict.fromkeys(BY_CAUSE, 0)
    return [{"cause": code, **{n: found.get(code, none)[n] for n in BY_CAUSE}} for code in [*order, ""]]


def causes_of_days(ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """The root causes of whole days by the id of their row of figures: one query for a page of days."""
    rows = DailyFigure._base_manager.filter(pk__in=list(ids)).values_list("pk", "store_id", "day")
    places = {(store, day): pk for pk, store, day in rows}
    found: dict[int, dict[str, Any]] = {pk: {"causes": []} for pk in places.values()}
    held = DailyCause._base_manager.filter(
        country="", store_id__in={store for store, _day in places}, day__in={day for _store, day in places}
    ).order_by("cause")
    for row in held.values("store_id", "day", "cause", *BY_CAUSE):
        pk = places.get((row.pop("store_id"), row.pop("day")))
        if pk is not None:
            found[pk]["causes"].append(row)
    return found


def days_off(days: Iterable[date]) -> dict[date, str]:
    """Those of the days on which the house does not work, each with the name of its holiday ("" for a weekday off)."""
    wanted = sorted(set(days))
    if not wanted:
        return {}
    named = {row.day: row for row in CalendarDay.objects.filter(day__in=wanted)}
    calendar = WorkCalendar(
        frozenset(house.value(house.WORKDAYS, wanted[-1])), {day: row.working for day, row in named.items()}
    )
    return {day: named[day].name if day in named else "" for day in wanted if not calendar.works(day)}


def daily_figures(actor: Actor) -> QuerySet[DailyFigure]:
    """The rows of whole days, of the actor's stores."""
    return DailyFigure.objects.filter(country="")


def money_of_days(ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """The money of whole days by the id of their row of figures: one query for a page of days."""
    rows = DailyFigure._base_manager.filter(pk__in=list(ids)).values_list("pk", "store_id", "day")
    places = {(store, day): pk for pk, store, day in rows}
    if not places:
        return {}
    found: dict[int, dict[str, Any]] = {
        pk: {"money": [], "revenue_house": None, "refunded_house": None, "house_currency": None}
        for pk in places.values()
    }
    held = DailyMoney._base_manager.filter(
        country="", store_id__in={store for store, _day in places}, day__in={day for _store, day in places}
    ).order_by("currency")
    for row in held:
        pk = places.get((row.store_id, row.day))
        if pk is None:
            continue
        one = found[pk]
        one["money"].append({"currency": row.currency, "revenue": row.revenue, "refunded": row.refunded})
        if row.house_currency:
            one["house_currency"] = row.house_currency
            one["revenue_house"] = (one["revenue_house"] or Decimal(0)) + (row.revenue_house or 0)
            one["refunded_house"] = (one["refunded_house"] or Decimal(0)) + (row.refunded_house or 0)
    return found
