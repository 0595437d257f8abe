"""Dated exchange rates: conversion only with a rate of a known day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection, transaction

from core import copying
from core.errors import Missing
from core.models import ExchangeRate
from core.money import Money

#: A rate older than this says nothing about the day asked for (weekends and holidays are bridged).
OLDEST = timedelta(days=10)


def units_per_euro(currency: str, day: date) -> tuple[Decimal, date]:
    """Units of ``currency`` for one euro on ``day`` or the last known day within ten before it, with that day."""
    if currency == "EUR":
        return Decimal(1), day
    row = (
        ExchangeRate.objects.filter(base="EUR", currency=currency, day__lte=day, day__gte=day - OLDEST)
        .order_by("-day")
        .first()
    )
    if row is None:
        raise Missing(
            "rate_missing", "There is no exchange rate for %(currency)s on %(day)s.", currency=currency, day=day
        )
    return row.rate, row.day


def convert(money: Money, currency: str, day: date) -> Money:
    """``money`` in ``currency`` at the rate of ``day`` (not rounded). Raises ``Missing`` when a rate is not known."""
    if money.currency == currency:
        return money
    source, _ = units_per_euro(money.currency, day)
    target, _ = units_per_euro(currency, day)
    return Money(money.amount / source * target, currency)


@dataclass(frozen=True)
class Kept:
    """How many rates were new, corrected and known already."""

    created: int
    updated: int
    unchanged: int


def keep_rates(*, rates: Iterable[tuple[date, str, Decimal]], source: str, base: str = "EUR") -> Kept:
    """Keep dated rates (day, currency, units for one ``base``) of one source; a rate that differs is corrected. Twice is once."""
    wanted = {(day, currency): rate for day, currency, rate in rates}
    if not wanted:
        return Kept(0, 0, 0)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE new_rates (day date, currency text, rate numeric) ON COMMIT DROP")
        rows = ([day, currency, rate] for (day, currency), rate in sorted(wanted.items()))
        copying.copy_into("new_rates", ("day", "currency", "rate"), rows)
        cursor.execute(
            "WITH written AS (INSERT INTO core_exchangerate AS held (day, base, currency, rate, source) "
            "SELECT day, %s, currency, rate, %s FROM new_rates ORDER BY day, currency "
            "ON CONFLICT (base, currency, day, source) DO UPDATE SET rate = EXCLUDED.rate "
            "WHERE held.rate IS DISTINCT FROM round(EXCLUDED.rate, 8) RETURNING xmax = 0 AS made) "
            "SELECT count(*) FILTER (WHERE made), count(*) FILTER (WHERE NOT made) FROM written",
            [base, source],
        )
        created, updated = cursor.fetchone()
        cursor.execute("DROP TABLE new_rates")
    return Kept(created, updated, len(wanted) - created - updated)
