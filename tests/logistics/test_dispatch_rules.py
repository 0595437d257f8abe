"""The pure decisions of dispatch, by tables."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.rules import approval, packing, routing, values, waybill
from logistics.rules.barcodes import code128, qr

DATA = Path(__file__).resolve().parents[2] / "logistics" / "data"
COUNTRIES = {"CN", "GB", "US", "DE"}


# --- waybill numbers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "row", list(csv.DictReader((DATA / "s10_vectors.csv").open(encoding="utf-8"))), ids=lambda row: row["number"]
)
def test_s10_vectors(row: dict[str, str]) -> None:
    assert waybill.s10_valid(row["number"], COUNTRIES) is (row["valid"] == "yes")


@pytest.mark.parametrize(
    ("text", "numbers", "bad"),
    [
        ("RB123456785CN\nrb 1234 5678 5 cn", ["RB123456785CN"], []),
        ("RB123456785CN .. RB123456808CN", ["RB123456785CN", "RB123456799CN", "RB123456808CN"], []),
        ("RB123456785CN~RB123456799CN, LP00512334CN", ["RB123456785CN", "RB123456799CN", "LP00512334CN"], []),
        ("YT2229521272164446 .. YT2229521272164448", [f"YT222952127216444{n}" for n in (6, 7, 8)], []),
        ("RB123456808CN .. RB123456785CN", [], [(1, "RB123456808CN .. RB123456785CN", "range")]),
        ("hello\r\n12\n；\n\nYT2229521272164446, RB*1234567; x", ["YT2229521272164446"],
         [(1, "hello", "digits"), (2, "12", "short"), (5, "RB*1234567", "signs"), (5, "x", "short")]),
        ("1" * 61, [], [(1, "1" * 61, "long")]),
        ("", [], []),
    ],
)
def test_pasted_numbers(text: str, numbers: list[str], bad: list[tuple[int, str, str]]) -> None:
    assert waybill.expand(text) == (numbers, bad)


def test_a_range_of_a_million_is_a_typing_error() -> None:
    assert waybill.expand("YT0000000000000001 .. YT0000000009999999")[0] == []


@pytest.mark.parametrize(
    ("number", "pattern", "ok"),
    [
        ("RB123456785CN", r"R[A-Z]\d{9}CN", True), ("RB123456786CN", r"R[A-Z]\d{9}CN", False), ("EA987654326CN", r"R[A-Z]\d{9}CN", False),
        ("YT2229521272164446", r"YT\d{16}", True), ("1234567890", "", True),
    ],
)  # fmt: skip
def test_pattern_and_check_digit_warn(number: str, pattern: str, ok: bool) -> None:
    assert waybill.check_ok(number, pattern, COUNTRIES) is ok


# --- values -------------------------------------------------------------------------------------------------------

CENT = Decimal("0.01")


@given(
    st.decimals(0, 10_000, places=2),
    st.lists(st.decimals(0, 500, places=4), min_size=1, max_size=12),
)
def test_parts_always_add_up_and_are_never_negative(amount: Decimal, weights: list[Decimal]) -> None:
    parts = values.split(amount, weights, CENT)
    assert sum(parts) == amount and all(part >= 0 for part in parts) and len(parts) == len(weights)
    assert all(part % CENT == 0 for part in parts)


@pytest.mark.parametrize(
    ("amount", "weights", "unit", "parts"),
    [
        ("10", ["1", "1", "1"], "0.01", ["3.34", "3.33", "3.33"]), ("100", ["1", "1", "1"], "1", ["34", "33", "33"]),
        ("10", ["0", "0"], "0.01", ["5", "5"]), ("0.01", ["5", "5"], "0.01", ["0.01", "0"]), ("9.99", ["2", "1"], "0.01", ["6.66", "3.33"]),
        ("1.2345", ["1", "1"], "0.01", ["0.6245", "0.61"]),
    ],
)  # fmt: skip
def test_split_by_largest_remainder(amount: str, weights: list[str], unit: str, parts: list[str]) -> None:
    assert values.split(Decimal(amount), [Decimal(w) for w in weights], Decimal(unit)) == [Decimal(p) for p in parts]


# --- services -----------------------------------------------------------------------------------------------------


def _services() -> list[routing.ServiceFacts]:
    words: dict[str, list[str]] = {}
    for row in csv.DictReader((DATA / "service_words.csv").open(encoding="utf-8")):
        words.setdefault(row["service_code"], []).append(row["word"])
    return [
        routing.ServiceFacts(
            row["service_code"], tuple([*words.get(row["service_code"], ()), row["name_en"], row["name_zh"]]), True, row["destinations"],
            Decimal(row["value_max"]) if row["value_max"] else None, row["value_max_currency"],
        )
        for row in csv.DictReader((DATA / "carrier_services.csv").open(encoding="utf-8"))
    ]  # fmt: skip


SERVICES = _services()


@pytest.mark.covers("ORD-08")
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("AliExpress Standard Shipping", "AE_STANDARD"), ("China Post Registered Air Mail", "CP_REG"), ("中国邮政挂号小包", "CP_REG"),
        ("EMS", "EMS"), ("ePacket", "CP_EUB"), ("e-EMS", "CP_ETK"), ("DHL Express", "DHL"), ("China Post Ordinary Small Packet Plus", "CP_ORD_PLUS"),
        ("中国邮政平常小包+", "CP_ORD_PLUS"), ("中国邮政平常小包", "CP_ORD"), ("AliExpress Saver Shipping", "AE_SAVER"), ("UPS Expedited", "UPS"),
        ("Cainiao Super Economy Global", "CN_SUPER_ECO"), ("无忧物流-标准", "AE_STANDARD"), ("EMS_ZX_ZX_US", "CP_EUB"), ("FEDEX_IE", "FEDEX"),
        ("Free shipping", ""), ("", ""), ("systems", ""), ("Seller's Shipping Method", ""),
    ],
)  # fmt: skip
def test_words_of_buyers(text: str, code: str) -> None:
    assert routing.match_method(text, SERVICES) == code


@pytest.mark.parametrize(
    ("method", "assigned", "value", "country", "code", "why"),
    [
        ("EMS", "CP_REG", "50", "DE", "EMS", "method"), ("Free", "CP_EUB", "50", "DE", "CP_EUB", "assigned"), ("Free", "", "50", "DE", "CP_REG", "default"),
        ("AliExpress Saver Shipping", "", "4.99", "RU", "AE_SAVER", "method"), ("AliExpress Saver Shipping", "", "5.01", "RU", "CP_REG", "default"),
        ("", "CP_EUB_RU", "5", "DE", "CP_REG", "default"), ("", "CP_EUB_RU", "5", "RU", "CP_EUB_RU", "assigned"), ("", "NOT_THERE", "5", "RU", "CP_REG", "default"),
    ],
)  # fmt: skip
def test_the_paid_service_counts_unless_it_may_not_carry_the_parcel(
    method: str, assigned: str, value: str, country: str, code: str, why: str
) -> None:
    made = routing.choose(
        method=method,
        assigned=assigned,
        default="CP_REG",
        services=SERVICES,
        country=country,
        value_in=lambda currency: Decimal(value),
    )
    assert (made.code, made.why) == (code, why)
    assert made.needs_look is bool(made.method_code and made.method_code != code)


# --- approval -----------------------------------------------------------------------------------------------------


@pytest.mark.covers("ORD-25")
@pytest.mark.parametrize(
    ("conditions", "facts", "fits"),
    [
        ({}, {"in_stock": True}, False), ({"in_stock": True}, {"in_stock": True}, True), ({"in_stock": True}, {"in_stock": False}, False),
        ({"in_stock": True}, {}, False), ({"margin_percent": {"gte": 10}}, {"margin_percent": Decimal("10.0")}, True),
        ({"margin_percent": {"gte": 10}}, {"margin_percent": None}, False), ({"country": ["DE", "FR"]}, {"country": "DE"}, True),
        ({"country": ["DE", "FR"]}, {"country": "US"}, False), ({"value": {"gt": 5, "lte": 10}}, {"value": Decimal(5)}, False),
        ({"value": {"nonsense": 5}}, {"value": Decimal(5)}, False), ({"held": False, "has_wish": False}, {"held": False, "has_wish": True}, False),
        ({"currency": "USD"}, {"currency": "USD"}, True),
    ],
)  # fmt: skip
def test_approval_conditions(conditions: dict[str, Any], facts: dict[str, Any], fits: bool) -> None:
    assert approval.fits(conditions, facts) is fits


def test_conditions_nobody_can_answer_are_named() -> None:
    assert approval.faults({"in_stok": True, "country": {"gte": 1}, "value": {"lte": 5}}) == ["in_stok", "country"]


@pytest.mark.parametrize(
    ("value", "cost", "margin"), [("10", "4", "60.0"), ("10", None, None), ("0", "4", None), ("10", "12", "-20.0")]
)
def test_margin(value: str, cost: str | None, margin: str | None) -> None:
    found = approval.margin_percent(Decimal(value), Decimal(cost) if cost else None)
    assert found == (Decimal(margin) if margin else None)


# --- the packing table --------------------------------------------------------------------------------------------

A = packing.WantedLine(1, "NK-117", frozenset({"NK-117", "6901234567892"}), 2, weight_g=Decimal(20))
B = packing.WantedLine(2, "ER-1", frozenset({"ER-1"}), 3, fragile=True, weight_g=Decimal(21))


@pytest.mark.parametrize(
    ("text", "code", "pieces"),
    [
        ("nk-117", "NK-117", 1),
        (" 3*nk-117 ", "NK-117", 3),
        ("12x85123A", "85123A", 12),
        ("2×项链", "项链", 2),
        ("NK\x00-1", "NK-1", 1),
        ("0*A", "A", 1),
    ],
)
def test_scanned_codes(text: str, code: str, pieces: int) -> None:
    assert packing.scanned_code(text) == (code, pieces)


@pytest.mark.parametrize(
    ("text", "grams"),
    [("128g", 128), ("128 G", 128), ("0.128 kg", 128), ("1,5kg", 1500), ("128", None), ("85123A", None), ("g", None)],
)
def test_weights_have_their_unit(text: str, grams: int | None) -> None:
    assert packing.grams(text) == grams


@pytest.mark.covers("DSP-09", "DSP-10")
def test_the_order_of_the_steps() -> None:
    scans: list[packing.Scan] = []
    steps = []
    for scan in [
        packing.Scan("item", 1, 2), packing.Scan("item", 2, 3), packing.Scan("check", value="quality"), packing.Scan("check", value="colour"),
        packing.Scan("check", value="fragile:2"), packing.Scan("check", value="address"), packing.Scan("weight", value="120"),
        packing.Scan("photo"), packing.Scan("label", value="RB"),
    ]:  # fmt: skip
        steps.append(packing.next_step([A, B], packing.fold(scans), weigh=True, photo=True))
        scans.append(scan)
    steps.append(packing.next_step([A, B], packing.fold(scans), weigh=True, photo=True))
    assert steps == [
        "item",
        "item",
        "check:quality",
        "check:colour",
        "check:fragile:2",
        "check:address",
        "weight",
        "photo",
        "label",
        "done",
    ]


WISHED = packing.WantedLine(3, "BR-1", frozenset({"BR-1"}), 1, wish="no green")


@pytest.mark.covers("DSP-24")
def test_one_command_confirms_all_but_fragile_and_wished_lines() -> None:
    lines, session = [A, B, WISHED], packing.Session(counts={1: 2, 2: 3, 3: 1}, alarm=True)
    given = []
    for _turn in range(5):
        found = packing.confirmed_by(lines, session, "ok")
        given.append(found)
        session.checks |= set(found or [])
    assert given == [["quality", "colour", "address"], ["fragile:2"], ["wish:3"], ["weight"], []]
    assert packing.confirmed_by(lines, packing.Session(), "wish") == ["wish:3"]  # a machine names the kind
    assert packing.confirmed_by([A], packing.Session(), "fragile") is None


def test_a_slot_that_was_begun_is_filled_first() -> None:
    def line(position: int, want: int, have: int) -> packing.WaveLine:
        return packing.WaveLine(position, position, position, position, want, have)

    first, begun, full = line(1, 2, 0), line(2, 3, 1), line(3, 1, 1)
    assert packing.decide_slot([first, begun, full], 1) == packing.SlotAnswer("ok", (begun, first))
    assert packing.decide_slot([first, begun, full], 3) == packing.SlotAnswer("too_many", room=2)
    assert packing.decide_slot([full], 1) == packing.SlotAnswer("full")
    assert packing.decide_slot([], 1) == packing.SlotAnswer("foreign")


def test_waves_are_of_one_article_or_sorted_by_so_many_slots() -> None:
    notes = [(1, [7]), (2, [7, 8]), (3, [9, 9]), (4, [7, 9]), (5, [8, 9])]
    assert packing.split_waves(notes, 2) == ([1, 3], [[2, 4], [5]])


@pytest.mark.parametrize(
    ("ordered", "pieces", "per", "spare"), [(10, 1, 5, 2), (4, 1, 5, 0), (9, 2, 4, 4), (3, 1, 1, 3)]
)
@pytest.mark.covers("DSP-19")
def test_spare_pieces_for_every_full_so_many(ordered: int, pieces: int, per: int, spare: int) -> None:
    assert packing.spare_pieces(ordered, pieces=pieces, per=per) == spare


@pytest.mark.parametrize(
    ("code", "pieces", "answer", "line"),
    [
        ("6901234567892", 1, "ok", 1),
        ("NK-117", 2, "ok", 1),
        ("NK-117", 3, "too_many", 1),
        ("ER-1", 3, "ok", 2),
        ("XX", 1, "foreign", None),
    ],
)
def test_items(code: str, pieces: int, answer: str, line: int | None) -> None:
    made = packing.decide_item([A, B], packing.Session(), code, pieces)
    assert (made.answer, made.line) == (answer, line)


@pytest.mark.covers("DSP-17")
@pytest.mark.parametrize(
    ("ours", "state", "mine", "answer"),
    [
        ("RB1", "reserved", True, "ok"), ("RB1", "void", True, "void_label"), ("RB2", "reserved", False, "other_label"), ("RB2", "void", False, "void_label"),
        ("RB2", "", False, "unknown_label"), ("", "reserved", False, "no_number"),
    ],
)  # fmt: skip
def test_labels(ours: str, state: str, mine: bool, answer: str) -> None:
    assert packing.label_answer("RB1", ours=ours, state=state, of_this_note=mine) == answer


@pytest.mark.covers("ORD-24")
@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({}, ""), ({"intercept": "cancel_request"}, "intercepted"), ({"order_state": "held"}, "held"), ({"order_state": "cancelled"}, "cancelled"),
        ({"address_changed": True}, "address_changed"), ({"note_state": "blocked"}, "blocked"), ({"note_state": "draft"}, "not_released"),
        ({"note_state": "withdrawn"}, "withdrawn"), ({"note_state": "closed"}, "already_handed_over"), ({"short": 2}, "short"),
        ({"short": 2, "note_state": "packed"}, ""), ({"order_state": "shipped"}, "order_not_ready"),
        ({"note_state": "blocked", "intercept": "dispute"}, "intercepted"),
    ],
)  # fmt: skip
def test_what_stops_a_parcel(facts: dict[str, Any], reason: str) -> None:
    assert (
        packing.why_stopped(packing.StopFacts(**{"note_state": "released", "order_state": "ready", **facts})) == reason
    )


def test_an_address_digest_sees_what_is_printed() -> None:
    base = {"recipient": "Ana", "line1": "Rua A 1", "country": "BR"}
    assert packing.address_digest(base) == packing.address_digest({**base, "line1": " Rua  A 1 ", "line2": ""})
    assert packing.address_digest(base) != packing.address_digest({**base, "postcode": "1"})


# --- drawings -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["RB123456785CN", "DN-2041", "YT2229521272164446", "1Z999AA10123456784"])
def test_bars_are_whole_dots_within_the_label(text: str) -> None:
    made = code128(text, width_mm=88, height_mm=18)
    width = int(made.svg.split('viewBox="0 0 ')[1].split()[0])
    assert made.width <= 88 and (made.width / width * 8) == int(made.width / width * 8)
    assert qr(text, side_mm=22).width <= 22
