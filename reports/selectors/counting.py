"""Counting anew: the figures of some days straight from orders, parcels, cases, ratings and messages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db import connection
from django.db.models import Count, F, Q, QuerySet, Sum

from core.rates import OLDEST
from disputes.models import Remedy
from orders.models import Order
from reports.choices import BY_CAUSE, COLUMNS
from reports.rules import runs_of
from reports.selectors.figures import (
    AFTER,
    BEFORE,
    Figure,
    LocalDay,
    figures,
    inquiries,
    midnight,
    parts_of,
)

#: A store and one of its local days.
Pair = tuple[int, date]
#: A store, a day and a country.
Key = tuple[int, date, str]


@dataclass
class Counted:
    """The figures of some days: counts, money and work of persons; what is zero is left out."""

    counts: dict[Key, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    money: dict[tuple[int, date, str, str], dict[str, Decimal]] = field(default_factory=lambda: defaultdict(dict))
    clerks: dict[tuple[int, date, int], dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    causes: dict[tuple[int, date, str, str], dict[str, int]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, pair: Pair, country: str, name: str, count: int) -> None:
        """Add a count to its country and to the whole day."""
        for place in (country, ""):
            row = self.counts[(*pair, place)]
            row[name] = row.get(name, 0) + count

    def add_cause(self, pair: Pair, country: str, cause: str, name: str, count: int) -> None:
        """Add a count of a root cause to its country and to the whole day."""
        for place in (country, ""):
            row = self.causes[(*pair, place, cause)]
            row[name] = row.get(name, 0) + count

    def add_money(self, pair: Pair, country: str, currency: str, name: str, amount: Decimal) -> None:
        """Add an amount to its country and to the whole day."""
        for place in (country, ""):
            row = self.money[(*pair, place, currency)]
            row[name] = row.get(name, Decimal(0)) + amount


def recount(pairs: Iterable[Pair], as_of: datetime) -> Counted:
    """The figures of the given stores' days as the rows stand, lateness judged at ``as_of``."""
    wanted = set(pairs)
    counted = Counted()
    if not wanted:
        return counted
    runs = runs_of(day for _store, day in wanted)
    declared = sorted((figures()[name] for name in COLUMNS), key=lambda one: (one.source.listing, one.at, one.name))
    for (model, at), group in groupby(declared, key=lambda one: (one.source.model, one.at)):
        together = list(group)
        if together[0].prepared:
            _count_inquiries(counted, together, wanted, runs, as_of)
        else:
            _count(counted, model, at, together, wanted, runs, as_of)
    _count_money(counted, wanted, runs, as_of)
    _count_clerks(counted, wanted, runs, as_of)
    _count_causes(counted, wanted, runs, as_of)
    return counted


def within(rows: QuerySet[Any], at: str, runs: Iterable[tuple[date, date]]) -> QuerySet[Any]:
    """Rows whose time may lie on a day of ``runs`` somewhere on earth, each with its local day (``figure_day``)."""
    some = Q()
    for first, last in runs:
        some |= Q(**{f"{at}__gte": midnight(first) - BEFORE, f"{at}__lt": midnight(last) + AFTER})
    return rows.filter(some).annotate(figure_day=LocalDay(F("store__time_zone"), F(at)))


def _count(
    counted: Counted, model: Any, at: str, together: list[Figure], wanted: set[Pair], runs: Any, as_of: datetime
) -> None:
    country = together[0].source.country
    sums = {f"n_{one.name}": Count("pk", filter=one.where(as_of) or None) for one in together}
    rows = within(model._base_manager.all(), at, runs).order_by()
    for row in rows.values("store_id", "figure_day", country).annotate(**sums):
        pair = (row["store_id"], row["figure_day"])
        if pair in wanted:
            for one in together:
                if found := row[f"n_{one.name}"]:
                    counted.add(pair, row[country], one.name, found)


def _count_inquiries(counted: Counted, together: list[Figure], wanted: set[Pair], runs: Any, as_of: datetime) -> None:
    source = together[0].source
    rows = within(inquiries(source.model._base_manager.all(), as_of), "at", runs).order_by()
    for store, day, country, answer, due in rows.values_list(
        "store_id", "figure_day", source.country, "first_answer", "answer_due"
    ):
        if (store, day) not in wanted:
            continue
        if answer is not None:
            name = "answered_in_time" if answer <= due else "answered_late"
        else:
            name = "answered_late" if due < as_of else "answer_open"
        counted.add((store, day), country, name, 1)


def _count_money(counted: Counted, wanted: set[Pair], runs: Any, as_of: datetime) -> None:
    paid = figures()["paid"]
    orders = within(Order._base_manager.filter(paid.where(as_of)), "paid_at", runs).order_by()
    remedies = within(Remedy._base_manager.filter(amount__isnull=False), "given_at", runs).order_by()
    for name, rows, country, amount in (
        ("revenue", orders, "country", "total"),
        ("refunded", remedies, "order__country", "amount"),
    ):
        for row in rows.values("store_id", "figure_day", country, "currency").annotate(amount_sum=Sum(amount)):
            pair = (row["store_id"], row["figure_day"])
            if pair in wanted:
                counted.add_money(pair, row[country], row["currency"], name, row["amount_sum"])


