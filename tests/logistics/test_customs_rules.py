"""Customs rules: the eight measured cases, every row of the table of countries, every code of the decision table."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from logistics.rules import customs
from logistics.rules.customs import BLOCK, INFO, REVIEW, avoid, landed
from logistics.selectors.customs.shipped import rows
from tests.factories.customs_rules import book, convert, levels, line, parcel

EMS = customs.ServiceGoods("EMS", "ems", "China Post EMS")
DHL = customs.ServiceGoods("DHL", "express", "DHL")


# --- the eight measured cases -------------------------------------------------------------------------------------


@pytest.mark.covers("CUS-01", "CUS-05")
def test_a_necklace_to_germany_passes_with_a_duty_note() -> None:
    made = parcel("DE")
    assert levels(made) == {BLOCK: [], REVIEW: [], INFO: ["MANUAL_HIGH"]}
    hint = landed.estimate(made, book(), convert=convert)
    assert hint is not None and (hint.duty, hint.headings, hint.tax_at_sale) == (Decimal("3.00"), 1, True)


@pytest.mark.covers("CUS-06", "CUS-07")
def test_the_same_order_done_by_the_manual_gets_three_blocks_and_five_reviews() -> None:
    made = parcel(
        "DE", line(description="handcraft", value=Decimal(5), paid=Decimal(22), hs_code="", origin=""), content_type="gift",
        service=EMS, schemes=frozenset(),
    )  # fmt: skip
    found = levels(made)
    assert found[BLOCK] == ["GIFT_FOR_SALE", "DECL_BELOW_PAID", "DESC_STOPWORD"]
    assert sorted(found[REVIEW]) == ["CARRIER_ADVICE", "DESC_SHORT", "HS_DIGITS", "NO_ORIGIN", "TAX_NUMBER"]


@pytest.mark.covers("CUS-02")
def test_the_united_states_want_ten_digits() -> None:
    six = line(hs_code="420231", value=Decimal(60), weight_g=Decimal(200))
    assert levels(parcel("US", six, currency="USD"))[BLOCK] == ["HS_DIGITS"]
    ten = replace(six, hs_code="4202316000")
    assert levels(parcel("US", ten, currency="USD")) == {BLOCK: [], REVIEW: [], INFO: ["MANUAL_HIGH"]}


def test_a_national_code_completes_six_digits() -> None:
    assert levels(parcel("US", line(value=Decimal(20)), currency="USD")) == {BLOCK: [], REVIEW: [], INFO: []}
    assert book().tariff_code("711719", "US") == "7117199000"
    assert book().tariff_code("711719", "DE") == "711719"


@pytest.mark.covers("CUS-03", "CUS-04")
def test_a_wooden_box_to_australia_by_dhl_gives_two_reviews() -> None:
    box = line(
        description="jewelry box, pine wood, painted", hs_code="442090", value=Decimal(25), weight_g=Decimal(300)
    )
    found = levels(parcel("AU", box, currency="USD", service=DHL))
    assert (found[BLOCK], sorted(found[REVIEW])) == ([], ["CARRIER_ADVICE", "SENSITIVE"])
    by_post = levels(parcel("AU", box, currency="USD"))
    assert by_post[REVIEW] == ["SENSITIVE"]
    plain = levels(parcel("AU", line(), currency="USD", service=DHL))
    assert plain[REVIEW] == []


@pytest.mark.covers("CUS-10")
def test_140_pounds_to_the_united_kingdom_give_one_review() -> None:
    found = levels(parcel("GB", line(value=Decimal(140), weight_g=Decimal(200)), currency="GBP"))
    assert found == {BLOCK: [], REVIEW: ["LEGAL_THRESHOLD"], INFO: ["MANUAL_HIGH"]}


def test_two_headings_to_france_cost_six_euros() -> None:
    two = (line(), line(position=2, hs_code="621410", description="scarf of woven silk"))
    hint = landed.estimate(parcel("FR", *two), book(), convert=convert)
    assert hint is not None and (hint.duty, hint.headings) == (Decimal("6.00"), 2)
    same = landed.estimate(parcel("FR", line(), line(position=2)), book(), convert=convert)
    assert same is not None and same.duty == Decimal("3.00")


@pytest.mark.covers("CUS-13")
def test_brazil_without_cpf_gives_one_review() -> None:
    found = levels(parcel("BR", line(value=Decimal(30)), currency="USD"))
    assert (found[BLOCK], found[REVIEW]) == ([], ["RECIPIENT_ID"])
    assert levels(parcel("BR", line(value=Decimal(30)), currency="USD", has_recipient_id=True))[REVIEW] == []


# --- every row ----------------------------------------------------------------------------------------------------

TABLE = rows("customs_rules.csv")


def test_there_are_71_rows() -> None:
    assert len(TABLE) == 71 and {row["iso2"] for row in TABLE} == set(book().countries)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row["iso2"])
def test_every_row_asks_what_it_says(row: dict[str, str]) -> None:
    """Limit, identity, tax number, digits, manual figures, classes, advice of each of the 71 rows, at and above each limit."""
    code, rule = row["iso2"], book().country(row["iso2"])
    limit, currency = row["review_above"], row["review_above_currency"] or row["currency"]
    clean = line(hs_code="4202316000", value=Decimal(limit or 10), weight_g=Decimal(limit or 10) * 20)
    at = levels(parcel(code, clean, currency=currency, has_recipient_id=True))
    assert at[BLOCK] == ([] if clean.value else ["DECL_ZERO"]) and "LEGAL_THRESHOLD" not in at[REVIEW]
    over = replace(clean, value=clean.value + Decimal("0.01"), paid=clean.paid + Decimal("0.01"))
    found = levels(parcel(code, over, currency=currency, has_recipient_id=True))
    assert ("LEGAL_THRESHOLD" in found[REVIEW]) is bool(limit)
    unnamed = levels(parcel(code, clean, currency=currency))
    assert ("RECIPIENT_ID" in unnamed[REVIEW]) is bool(row["recipient_id"])
    if row["pos_tax_scheme"] and row["pos_tax_max"]:
        cheap = line(hs_code="4202316000", value=Decimal(row["pos_tax_max"]), weight_g=None)
        bare = levels(parcel(code, cheap, currency=row["currency"], schemes=frozenset(), has_recipient_id=True))
        assert "TAX_NUMBER" in bare[REVIEW]
        ours = levels(parcel(code, cheap, currency=row["currency"], schemes=frozenset({row["pos_tax_scheme"]})))
        assert "TAX_NUMBER" not in ours[REVIEW]
        dear = replace(cheap, value=cheap.value + 1, paid=cheap.paid + 1)
        assert "TAX_NUMBER" not in levels(parcel(code, dear, currency=row["currency"], schemes=frozenset()))[REVIEW]
    short = replace(clean, hs_code="42023160"[: int(row["hs_digits"]) - 1])
    assert "HS_DIGITS" in levels(parcel(code, short, currency=currency))[BLOCK if row["hs_digits"] == "10" else REVIEW]
    _manual(row, rule)
    for name in row["sensitive_goods"].split(";"):
        by_hand = levels(parcel(code, replace(clean, goods_class=name), currency=currency, service=DHL))
        assert {"SENSITIVE", "COUNTERFEIT"} & {*by_hand[REVIEW], *by_hand[BLOCK]}
    for advice in avoid.read(row["carrier_avoid"]):
        service = customs.ServiceGoods(min(advice.services), "express", "")
        goods = replace(clean, goods_class=min(advice.classes, default=""))
        made = parcel(code, goods, currency=currency, service=service, urgent=advice.urgent)
        assert "CARRIER_ADVICE" in levels(made)[REVIEW]
        if advice.urgent:
            assert "CARRIER_ADVICE" not in levels(replace(made, urgent=False))[REVIEW]


def _manual(row: dict[str, str], rule: customs.Country) -> None:
    """The figures of manual 002 appear as hints only, at one cent above and below."""
    for band in rule.bands:
        grams = Decimal(band.to_g or 100_000)
        for edge, code, step in ((band.high, "MANUAL_HIGH", "0.01"), (band.low, "MANUAL_LOW", "-0.01")):
            if edge is None:
                continue
            for value, wanted in ((edge, False), (edge + Decimal(step), True)):
                made = parcel(
                    row["iso2"], line(value=value, weight_g=grams, hs_code="4202316000"), currency=rule.band_currency
                )
                found = levels(made)
                assert (code in found[INFO]) is wanted
                assert "MANUAL_HIGH" not in found[REVIEW] + found[BLOCK]


@pytest.mark.covers("CUS-01", "CUS-02", "CUS-03", "CUS-05", "CUS-08", "CUS-09", "CUS-10", "CUS-11", "CUS-12", "CUS-13")
@pytest.mark.parametrize(
    ("country", "grams", "low", "high", "currency"),
    [
        ("US", 2900, 5, 30, "USD"), ("US", 3100, 5, 50, "USD"), ("AU", 100, None, 1000, "USD"), ("DE", 400, 5, 5, "EUR"),
        ("DE", 900, 10, 20, "EUR"), ("DK", 100, None, 13, "USD"), ("PL", 100, None, 20, "USD"), ("GB", 100, None, 17, "GBP"),
        ("NO", 100, None, 30, "USD"), ("SE", 100, None, 30, "USD"), ("FI", 100, None, 30, "USD"), ("IT", 100, None, 40, "USD"),
        ("BO", 100, None, 50, "USD"), ("MX", 100, None, 50, "USD"), ("XL", 100, None, 50, "USD"), ("FR", 100, None, None, ""),
    ],
)  # fmt: skip
def test_the_figures_of_the_manual(country: str, grams: int, low: int | None, high: int | None, currency: str) -> None:
    rule = book().country(country)
    band = rule.band(Decimal(grams))
    assert (band.low if band else None, band.high if band else None) == (low, high)
    assert not band or rule.band_currency == currency


@pytest.mark.covers("CUS-15")
@pytest.mark.parametrize(("country", "advised"), [("RU", True), ("NZ", True), ("FR", False)])
def test_urgent_orders_are_not_sent_by_ems_there(country: str, advised: bool) -> None:
    for urgent in (True, False):
        found = levels(parcel(country, service=EMS, urgent=urgent, has_recipient_id=True))
        assert ("CARRIER_ADVICE" in found[REVIEW]) is (advised and urgent)


# --- the same order on two dates ----------------------------------------------------------------------------------


def test_the_same_order_on_two_dates_gives_two_answers() -> None:
    made = parcel("DE", line(), line(position=2, hs_code="621410", description="scarf of woven silk"))
    before = landed.estimate(made, book(date(2026, 6, 30)), convert=convert)
    after = landed.estimate(made, book(date(2026, 7, 1)), convert=convert)
    assert before is not None and after is not None
    assert (before.duty, after.duty) == (Decimal(0), Decimal("6.00"))
    brazil = parcel("BR", line(value=Decimal(50)), currency="USD")
    duties = [landed.estimate(brazil, book(day), convert=convert) for day in (date(2026, 5, 11), date(2026, 5, 12))]
    assert [hint and hint.duty for hint in duties] == [Decimal("10.00"), Decimal("0.00")]


def test_a_day_before_the_first_row_reads_the_first_row() -> None:
    assert book(date(2001, 1, 1)).country("DE").duty_free_max == 150
    assert book().country("QQ").code == "ZZ" and book().country("PY").code == "XL"


# --- landed cost --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "day", "duty", "tax", "total"),
    [
        ("50", date(2026, 1, 1), "10.00", "12.29", "72.29"), ("100", date(2026, 1, 1), "40.00", "28.67", "168.67"),
        ("50", date(2026, 6, 1), "0.00", "10.24", "60.24"),
    ],
)  # fmt: skip
def test_brazil_reckons_its_tax_inside(value: str, day: date, duty: str, tax: str, total: str) -> None:
    hint = landed.estimate(parcel("BR", line(value=Decimal(value)), currency="USD"), book(day), convert=convert)
    assert hint is not None
    assert (hint.duty, hint.tax, hint.total) == (Decimal(duty), Decimal(tax), Decimal(total))


def test_switzerland_lets_five_francs_of_tax_pass() -> None:
    for value, free in (("62", True), ("62.01", False)):
        hint = landed.estimate(parcel("CH", line(value=Decimal(value)), currency="CHF"), book(), convert=convert)
        assert hint is not None and hint.duty == 0 and (hint.tax == 0) is free


def test_europe_taxes_goods_freight_and_the_flat_duty() -> None:
    made = replace(parcel("DE", line(value=Decimal(100))), freight=Decimal(10), schemes=frozenset())
    hint = landed.estimate(made, book(), convert=convert)
    assert hint is not None and (hint.duty, hint.tax) == (Decimal("3.00"), Decimal("21.47"))


# --- forms --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "form", "value", "grams", "chosen"),
    [
        ("postal_registered", "CN22", "350", 1999, "CN22"), ("postal_registered", "CN22", "350.01", 100, "CN23"),
        ("postal_tracked", "CN22", "20", 2001, "CN23"), ("postal_tracked", "CN22", None, 100, "CN23"), ("ems", "CN23", "5", 100, "CN23"),
        ("postal_tracked", "CN23", "5", 100, "CN23"), ("express", "commercial_invoice", "5", 100, "commercial_invoice"),
        ("express", "", "5", 100, "commercial_invoice"), ("marketplace_line", "platform", "5", 100, "platform"),
        ("dedicated_line", "electronic", "5", 100, "electronic"), ("dedicated_line", "", "5", 100, "electronic"),
    ],
)  # fmt: skip
def test_the_form_is_chosen_by_rule(kind: str, form: str, value: str | None, grams: int, chosen: str) -> None:
    made = customs.choose_form(
        kind=kind,
        service_form=form,
        value=Decimal(value) if value else None,
        limit=Decimal(350),
        weight_g=Decimal(grams),
    )
    assert made == chosen


# --- each code ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "code", "level"),
    [
        ({}, "", ""), ({"value": Decimal(0)}, "DECL_ZERO", BLOCK), ({"paid": Decimal(13)}, "DECL_BELOW_PAID", BLOCK),
        ({"paid": Decimal(13), "accepted": "price_correction"}, "", ""), ({"paid": Decimal(3)}, "", ""),
        ({"description": "jewelry"}, "DESC_STOPWORD", REVIEW), ({"description": "birthday gift box of paper"}, "DESC_STOPWORD", REVIEW),
        ({"description": ""}, "DESC_MISSING", REVIEW), ({"description": "red hat"}, "DESC_SHORT", REVIEW),
        ({"description": "项链 合金 女"}, "DESC_SHORT", REVIEW), ({"hs_code": "7117"}, "HS_DIGITS", REVIEW), ({"origin": ""}, "NO_ORIGIN", REVIEW),
        ({"weight_g": None}, "NO_WEIGHT", REVIEW), ({"goods_class": "counterfeit"}, "COUNTERFEIT", BLOCK),
        ({"hs_code": "961310"}, "SENSITIVE", BLOCK), ({"hs_code": "850650"}, "SENSITIVE", BLOCK), ({"hs_code": "330499"}, "SENSITIVE", REVIEW),
        ({"weight_g": Decimal(2000)}, "VALUE_PER_KG", REVIEW), ({"weight_g": Decimal(5)}, "VALUE_PER_KG", REVIEW),
    ],
)  # fmt: skip
@pytest.mark.covers("CUS-07", "CUS-14", "CUS-17")
def test_each_code_of_a_line(facts: dict[str, Any], code: str, level: str) -> None:
    found = customs.check(parcel("FR", line(**facts)), book(), convert=convert)
    if code:
        assert (code, level) in {(f.code, f.level) for f in found}
    else:
        assert found == []


@pytest.mark.covers("CUS-14")
def test_a_brand_travels_only_with_its_paper() -> None:
    named = line(name="Acme bracelet", description="bracelet, glass beads, elastic")
    for allowed in (False, True):
        held = replace(book(), brands=[customs.Brand("Acme", ("acme",), allowed)])
        found = customs.check(parcel("FR", named, service=DHL), held, convert=convert)
        assert [f.code for f in found] == ([] if allowed else ["COUNTERFEIT"])


def test_a_service_that_may_not_carry_the_value_is_blocked_and_another_named() -> None:
    saver = customs.ServiceGoods("AE_SAVER", "marketplace_line", "Cainiao", Decimal(5), "EUR", ("CP_REG",))
    found = customs.check(parcel("FR", service=saver), book(), convert=convert)
    assert [(f.code, f.level, f.fields["instead"]) for f in found] == [("VALUE_LIMIT_SERVICE", BLOCK, "CP_REG")]


def test_parcels_of_one_day_are_added_up() -> None:
    made = parcel("FR", line(value=Decimal(100), weight_g=Decimal(900)))
    assert levels(made)[REVIEW] == []
    assert levels(replace(made, others=Decimal(60), other_parcels=1))[REVIEW] == ["SPLIT_SUSPECT"]
    assert levels(replace(made, others=Decimal(40), other_parcels=1))[REVIEW] == []


def test_a_kilogram_is_compared_with_the_usual_one() -> None:
    made = parcel("FR", line(value=Decimal(10), weight_g=Decimal(100)))
    for median, found in (("110", []), ("367", ["VALUE_PER_KG"]), ("36", ["VALUE_PER_KG"]), ("366", [])):
        assert levels(replace(made, medians={"711719": Decimal(median)}))[REVIEW] == found


def test_net_weights_above_the_scale_are_looked_at() -> None:
    assert levels(replace(parcel("FR"), gross_g=Decimal(19)))[REVIEW] == ["NO_WEIGHT"]
    assert levels(replace(parcel("FR"), gross_g=Decimal(20)))[REVIEW] == []


def test_one_text_for_different_headings_says_nothing() -> None:
    made = parcel("FR", line(), line(position=2, hs_code="621410"))
    assert levels(made)[REVIEW] == ["DESC_SAME", "DESC_SAME"]


def test_a_missing_rate_is_told_and_blocks_nothing() -> None:
    found = customs.check(parcel("FR"), book(), convert=lambda amount, a, b: amount if a == b else None)
    assert found == []
    other = customs.check(parcel("FR", currency="XTS"), book(), convert=lambda amount, a, b: amount if a == b else None)
    assert [(f.code, f.level) for f in other] == [("RATE_MISSING", INFO)]


@pytest.mark.covers("CUS-14")
@pytest.mark.parametrize(
    ("word", "name", "named"),
    [
        ("hermès", "Hermès silk scarf", True), ("hermes", "HERMÈS scarf", True), ("Hermès", "hermes scarf", True),
        ("coca-cola", "Coca-Cola bottle opener", True), ("coca cola", "coca-cola tray", True), ("levi's", "Levi’s jeans", True),
        ("耐克", "新款耐克运动鞋", True), ("nike", "snikers of rubber", False), ("-", "a bag - of cotton", False),
    ],
)  # fmt: skip
def test_a_brand_is_seen_however_it_is_written(word: str, name: str, named: bool) -> None:
    held = replace(book(), brands=[customs.Brand("B", (word,))])
    codes = {f.code for f in customs.check(parcel("FR", line(name=name)), held, convert=convert)}
    assert ("COUNTERFEIT" in codes) == named


@pytest.mark.parametrize(
    ("text", "level"),
    [("N/A.", BLOCK), ("Gift!", BLOCK), ("no value", REVIEW), ("card, not-for-sale, paper", REVIEW), ("paper gift bag, printed", REVIEW)],
)  # fmt: skip
def test_a_stop_word_is_seen_between_signs_and_alone(text: str, level: str) -> None:
    found = customs.check(parcel("FR", line(description=text)), book(), convert=convert)
    assert [f.level for f in found if f.code == "DESC_STOPWORD"] == [level]
