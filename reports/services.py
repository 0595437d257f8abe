"""Keeping the daily figures true: days whose rows changed are counted anew as a whole, never added to."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import connection, models, transaction
from django_scopes import scopes_disabled

from accounts.models import Store
from core import policies as house
from core.clock import local_day
from core.models import SystemMark
from reports import policies, selectors
from reports.choices import BY_CAUSE, COLUMNS
from reports.models import DailyCause, DailyClerk, DailyFigure, DailyMoney
from reports.selectors.counting import Counted, Pair

MARK = selectors.MARK
#: A change may become visible so long after its entry in the history was numbered (the longest transaction).
OVERLAP = timedelta(minutes=10)
#: One refresh at a time: the key of the database's advisory lock.
LOCK = 0x53414D5052
#: Days of stores counted in one transaction.
CHUNK = 400
_EXACT = Decimal("0.0001")


@dataclass(frozen=True)
class Refreshed:
    """How many days of stores were looked at, and how many said something else than before."""

    looked: int = 0
    changed: int = 0


def refresh(*, now: datetime) -> Refreshed:
    """Count anew every day on which something changed since the last time, and the last days, whose clocks run on.

    The first time all days are counted. Running it again changes nothing; two at once are one.
    """
    with scopes_disabled(), _alone() as mine:
        if not mine:
            return Refreshed()
        mark = SystemMark.objects.filter(name=MARK).first()
        newest = selectors.newest_changes()
        if mark is None:
            done = _count_all(now)
            floor = newest
        else:
            floor = mark.value["floor"]
            pairs = {pair for pair in selectors.changed_days(floor) if pair[1] <= _latest(now)}
            done = _renew(pairs | recent_days(now), now)
            if datetime.fromisoformat(mark.value["candidate_at"]) > now - OVERLAP:
                newest_at, candidate = mark.value["candidate_at"], mark.value["candidate"]
                _note(now, floor, candidate, newest_at)
                return done
            floor = mark.value["candidate"]
        _note(now, floor, newest, now.isoformat())
        return done


def recheck(*, now: datetime, days: int | None = None) -> Refreshed:
    """Count the last days anew whether something changed or not (``days``: default of the house rule), and price again
    what has a newer rate or another house currency."""
    with scopes_disabled(), _alone() as mine:
        if not mine or not SystemMark.objects.filter(name=MARK).exists():
            return Refreshed()
        span = days if days is not None else int(house.value(policies.CHECK_DAYS, now))
        pairs = {(store, day - timedelta(days=n)) for store, day in _today(now) for n in range(span)}
        done = _renew(pairs, now)
        price(now=now)
        return done


def rebuild(*, now: datetime) -> Refreshed:
    """Forget all figures and count everything anew."""
    with scopes_disabled():
        SystemMark.objects.filter(name=MARK).delete()
        return refresh(now=now)


def recent_days(now: datetime) -> set[Pair]:
    """The days of every store on which time alone may change a figure: promises end, answers fall due."""
    back = 1 + selectors.longest_answer(now).days
    return {(store, day - timedelta(days=n)) for store, day in _today(now) for n in range(back + 1)}


def _today(now: datetime) -> list[Pair]:
    return [(store.pk, local_day(now, store.time_zone)) for store in Store.objects.all()]


def _latest(now: datetime) -> date:
    return (now + timedelta(hours=14)).date()


def _count_all(now: datetime) -> Refreshed:
    first = selectors.first_day()
    stores = list(Store.objects.values_list("pk", flat=True))
    for model in (DailyFigure, DailyMoney, DailyClerk, DailyCause):
        model._base_manager.all().delete()
    looked = changed = 0
    if first is not None:
        for begin, end in selectors.months(first, _latest(now)):
            days = [begin + timedelta(days=n) for n in range((end - begin).days + 1)]
            done = _renew({(store, day) for store in stores for day in days}, now)
            looked, changed = looked + done.looked, changed + done.changed
    return Refreshed(looked, changed)


def _note(now: datetime, floor: Any, candidate: Any, candidate_at: str) -> None:
    """Remember up to where the histories were surely read, and when the figures were counted."""
    value = {"floor": floor, "candidate": candidate, "candidate_at": candidate_at, "as_of": now.isoformat()}
    SystemMark.objects.update_or_create(name=MARK, defaults={"value": value})


@contextlib.contextmanager
def _alone() -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _renew(pairs: set[Pair], now: datetime) -> Refreshed:
    ordered = sorted(pairs, key=lambda pair: (pair[1], pair[0]))
    changed = 0
    for begin in range(0, len(ordered), CHUNK):
        some = ordered[begin : begin + CHUNK]
        with transaction.atomic():
            changed += _write(set(some), selectors.recount(some, now), now)
    return Refreshed(len(ordered), changed)


def _write(pairs: set[Pair], counted: Counted, now: datetime) -> int:
    """Replace the days that say something else than before; answers how many."""
    figures = {key: {name: row.get(name, 0) for name in COLUMNS} for key, row in counted.counts.items()}
    changed = _replace(DailyFigure, ("store_id", "day", "country"), COLUMNS, figures, pairs)
    money = {key: {"revenue": Decimal(0), "refunded": Decimal(0), **row} for key, row in counted.money.items()}
    priced = _priced(money, now)
    names = ("revenue", "refunded", "house_currency", "revenue_house", "refunded_house", "rate_day")
    changed |= _replace(DailyMoney, ("store_id", "day", "country", "currency"), names, priced, pairs)
    columns = ("written", "packed", "handed_over")
    clerks = {key: {name: row.get(name, 0) for name in columns} for key, row in counted.clerks.items()}
    changed |= _replace(DailyClerk, ("store_id", "day", "person_id"), columns, clerks, pairs)
    named = {key: {name: row.get(name, 0) for name in BY_CAUSE} for key, row in counted.causes.items()}
    changed |= _replace(DailyCause, ("store_id", "day", "country", "cause"), BY_CAUSE, named, pairs)
    return len(changed)


def _replace(
    model: type[models.Model],
    key: tuple[str, ...],
    columns: Iterable[str],
    fresh: dict[Any, dict[str, Any]],
    pairs: set[Pair],
) -> set[Pair]:
    columns = tuple(columns)
    after: dict[Pair, dict[Any, tuple[Any, ...]]] = defaultdict(dict)
    before: dict[Pair, dict[Any, tuple[Any, ...]]] = defaultdict(dict)
    for place, row in fresh.items():
        after[place[0], place[1]][place] = tuple(row[name] for name in columns)
    stores, days = {store for store, _day in pairs}, {day for _store, day in pairs}
    held = model._base_manager.filter(store_id__in=stores, day__gte=min(days), day__lte=max(days))
    for row in held.values_list(*key, *columns):
        place = row[: len(key)]
        if (place[0], place[1]) in pairs:
            before[place[0], place[1]][place] = row[len(key) :]
    changed = {pair for pair in pairs if before[pair] != after[pair]}
    by_store: dict[int, list[date]] = defaultdict(list)
    for store, day in changed:
        by_store[store].append(day)
    for store, gone in sorted(by_store.items()):
        model._base_manager.filter(store_id=store, day__in=gone).delete()
    rows = [
        model(**dict(zip(key, place, strict=True)), **dict(zip(columns, values, strict=True)))
        for pair in sorted(changed)
        for place, values in sorted(after[pair].items())
    ]
    model._base_manager.bulk_create(rows, batch_size=2000)
    return changed


def _priced(money: dict[Any, dict[str, Decimal]], now: datetime) -> dict[Any, dict[str, Any]]:
    """The amounts of each day also in the house currency, at that day's rate; without a rate they stay apart."""
    currency = selectors.house_currency(now)
    asked = {(place[3], place[1]) for place in money} | {(currency, place[1]) for place in money}
    known = selectors.rates(asked)
    made = {}
    for place, row in money.items():
        _store, day, _country, own = place
        mine, ours = known.get((own, day)), known.get((currency, day))
        if own == currency:
            factor, at = Decimal(1), day
        elif mine and ours:
            factor, at = ours[0] / mine[0], min(mine[1], ours[1])
        else:
            blank = {"house_currency": "", "revenue_house": None, "refunded_house": None, "rate_day": None}
            made[place] = {**row, **blank}
            continue
        made[place] = {
            **row,
            "house_currency": currency,
            "rate_day": at,
            "revenue_house": (row["revenue"] * factor).quantize(_EXACT, ROUND_HALF_UP),
            "refunded_house": (row["refunded"] * factor).quantize(_EXACT, ROUND_HALF_UP),
        }
    return made


