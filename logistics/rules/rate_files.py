"""Rows of carriers' price lists as our rows: units, weight bands in one cell, destinations across the top.

A list may give weights in grams or kilograms, a band as text ("0.1<W<=0.2kg", "101-200g", "≤500g"), prices per kilogram, per
100 grams or per gram, and one price column for each country or zone. What is not said has its default.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

#: The heaviest a band without an upper end means.
OPEN_END_G = 1_000_000
#: A band that ends by this figure and names no unit may be meant in kilograms.
HEAVIEST_KG = 70
_NUMBER = r"(\d+(?:[.,]\d+)?)"
_UNIT = r"\s*(kgs?|公斤|千克|g|克)?"
_BETWEEN = re.compile(
    rf"{_NUMBER}{_UNIT}\s*(?:<=?|≤|＜|-|–|~|～|至|到|to)\s*(?:W|w|重量|weight)?\s*(?:<=?|≤|＜|＜=)?\s*{_NUMBER}{_UNIT}"
)
_UP_TO = re.compile(rf"(?:<=?|≤|up to|以下|以内)\s*{_NUMBER}{_UNIT}|{_NUMBER}{_UNIT}\s*(?:以下|以内|及以下)")
_ABOVE = re.compile(rf"(?:>=?|≥|above|over|以上)\s*{_NUMBER}{_UNIT}|{_NUMBER}{_UNIT}\s*(?:以上|\+)")
_NAMES_UNIT = re.compile(r"[gG克]|公斤|千克")
_DAYS = re.compile(r"(\d{1,3})(?:\s*[-–~～至到]\s*(\d{1,3}))?")
#: Fields that are amounts, whole numbers, texts.
AMOUNTS = ("item_fee", "per_kg", "first_fee", "step_fee", "min_value", "max_value")
WHOLES = ("from_g", "to_g", "first_weight_g", "step_g", "min_charge_g", "days_min", "days_max")


class BadRow(Exception):
    """A row that cannot be a rate: the field, a stable code, the value."""

    def __init__(self, field: str, code: str, value: str = ""):
        super().__init__(code)
        self.field, self.code, self.value = field, code, value


def band_of(text: str, unit: str = "g") -> tuple[int, int] | None:
    """Grams above which and up to which a band written as text holds; None when it is none."""
    plain = " ".join(str(text).split())
    if found := _BETWEEN.search(plain):
        low, low_unit, high, high_unit = found.groups()
        named = low_unit or high_unit or unit
        return _start(_grams(low, named), named), _grams(high, high_unit or unit)
    if found := _UP_TO.search(plain):
        value, named = _first(found.groups()), _named(found.groups())
        return 0, _grams(value, named or unit)
    if found := _ABOVE.search(plain):
        value, named = _first(found.groups()), _named(found.groups())
        return _grams(value, named or unit), OPEN_END_G
    return None


def _first(groups: tuple[str | None, ...]) -> str:
    return next(part for part in groups if part and part[0].isdigit())


def _named(groups: tuple[str | None, ...]) -> str:
    return next((part for part in groups if part and not part[0].isdigit()), "")


def _start(low: int, unit: str) -> int:
    """Carriers write 101-200 g for what is above 100 g."""
    return low - 1 if low % 10 == 1 and not unit.startswith(("kg", "公", "千")) else low


def _grams(number: str, unit: str) -> int:
    value = Decimal(number.replace(",", "."))
    return int(value * 1000) if unit.startswith(("kg", "公", "千")) else int(value)


def days_of(text: str) -> dict[str, str]:
    """Days from and to of a cell like "5-10" or "15"; nothing when it says none."""
    found = _DAYS.search(text or "")
    if not found:
        return {}
    return {"days_min": found[1], "days_max": found[2] or found[1]}


def row_of(cells: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of one rate from the cells of a row (ours: field -> text). Refuses what cannot be one with ``BadRow``."""
    told = {name: _text(value) for name, value in cells.items() if _text(value)}
    made: dict[str, Any] = {
        "destination": _destination(told), "variant": told.get("variant", "")[:40], "note": told.get("note", "")[:200],
        "cargo": told.get("cargo") or told.get("cargo_class") or "general",
        "value_currency": (told.get("value_currency") or told.get("price_value_currency") or "").upper()[:3],
    }  # fmt: skip
    if made["cargo"] not in ("general", "special", "battery_ok"):
        raise BadRow("cargo", "unknown_cargo", made["cargo"])
    told = _in_grams(told)
    told.setdefault("min_value", told.get("min_price_value", ""))
    told.setdefault("max_value", told.get("max_price_value", ""))
    told |= days_of(told.get("days", ""))
    made |= {name: _amount(name, told[name]) for name in AMOUNTS if told.get(name)}
    made |= {name: _whole(name, told[name]) for name in WHOLES if told.get(name)}
    return _checked(made)


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _destination(told: Mapping[str, str]) -> str:
    if told.get("zone") and not told.get("destination"):
        return f"zone:{told['zone']}"[:25]
    found = told.get("destination") or "*"
    if found == "*" or found.startswith("zone:") or re.fullmatch(r"[A-Z]{2}", found):
        return found[:25]
    raise BadRow("destination", "unknown_country", found)


