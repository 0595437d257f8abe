"""The rules of a day as plain values: countries, goods classes, stop words, national tariff codes, brands.

Every row is dated. A book is made for one day; the same parcel read with the books of two days may get two answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

#: (amount, from, to) -> amount, None where no rate of the day is known
Convert = Callable[[Decimal, str, str], Decimal | None]
#: Rows for countries that have none of their own: Latin America, everywhere.
LATIN, ANYWHERE = "XL", "ZZ"
#: Countries that follow the row for Latin America when they have none of their own.
LATIN_AMERICA = frozenset({
    "AG", "AI", "AR", "AW", "BB", "BL", "BO", "BQ", "BR", "BS", "BZ", "CL", "CO", "CR", "CU", "CW", "DM", "DO", "EC", "FK", "GD", "GF",
    "GP", "GT", "GY", "HN", "HT", "JM", "KN", "KY", "LC", "MF", "MQ", "MS", "MX", "NI", "PA", "PE", "PR", "PY", "SR", "SV", "SX", "TC",
    "TT", "UY", "VC", "VE", "VG", "VI",
})  # fmt: skip


@dataclass(frozen=True)
class Band:
    """What manual 002 names for a country; shown beside the real rule, never used to set a value."""

    to_g: int | None = None
    low: Decimal | None = None
    high: Decimal | None = None


@dataclass(frozen=True)
class DutyStep:
    """Duty up to a value: a percentage less a fixed amount; ``to`` None = without end."""

    to: Decimal | None
    percent: Decimal
    less: Decimal = Decimal(0)


@dataclass(frozen=True)
class Country:
    """The rule of one destination."""

    code: str
    name: str = ""
    group: str = ""
    currency: str = ""
    duty_free_max: Decimal | None = None
    tax_free_max: Decimal | None = None
    value_basis: str = "goods"
    pos_tax_max: Decimal | None = None
    pos_tax_scheme: str = ""
    tax_percent: Decimal | None = None
    duty_rule: str = ""
    duty_rule_zh: str = ""
    duty_steps: tuple[DutyStep, ...] = ()
    tax_inside: bool = False
    flat_amount: Decimal | None = None
    flat_currency: str = ""
    flat_unit: str = ""
    formal_above: Decimal | None = None
    formal_currency: str = ""
    recipient_id: str = ""
    recipient_id_zh: str = ""
    hs_digits: int = 6
    review_above: Decimal | None = None
    review_currency: str = ""
    bands: tuple[Band, ...] = ()
    band_currency: str = ""
    band_note: str = ""
    sensitive: frozenset[str] = frozenset()
    carrier_avoid: str = ""
    carrier_advice: str = ""
    carrier_advice_zh: str = ""
    rule_en: str = ""
    rule_zh: str = ""
    confidence: str = ""
    valid_from: date = date.min

    def band(self, weight_g: Decimal | None) -> Band | None:
        """The manual's figures for a weight; an unknown weight reads the last row."""
        if not self.bands:
            return None
        if weight_g is not None:
            for band in self.bands:
                if band.to_g is None or weight_g <= band.to_g:
                    return band
        return self.bands[-1]


@dataclass(frozen=True)
class GoodsClass:
    """A class of goods: the tariff headings that suggest it, and what follows."""

    code: str
    meaning_en: str = ""
    meaning_zh: str = ""
    prefixes: tuple[str, ...] = ()
    action: str = "country_check"
    note: str = ""
    note_zh: str = ""


@dataclass(frozen=True)
class StopWord:
    """A description that says nothing, or a word that is false for a sale. ``whole``: only when nothing else stands there."""

    term: str
    whole: bool
    level: str
    reason: str = ""
    reason_zh: str = ""


@dataclass(frozen=True)
class Brand:
    """A brand: its words, and until when a paper on file allows us to sell it (None = no paper)."""

    name: str
    words: tuple[str, ...]
    allowed: bool = False


@dataclass(frozen=True)
class Book:
    """All rules of one day."""

    day: date
    countries: Mapping[str, Country] = field(default_factory=dict)
    classes: Mapping[str, GoodsClass] = field(default_factory=dict)
    stopwords: Sequence[StopWord] = ()
    national: Mapping[tuple[str, str], str] = field(default_factory=dict)
    brands: Sequence[Brand] = ()

    def country(self, code: str) -> Country:
        """The rule of a destination: its own row, else that of Latin America, else that of everywhere."""
        found = self.countries.get(code)
        if found is None and code in LATIN_AMERICA:
            found = self.countries.get(LATIN)
        return found or self.countries.get(ANYWHERE) or Country(code)

    def tariff_code(self, hs_code: str, country: str) -> str:
        """The code that is declared: the article's own when it is long enough, else the national one of its six digits."""
        digits = "".join(sign for sign in hs_code if sign.isdigit())
        if len(digits) >= self.country(country).hs_digits:
            return digits
        return self.national.get((country, digits[:6]), digits) if len(digits) >= 6 else digits

    def classes_of(self, hs_code: str, by_hand: str) -> list[GoodsClass]:
        """The classes of an article: those set by hand (separated by ; or ,) and those its tariff code suggests."""
        named = {word.strip() for word in by_hand.replace(",", ";").split(";")}
        digits = "".join(sign for sign in hs_code if sign.isdigit())
        return [
            row
            for code, row in self.classes.items()
            if code in named or (digits and any(digits.startswith(prefix) for prefix in row.prefixes))
        ]


Row = TypeVar("Row")


def valid(rows: Iterable[Row], day: date, key: Callable[[Row], Any], since: Callable[[Row], date]) -> list[Row]:
    """The version of each row that counts on ``day``: the newest not after it, else the oldest there is."""
    chosen: dict[Any, Row] = {}
    for row in sorted(rows, key=since):
        name = key(row)
        if name not in chosen or since(row) <= day:
            chosen[name] = row
    return list(chosen.values())
