"""Parcels and the shipped book of rules as plain values, with rates that stand still."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from logistics.rules import customs
from logistics.rules.customs import BLOCK, INFO, REVIEW
from logistics.selectors.customs.book import Tables, _book
from logistics.selectors.customs.shipped import shipped

DAY = date(2026, 11, 20)
#: Units for one euro; what is not here has no rate.
RATES = {
    "EUR": 1, "USD": "1.10", "GBP": "0.86", "AUD": "1.70", "CAD": "1.50", "CHF": "0.95", "NOK": "11.5", "NZD": "1.85", "SGD": "1.45",
    "JPY": "165", "KRW": "1500", "ZAR": "20", "THB": "38", "MYR": "4.8", "PHP": "62", "INR": "92", "IDR": "17500", "CNY": "7.8",
    "AED": "4.04", "SAR": "4.13", "QAR": "4.0", "KWD": "0.34", "BHD": "0.415", "TWD": "35", "VND": "27500", "DKK": "7.46", "TRY": "40",
    "HKD": "8.6", "MOP": "8.8",
}  # fmt: skip


def convert(amount: Decimal, source: str, target: str) -> Decimal | None:
    if source == target:
        return amount
    if source not in RATES or target not in RATES:
        return None
    return amount / Decimal(RATES[source]) * Decimal(RATES[target])


@lru_cache(maxsize=20)
def book(day: date = DAY) -> customs.Book:
    given = shipped()
    ever = date.min
    held = Tables(
        given.countries, tuple((ever, True, c) for c in given.classes), tuple((ever, True, w) for w in given.stopwords),
        tuple((since, country, hs6, code) for country, hs6, code, *_texts, since in given.national), (), (), {},
    )  # fmt: skip
    return _book(held, day)


def line(**facts: Any) -> customs.DeclaredLine:
    base: dict[str, Any] = {
        "position": 1, "code": "NK", "description": "necklace, zinc alloy, gold plated", "hs_code": "711719", "origin": "CN",
        "quantity": 1, "value": Decimal("12.80"), "weight_g": Decimal(20),
    }  # fmt: skip
    made = {**base, **facts}
    return customs.DeclaredLine(**{"paid": made["value"], **made})


def parcel(country: str, *lines: customs.DeclaredLine, currency: str = "EUR", **facts: Any) -> customs.Parcel:
    service = facts.pop("service", None) or customs.ServiceGoods("CP_REG", "postal_registered", "China Post")
    return customs.Parcel(
        country=country, currency=currency, lines=lines or (line(),), service=service,
        **{"schemes": frozenset({"IOSS", "UK_VAT", "AU_GST", "REMESSA_CONFORME"}), **facts},
    )  # fmt: skip


def levels(made: customs.Parcel, day: date = DAY) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {BLOCK: [], REVIEW: [], INFO: []}
    for finding in customs.check(made, book(day), convert=convert):
        found[finding.level].append(finding.code)
    return found