def _in_grams(told: dict[str, str]) -> dict[str, str]:
    """The same with grams and prices per kilogram."""
    for name in ("from", "to", "first_weight", "step", "min_charge"):
        if told.get(f"{name}_kg"):
            told[f"{name}_g"] = str(_amount(f"{name}_kg", told[f"{name}_kg"]) * 1000)
    for name, factor in (("per_100g", 10), ("per_gram", 1000)):
        if told.get(name):
            told["per_kg"] = str(_amount(name, told[name]) * factor)
    if told.get("band"):
        unit = told.get("band_unit", "")
        band = band_of(told["band"], "kg" if unit == "kg" else "g")
        if band is None:
            raise BadRow("band", "bad_band", told["band"])
        if not unit and band[1] <= HEAVIEST_KG and not _NAMES_UNIT.search(told["band"]):
            raise BadRow(
                "band_unit", "band_unit", told["band"]
            )  # "0.2-0.45": read as grams the prices would be far off
        told["from_g"], told["to_g"] = str(band[0]), str(band[1])
    return told


def _amount(name: str, text: str) -> Decimal:
    try:
        value = Decimal(text.replace(" ", ""))
    except InvalidOperation:
        raise BadRow(name, "bad_number", text) from None
    if not value.is_finite():
        raise BadRow(name, "bad_number", text)
    if value < 0:
        raise BadRow(name, "negative", text)
    if value >= 10**8:
        raise BadRow(name, "too_large", text)
    return value.quantize(Decimal("0.0001")) if value != value.quantize(Decimal("0.0001")) else value


def _whole(name: str, text: str) -> int:
    value = _amount(name, text)
    if value != int(value):
        raise BadRow(name, "bad_number", text)
    return int(value)


def _checked(made: dict[str, Any]) -> dict[str, Any]:
    made.setdefault("from_g", 0)
    if "to_g" not in made:
        raise BadRow("to_g", "missing")
    if made["to_g"] <= made["from_g"]:
        raise BadRow("to_g", "band_backwards", str(made["to_g"]))
    if not any(name in made for name in ("item_fee", "per_kg", "first_fee")):
        raise BadRow("per_kg", "no_price")
    if "step_fee" in made and not made.get("step_g"):
        raise BadRow("step_g", "missing")
    if "step_fee" in made and "first_fee" not in made:
        raise BadRow("first_fee", "missing")
    if ("min_value" in made or "max_value" in made) and not made["value_currency"]:
        raise BadRow("value_currency", "missing")
    if "days_max" in made and made["days_max"] < made.get("days_min", 0):
        raise BadRow("days_max", "band_backwards", str(made["days_max"]))
    return made


def overlapping(rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Rows whose weights begin before the row before them ends, for the same destination, group, goods and worth."""
    key = ("destination", "variant", "cargo", "value_currency", "min_value")
    ordered = sorted(rows, key=lambda r: (*(str(r.get(name) or "") for name in key), r["from_g"]))
    found: list[Mapping[str, Any]] = []
    last: tuple[str, ...] = ()
    end = 0
    for row in ordered:
        mine = tuple(str(row.get(name) or "") for name in key)
        if mine == last and row["from_g"] < end:
            found.append(row)
        last, end = mine, row["to_g"]
    return found