def price(*, now: datetime) -> int:
    """Price anew what has no rate, another house currency, or a better rate since; answers how many rows changed."""
    names = ("house_currency", "revenue_house", "refunded_house", "rate_day")
    changed = []
    with scopes_disabled(), transaction.atomic():
        rows = {
            (row.store_id, row.day, row.country, row.currency): row
            for row in DailyMoney._base_manager.select_for_update()
        }
        amounts = {place: {"revenue": row.revenue, "refunded": row.refunded} for place, row in rows.items()}
        for place, fresh in _priced(amounts, now).items():
            row = rows[place]
            if any(getattr(row, name) != fresh[name] for name in names):
                for name in names:
                    setattr(row, name, fresh[name])
                changed.append(row)
        DailyMoney._base_manager.bulk_update(changed, names, batch_size=1000)
    return len(changed)


#: Days whose figures a check of the promises counts again.
SAMPLE = 12


def differences(*, now: datetime) -> list[str]:
    """Sampled days whose figures differ from a recount, in words; days with changes that wait for the next refresh are left out."""
    with scopes_disabled():
        mark = SystemMark.objects.filter(name=MARK).first()
        if mark is None:
            return []
        as_of = datetime.fromisoformat(mark.value["as_of"])
        waiting = selectors.changed_days(mark.value["floor"])
        held = sorted(set(DailyFigure._base_manager.filter(country="").values_list("store_id", "day")) - waiting)
        sample = held[:: max(1, len(held) // SAMPLE)][:SAMPLE] + held[-2:]
        counted = selectors.recount(sample, as_of)
        found = _causes_off(sample, counted)
        for store, day in sorted(set(sample)):
            for row in DailyFigure._base_manager.filter(store_id=store, day=day):
                fresh = counted.counts.get((store, day, row.country), {})
                found += [
                    f"{row.store.code} {row}: {name} is {getattr(row, name)}, counted {fresh.get(name, 0)}"
                    for name in COLUMNS
                    if getattr(row, name) != fresh.get(name, 0)
                ]
        return found


def _causes_off(sample: Iterable[Pair], counted: Counted) -> list[str]:
    """Root causes of the sampled days that differ from a recount, in words."""
    found = []
    for store, day in sorted(set(sample)):
        held = {
            (store, day, row.country, row.cause): {name: getattr(row, name) for name in BY_CAUSE}
            for row in DailyCause._base_manager.filter(store_id=store, day=day)
        }
        fresh = {
            key: {name: row.get(name, 0) for name in BY_CAUSE}
            for key, row in counted.causes.items()
            if key[:2] == (store, day)
        }
        found += [
            f"{key}: {held.get(key)}, counted {fresh.get(key)}"
            for key in {*held, *fresh}
            if held.get(key) != fresh.get(key)
        ]
    return found
