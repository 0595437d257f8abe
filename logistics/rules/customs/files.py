"""Rows of the shipped tables (and of uploaded packs) as rules. Pure: the caller reads the file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation

from logistics.rules.customs import avoid
from logistics.rules.customs.book import Band, Country, DutyStep, GoodsClass, StopWord

Row = Mapping[str, str]
#: Rows without a day of their own count since then.
EVER = date(2020, 1, 1)
BASES = frozenset({"goods", "item", "goods_freight", "cif", "fob", "customs_value"})
ACTIONS = frozenset({"block", "block_postal", "carrier_check", "country_check"})


def amount(text: str) -> Decimal | None:
    """A number of a table; empty = not known. Raises ``ValueError``."""
    if not text.strip():
        return None
    try:
        found = Decimal(text.strip())
    except InvalidOperation as error:
        raise ValueError(text) from error
    if not found.is_finite() or found < 0:
        raise ValueError(text)
    return found


def day(text: str) -> date:
    """A day of a table; empty = since ever. Raises ``ValueError``."""
    return date.fromisoformat(text.strip()) if text.strip() else EVER


def country(row: Row) -> Country:
    """One row of the table of countries. Raises ``ValueError`` naming the column that cannot be read."""
    code = row["iso2"].strip().upper()
    if not re.fullmatch(r"[A-Z]{2}", code):
        raise ValueError(f"iso2: {row['iso2']}")
    basis = row["value_basis"].strip() or "goods"
    if basis not in BASES:
        raise ValueError(f"value_basis: {basis}")
    try:
        avoid.read(row["carrier_avoid"])
    except ValueError as error:
        raise ValueError(f"carrier_avoid: {error}") from error
    low, high = _field(row, "seed_low"), _field(row, "seed_high")
    digits = _field(row, "hs_digits") or Decimal(6)
    if digits != int(digits):
        raise ValueError(f"hs_digits: {row['hs_digits']}")
    return Country(
        code=code, name=row["country_en"].strip(), group=row["group_code"].strip(), currency=row["currency"].strip(),
        duty_free_max=_field(row, "duty_free_max"), tax_free_max=_field(row, "tax_free_max"), value_basis=basis,
        pos_tax_max=_field(row, "pos_tax_max"), pos_tax_scheme=row["pos_tax_scheme"].strip(), tax_percent=_field(row, "std_tax_pct"),
        duty_rule=row["duty_rule"].strip(), duty_rule_zh=_chinese(row, "duty_rule"), flat_amount=_field(row, "flat_charge_amount"),
        flat_currency=row["flat_charge_currency"].strip(), flat_unit=row["flat_charge_unit"].strip(),
        formal_above=_field(row, "formal_entry_above"), formal_currency=row["formal_entry_currency"].strip(),
        recipient_id=row["recipient_id"].strip(), recipient_id_zh=_chinese(row, "recipient_id"), hs_digits=int(digits),
        review_above=_field(row, "review_above"), review_currency=row["review_above_currency"].strip(),
        bands=(Band(None, low, high),) if low is not None or high is not None else (), band_currency=row["seed_currency"].strip(),
        band_note=row["seed_weight_rule"].strip(), sensitive=frozenset(filter(None, row["sensitive_goods"].split(";"))),
        carrier_avoid=row["carrier_avoid"].strip(), carrier_advice=row["carrier_advice"].strip(),
        carrier_advice_zh=_chinese(row, "carrier_advice"), rule_en=row["rule_en"].strip(),
        rule_zh=row["rule_zh"].strip(), confidence=row["confidence"].strip(), valid_from=day(row["effective_from"]),
    )  # fmt: skip


def _chinese(row: Row, name: str) -> str:
    """The Chinese of a text; packs of others may have none."""
    return (row.get(f"{name}_zh") or "").strip()


def _field(row: Row, name: str) -> Decimal | None:
    try:
        return amount(row[name])
    except ValueError as error:
        raise ValueError(f"{name}: {row[name]}") from error


def with_bands(rows: Iterable[Country], bands: Iterable[Row]) -> list[Country]:
    """The manual's figures by weight in place of the plain ones."""
    by_weight: dict[str, list[Band]] = {}
    for row in bands:
        grams = amount(row["to_g"])
        by_weight.setdefault(row["iso2"], []).append(
            Band(int(grams) if grams else None, amount(row["low"]), amount(row["high"]))
        )
    return [replace(c, bands=tuple(by_weight[c.code])) if c.code in by_weight else c for c in rows]


def with_steps(rows: Iterable[Country], steps: Iterable[Row]) -> list[Country]:
    """Duty by value where the table of steps knows it; a later table of a country is a version of its own."""
    found: dict[tuple[str, date], list[DutyStep]] = {}
    inside: set[str] = set()
    for row in steps:
        step = DutyStep(amount(row["to"]), amount(row["percent"]) or Decimal(0), amount(row["less"]) or Decimal(0))
        found.setdefault((row["iso2"], day(row["valid_from"])), []).append(step)
        if row["tax_inside"] == "yes":
            inside.add(row["iso2"])
    made = []
    for rule in rows:
        since = sorted(when for code, when in found if code == rule.code)
        if not since:
            made.append(rule)
        for when in since:
            made.append(
                replace(
                    rule, duty_steps=tuple(found[rule.code, when]), tax_inside=rule.code in inside,
                    valid_from=max(rule.valid_from, when),
                )
            )  # fmt: skip
    return made


def goods_class(row: Row) -> GoodsClass:
    """One class of goods. Raises ``ValueError`` for an action that does not exist."""
    if row["action"] not in ACTIONS:
        raise ValueError(f"action: {row['action']}")
    prefixes = tuple(filter(None, (p.strip() for p in row["hs_prefixes"].split(";"))))
    return GoodsClass(
        row["code"],
        row["meaning_en"],
        row["meaning_zh"],
        prefixes,
        row["action"],
        row["note_en"],
        row.get("note_zh", ""),
    )


def stop_word(row: Row) -> StopWord:
    """One stop word. Raises ``ValueError`` for a level that does not exist."""
    if row["severity"] not in ("block", "review"):
        raise ValueError(f"severity: {row['severity']}")
    whole = row["match"] == "whole_description"
    return StopWord(row["term"].casefold().strip(), whole, row["severity"], row["reason"], row.get("reason_zh", ""))
