"""What each figure counts: one condition, asked by the daily count and by the list that shows its rows.

Because both ask the same condition, a figure and the list it opens cannot say different things.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db.models import (
    Case as Choose,
)
from django.db.models import (
    DateField,
    DurationField,
    ExpressionWrapper,
    F,
    Func,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)

from conversations.choices import Direction, MessageState
from conversations.models import Message
from core import policies as house
from disputes.choices import Outcome
from disputes.models import Case, Feedback, Remedy
from logistics.choices import ParcelState
from logistics.models import Parcel
from orders.choices import OrderState, OrderType
from orders.models import Order
from reports.choices import FIGURES

#: Anywhere on earth a local day lies within these hours around the same day in UTC.
BEFORE, AFTER = timedelta(hours=14), timedelta(hours=38)
#: Days beyond these are no days of a shop, and arithmetic with them may leave the calendar.
EARLIEST, LATEST = date(1970, 1, 1), date(2200, 12, 31)
ANSWER_HOURS = "conversations.answer_hours"


class LocalDay(Func):
    """The calendar day of a time in a zone: ``LocalDay("store__time_zone", "placed_at")``."""

    template = "(timezone(%(expressions)s))::date"
    output_field = DateField()


@dataclass(frozen=True)
class Source:
    """A table figures are counted from: its list, where the country stands, and its usual time."""

    listing: str
    model: type[Model]
    country: str
    at: str


SOURCES = {
    "orders": Source("orders", Order, "country", "placed_at"),
    "parcels": Source("parcels", Parcel, "country", "shipped_at"),
    "cases": Source("cases", Case, "order__country", "opened_at"),
    "remedies": Source("remedies", Remedy, "order__country", "given_at"),
    "feedback": Source("feedback", Feedback, "order__country", "given_at"),
    "messages": Source("messages", Message, "conversation__buyer__country", "at"),
}


@dataclass(frozen=True)
class Figure:
    """One countable figure: its source, the time that puts a row on a day, and the condition at a moment."""

    name: str
    source: Source
    at: str
    where: Callable[[datetime], Q]
    #: Read a prepared queryset first (for conditions that need values of other rows).
    prepared: bool = False
    #: Counted whatever the day.
    any_day: bool = False


def _always(where: Q) -> Callable[[datetime], Q]:
    return lambda as_of: where


def _declared() -> dict[str, Figure]:
    made: dict[str, Figure] = {}

    def add(name: str, at: str, where: Q | Callable[[datetime], Q] = Q(), **more: Any) -> None:
        source = SOURCES[FIGURES[name].listing]
        made[name] = Figure(name, source, at, where if callable(where) else _always(where), **more)

    sold = Q(type__in=[OrderType.SALE, OrderType.PROMOTION])
    add("placed", "placed_at", sold)
    add("paid", "paid_at", sold & ~Q(state=OrderState.CANCELLED))
    add("cancelled", "cancelled_at", Q(state=OrderState.CANCELLED))
    add("dispatched", "shipped_at")
    ours = Q(history=False)
    add("clock_kept", "shipped_at", ours & Q(shipped_at__lte=F("target_at")))
    add("clock_missed", "shipped_at", ours & Q(shipped_at__gt=F("target_at")))
    add("latest_kept", "shipped_at", ours & Q(shipped_at__lte=F("ship_by")))
    add("latest_missed", "shipped_at", ours & Q(shipped_at__gt=F("ship_by")))

    gone = ~Q(state=ParcelState.PACKED)
    kept = Q(delivered_at__isnull=False, delivered_at__lte=F("promised_by"))
    add("handed_over", "shipped_at", gone)
    add("delivered", "delivered_at", Q(state=ParcelState.DELIVERED))
    add("returned", "settled_at", Q(state=ParcelState.RETURNED))
    add("lost", "settled_at", Q(state=ParcelState.LOST))
    add("promise_kept", "promised_by", gone & kept)
    add("promise_missed", "promised_by", lambda as_of: gone & ~kept & Q(promised_by__lt=as_of))
    add("overdue", "promised_by", lambda as_of: Q(state=ParcelState.SHIPPED, promised_by__lt=as_of), any_day=True)
    add("packed", "packed_at")
    add("given_out", "shipped_at", gone)

    add("cases_opened", "opened_at")
    add("cases_closed", "closed_at", Q(closed_at__isnull=False))
    add("cases_lost", "closed_at", Q(outcome=Outcome.LOST))
    add("refunds", "given_at", Q(amount__isnull=False))
    add("other_remedies", "given_at", Q(amount__isnull=True))
    for stars in range(1, 6):
        add(f"stars_{stars}", "given_at", Q(stars=stars))

    add("answered_in_time", "at", Q(first_answer__lte=F("answer_due")), prepared=True)
    add("answered_late", "at", lambda as_of: Q(first_answer__gt=F("answer_due")) | Q(
        first_answer__isnull=True, answer_due__lt=as_of), prepared=True)  # fmt: skip
    add("answer_open", "at", lambda as_of: Q(first_answer__isnull=True, answer_due__gte=as_of), prepared=True)
    add("written", "at", Q(direction=Direction.OUT, state=MessageState.READY, author__isnull=False))
    return made


@lru_cache(maxsize=1)
def figures() -> dict[str, Figure]:
    """Every figure that is counted, by name."""
    return _declared()


def inquiries(rows: QuerySet[Any], as_of: datetime) -> QuerySet[Any]:
    """The first messages of waiting buyers among ``rows``, each with ``first_answer`` and ``answer_due``.

    A person's text answers, and one a program wrote on somebody's behalf; automatic texts do not.
    """
    answers = Q(direction=Direction.OUT, state=MessageState.READY) & (
        Q(author__isnull=False) | Q(key__startswith="write:")
    )
    thread = Message._base_manager.filter(conversation=OuterRef("conversation"))
    before = thread.filter(Q(at__lt=OuterRef("at")) | Q(at=OuterRef("at"), pk__lt=OuterRef("pk"))).filter(
        Q(direction=Direction.IN) | answers
    )
    earlier = before.order_by("-at", "-pk").values("direction")[:1]
    later = thread.filter(answers, at__gte=OuterRef("at")).order_by("at", "pk").values("at")[:1]
    return (
        rows.filter(direction=Direction.IN)
        .annotate(spoke_before=Subquery(earlier), first_answer=Subquery(later))
        .filter(Q(spoke_before__isnull=True) | Q(spoke_before=Direction.OUT))
        .annotate(answer_due=ExpressionWrapper(F("at") + _hours(as_of), output_field=Message._meta.get_field("at")))
    )


def _hours(as_of: datetime) -> Any:
    """The time to answer, as the house rule of each store says."""
    policy = house.POLICIES[ANSWER_HOURS]
    usual = timedelta(hours=int(house.value(policy, as_of)))
    own = {
        row.store_ref: timedelta(hours=int(house.value(policy, as_of, row.store_ref)))
        for row in house.history(policy.key)
        if row.store_ref is not None
    }
    if not own:
        return Value(usual, output_field=DurationField())
    whens = [When(store_id=store, then=Value(hours)) for store, hours in sorted(own.items())]
    return Choose(*whens, default=Value(usual), output_field=DurationField())


def longest_answer(as_of: datetime) -> timedelta:
    """The longest time to answer of any store."""
    policy = house.POLICIES[ANSWER_HOURS]
    stores = [None, *{row.store_ref for row in house.history(policy.key)}]
    return timedelta(hours=max(int(house.value(policy, as_of, store)) for store in stores))


def on_days(rows: QuerySet[Any], at: str, first: date | None, last: date | None) -> QuerySet[Any]:
    """Rows whose time ``at`` lies on the local days ``first`` to ``last`` of their store (an index finds them)."""
    if first is None and last is None:
        return rows
    rows = rows.annotate(figure_day=LocalDay(F("store__time_zone"), F(at)))
    first, last = first and max(first, EARLIEST), last and min(last, LATEST)
    if first is not None:
        rows = rows.filter(**{f"{at}__gte": midnight(first) - BEFORE}, figure_day__gte=first)
    if last is not None:
        rows = rows.filter(**{f"{at}__lt": midnight(last) + AFTER}, figure_day__lte=last)
    return rows


def midnight(day: date) -> datetime:
    """The beginning of a day in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def parts_of(name: str) -> tuple[str, ...]:
    """The counted figures a figure is the sum of; itself when it is counted."""
    return FIGURES[name].sum_of or (name,)


def rows_behind(
    rows: QuerySet[Any], name: str, first: date | None, last: date | None, as_of: datetime
) -> QuerySet[Any]:
    """The rows of a list that a figure counts on the given days, as of a moment."""
    parts = [figures()[part] for part in parts_of(name)]
    if parts[0].prepared:
        asked = inquiries(Message._base_manager.all(), as_of)
        return rows.filter(pk__in=_narrow(asked, parts, first, last, as_of))
    return _narrow(rows, parts, first, last, as_of)


def _narrow(
    rows: QuerySet[Any], parts: list[Figure], first: date | None, last: date | None, as_of: datetime
) -> QuerySet[Any]:
    wanted = Q()
    for part in parts:
        wanted |= part.where(as_of)
    at = parts[0].at
    rows = rows.filter(wanted, **{f"{at}__isnull": False})
    if not parts[0].any_day:
        rows = on_days(rows, at, first, last)
    return rows.values("pk") if parts[0].prepared else rows
