"""Where a parcel stands, what comes next: pure, by table and by any order of events."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logistics.rules.tracking import (
    FINAL,
    ORDER,
    SENT_ALONE,
    Decision,
    Facts,
    Promise,
    Seen,
    Step,
    coverage_of,
    decide,
    fits,
    keep_word,
    next_check,
    next_step,
    promise_for,
    standing,
)
from logistics.rules.tracking_words import stage_of

DATA = Path(__file__).resolve().parents[2] / "logistics" / "data"
NOW = datetime(2026, 3, 31, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def seen(stage: str, days_ago: float, text: str = "", place: str = "") -> Seen:
    return Seen(NOW - DAY * days_ago, stage, text, place)


def stand(*events: Seen, coverage: str = "full"):
    return standing(events, coverage=coverage, now=NOW, stalled_days=15)


@pytest.mark.parametrize(("events", "coverage", "state"), [
    ((), "full", "not_found"),
    ((), "none", "untracked"),
    ((), "to_departure", "untracked"),
    ((seen("registered", 3),), "full", "not_found"),
    ((seen("picked_up", 3),), "full", "in_transit"),
    ((seen("picked_up", 20), seen("left_origin", 18)), "full", "stalled"),
    ((seen("picked_up", 20), seen("left_origin", 18)), "to_departure", "untracked"),
    ((seen("left_origin", 18), seen("import_customs", 2)), "to_departure", "customs"),
    ((seen("left_origin", 30), seen("arrived", 20)), "to_arrival", "untracked"),
    ((seen("held", 5),), "full", "customs_held"),
    ((seen("ready_for_collection", 5),), "full", "awaiting_collection"),
    ((seen("attempted", 5), seen("ready_for_collection", 4)), "full", "awaiting_collection"),
    ((seen("out_for_delivery", 1), seen("attempted", 0.5)), "full", "attempted"),
    ((seen("out_for_delivery", 1),), "full", "out_for_delivery"),
    ((seen("stopped", 1),), "full", "stalled"),
    ((seen("returning", 5),), "full", "returning"),
    ((seen("delivered", 5), seen("in_transit", 4)), "full", "delivered"),
    ((seen("returning", 5), seen("delivered", 2)), "full", "returned"),
    ((seen("delivered", 5), seen("returned", 2)), "full", "returned"),
    ((seen("lost", 5), seen("delivered", 2)), "full", "delivered"),
    ((seen("delivered", -1),), "full", "delivered"),  # a clock in another zone
    ((seen("delivered", -2),), "full", "not_found"),
])  # fmt: skip
def test_standing(events, coverage, state):
    found = stand(*events, coverage=coverage)
    assert found.tracking_state == state
    assert found.settled == (state if state in FINAL else "")


def test_standing_knows_since_when_it_waits():
    found = stand(
        seen("in_transit", 9), seen("attempted", 5, place="Kyiv"), seen("ready_for_collection", 4, place="Post 12")
    )
    assert (found.waiting_since, found.post_office) == (NOW - 5 * DAY, "Post 12")
    assert stand(seen("held", 6), seen("held", 3)).held_since == NOW - 6 * DAY
    assert stand(seen("held", 6), seen("in_transit", 5), seen("held", 3)).held_since == NOW - 3 * DAY


_EVENTS = st.lists(
    st.builds(
        Seen, at=st.integers(0, 60).map(lambda d: NOW - d * DAY), stage=st.sampled_from(ORDER), text=st.sampled_from(["", "a", "b"]),
        place=st.sampled_from(["", "X"]),
    ), max_size=10,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(_EVENTS, st.randoms(use_true_random=False), st.sampled_from(["full", "none", "to_departure", "to_arrival"]))
def test_order_and_repeats_of_events_do_not_matter(events, random, coverage):
    shuffled = [*events, *events[:3]]
    random.shuffle(shuffled)
    once = standing(events, coverage=coverage, now=NOW, stalled_days=15)
    assert standing(shuffled, coverage=coverage, now=NOW, stalled_days=15) == once
    assert bool(once.settled) == any(e.stage in FINAL for e in events)


@settings(max_examples=200, deadline=None)
@given(_EVENTS, _EVENTS)
def test_what_has_ended_stays_ended_when_more_events_come(first, more):
    ended = standing(first, coverage="full", now=NOW, stalled_days=15).settled
    assert not ended or standing(first + more, coverage="full", now=NOW, stalled_days=15).settled


def promises() -> list[Promise]:
    return [
        Promise(
            r["rule_id"], int(r["priority"]), r["service_match"], r["destination_match"],
            *(int(r[n]) for n in ("promise_days", "first_check_days", "second_check_days", "lost_after_days", "extend_when_days_left")),
        )
        for r in csv.DictReader((DATA / "delivery_promises.csv").open())
    ]  # fmt: skip


@pytest.mark.covers("PRM-01", "PRM-02", "PRM-03", "PRM-04")
@pytest.mark.parametrize(("service", "kind", "country", "days"), [
    ("CP_ORD", "postal_untracked", "IT", 60), ("CP_REG", "postal_registered", "RU", 60), ("CP_EUB", "postal_tracked", "US", 60),
    ("EMS", "ems", "US", 15), ("EMS", "ems", "AU", 15), ("CP_ETK", "ems", "TH", 15), ("EMS", "ems", "MM", 15),
    ("EMS", "ems", "DE", 30), ("CP_ETK", "ems", "FR", 30), ("EMS", "ems", "RU", 60), ("EMS", "ems", "BR", 60),
    ("SF_INTL", "express", "HK", 5), ("SF_INTL", "express", "MO", 5), ("SF_INTL", "express", "TW", 5), ("SF_INTL", "express", "SG", 15),
    ("DHL", "express", "DE", 15), ("AE_STANDARD", "marketplace_line", "BR", 90), ("AE_STANDARD", "marketplace_line", "ES", 45),
    ("", "", "DE", 60),
])  # fmt: skip
def test_promise_days(service, kind, country, days):
    assert promise_for(promises(), service=service, kind=kind, country=country).promise_days == days


@pytest.mark.covers("TRK-01", "TRK-02")
@pytest.mark.parametrize(("service", "kind", "first"), [
    ("CP_ORD", "postal_untracked", 30), ("CP_REG", "postal_registered", 30), ("EMS", "ems", 7), ("DHL", "express", 7),
    ("SF_INTL", "express", 7),
])  # fmt: skip
def test_first_check_days(service, kind, first):
    assert promise_for(promises(), service=service, kind=kind, country="DE").first_check_days == first


def test_coverage_takes_the_most_exact_row():
    rows = {
        ("postal_untracked", "IT"): "to_departure",
        ("postal_untracked", "*"): "to_arrival",
        ("marketplace_line", "*"): "see_service",
    }
    assert coverage_of(rows, kind="postal_untracked", country="it", level="none") == "to_departure"
    assert coverage_of(rows, kind="postal_untracked", country="DE", level="none") == "to_arrival"
    assert coverage_of(rows, kind="marketplace_line", country="DE", level="to_arrival") == "to_arrival"
    assert coverage_of(rows, kind="ems", country="DE", level="") == "full"


def decisions() -> list[Decision]:
    return [
        Decision(
            r["table_code"], r["rule_id"], int(r["priority"]), json.loads(r["conditions"]), r["advice"], r["extend_confirm"],
            int(r["next_check_days"]) if r["next_check_days"] else None, r["message_template"], r["approval"],
        )
        for r in csv.DictReader((DATA / "aftersales_decisions.csv").open())
    ]  # fmt: skip


def step(state: str, days: int, **more):
    base = {
        "past_first_check": days >= 30, "past_second_check": days >= 40, "past_lost_after": days >= 60, "over_promise": days > 60,
        "days_to_confirm": 60 - days, "deadline_near": 60 - days <= 5, "told_delay": days > 31,
    }  # fmt: skip
    return next_step(decisions(), Facts(state, days, **{**base, **more}), default_days=3, first_extends=True)


@pytest.mark.covers("TRK-01", "TRK-05")
@pytest.mark.parametrize(("state", "rule", "role"), [
    ("untracked", "NR-14", ""), ("in_transit", "NR-10", ""), ("stalled", "NR-12", "service"), ("not_found", "NR-09", "service"),
    ("customs", "NR-10", ""),
])  # fmt: skip
def test_the_thirty_day_check_writes_and_lengthens(state, rule, role):
    found = step(state, 31, told_delay=False)
    assert (found.text, found.alone, found.extend, found.rule_id, found.role) == ("T03", True, True, rule, role)


@pytest.mark.parametrize(("state", "days", "more", "expected"), [
    ("not_found", 5, {}, ("wait", "NR-08", "", False, False, 2, "")),
    ("not_found", 12, {}, ("carrier_inquiry", "NR-09", "", False, False, 3, "service")),
    ("in_transit", 20, {}, ("wait", "NR-10", "", False, False, 7, "")),
    ("untracked", 20, {}, ("wait", "NR-13", "", False, False, 7, "")),
    ("untracked", 41, {}, ("ask_post_office", "NR-15", "X02", False, True, 5, "service")),
    ("stalled", 41, {}, ("ask_post_office", "NR-15", "X02", False, True, 5, "service")),
    ("in_transit", 41, {}, ("wait", "NR-10", "", False, False, 7, "")),
    ("in_transit", 56, {}, ("wait", "NR-10", "", False, True, 7, "")),
    ("untracked", 47, {"post_office_checked": True}, ("escalate", "NR-19", "", False, False, 3, "supervisor")),
    ("untracked", 47, {"post_office_checked": True, "buyer_mood": "calm"}, ("wait_extend", "NR-16", "T03", True, True, 7, "")),
    ("untracked", 47, {"post_office_checked": True, "buyer_mood": "neutral"}, ("resend_full", "NR-17", "", False, True, 3, "supervisor")),
    ("untracked", 47, {"post_office_checked": True, "buyer_mood": "impatient"}, ("refund_full", "NR-18", "", False, True, 2, "supervisor")),
    ("in_transit", 61, {}, ("refund_full", "NR-07", "", False, False, 3, "supervisor")),
    ("returning", 25, {}, ("escalate", "NR-01", "", False, False, 3, "supervisor")),
    ("customs_held", 25, {"hold_reason": "unknown", "days_held": 3}, ("customs_documents", "CH-10", "T04", False, False, 7, "service")),
    ("customs_held", 25, {"hold_reason": "documents", "days_held": 3}, ("customs_documents", "CH-04", "X01", False, True, 5, "service")),
    ("customs_held", 45, {"hold_reason": "unknown", "days_held": 30}, ("refund_full", "CH-03", "", False, True, 3, "supervisor")),
    ("awaiting_collection", 25, {"days_waiting": 0, "days_to_return": 14}, ("advise_pickup", "PO-03", "T05", True, False, 4, "")),
    ("awaiting_collection", 30, {"days_waiting": 6, "days_to_return": 8, "reminders_sent": 1}, ("advise_pickup", "PO-04", "T05", True, False, 4, "")),
    ("awaiting_collection", 36, {"days_waiting": 11, "days_to_return": 3, "reminders_sent": 2}, ("advise_pickup", "PO-02", "T05", True, True, 2, "")),
    ("awaiting_collection", 30, {"days_waiting": 3, "days_to_return": 11, "reminders_sent": 1}, ("wait", "PO-05", "", False, False, 3, "")),
    ("awaiting_collection", 40, {"days_waiting": 15, "days_to_return": -1, "reminders_sent": 3}, ("escalate", "PO-01", "", False, False, 3, "supervisor")),
    ("attempted", 25, {"days_waiting": 1, "days_to_return": 13}, ("advise_pickup", "PO-03", "T05A", True, False, 4, "")),
    ("untracked", 41, {"dispute_open": True}, ("decline_with_evidence", "NR-23", "", False, False, 1, "service")),
])  # fmt: skip
def test_next_step(state, days, more, expected):
    found = step(state, days, **more)
    assert (
        found.advice,
        found.rule_id,
        found.text,
        found.alone,
        found.extend,
        found.check_days,
        found.role,
    ) == expected


def test_unknown_inputs_fit_nothing_and_without_rows_a_person_decides():
    assert not fits({"buyer_mood": "calm"}, {"buyer_mood": None})
    assert not fits({"over_promise": True}, {})
    assert not fits({"days_held": {"gte": 3}}, {"days_held": None})
    assert fits({}, {})
    assert decide([], "NR", {}) is None
    assert next_step([], Facts("in_transit", 3), default_days=4, first_extends=False).role == "supervisor"


def test_every_combination_has_an_answer():
    for state in ("untracked", "not_found", "in_transit", "customs", "stalled", "customs_held", "awaiting_collection", "attempted",
                  "out_for_delivery", "returning"):  # fmt: skip
        for days in range(0, 130, 3):
            for dispute in (False, True):
                assert step(state, days, dispute_open=dispute).check_days >= 1


def test_next_check_is_the_first_milestone_but_never_at_once():
    week = NOW + 7 * DAY
    assert next_check(NOW, week, [None, NOW - DAY, NOW + 2 * DAY], least=DAY / 4) == NOW + 2 * DAY
    assert next_check(NOW, week, [NOW + timedelta(minutes=1)], least=DAY / 4) == NOW + DAY / 4
    assert next_check(NOW, week, [], least=DAY / 4) == week


@pytest.mark.parametrize(("text", "stage"), [
    ("Delivered, left with neighbour", "delivered"), ("已签收,收件人本人", "delivered"), ("退回妥投", "returned"), ("Returned to sender", "returned"),
    ("Item being returned", "returning"), ("Attempted delivery - nobody home", "attempted"), ("投递失败 未妥投", "attempted"),
    ("到达待取", "ready_for_collection"), ("Ready for collection at Post 12", "ready_for_collection"), ("Out for delivery", "out_for_delivery"),
    ("Held by customs: information required", "held"), ("进口海关清关", "import_customs"), ("Departed country of origin", "left_origin"),
    ("已收寄", "picked_up"), ("Electronic information received", "registered"), ("Arrived at sorting centre", "in_transit"),
])  # fmt: skip
def test_words_mean_stages(text, stage):
    assert stage_of(text) == stage


@pytest.mark.parametrize(("word", "state", "changes", "text"), [
    (None, "in_transit", {}, ""), (date(2026, 6, 11), "in_transit", {}, ""), (date(2026, 6, 10), "in_transit", {}, "T03"),
    (date(2026, 6, 1), "in_transit", {}, "T03"), (date(2026, 6, 10), "awaiting_collection", {}, "T05"),
    (date(2026, 6, 10), "attempted", {}, "T05A"), (date(2026, 6, 10), "out_for_delivery", {}, "T03"),
    (date(2026, 6, 11), "out_for_delivery", {}, ""), (date(2026, 6, 10), "returning", {}, ""),
    (date(2026, 6, 10), "customs_held", {}, "T04"), (date(2026, 6, 10), "in_transit", {"role": "service"}, ""),
    (date(2026, 6, 10), "in_transit", {"text": "X02"}, "X02"),
])  # fmt: skip
def test_a_word_given_to_the_buyer_is_kept_from_its_day_on(word, state, changes, text):
    """Text 3 says "we will check again on ... and write to you": that is owed, unless the table says something or calls somebody."""
    step, facts = Step("wait", "NR-10", **changes), Facts(tracking_state=state, days_since_dispatch=35)
    kept = keep_word(step, facts, word, date(2026, 6, 10))
    assert (kept.text, kept.alone) == (text, text in SENT_ALONE)
    assert keep_word(step, replace(facts, dispute_open=True), word, date(2026, 6, 10)) == step
