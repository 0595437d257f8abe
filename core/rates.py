"""Dated exchange rates: conversion only with a rate of a known day."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

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
        raise Missing("rate_missing", "There is no exchange rate for %(currency)s on %(day)s.", currency=currency, day=day)
    return row.rate, row.day


def convert(money: Money, currency: str, day: date) -> Money:
    """``money`` in ``currency`` at the rate of ``day`` (not rounded). Raises ``Missing`` when a rate is not known."""
    if money.currency == currency:
        return money
    source, _ = units_per_euro(money.currency, day)
    target, _ = units_per_euro(currency, day)
    return Money(money.amount / source * target, currency)
