"""The arithmetic of quotes: every row of the sample lists to the cent, the published examples, and what must hold for all."""

from __future__ import annotations

import csv
import math
from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.rules.choosing import Candidate, Choosing, Wanted, keeps, pick
from logistics.rules.quotes import quote, tables_on
from logistics.rules.rate_files import BadRow, band_of, row_of
from logistics.rules.routing import ServiceFacts
from logistics.rules.weighing import (
    Extra,
    Offer,
    Place,
    Rate,
    Shipment,
    Table,
    Terms,
    charged_g,
    near_cliff,
    volumetric_g,
)

DATA = Path(__file__).resolve().parents[2] / "logistics" / "data"
ROWS = list(csv.DictReader((DATA / "rates.csv").open(encoding="utf-8")))
DAY = date(2026, 11, 20)
D = Decimal


def offer_of(row: dict[str, str], *, terms: Terms | None = None) -> Offer:
    """A service that has only this row."""
    rate = Rate(1, **{k: v for k, v in row_of(row).items() if k != "note"})
    table = Table(1, row["rate_table"], row["currency"], date.fromisoformat(row["valid_from"]), rates=(rate,))
    return Offer(ServiceFacts(row["service_code"]), terms=terms or Terms(), tables=(table,))


def ship_of(row: dict[str, str], grams: int, **facts: Any) -> Shipment:
    """A parcel that may use the row."""
    value = D(row["min_price_value"] or row["max_price_value"] or "10")
    classes = frozenset({"liquid"}) if row["cargo_class"] == "special" else frozenset()
    given_: dict[str, Any] = {"value_in": lambda currency: value, "classes": classes}
    return Shipment(row["destination"], grams, DAY, **{**given_, **facts})


def paper_and_pencil(row: dict[str, str], grams: int) -> Decimal:
    """The price as the reference describes it, computed apart from the product's code."""
    fee = D(row["item_fee"] or "0")
    if row["first_fee"]:
        over = max(grams - int(row["first_weight_g"]), 0)
        exact = fee + D(row["first_fee"]) + math.ceil(over / int(row["step_g"])) * D(row["step_fee"])
    else:
        exact = fee + D(row["per_kg"]) * grams / 1000
    return exact.quantize(D("0.01"), rounding=ROUND_HALF_UP)