def _count_clerks(counted: Counted, wanted: set[Pair], runs: Any, as_of: datetime) -> None:
    for figure, person, column in (
        ("written", "author_id", "written"),
        ("packed", "packed_by_id", "packed"),
        ("given_out", "handed_over_by_id", "handed_over"),
    ):
        one = figures()[figure]
        rows = one.source.model._base_manager.filter(one.where(as_of), **{f"{person}__isnull": False})
        for row in (
            within(rows, one.at, runs).order_by().values("store_id", "figure_day", person).annotate(n=Count("pk"))
        ):
            pair = (row["store_id"], row["figure_day"])
            if pair in wanted:
                counted.clerks[(*pair, row[person])][column] = row["n"]


def _count_causes(counted: Counted, wanted: set[Pair], runs: Any, as_of: datetime) -> None:
    for name, (figure, _how) in BY_CAUSE.items():
        parts = [figures()[part] for part in parts_of(figure)]
        condition = Q()
        for part in parts:
            condition |= part.where(as_of)
        source, at = parts[0].source, parts[0].at
        rows = within(source.model._base_manager.filter(condition), at, runs).order_by()
        for row in rows.values("store_id", "figure_day", source.country, "cause").annotate(n=Count("pk")):
            pair = (row["store_id"], row["figure_day"])
            if pair in wanted:
                counted.add_cause(pair, row[source.country], row["cause"], name, row["n"])


# --- which days changed ---------------------------------------------------------------------------------------------

#: The times of each table, by which a row stands on days; their history says which rows changed.
_TIMES = {
    "orders_orderhistory": ("placed_at", "paid_at", "cancelled_at", "shipped_at"),
    "logistics_parcelhistory": ("shipped_at", "delivered_at", "settled_at", "promised_by", "packed_at"),
    "disputes_casehistory": ("opened_at", "closed_at"),
    "disputes_remedyhistory": ("given_at",),
    "disputes_feedbackhistory": ("given_at",),
    "conversations_messagehistory": ("at",),
}


def newest_changes() -> dict[str, int]:
    """The newest entry of each table's history."""
    found = {}
    with connection.cursor() as cursor:
        for table in _TIMES:
            cursor.execute(f"SELECT coalesce(max(pgh_id), 0) FROM {table}")  # noqa: S608  names of this file
            found[table] = int(cursor.fetchone()[0])
    return found


def changed_days(since: dict[str, int]) -> set[Pair]:
    """The stores' days that rows changed after the given entries of the histories stand on, or stood on before.

    A message also touches the day of what it answers, so all days of its thread count as changed.
    """
    found: set[Pair] = set()
    with connection.cursor() as cursor:
        for table, times in _TIMES.items():
            values = ", ".join(f"(h.{name})" for name in times)
            cursor.execute(
                f"""
                WITH recent AS (SELECT h.* FROM {table} h WHERE h.pgh_id > %s),
                touched AS (
                    SELECT * FROM recent
                    UNION ALL
                    SELECT h.* FROM {table} h
                     WHERE h.pgh_obj_id IN (SELECT pgh_obj_id FROM recent WHERE pgh_label <> 'insert')
                )
                SELECT DISTINCT h.store_id, timezone(s.time_zone, v.moment)::date
                  FROM touched h JOIN accounts_store s ON s.id = h.store_id
                  CROSS JOIN LATERAL (VALUES {values}) v(moment) WHERE v.moment IS NOT NULL
                """,  # noqa: S608  names of this file
                [since.get(table, 0)],
            )
            found.update((int(store), day) for store, day in cursor.fetchall())
        cursor.execute(
            """
            SELECT DISTINCT m.store_id, timezone(s.time_zone, m.at)::date
              FROM conversations_message m JOIN accounts_store s ON s.id = m.store_id
             WHERE m.direction = 'in' AND m.conversation_id IN (
                   SELECT conversation_id FROM conversations_messagehistory WHERE pgh_id > %s)
            """,
            [since.get("conversations_messagehistory", 0)],
        )
        found.update((int(store), day) for store, day in cursor.fetchall())
    return found


def first_day() -> date | None:
    """The earliest day anything stands on; None = nothing is there."""
    moments = []
    with connection.cursor() as cursor:
        for table, times in _TIMES.items():
            for name in times:
                cursor.execute(f"SELECT min({name}) FROM {table.removesuffix('history')}")  # noqa: S608  names of this file
                moments.append(cursor.fetchone()[0])
    given = [moment for moment in moments if moment is not None]
    return (min(given) - timedelta(days=1)).date() if given else None


def rates(wanted: Iterable[tuple[str, date]]) -> dict[tuple[str, date], tuple[Decimal, date]]:
    """Units for one euro of each currency on each day (the last known within ten days before it), with that day."""
    asked = sorted(set(wanted))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT a.currency, a.day, r.rate, r.day
              FROM unnest(%s::text[], %s::date[]) a(currency, day)
              CROSS JOIN LATERAL (
                    SELECT rate, day FROM core_exchangerate
                     WHERE base = 'EUR' AND currency = a.currency AND day <= a.day AND day >= a.day - %s::int
                     ORDER BY day DESC, id LIMIT 1) r
            """,
            [[c for c, _day in asked], [day for _c, day in asked], OLDEST.days],
        )
        found = {(currency, day): (rate, at) for currency, day, rate, at in cursor.fetchall()}
    return found | {(c, day): (Decimal(1), day) for c, day in asked if c == "EUR"}


def months(first: date, last: date) -> Iterator[tuple[date, date]]:
    """The months from ``last`` back to ``first``, as first and last day, the newest first."""
    end = last
    while end >= first:
        begin = max(first, end.replace(day=1))
        yield begin, end
        end = begin - timedelta(days=1)
