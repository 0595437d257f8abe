"""Figures as people of a country read them: its decimal sign, ounces and pounds where they are used, its way to write money.

For what buyers read (texts, slips) and what a clerk tells them; our own pages keep grams.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel import Locale
from babel.core import UnknownLocaleError
from babel.languages import get_official_languages
from babel.numbers import format_currency, format_decimal

#: Countries that weigh parcels in ounces and pounds.
IMPERIAL = frozenset({"US", "LR", "MM"})
INCH = Decimal("2.54")
OUNCE, POUND = Decimal("28.349523125"), 16


@lru_cache(maxsize=512)
def locale_of(country: str) -> str:
    """The locale whose figures a country is used to: that of its first official language there is; else international English."""
    for language in get_official_languages(country.upper(), de_facto=True) or ():
        try:
            return str(Locale.parse(f"{language}_{country.upper()}"))
        except (ValueError, UnknownLocaleError):
            continue
    return "en_001"


def _number(value: Decimal, digits: int, country: str) -> str:
    rounded = value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    pattern = "#,##0." + "#" * digits if digits else "#,##0"
    return str(format_decimal(rounded, pattern, locale=locale_of(country)))


def weight_for(grams: Decimal | int | None, country: str, imperial: Collection[str] = IMPERIAL) -> str:
    """``4.5 oz``, ``1 lb 3.3 oz``; else ``128 g``, from a kilogram on ``1,25 kg``. "" when it is not known."""
    if grams is None:
        return ""
    if country in imperial:
        ounces = (Decimal(grams) / OUNCE).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
        pounds, rest = divmod(ounces, POUND)
        parts = [f"{_number(pounds, 0, country)} lb"] if pounds else []
        return " ".join([*parts, *([f"{_number(rest, 1, country)} oz"] if rest or not pounds else [])])
    if Decimal(grams) < 1000:
        return f"{_number(Decimal(grams), 0, country)} g"
    return f"{_number(Decimal(grams) / 1000, 2, country)} kg"


def size_for(sides_cm: Sequence[Decimal], country: str, imperial: Collection[str] = IMPERIAL) -> str:
    """``7.9 × 5.9 × 2 in``; else ``20 × 15 × 5,5 cm``. "" when it is not known."""
    if not sides_cm:
        return ""
    inches = country in imperial
    sides = [_number(side / INCH if inches else side, 1, country) for side in sides_cm]
    return f"{' × '.join(sides)} {'in' if inches else 'cm'}"


def money_for(amount: Decimal, currency: str, country: str) -> str:
    """``31,00 €`` in Germany, ``€31.00`` in Ireland, ``$31.00`` in the United States."""
    return str(format_currency(amount, currency, locale=locale_of(country)))
