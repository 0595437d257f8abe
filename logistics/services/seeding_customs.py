"""Starting data of customs: rules of countries with their older versions, classes of goods, stop words, national codes."""

from __future__ import annotations

from datetime import datetime

from logistics.models import CountryRule, GoodsClassRule, NationalCode, NatureCode, StopWordRule
from logistics.rules.customs import Country
from logistics.rules.customs.files import EVER
from logistics.selectors.customs.shipped import natures, shipped

PLAIN = (
    "name", "group", "currency", "duty_free_max", "tax_free_max", "value_basis", "pos_tax_max", "pos_tax_scheme", "tax_percent",
    "duty_rule", "duty_rule_zh", "tax_inside", "flat_amount", "flat_currency", "flat_unit", "formal_above", "formal_currency",
    "recipient_id", "recipient_id_zh",
    "hs_digits", "review_above", "review_currency", "band_currency", "band_note", "carrier_avoid", "carrier_advice",
    "carrier_advice_zh", "rule_en",
    "rule_zh", "confidence", "valid_from",
)  # fmt: skip


def row_of(rule: Country) -> CountryRule:
    """An unsaved row of the table from a rule."""
    return CountryRule(
        country=rule.code, sensitive=sorted(rule.sensitive), **{name: getattr(rule, name) for name in PLAIN},
        duty_steps=[
            {"to": None if s.to is None else f"{s.to:f}", "percent": f"{s.percent:f}", "less": f"{s.less:f}"}
            for s in rule.duty_steps
        ],
        bands=[
            {"to_g": b.to_g, "low": None if b.low is None else f"{b.low:f}", "high": None if b.high is None else f"{b.high:f}"}
            for b in rule.bands
        ],
    )  # fmt: skip


def load_customs(*, now: datetime) -> int:
    """Load the rows that are missing; answers how many. Rows that exist are left alone, so what staff changed stays."""
    given = shipped()
    countries = set(CountryRule.objects.values_list("country", "valid_from"))
    classes = set(GoodsClassRule.objects.values_list("code", flat=True))
    words = set(StopWordRule.objects.values_list("term", "whole"))
    codes = set(NationalCode.objects.values_list("country", "hs6"))
    made = CountryRule.objects.bulk_create(
        row_of(rule) for rule in given.countries if (rule.code, rule.valid_from) not in countries
    )
    more = GoodsClassRule.objects.bulk_create(
        GoodsClassRule(
            code=row.code, valid_from=EVER, meaning_en=row.meaning_en, meaning_zh=row.meaning_zh, prefixes=list(row.prefixes),
            action=row.action, note=row.note, note_zh=row.note_zh,
        )
        for row in given.classes
        if row.code not in classes
    )  # fmt: skip
    terms = StopWordRule.objects.bulk_create(
        StopWordRule(
            term=row.term, whole=row.whole, level=row.level, reason=row.reason, reason_zh=row.reason_zh, valid_from=EVER
        )
        for row in given.stopwords
        if (row.term, row.whole) not in words
    )
    national = NationalCode.objects.bulk_create(
        NationalCode(country=country, hs6=hs6, code=code, description=text, description_zh=chinese, valid_from=since)
        for country, hs6, code, text, chinese, since in given.national
        if (country, hs6) not in codes
    )
    named = set(NatureCode.objects.values_list("content_type", flat=True))
    kinds = NatureCode.objects.bulk_create(
        NatureCode(**row, valid_from=EVER) for row in natures() if row["content_type"] not in named
    )
    return len(made) + len(more) + len(terms) + len(national) + len(kinds)
