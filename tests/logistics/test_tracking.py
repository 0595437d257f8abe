"""Parcels followed in the database: promises, events in any order, checks by hand-computed days, extensions, the end."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_scopes import scopes_disabled

from conversations.models import Message
from core.audit import SYSTEM
from core.errors import Conflict, Invalid
from logistics.models import Extension, Parcel, TrackingEvent
from logistics.services import tracking
from orders.models import Order
from stores.contracts import RemoteEvent
from stores.models import OutboundCall
from tests.factories import parcels as make
from tests.logistics.tracking_stage import set_house
from worklist import registry
from worklist import services as worklist
from worklist.models import Duty

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SHIPPED = make.NOW


@pytest.fixture(autouse=True)
def house(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Reference tables, and texts short enough to read; nothing leaves the house."""
    monkeypatch.setattr(registry, "drain", [])
    with scopes_disabled():
        set_house(SHIPPED)
        yield


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stores of the sandbox do everything by program."""
    from stores import selectors as doors

    monkeypatch.setattr(doors, "abilities", lambda store: frozenset({"extend_delivery", "send_email", "send_message"}))


def event(days_ago: float, stage: str, now: datetime, text: str = "scan", place: str = "Leipzig") -> RemoteEvent:
    return RemoteEvent("", now - days_ago * DAY, stage, text, place)


def told(parcel: Parcel) -> list[tuple[str, str]]:
    return list(Message.objects.filter(about_id=parcel.pk).order_by("pk").values_list("template_code", "state"))


def run(days: float, start: datetime = SHIPPED) -> datetime:
    now = start + days * DAY
    worklist.run_until_done(now=now)
    return now


def answer(now: datetime, ok: bool = True) -> None:
    """The channel settles what is asked of it."""
    for call in OutboundCall.objects.filter(ability="extend_delivery", state="queued"):
        state = {"state": "sent", "sent_at": now} if ok else {"state": "failed", "error": "no"}
        OutboundCall.objects.filter(pk=call.pk).update(**state)
        call.refresh_from_db()
        tracking.extension_settled(call=call, now=now)


@pytest.mark.covers("PRM-01", "PRM-02", "TRK-01", "TRK-02")
@pytest.mark.parametrize(("kind", "code", "country", "promise", "receive", "check", "state"), [
    ("sandbox", "CP_REG", "DE", 60, 60, 30, "not_found"), ("sandbox", "CP_ORD", "IT", 60, 60, 30, "untracked"),
    ("sandbox", "CP_REG", "RU", 60, 90, 30, "not_found"), ("sandbox", "EMS", "BR", 60, 120, 7, "not_found"),
    ("sandbox", "EMS", "US", 15, 60, 7, "not_found"), ("spreadsheet", "DHL", "DE", 15, None, 7, "not_found"),
    ("woocommerce", "SF_INTL", "HK", 5, None, 5, "not_found"),
])  # fmt: skip
def test_following_starts_with_promise_protection_and_first_check(kind, code, country, promise, receive, check, state):
    parcel = make.parcel(make.store(kind), code, country=country)
    if code == "SF_INTL":
        check = 5
    assert parcel.promised_by == SHIPPED + promise * DAY
    assert parcel.receive_by == (SHIPPED + receive * DAY if receive else None)
    assert parcel.next_check_at == SHIPPED + check * DAY
    assert (parcel.tracking_state, parcel.next_check_why) == (state, "first")
    duty = Duty.objects.get(rule="logistics.parcel_check", subject_id=parcel.pk)
    assert (duty.state, duty.due_at) == ("planned", parcel.next_check_at)


@pytest.mark.parametrize(("zone", "shipped", "local"), [
    ("Europe/Berlin", datetime(2026, 3, 10, 9, 30, tzinfo=UTC), "2026-04-09 10:30"),  # 10:30 local before and after the change
    ("America/New_York", datetime(2026, 2, 20, 15, 0, tzinfo=UTC), "2026-03-22 10:00"),
    ("America/Sao_Paulo", datetime(2026, 3, 1, 2, 0, tzinfo=UTC), "2026-03-30 23:00"),
    ("Asia/Shanghai", datetime(2026, 3, 10, 9, 30, tzinfo=UTC), "2026-04-09 17:30"),
    ("Australia/Sydney", datetime(2026, 3, 20, 1, 0, tzinfo=UTC), "2026-04-19 12:00"),
    ("Europe/Berlin", datetime(2026, 2, 27, 1, 30, tzinfo=UTC), "2026-03-29 03:30"),  # 02:30 does not exist that day
])  # fmt: skip
def test_the_first_check_keeps_its_wall_clock_over_dst(zone, shipped, local):
    from zoneinfo import ZoneInfo

    parcel = make.parcel(make.store(zone=zone), shipped=shipped)
    assert f"{parcel.next_check_at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" == local


def test_events_in_every_order_give_the_same_parcel():
    now = SHIPPED + 20 * DAY
    happened = [
        event(15, "picked_up", now), event(10, "left_origin", now), event(3, "attempted", now),
        event(2, "ready_for_collection", now, place="Post 7"), event(2, "ready_for_collection", now, place="Post 7"),
    ]  # fmt: skip
    shop, seen = make.store(), set()
    for order in list(itertools.permutations(happened))[::7]:
        parcel = make.parcel(shop)
        for one in order:
            tracking.record_events(parcel_events={parcel.pk: [one]}, source="file", now=now)
        parcel.refresh_from_db()
        seen.add(
            (
                parcel.tracking_state,
                parcel.waiting_since,
                parcel.post_office,
                parcel.last_event_at,
                parcel.events.count(),
            )
        )
    assert seen == {("awaiting_collection", now - 3 * DAY, "Post 7", now - 2 * DAY, 4)}


def test_delivered_settles_parcel_and_order_and_ends_the_duties():
    parcel, now = make.parcel(), SHIPPED + 20 * DAY
    found = tracking.record_events(parcel_events={parcel.pk: [event(1, "delivered", now)]}, source="hand", now=now)
    parcel.refresh_from_db()
    assert (found.settled, parcel.state, parcel.tracking_state, parcel.delivered_at) == (
        [parcel.pk],
        "delivered",
        "delivered",
        now - DAY,
    )
    assert Order.objects.get(pk=parcel.order_id).state == "delivered"
    assert Duty.objects.get(rule="logistics.parcel_check").state == "cancelled"
    assert (
        tracking.record_events(parcel_events={parcel.pk: [event(1, "delivered", now)]}, source="hand", now=now).events
        == 0
    )
    run(60)
    assert told(parcel) == []
    assert Order.objects.get(pk=parcel.order_id).state == "completed"  # the receiving time has passed


def test_an_order_with_two_parcels_is_delivered_with_the_last():
    shop = make.store()
    order = make.order(shop)
    one, two = make.parcel(shop, order=order), make.parcel(shop, order=order)
    now = SHIPPED + 20 * DAY
    tracking.record_events(parcel_events={one.pk: [event(1, "delivered", now)]}, source="hand", now=now)
    assert Order.objects.get(pk=order.pk).state == "shipped"
    tracking.record_events(parcel_events={two.pk: [event(1, "delivered", now)]}, source="hand", now=now)
    assert Order.objects.get(pk=order.pk).state == "delivered"


def test_a_newer_final_event_corrects_an_older_one():
    parcel, now = make.parcel(), SHIPPED + 20 * DAY
    tracking.record_events(parcel_events={parcel.pk: [event(5, "lost", now)]}, source="file", now=now)
    tracking.record_events(
        parcel_events={parcel.pk: [event(1, "delivered", now), event(0.5, "in_transit", now)]}, source="file", now=now
    )
    parcel.refresh_from_db()
    assert (parcel.state, parcel.settle_reason) == ("delivered", "tracking")


@pytest.mark.covers("TRK-01", "TRK-05", "TRK-11")
def test_registered_packet_at_day_8_31_and_41(connected):
    parcel = make.parcel(code="CP_REG")
    run(8)
    assert told(parcel) == [] and Parcel.objects.get(pk=parcel.pk).check_round == 0
    tracking.record_events(
        parcel_events={parcel.pk: [event(0, "left_origin", SHIPPED + 25 * DAY)]}, source="file", now=SHIPPED + 25 * DAY
    )
    now = run(31)
    extension = Extension.objects.get()
    assert (told(parcel), extension.days, extension.after, extension.text) == ([], 15, SHIPPED + 75 * DAY, "T03")
    answer(now)
    parcel.refresh_from_db()
    assert told(parcel) == [("T03", "ready")]
    assert (parcel.receive_by, parcel.advice_rule, parcel.check_round) == (SHIPPED + 75 * DAY, "NR-10", 1)
    assert parcel.next_check_at == SHIPPED + 38 * DAY
    run(31.2)
    later = SHIPPED + 35 * DAY
    tracking.record_events(parcel_events={parcel.pk: [event(0, "in_transit", later)]}, source="file", now=later)
    run(41)
    parcel.refresh_from_db()
    assert told(parcel) == [("T03", "ready"), ("T03N", "ready")]  # it moves: wait; on day 38 the buyer hears, as told
    assert (parcel.check_round, parcel.advice_rule, Extension.objects.count()) == (2, "NR-10", 1)


@pytest.mark.covers("TRK-01", "TRK-05")
def test_ordinary_packet_at_day_8_31_and_41(connected):
    parcel = make.parcel(code="CP_ORD", country="IT")
    run(8)
    assert told(parcel) == []
    answer(run(31))
    parcel.refresh_from_db()
    assert (told(parcel), parcel.advice_rule) == ([("T03U", "ready")], "NR-14")
    assert parcel.next_check_at == SHIPPED + 40 * DAY  # the second check comes before the ten days of the table
    run(41)
    parcel.refresh_from_db()
    assert told(parcel) == [("T03U", "ready"), ("X02", "draft")]
    assert (parcel.advice, parcel.advice_rule) == ("ask_post_office", "NR-15")
    assert not Duty.objects.filter(rule="logistics.parcel_step", state="open").exists()  # the draft is the duty
    run(50)
    assert [code for code, _state in told(parcel)].count("X02") == 1


@pytest.mark.covers("TRK-02")
def test_ems_at_day_8_31_and_41(connected):
    parcel = make.parcel(code="EMS", country="FR")
    answer(run(8))
    parcel.refresh_from_db()
    assert told(parcel) == [("T03U", "ready")]
    assert (parcel.advice_rule, parcel.receive_by) == ("NR-09", SHIPPED + 75 * DAY)
    duty = Duty.objects.get(rule="logistics.parcel_step")
    assert (duty.state, duty.facts["advice"], duty.role) == ("open", "carrier_inquiry", "service")
    run(31)
    parcel.refresh_from_db()
    assert (parcel.advice_rule, [c for c, _s in told(parcel)]) == ("NR-09", ["T03U"])
    run(46)
    parcel.refresh_from_db()
    assert (parcel.advice, parcel.advice_rule) == ("refund_full", "NR-07")
    duty = Duty.objects.get(rule="logistics.parcel_step", state="open")
    assert (duty.facts["advice"], duty.role) == ("refund_full", "supervisor")


@pytest.mark.covers("TRK-01")
def test_a_store_without_receiving_time_tells_without_extension():
    parcel = make.parcel(make.store("spreadsheet"), "CP_REG")
    run(31)
    assert (told(parcel), Extension.objects.count()) == ([("T03UN", "ready")], 0)


@pytest.mark.covers("TRK-05")
def test_a_channel_without_program_needs_a_person_and_the_text_waits_for_it():
    parcel = make.parcel(make.store("aliexpress"), "CP_ORD", country="IT")
    now = run(31)
    duty = Duty.objects.get(rule="logistics.promise_ending")
    assert (told(parcel), duty.state, duty.due_at) == ([], "open", now + DAY)
    tracking.extend(parcel=parcel, days=20, actor=SYSTEM, now=now + DAY / 2)
    parcel.refresh_from_db()
    assert told(parcel) == [("T03U", "ready")]
    assert (parcel.receive_by, Duty.objects.get(rule="logistics.promise_ending").state) == (SHIPPED + 80 * DAY, "done")


@pytest.mark.covers("TRK-05")
@pytest.mark.parametrize("silent", [True, False])
def test_without_confirmation_the_buyer_hears_what_is_true_and_a_person_looks(connected, silent):
    parcel = make.parcel(code="CP_ORD", country="IT")
    now = run(31)
    if silent:
        run(32.1)
    else:
        answer(now, ok=False)
    assert told(parcel) == [("T03UN", "ready")]
    duty = Duty.objects.get(rule="logistics.promise_ending")
    assert duty.state == "open"
    if silent:  # the confirmation comes after all: no second text, the duty ends
        answer(now + 2 * DAY)
        assert told(parcel) == [("T03UN", "ready")]
        assert Duty.objects.get(rule="logistics.promise_ending").state == "done"


@pytest.mark.covers("TRK-05")
def test_the_receiving_time_is_lengthened_five_days_before_its_end(connected):
    parcel = make.parcel(code="CP_REG")
    now = SHIPPED + 29 * DAY
    tracking.record_events(parcel_events={parcel.pk: [event(1, "left_origin", now)]}, source="file", now=now)
    answer(run(31))
    for day in (38, 41, 43, 50, 57, 60, 64, 69):
        now = SHIPPED + day * DAY
        parcel.refresh_from_db()
        if parcel.state == "shipped":
            tracking.record_events(
                parcel_events={parcel.pk: [event(0.1, "in_transit", now, text=f"scan {day}")]}, source="file", now=now
            )
        answer(run(day))
    cycles = list(Extension.objects.order_by("asked_at").values_list("after", flat=True))
    assert cycles[0] == SHIPPED + 75 * DAY
    assert all(b > a for a, b in itertools.pairwise(cycles))
    parcel.refresh_from_db()
    assert parcel.receive_by > SHIPPED + 70 * DAY


@pytest.mark.covers("TRK-03", "MSG-05")
def test_ready_for_collection_is_told_at_once_and_again_before_it_goes_back(connected):
    parcel, now = make.parcel(), SHIPPED + 20 * DAY
    tracking.record_events(
        parcel_events={parcel.pk: [event(0.1, "ready_for_collection", now, place="Post 7")]}, source="file", now=now
    )
    run(20)
    assert told(parcel) == [("T05", "ready")]
    run(22)
    assert len(told(parcel)) == 1
    run(26)
    assert len(told(parcel)) == 2
    now = run(31)
    assert len(told(parcel)) == 3
    assert Extension.objects.count() == 0  # a month of the receiving time is left


def test_out_for_delivery_is_told_once_while_fresh(connected):
    parcel, old, now = make.parcel(), make.parcel(), SHIPPED + 20 * DAY
    for _ in range(2):
        tracking.record_events(parcel_events={
            parcel.pk: [event(0.1, "out_for_delivery", now)], old.pk: [event(9, "out_for_delivery", now)],
        }, source="file", now=now)  # fmt: skip
    assert (told(parcel), told(old)) == ([("T05D", "ready")], [])


def test_a_person_extends_and_is_refused_where_it_makes_no_sense(connected):
    parcel, now = make.parcel(), SHIPPED + 10 * DAY
    with pytest.raises(Invalid):
        tracking.extend(parcel=parcel, days=0, actor=SYSTEM, now=now)
    tracking.extend(parcel=parcel, days=10, actor=SYSTEM, now=now)
    with pytest.raises(Conflict, match="asked already"):
        tracking.extend(parcel=parcel, days=10, actor=SYSTEM, now=now)
    with pytest.raises(Conflict, match="no receiving time"):
        tracking.extend(parcel=make.parcel(make.store("spreadsheet")), days=10, actor=SYSTEM, now=now)
    tracking.settle(parcel=parcel, outcome="delivered", actor=SYSTEM, now=now)
    with pytest.raises(Conflict, match="not under way"):
        tracking.extend(parcel=parcel, days=10, actor=SYSTEM, now=now)


def test_settle_and_reopen():
    parcel, now = make.parcel(), SHIPPED + 10 * DAY
    with pytest.raises(Invalid):
        tracking.settle(parcel=parcel, outcome="lost", actor=SYSTEM, now=now)
    tracking.settle(parcel=parcel, outcome="lost", actor=SYSTEM, now=now, reason="carrier says so")
    with pytest.raises(Conflict):
        tracking.settle(parcel=parcel, outcome="returned", actor=SYSTEM, now=now)
    tracking.reopen(parcel=parcel, actor=SYSTEM, now=now, reason="it was found")
    parcel.refresh_from_db()
    assert (parcel.state, parcel.tracking_state, parcel.settled_at) == ("shipped", "not_found", None)
    assert Duty.objects.filter(rule="logistics.parcel_check", state="planned").count() == 1


@pytest.mark.covers("TRK-11")
def test_orders_shipped_elsewhere_are_followed_once():
    shop = make.store()
    told_order = make.order(
        shop,
        channel_facts={"shipments": [{"number": "rb 1 cn", "service": "CP_REG", "shipped_at": SHIPPED.isoformat()}]},
    )
    make.service("CP_REG")
    bare, old = make.order(shop), make.order(shop, history=True)
    made = tracking.adopt_orders(order_ids=[told_order.pk, bare.pk, old.pk], actor=SYSTEM, now=SHIPPED + DAY)
    assert sorted((p.order_id, p.tracking_number) for p in made) == [(told_order.pk, "RB1CN"), (bare.pk, "")]
    assert tracking.adopt_orders(order_ids=[told_order.pk, bare.pk], actor=SYSTEM, now=SHIPPED + DAY) == []
    assert Duty.objects.filter(rule="logistics.parcel_check").count() == 2


def test_events_by_number_name_the_unknown_ones():
    parcel = make.parcel()
    remotes = [
        RemoteEvent(parcel.tracking_number.lower(), SHIPPED, "picked_up", "x"),
        RemoteEvent("ZZ1", SHIPPED, "", "delivered"),
    ]
    found = tracking.record_remote(store=parcel.store, remotes=remotes, source="file", actor=SYSTEM, now=SHIPPED + DAY)
    assert (found.events, found.unknown) == (1, ["ZZ1"])
    assert TrackingEvent.objects.get().parcel == parcel


def test_judging_brings_the_check_forward():
    parcel = make.parcel()
    tracking.judge(parcel=parcel, buyer_mood="calm", actor=SYSTEM, now=SHIPPED + DAY)
    assert (parcel.buyer_mood, parcel.next_check_at) == ("calm", SHIPPED + DAY + timedelta(hours=1))
    assert Duty.objects.get(rule="logistics.parcel_check").due_at == parcel.next_check_at


def test_statements_do_not_grow_with_the_parcels(connected):
    shop = make.store()
    few, many = [make.parcel(shop, "CP_ORD") for _ in range(3)], [make.parcel(shop, "CP_ORD") for _ in range(30)]
    now = SHIPPED + 31 * DAY
    with CaptureQueriesContext(connection) as first:
        tracking.check_many(parcels=few, actor=SYSTEM, now=now)
    with CaptureQueriesContext(connection) as second:
        tracking.check_many(parcels=many, actor=SYSTEM, now=now)
    assert len(second) <= len(first) + 2
    with CaptureQueriesContext(connection) as first:
        tracking.record_events(parcel_events={p.pk: [event(1, "in_transit", now)] for p in few}, source="file", now=now)
    with CaptureQueriesContext(connection) as second:
        tracking.record_events(
            parcel_events={p.pk: [event(1, "in_transit", now)] for p in many}, source="file", now=now
        )
    assert len(second) <= len(first) + 2


ZONES = [
    "Europe/Berlin", "Europe/London", "Europe/Moscow", "America/New_York", "America/Los_Angeles", "America/Sao_Paulo",
    "Australia/Sydney", "Asia/Shanghai", "Pacific/Auckland",
]  # fmt: skip


@pytest.mark.covers("TRK-01", "TRK-02")
@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(("month", "day"), [(3, 15), (10, 20)])
def test_due_times_are_right_in_every_zone_and_season(zone, month, day):
    """Eighteen cases around both changes of the year: thirty days later at the same time on the store's wall."""
    from zoneinfo import ZoneInfo

    shipped = datetime(2026, month, day, 1, 45, tzinfo=UTC)
    parcel = make.parcel(make.store(zone=zone), shipped=shipped)
    there = ZoneInfo(zone)
    wall, due = (
        shipped.astimezone(there).replace(tzinfo=None),
        parcel.next_check_at.astimezone(there).replace(tzinfo=None),
    )
    assert due == wall + 30 * DAY
    late, early = parcel.next_check_at - timedelta(seconds=1), parcel.next_check_at
    assert worklist.run_due(now=late).total == 0
    assert worklist.run_due(now=early).acted["logistics.parcel_check"] == 1
    assert worklist.run_due(now=early + timedelta(hours=2)).total == 0
