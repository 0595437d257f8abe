"""The rules of a day, read from the tables of the house once for each change of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from core import policies
from logistics.models import Brand, CountryRule, GoodsClassRule, NationalCode, StopWordRule, TaxNumber
from logistics.policies import customs as house
from logistics.rules import customs
from logistics.selectors.customs.shipped import shipped

TABLES = (CountryRule, GoodsClassRule, StopWordRule, NationalCode, TaxNumber, Brand)


@dataclass(frozen=True)
class Tables:
    """Every version of every row, and the books of days that were asked."""

    countries: tuple[customs.Country, ...]
    classes: tuple[tuple[date, bool, customs.GoodsClass], ...]
    stopwords: tuple[tuple[date, bool, customs.StopWord], ...]
    national: tuple[tuple[date, str, str, str], ...]
    brands: tuple[Brand, ...]
    numbers: tuple[TaxNumber, ...]
    books: dict[date, customs.Book]


_held: tuple[tuple[Any, ...], Tables] | None = None


def stamp() -> tuple[Any, ...]:
    """What changes with every change of a table: the last line of its history. One query."""
    parts = [f'(SELECT max(pgh_id) FROM "{model._meta.db_table}history")' for model in TABLES]  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}")
        return tuple(cursor.fetchone())


def tables() -> Tables:
    """The tables of the house. A house whose tables were never filled works with those that are shipped."""
    global _held
    now = stamp()
    if _held is None or _held[0] != now:
        _held = (now, _read())
    return _held[1]


def book(day: date) -> customs.Book:
    """The rules that count on ``day``."""
    held = tables()
    if day not in held.books:
        if len(held.books) > 50:
            held.books.clear()
        held.books[day] = _book(held, day)
    return held.books[day]


def limits(day: date) -> customs.Limits:
    """The house's own figures on ``day``."""
    return customs.Limits(
        words=int(policies.value(house.DESCRIPTION_WORDS, day)),
        per_kg_low=Decimal(str(policies.value(house.PER_KG_LOW, day))),
        per_kg_high=Decimal(str(policies.value(house.PER_KG_HIGH, day))),
        median_low=Decimal(str(policies.value(house.MEDIAN_LOW, day))),
        median_high=Decimal(str(policies.value(house.MEDIAN_HIGH, day))),
    )


def country_of(row: CountryRule) -> customs.Country:
    """A row of the table as a rule."""
    plain = {
        name: getattr(row, name)
        for name in (
            "name", "group", "currency", "duty_free_max", "tax_free_max", "value_basis", "pos_tax_max", "pos_tax_scheme",
            "tax_percent", "duty_rule", "duty_rule_zh", "tax_inside", "flat_amount", "flat_currency", "flat_unit", "formal_above",
            "formal_currency", "recipient_id", "recipient_id_zh", "hs_digits", "review_above", "review_currency", "band_currency",
            "band_note",
            "carrier_avoid", "carrier_advice", "carrier_advice_zh", "rule_en", "rule_zh", "confidence", "valid_from",
        )
    }  # fmt: skip
    return customs.Country(
        code=row.country, sensitive=frozenset(row.sensitive), **plain,
        duty_steps=tuple(
            customs.DutyStep(_amount(s.get("to")), _amount(s.get("percent")) or Decimal(0), _amount(s.get("less")) or Decimal(0))
            for s in row.duty_steps
        ),
        bands=tuple(customs.Band(_grams(b.get("to_g")), _amount(b.get("low")), _amount(b.get("high"))) for b in row.bands),
    )  # fmt: skip


def _amount(value: Any) -> Decimal | None:
    return None if value in (None, "") else Decimal(str(value))


def _grams(value: Any) -> int | None:
    """A weight as staff wrote it, a number or its digits."""
    found = _amount(value)
    return None if found is None else int(found)


def _read() -> Tables:
    given = shipped()
    countries = tuple(country_of(row) for row in CountryRule.objects.all()) or given.countries
    classes = tuple(
        (
            r.valid_from,
            r.active,
            customs.GoodsClass(r.code, r.meaning_en, r.meaning_zh, tuple(r.prefixes), r.action, r.note, r.note_zh),
        )
        for r in GoodsClassRule.objects.all()
    )
    words = tuple(
        (r.valid_from, r.active, customs.StopWord(r.term, r.whole, r.level, r.reason, r.reason_zh))
        for r in StopWordRule.objects.all()
    )
    codes = tuple((r.valid_from, r.country, r.hs6, r.code) for r in NationalCode.objects.all())
    return Tables(
        countries,
        classes or tuple((date.min, True, row) for row in given.classes),
        words or tuple((date.min, True, row) for row in given.stopwords),
        codes or tuple((since, country, hs6, code) for country, hs6, code, _text, _chinese, since in given.national),
        tuple(Brand.objects.all()), tuple(TaxNumber.objects.all()), {},
    )  # fmt: skip


def _book(held: Tables, day: date) -> customs.Book:
    countries = customs.valid(held.countries, day, lambda c: c.code, lambda c: c.valid_from)
    classes = customs.valid(held.classes, day, lambda row: row[2].code, lambda row: row[0])
    words = customs.valid(held.stopwords, day, lambda row: (row[2].term, row[2].whole), lambda row: row[0])
    codes = customs.valid(held.national, day, lambda row: (row[1], row[2]), lambda row: row[0])
    return customs.Book(
        day=day,
        countries={row.code: row for row in countries},
        classes={row.code: row for _since, active, row in classes if active},
        stopwords=[row for _since, active, row in words if active],
        national={(country, hs6): code for _since, country, hs6, code in codes},
        brands=[
            customs.Brand(b.name, tuple(map(str, b.words)), allowed=_allowed(b, day)) for b in held.brands
        ],
    )  # fmt: skip


def _allowed(brand: Brand, day: date) -> bool:
    since, until = brand.allowed_from, brand.allowed_to
    return bool(brand.document and since and since <= day and (until is None or day <= until))


def numbers_of_stores(store_ids: Iterable[int], day: date) -> dict[int, dict[str, TaxNumber]]:
    """The numbers each store trades under on ``day``, by scheme; its own before that of all stores, the newest first."""
    known = [row for row in tables().numbers if row.valid_from <= day and (row.valid_to is None or day <= row.valid_to)]
    known.sort(key=lambda row: (row.store_id is not None, row.valid_from))
    return {
        store_id: {row.scheme: row for row in known if row.store_id in (None, store_id)} for store_id in set(store_ids)
    }