@pytest.mark.covers("TRK-15")
@pytest.mark.parametrize(
    "row", ROWS, ids=lambda r: f"{r['service_code']}-{r['variant']}-{r['cargo_class']}-{r['from_g']}"
)
def test_every_row_of_the_sample_lists_to_the_cent(row: dict[str, str]) -> None:
    low, high = int(row["from_g"]), int(row["to_g"])
    for grams in sorted({low + 1, low + 7, (low + high) // 2, (low + high) // 3 + low // 2, high - 1, high}):
        if not low < grams <= high:
            continue
        found = quote(offer_of(row), ship_of(row, grams), actions={"liquid": "carrier_check"})
        assert found.total == paper_and_pencil(row, grams), (row["service_code"], grams)
        assert found.currency == row["currency"]
        assert sum((line.amount for line in found.lines), D(0)) == found.total
    heavier = quote(offer_of(row), ship_of(row, high + 1), actions={"liquid": "carrier_check"})
    assert heavier.total is None
    assert heavier.refusal == "band"
    assert quote(offer_of(row), ship_of(row, low), actions={"liquid": "carrier_check"}).refusal == "band"


def whole_list(code: str, **facts: Any) -> Offer:
    """A service with all rows of its list."""
    mine = [row for row in ROWS if row["service_code"] == code]
    rates = tuple(Rate(n, **{k: v for k, v in row_of(row).items() if k != "note"}) for n, row in enumerate(mine, 1))
    table = Table(
        1, mine[0]["rate_table"], mine[0]["currency"], date(2020, 1, 1), level=facts.pop("level", ""), rates=rates
    )
    return Offer(ServiceFacts(code), tables=(table,), **facts)


@pytest.mark.parametrize(
    ("code", "country", "grams", "price"),
    [
        ("WISH_EPC_AR", "AR", 500, "55.15"), ("WISH_EPC_AR", "AR", 10, "8.55"), ("WISH_EPC_AR", "AR", 50, "10.41"),
        ("CP_EPARCEL", "RU", 1235, "82.50"), ("CP_SRM_RU", "RU", 500, "63.85"), ("CP_ETK", "RU", 500, "124.95"),
    ],
)  # fmt: skip
def test_published_examples(code: str, country: str, grams: int, price: str) -> None:
    found = quote(whole_list(code), Shipment(country, grams, DAY, value_in=lambda c: D(9)))
    assert found.total == D(price)


DHL = Terms("max", divisor=5000, rounding_g=500, bulk_from_g=21000)
EMS = Terms("max_if_side_ge", divisor=6000, side_cm=D(40), rounding_g=500)
EMS_OLD = Terms("max_if_side_gt", divisor=8000, side_cm=D(60), rounding_g=500)
YUN = Terms("max_if_ratio_ge", divisor=6000, ratio=D(2), min_charge_g=50)


@pytest.mark.parametrize(
    ("terms", "sides", "actual", "charged"),
    [
        (DHL, (50, 68, 38), 5000, 26000), (DHL, (60, 52, 30), 15000, 19000), (EMS, (40, 30, 30), 2000, 6000),
        (EMS, (39, 30, 30), 2000, 2000), (YUN, (24, 24, 20), 1000, 1000), (YUN, (24, 24, 21), 1000, 2016),
        (EMS_OLD, (60, 30, 30), 2000, 2000), (EMS_OLD, (61, 30, 30), 2000, 7000), (YUN, (), 3, 50), (DHL, (), 20600, 21000),
        (DHL, (), 21100, 22000), (Terms(), (90, 90, 90), 700, 700),
    ],
)  # fmt: skip
def test_weight_that_is_paid_for(terms: Terms, sides: tuple[int, ...], actual: int, charged: int) -> None:
    assert charged_g(terms, actual=actual, sides=[D(s) for s in sides]) == charged


def test_packer_is_warned_before_the_jump() -> None:
    assert near_cliff(YUN, 1000, volumetric_g([D(24), D(24), D(20)], 6000))
    assert not near_cliff(YUN, 1000, 1000)


def test_groups_of_the_russian_line_follow_value_and_size() -> None:
    terms = Terms("max_for_big_groups", divisor=12000, groups=("Big", "Premium Big"))
    offer = whole_list("OZ_STD", terms=terms)
    cases = [(400, 1500, "Extra Small"), (600, 900, "Budget"), (1500, 3000, "Small"), (4000, 3000, "Big"),
             (5000, 9000, "Premium Small"), (6000, 9000, "Premium Big"), (400, "1500.5", "Small")]  # fmt: skip
    for grams, value, group in cases:
        found = quote(offer, Shipment("RU", grams, DAY, value_in=lambda c, v=value: D(v)))
        assert found.variant == group
    big = quote(offer, Shipment("RU", 3000, DAY, (D(100), D(60), D(20)), value_in=lambda c: D(3000)))
    assert (big.charge_g, big.total) == (10000, D("286.00"))
    assert quote(offer, Shipment("RU", 400, DAY)).refusal == "value_unknown"
    assert quote(offer, Shipment("RU", 400, DAY, value_in=lambda c: D(300_000))).refusal == "price_group"


def test_price_level_of_the_contract_counts_else_the_cheapest() -> None:
    ship = Shipment("RU", 1000, DAY)
    assert quote(whole_list("CP_EUB_RU"), ship).total == D("37.50")
    assert quote(whole_list("CP_EUB_RU", level="normal"), ship).total == D("72.00")


def test_sum_line_by_line_in_the_order_of_the_trade() -> None:
    rate = Rate(1, "*", 0, 30000, item_fee=D(8), first_weight_g=500, first_fee=D(100), step_g=500, step_fee=D(30))
    extras = (
        Extra("discount", percent=D(10)), Extra("fuel", percent=D(20)), Extra("handling", amount=D(5), currency="CNY"),
        Extra("remote", per_kg=D("3.6"), minimum=D(180), currency="CNY", with_fuel=True, postcodes=("99",)),
        Extra("oversize", amount=D(50), currency="CNY", over_side_cm=D(120)), Extra("battery", amount=D(9), currency="CNY"),
        Extra("duties_paid", amount=D(120), currency="CNY"), Extra("handling", amount=D(7), currency="CNY", countries=("US",)),
    )  # fmt: skip
    offer = Offer(ServiceFacts("DHL"), terms=DHL, tables=(Table(1, "t", "CNY", DAY, rates=(rate,)),), extras=extras)
    near = quote(offer, Shipment("DE", 1200, DAY, postcode="10115"))
    # first 100 + 2 steps of 30 = 160; item 8; 10 % of 160 off; 20 % of 144 fuel; handling 5
    assert [(line.kind, line.amount) for line in near.lines] == [
        ("freight", D("160.00")), ("item", D("8.00")), ("discount", D("-16.00")), ("fuel", D("28.80")), ("handling", D("5.00")),
    ]  # fmt: skip
    assert near.total == D("185.80")
    far = quote(offer, Shipment("DE", 1200, DAY, postcode="99 871", duties_paid=True))
    assert far.total == D("185.80") + 180 + 36 + 120, "the remote fee carries fuel, the duties do not"


def test_an_amount_without_an_exchange_rate_gives_no_price() -> None:
    offer = replace(whole_list("WISH_EPC_AR"), extras=(Extra("handling", amount=D(1), currency="USD"),))
    assert quote(offer, Shipment("AR", 100, DAY)).refusal == "rate_missing"
    found = quote(offer, Shipment("AR", 100, DAY), convert=lambda amount, source, target: amount * 7)
    assert found.total == D("20.54")  # 6.39 + 7.1514 + 7


@pytest.mark.parametrize(
    ("facts", "sides", "grams", "refusal"),
    [
        ({"facts": ServiceFacts("X", active=False)}, (), 100, "inactive"),
        ({"facts": ServiceFacts("X", destinations="RU;UA")}, (), 100, "country"),
        ({"facts": ServiceFacts("X", value_max=D(5), value_max_currency="EUR")}, (), 100, "value"),
        ({"facts": ServiceFacts("X", max_weight_g=2000)}, (), 2001, "weight"),
        ({"place": Place(max_weight_g=20000)}, (), 20001, "weight"),
        ({"terms": Terms(max_side_cm=D(60))}, (61, 10, 10), 100, "side"),
        ({"terms": Terms(max_sum_cm=D(90))}, (50, 30, 11), 100, "sum"),
        ({"terms": Terms(max_girth_cm=D(300))}, (150, 40, 36), 100, "girth"),
        ({"place": Place(max_side_cm=D(105))}, (106, 1, 1), 100, "side"),
        ({"terms": Terms(min_sides=(D(14), D(9)))}, (15, 8, 1), 100, "too_small"),
        ({}, (), None, "weight_unknown"), ({"tables": ()}, (), 100, "no_rates"),
        ({"tables": (Table(1, "t", "CNY", date(2020, 1, 1), date(2020, 12, 31)),)}, (), 100, "table_expired"),
        ({"tables": (Table(1, "t", "CNY", date(2030, 1, 1)),)}, (), 100, "table_future"),
    ],
)  # fmt: skip
def test_a_broken_limit_is_named_and_never_priced(facts: dict[str, Any], sides: Any, grams: Any, refusal: str) -> None:
    table = Table(1, "t", "CNY", date(2020, 1, 1), rates=(Rate(1, "*", 0, 70000, per_kg=D(10)),))
    offer = Offer(**{"facts": ServiceFacts("X"), "tables": (table,), **facts})
    found = quote(offer, Shipment("DE", grams, DAY, tuple(D(s) for s in sides), value_in=lambda c: D(6)))
    assert (found.refusal, found.total, found.lines) == (refusal, None, ())
    if refusal in ("weight", "side", "sum", "girth", "value", "too_small"):
        assert found.fields["limit"]


def test_goods_that_a_service_refuses() -> None:
    table = Table(1, "t", "CNY", date(2020, 1, 1), rates=(Rate(1, "*", 0, 2000, per_kg=D(10)),))
    actions = {"counterfeit": "block", "battery_loose": "block_postal", "magnet": "carrier_check"}
    post = Offer(ServiceFacts("P"), kind="postal_registered", tables=(table,), terms=Terms(accepts={"liquid": "no"}))
    line = Offer(
        ServiceFacts("L"), kind="dedicated_line", tables=(table,), terms=Terms(accepts={"battery_loose": "yes"})
    )

    def ask(offer: Offer, name: str) -> tuple[str, tuple[str, ...]]:
        found = quote(offer, Shipment("DE", 100, DAY, classes=frozenset({name})), actions=actions)
        return found.refusal, found.warnings

    assert ask(post, "battery_loose")[0] == ask(post, "liquid")[0] == "goods_refused"
    assert ask(line, "counterfeit")[0] == "goods_blocked"
    assert ask(line, "battery_loose") == ("", ())
    assert ask(line, "magnet") == ("", ("ask:magnet",))
    assert ask(post, "knitwear") == ("", ())


def test_zone_before_everywhere_country_before_zone() -> None:
    rates = (
        Rate(1, "*", 0, 999, item_fee=D(3)),
        Rate(2, "zone:5", 0, 999, item_fee=D(2)),
        Rate(3, "DE", 0, 999, item_fee=D(1)),
    )
    offer = Offer(
        ServiceFacts("X"), place=Place(zone="5"), tables=(Table(1, "t", "CNY", date(2020, 1, 1), rates=rates),)
    )
    assert [
        quote(replace(offer, place=Place(zone=z)), Shipment(c, 9, DAY)).total
        for c, z in (("DE", "5"), ("FR", "5"), ("BR", ""))
    ] == [1, 2, 3]


# --- for all --------------------------------------------------------------------------------------------------------------

sides = st.tuples(*[st.decimals(1, 150, places=1)] * 3)
terms = st.sampled_from([DHL, EMS, EMS_OLD, YUN, Terms(), Terms("max", divisor=8000, rounding_g=1)])


@given(terms, sides, st.integers(1, 70_000))
def test_nobody_pays_for_less_than_the_scale_says(how: Terms, size: Any, grams: int) -> None:
    charged = charged_g(how, actual=grams, sides=size)
    assert charged >= grams
    assert charged % how.rounding_g == 0


@given(st.sampled_from(ROWS), st.integers(1, 31_000), st.integers(0, 3000))
def test_a_heavier_parcel_never_costs_less_within_a_row(row: dict[str, str], grams: int, more: int) -> None:
    actions = {"liquid": "carrier_check"}
    light = quote(offer_of(row), ship_of(row, grams), actions=actions)
    heavy = quote(offer_of(row), ship_of(row, grams + more), actions=actions)
    if light.total is not None and heavy.total is not None:
        assert heavy.total >= light.total
    for found in (light, heavy):
        assert (found.total is None) == bool(found.refusal)
        assert sum((line.amount for line in found.lines), D(0)) == (found.total or 0)


@given(st.lists(st.tuples(st.integers(0, 60), st.none() | st.integers(0, 60)), max_size=6), st.integers(0, 60))
def test_of_dated_lists_the_newest_begun_one_counts(spans: list[Any], ask: int) -> None:
    start = date(2026, 1, 1)
    tables = [
        Table(n, "t", "CNY", start + timedelta(days=a), None if b is None else start + timedelta(days=a + b))
        for n, (a, b) in enumerate(spans)
    ]
    day = start + timedelta(days=ask)
    valid, why = tables_on(tables, day)
    begun = [t for t in tables if t.valid_from <= day]
    if valid:
        assert valid[0].valid_from == max(t.valid_from for t in begun)
        assert valid[0].valid_to is None or valid[0].valid_to >= day
        assert not why
    else:
        assert why == ("table_expired" if begun else "table_future" if tables else "no_rates")


# --- choosing --------------------------------------------------------------------------------------------------------------


def candidate(code: str, cost: Any, days: int | None = 10, **facts: Any) -> Candidate:
    """A priced (or refused) service."""
    quoted = quote(whole_list("WISH_EPC_AR"), Shipment("AR", 100, DAY))
    refusal = facts.pop("refusal", "")
    if refusal:
        quoted = quote(Offer(ServiceFacts(code), tables=()), Shipment("AR", 100, DAY))
    quoted = replace(quoted, service=code, days_max=days, refusal=refusal, warnings=facts.pop("warnings", ()))
    return Candidate(quoted, cost=None if cost is None else D(cost), **{"kind": "express", **facts})


ANY = Choosing("any")


def test_the_paid_service_counts_even_when_it_is_dearer() -> None:
    rows = [candidate("DHL", 200), candidate("POST", 5)]
    assert pick(rows, [ANY], Wanted(1, "AR", paid="DHL")).code == "DHL"
    assert pick([candidate("DHL", None, refusal="no_rates"), rows[1]], [ANY], Wanted(1, "AR", paid="DHL")).code == "DHL"
    assert pick([candidate("DHL", None, refusal="value"), rows[1]], [ANY], Wanted(1, "AR", paid="DHL")).code == "POST"


@pytest.mark.covers("TRK-15")
def test_cheapest_that_keeps_the_promise_with_a_reason_for_each_other() -> None:
    rows = [
        candidate("SLOW", 1, 60), candidate("BAD", 2, against="seized"), candidate("ASK", 2, warnings=("ask:magnet",)),
        candidate("NODAYS", 2, None), candidate("FULL", None, refusal="weight"), candidate("GOOD", 9), candidate("DEAR", 10),
    ]  # fmt: skip
    found = pick(rows, [ANY], Wanted(1, "AR", promised_days=30))
    assert (found.code, found.why, found.rule) == ("GOOD", "cheapest", "any")
    assert found.passed == {
        "SLOW": "too_slow",
        "BAD": "advice",
        "ASK": "ask_carrier",
        "NODAYS": "too_slow",
        "FULL": "weight",
    }


@pytest.mark.covers("PRM-08")
def test_default_line_with_its_fall_back_and_lines_on_request() -> None:
    rule = Choosing("domestic", services=("LINE", "EMS"), strategy="first", keep_promise=False)
    both = [candidate("SF", 1), candidate("EMS", 9), candidate("LINE", 20)]
    assert pick(both, [rule], Wanted(1, "CN")).code == "LINE"
    gone = [candidate("SF", 1), candidate("EMS", 9), candidate("LINE", None, refusal="country")]
    assert pick(gone, [rule], Wanted(1, "CN")).code == "EMS", "the line does not reach: the fall-back, not the cheapest"
    assert pick(gone, [rule], Wanted(1, "CN", paid="SF")).code == "SF", "a line on request"


def test_the_first_rule_that_fits_decides() -> None:
    rules = [
        Choosing("de", countries=("DE",), services=("kind:ems",)), Choosing("store", store_id=7, tracked=True),
        Choosing("wet", classes=frozenset({"liquid"}), services=("WET",)), ANY,
    ]  # fmt: skip
    rows = [candidate("E", 9, kind="ems"), candidate("CHEAP", 1, tracked=False), candidate("WET", 5)]
    assert pick(rows, rules, Wanted(1, "DE")).code == "E"
    assert pick(rows, rules, Wanted(7, "FR")).code == "WET"
    assert pick(rows, rules, Wanted(1, "FR", frozenset({"liquid"}))).code == "WET"
    assert pick(rows, rules, Wanted(1, "FR")).code == "CHEAP"
    assert pick(rows, [], Wanted(1, "FR")).why == "no_rule"


@given(st.integers(1, 90), st.none() | st.integers(1, 90))
def test_a_promise_is_kept_only_by_known_days(promised: int, days: int | None) -> None:
    assert keeps(candidate("X", 1, days), promised) is (days is not None and days <= promised)


# --- carriers' files --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "band"),
    [
        ("0-100g", (0, 100)), ("101 - 200 g", (100, 200)), ("0.1<W≤0.2kg", (100, 200)), ("0.5kg~1kg", (500, 1000)),
        ("≤500g", (0, 500)), ("500克以下", (0, 500)), ("2-5公斤", (2000, 5000)), (">2kg", (2000, 1_000_000)), ("heavy", None),
    ],
)  # fmt: skip
def test_weight_bands_as_carriers_write_them(text: str, band: Any) -> None:
    assert band_of(text) == band


def test_odd_units_become_grams_and_prices_per_kilogram() -> None:
    made = row_of({"destination": "DE", "to_kg": "2", "per_100g": "4.5", "item_fee": "8"})
    assert (made["to_g"], made["per_kg"], made["from_g"]) == (2000, D(45), 0)
    assert row_of({"zone": "3", "band": "0-500g", "per_gram": "0.05"})["destination"] == "zone:3"
    assert row_of({"band": "0-1", "band_unit": "kg", "item_fee": "1", "days": "5-10"})["days_max"] == 10


@pytest.mark.parametrize(
    ("cells", "field", "code"),
    [
        ({"to_g": "100"}, "per_kg", "no_price"), ({"per_kg": "1"}, "to_g", "missing"), ({"per_kg": "-1", "to_g": "9"}, "per_kg", "negative"),
        ({"per_kg": "x", "to_g": "9"}, "per_kg", "bad_number"), ({"per_kg": "1", "from_g": "9", "to_g": "9"}, "to_g", "band_backwards"),
        ({"per_kg": "1", "to_g": "9", "destination": "Mars"}, "destination", "unknown_country"), ({"band": "?", "per_kg": "1"}, "band", "bad_band"),
        ({"first_fee": "1", "to_g": "9", "step_fee": "1"}, "step_g", "missing"), ({"per_kg": "1", "to_g": "9", "max_value": "5"}, "value_currency", "missing"),
        ({"per_kg": "1", "to_g": "9.5"}, "to_g", "bad_number"), ({"per_kg": "NaN", "to_g": "9"}, "per_kg", "bad_number"), ({"cargo": "gold", "to_g": "9"}, "cargo", "unknown_cargo"),
    ],
)  # fmt: skip
def test_a_row_that_is_no_rate_says_which_field(cells: dict[str, str], field: str, code: str) -> None:
    with pytest.raises(BadRow) as refused:
        row_of(cells)
    assert (refused.value.field, refused.value.code) == (field, code)
