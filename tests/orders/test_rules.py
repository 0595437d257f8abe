"""Stage, clocks, sorting rules: pure decisions over tables."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from core.clock import WorkCalendar
from orders.choices import OrderState, Stage
from orders.rules import automation, clocks
from orders.rules.automation import Rule, first_fitting
from orders.rules.fulfilment import shipped_state
from orders.rules.intake import HoldFacts, hold
from orders.rules.promises import told_date
from orders.rules.stage import DispatchFacts, OrderFacts, stage

NOTES = ["", "draft", "signed", "released", "blocked", "packed", "closed"]
YES_NO = [False, True]


def every_case():
    """All combinations of what is known."""
    for state, history, reason in itertools.product(OrderState.values, YES_NO, ["", "payment_risk", "wish"]):
        for note, number, printed, packed, handed, declared, unmatched, short in itertools.product(
            NOTES, *[YES_NO] * 7
        ):
            dispatch = DispatchFacts(note, number, printed, packed, handed, declared, note in ("signed", "released"))
            yield OrderFacts(state, history, reason, unmatched, short), dispatch


def expected(order, d):
    """The same rule, written as a table of first matches."""
    rows = [
        (order.state == "cancelled", "cancelled"),
        (order.state == "completed", "completed"),
        (d.handed_over and not d.declared and order.state in ("shipped", "part_shipped", "ready"), "to_declare"),
        (order.state in ("shipped", "delivered"), "shipped"),
        (order.history, "history"),
        (order.state == "unpaid", "unpaid"),
        (order.state == "held" and order.hold_reason == "payment_risk", "risk"),
        (order.state == "held", "held"),
        (order.unmatched, "to_match"),
        (not d.approved and d.note_state not in ("released", "blocked", "packed", "closed"), "to_approve"),
        (order.short, "short"),
        (d.packed or d.note_state == "packed", "to_hand_over"),
        (not d.has_number, "to_number"),
        (not d.printed, "to_print"),
        (True, "to_hand_over"),
    ]
    return next(name for fits, name in rows if fits)


def test_stage_over_all_combinations():
    seen = set()
    for order, dispatch in every_case():
        found = stage(order, dispatch)
        assert found == expected(order, dispatch), (order, dispatch)
        seen.add(found)
    assert seen == set(Stage.values)


def test_what_dispatch_knows_of_matching_and_goods_counts():
    order = OrderFacts("ready", unmatched=True, short=True)
    assert stage(order, DispatchFacts(unmatched=False, short=False, approved=True)) == "to_number"


SIX_DAYS = WorkCalendar()
FIVE_DAYS = WorkCalendar(frozenset({0, 1, 2, 3, 4}), {date(2026, 11, 23): False, date(2026, 11, 21): True})


@pytest.mark.covers("ORD-16")
@pytest.mark.parametrize(
    ("paid", "calendar", "day"),
    [
        ("2026-11-20T07:59:59Z", SIX_DAYS, date(2026, 11, 20)),
        ("2026-11-20T08:00:00Z", SIX_DAYS, date(2026, 11, 21)),
        ("2026-11-20T08:00:00Z", WorkCalendar(frozenset({0, 1, 2, 3, 4})), date(2026, 11, 23)),
        ("2026-11-20T08:00:00Z", FIVE_DAYS, date(2026, 11, 21)),  # a make-up Saturday
        ("2026-11-21T09:00:00Z", FIVE_DAYS, date(2026, 11, 24)),  # Monday is a holiday
        ("2026-11-19T16:30:00Z", SIX_DAYS, date(2026, 11, 20)),  # half past midnight in Shanghai
    ],
)
def test_target_at(paid, calendar, day):
    found = clocks.target_at(
        datetime.fromisoformat(paid), cutoff=time(16), zone_name="Asia/Shanghai", calendar=calendar
    )
    assert found == datetime(day.year, day.month, day.day, 15, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "unit", "kind", "end"),
    [
        ("24", "hours", "calendar", "2026-11-21T02:00:00Z"),
        ("90", "minutes", "", "2026-11-20T03:30:00Z"),
        ("7", "days", "calendar", "2026-11-27T02:00:00Z"),
        ("2", "days", "business", "2026-11-23T02:00:00Z"),
        ("7", "days", "business", "2026-11-28T02:00:00Z"),
    ],
)
def test_add_span(value, unit, kind, end):
    start = datetime(2026, 11, 20, 2, tzinfo=UTC)
    assert clocks.add_span(
        start, value, unit, kind, zone_name="Asia/Shanghai", calendar=SIX_DAYS
    ) == datetime.fromisoformat(end)


def test_add_span_keeps_the_wall_clock_across_a_change_of_time():
    start = datetime(2026, 10, 24, 10, tzinfo=UTC)  # noon in Berlin, the day before clocks go back
    assert clocks.add_span(start, "1", "days", "calendar", zone_name="Europe/Berlin", calendar=SIX_DAYS) == datetime(
        2026, 10, 25, 11, tzinfo=UTC
    )


def test_add_span_from_a_day_off_counts_from_the_next_working_day():
    sunday = datetime(2026, 11, 22, 2, tzinfo=UTC)
    assert clocks.add_span(sunday, "1", "days", "business", zone_name="Asia/Shanghai", calendar=SIX_DAYS) == datetime(
        2026, 11, 23, 16, tzinfo=UTC
    )


def test_add_span_refuses_units_it_does_not_know():
    with pytest.raises(ValueError, match="moons"):
        clocks.add_span(datetime(2026, 11, 20, tzinfo=UTC), "2", "moons", "", zone_name="UTC", calendar=SIX_DAYS)


@pytest.mark.parametrize(("text", "good"), [("16:00", True), ("09:30:00", True), ("4pm", False), ("25:00", False)])
def test_wall_time(text, good):
    if good:
        assert clocks.wall_time(text) == time.fromisoformat(text)
    else:
        with pytest.raises(ValueError):
            clocks.wall_time(text)


def test_told_date_is_ours_but_never_later_than_the_channels():
    target = datetime(2026, 11, 20, 15, 59, 59, tzinfo=UTC)
    given = {"days": 3, "zone_name": "Asia/Shanghai", "calendar": SIX_DAYS}
    assert told_date(target, None, **given) == date(2026, 11, 23)
    assert told_date(target, datetime(2026, 11, 21, 2, tzinfo=UTC), **given) == date(2026, 11, 21)


FACTS = {
    "store": "ae", "channel": "aliexpress", "country": "BR", "currency": "USD", "total": Decimal("42.60"), "pieces": 3, "lines": 2,
    "shipping_method": "AliExpress Standard Shipping", "sku": ["A-1", "B-2"], "title": ["Silk scarf", "Ring"], "has_note": True,
    "has_wish": False, "unmatched": False, "repeat_buyer": False,
}  # fmt: skip


@pytest.mark.covers("ORD-08")
@pytest.mark.parametrize(
    ("conditions", "fits"),
    [
        ({}, True),
        ({"country": "br"}, True),
        ({"country": ["US", "BR"]}, True),
        ({"country": ["US"]}, False),
        ({"total": {"gte": 40, "lte": "50"}}, True),
        ({"total": {"gte": "42.61"}}, False),
        ({"pieces": 3}, True),
        ({"pieces": "3.0"}, True),
        ({"sku": "b-2"}, True),
        ({"sku": ["X", "A-1"]}, True),
        ({"title": {"contains": "scarf"}}, True),
        ({"shipping_method": {"contains": "EMS"}}, False),
        ({"has_note": True, "has_wish": False}, True),
        ({"has_note": False}, False),
        ({"country": "BR", "total": {"gte": 100}}, False),
        ({"moon": "full"}, False),
    ],
)
def test_conditions(conditions, fits):
    rule = Rule(1, "r", conditions)
    assert first_fitting([rule], FACTS, 7) == (rule if fits else None)


def test_the_first_rule_that_fits_decides_and_stores_differ():
    other, mine, last = Rule(1, "a", {}, store_id=8), Rule(2, "b", {"country": "BR"}, store_id=7), Rule(3, "c", {})
    assert first_fitting([other, mine, last], FACTS, 7) == mine
    assert first_fitting([other, mine, last], FACTS, 9) == last


@pytest.mark.parametrize(
    ("conditions", "wrong"),
    [
        ({}, []), ([], ["conditions"]), ({"moon": 1}, ["moon"]), ({"total": "many"}, ["total"]), ({"total": {"gte": 1}}, []),
        ({"total": {"contains": 1}}, ["total"]), ({"has_note": "yes"}, ["has_note"]), ({"country": []}, ["country"]),
        ({"country": ["BR", 7]}, ["country"]), ({"sku": {"contains": "A"}}, []), ({"total": {"gte": "NaN"}}, ["total"]),
    ],
)  # fmt: skip
def test_faults_of_conditions(conditions, wrong):
    assert automation.faults(conditions) == wrong


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (HoldFacts(), None), (HoldFacts(blacklisted=True), "blacklist"),
        (HoldFacts(cancel_requested=True, blacklisted=True), "cancel_request"), (HoldFacts(True, True, True), "payment_risk"),
    ],
)  # fmt: skip
def test_hold(facts, reason):
    found = hold(facts)
    assert (found.reason if found else None) == reason


@pytest.mark.parametrize(
    ("lines", "state"),
    [
        ([(2, 2, True), (1, 1, True)], "shipped"), ([(2, 1, True)], "part_shipped"), ([(2, 0, True)], ""),
        ([(2, 2, True), (1, 0, False)], "shipped"), ([(1, 1, False)], "shipped"), ([(2, 2, True), (1, 0, True)], "part_shipped"),
    ],
)  # fmt: skip
def test_shipped_state(lines, state):
    assert shipped_state(lines) == state
