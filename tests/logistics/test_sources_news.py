"""Tracking sources against a stand-in that listens on a real port: pushes, whose event it is, questions, silence, personal data."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conversations.models import Message
from core.audit import SYSTEM
from logistics.connectors.seventeentrack import signature
from logistics.connectors.seventeentrack_standin import Office
from logistics.models import FollowedNumber, TrackingEvent, TrackingPush, TrackingSource
from logistics.services import sources, tracking
from logistics.services.sources import privacy
from logistics.tasks import sources as tasks
from stores.contracts import RemoteEvent
from tests.factories import parcels as make
from tests.factories import sources as factory
from tests.factories.accounts import make_person
from tests.logistics.sources_stage import DAY, HOUR, NOW, event, push, s10, states, told
from worklist import services as worklist
from worklist.models import Duty

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tracking_house")]


# --- pushes --------------------------------------------------------------------------------------------------------------


def test_a_push_is_stored_before_the_answer_and_a_replay_once(source: TrackingSource) -> None:
    body = told(s10(1), event(NOW, "Accepted"))
    assert [push(body), push(body), push(body)] == [200, 200, 200]
    row = TrackingPush.objects.get()
    assert (bytes(row.body), row.state, row.source_id) == (body, "new", source.pk)


def test_a_wrong_signature_is_refused_counted_and_leaves_nothing(source: TrackingSource) -> None:
    body = told(s10(1), event(NOW, "Accepted"))
    assert (
        push(body, sign="0" * 64) == 401
        and push(body, sign="") == 401
        and push(body + b" ", sign=signature(body, factory.KEY)) == 401
    )
    assert push(body, code="nobody") == 401, "an unknown source is told the same"
    assert Client().get("/tracking/push/t17/").status_code == 405
    assert push(b"x" * (sources.LARGEST + 1)) == 413
    assert not TrackingPush.objects.exists()
    assert sources.note_refused(now=NOW) == 3 and sources.note_refused(now=NOW) == 0
    source.refresh_from_db()
    assert (source.refused_pushes, source.refused_at) == (3, NOW)


def test_the_push_door_takes_one_statement_that_writes(source: TrackingSource, django_assert_num_queries: Any) -> None:
    push(told(s10(1)))  # the source is remembered
    with django_assert_num_queries(1):
        push(told(s10(2)))


def test_pushes_become_events_whatever_their_order(source: TrackingSource, office: Office) -> None:
    box = make.parcel(tracking_number=s10(1))
    sources.walk(source=source, now=NOW)
    first, last = (
        event(NOW + DAY, "Accepted", stage="PickedUp"),
        event(NOW + 9 * DAY, "Delivered, left at the door", stage="Delivered"),
    )
    for body in (told(s10(1), first, last), told(s10(1), last), told(s10(1), first)):
        assert push(body) == 200
    now = NOW + 10 * DAY
    assert sources.read(now=now) == 3 and sources.read(now=now) == 0
    box.refresh_from_db()
    assert (box.state, box.tracking_state, box.delivered_at, box.events.count()) == (
        "delivered",
        "delivered",
        NOW + 9 * DAY,
        2,
    )
    assert set(TrackingPush.objects.values_list("state", "number")) == {("done", s10(1))}
    source.refresh_from_db()
    assert source.pushed_at is not None and source.heard_at == source.pushed_at
    assert FollowedNumber.objects.get().heard_at == now


def test_bad_pushes_do_not_stop_the_others(source: TrackingSource, office: Office) -> None:
    make.parcel(tracking_number=s10(1))
    sources.walk(source=source, now=NOW)
    for body in (b"not json", told(s10(99), event(NOW, "Accepted")), told(s10(1), event(NOW + HOUR, "Accepted"))):
        assert push(body) == 200
    sources.read(now=NOW + DAY)
    assert list(TrackingPush.objects.order_by("pk").values_list("state", "error")) == [
        ("failed", "it is not JSON"), ("done", "No parcel of ours has this number."), ("done", ""),
    ]  # fmt: skip
    assert TrackingEvent.objects.count() == 1
    client = Client()
    client.force_login(make_person("manager"))
    bad = TrackingPush.objects.get(state="failed")
    assert "not json" in client.get(f"/parcels/pushes/{bad.pk}/").content.decode()
    sources.read_again(push=bad, actor=make_person("manager").actor, now=NOW)
    assert TrackingPush.objects.get(pk=bad.pk).state == "new"


def test_a_push_of_the_same_number_at_another_carrier_is_somebody_elses(source: TrackingSource, office: Office) -> None:
    make.parcel(tracking_number=s10(1))
    sources.walk(source=source, now=NOW)
    push(told(s10(1), event(NOW + HOUR, "Delivered"), carrier=100003))
    sources.read(now=NOW + DAY)
    assert not TrackingEvent.objects.exists()


def test_a_number_the_source_stopped_by_itself_is_started_again(source: TrackingSource, office: Office) -> None:
    make.parcel(tracking_number=s10(1))
    sources.walk(source=source, now=NOW)
    office.numbers[s10(1), 3011].stopped = True
    push(told(s10(1), kind="TRACKING_STOPPED"))
    sources.read(now=NOW + DAY)
    assert set(states().values()) == {"wanted"}
    sources.walk(source=source, now=NOW + DAY)
    assert set(states().values()) == {"registered"} and not office.numbers[s10(1), 3011].stopped and office.used == 1


def test_the_pusher_tries_again_until_the_house_answers(source: TrackingSource, office: Office) -> None:
    make.parcel(tracking_number=s10(1))
    sources.walk(source=source, now=NOW)
    office.put_events(s10(1), [event(NOW + HOUR, "Accepted")])
    answers = iter([0, 500])

    def send(url: str, body: bytes, sign: str) -> int:
        return next(answers, None) or push(body, sign=sign)

    assert office.push("", send=send) == [200]
    assert TrackingPush.objects.count() == 1 and office.push("", send=send) == []


# --- whose event it is ---------------------------------------------------------------------------------------------------


def test_events_of_a_reused_number_go_to_the_parcel_of_their_time(source: TrackingSource, office: Office) -> None:
    number, later = s10(5), NOW + 120 * DAY
    first = make.parcel(tracking_number=number)
    tracking.settle(parcel=first, outcome="closed", reason="gone", actor=SYSTEM, now=NOW + 60 * DAY)
    second = make.parcel(tracking_number=number, shipped=later)
    factory.make_followed(source, second, number=number, carrier=3011)
    rows = [
        event(NOW - 30 * DAY, "Delivered", stage="Delivered"),  # before both: nobody's
        event(NOW - DAY, "Information received", stage="InfoReceived"), event(NOW + 9 * DAY, "Arrived", stage="Arrival"),
        event(later - 2 * DAY, "Information received again", stage="InfoReceived"),
        event(later - 2 * DAY, "Delivered to the first buyer", stage="Delivered"),  # too far on the way for the second
        event(later + 9 * DAY, "Arrived", stage="Arrival"),
    ]  # fmt: skip
    push(told(number, *reversed(rows)))
    push(told(number, *rows[3:]))
    sources.read(now=later + 10 * DAY)
    assert [e.description for e in first.events.order_by("occurred_at", "pk")] == [
        "Information received", "Arrived", "Delivered to the first buyer"
    ]  # fmt: skip
    assert [e.description for e in second.events.order_by("occurred_at", "pk")] == [
        "Information received again",
        "Arrived",
    ]
    second.refresh_from_db()
    assert (second.state, second.tracking_state) == ("shipped", "in_transit")


def test_files_and_channels_know_reused_numbers_too() -> None:
    shop, number, later = make.store(), s10(6), NOW + 120 * DAY
    first = make.parcel(shop, tracking_number=number)
    tracking.settle(parcel=first, outcome="closed", reason="gone", actor=SYSTEM, now=NOW + 60 * DAY)
    second = make.parcel(shop, tracking_number=number, shipped=later)
    remotes = [RemoteEvent(number, NOW + DAY, "picked_up", "a"), RemoteEvent(number, later + DAY, "picked_up", "b"),
               RemoteEvent(number, NOW - 90 * DAY, "delivered", "c"), RemoteEvent("NOBODY1", NOW, "delivered", "d")]  # fmt: skip
    found = tracking.record_remote(store=shop, remotes=remotes, source="file", actor=SYSTEM, now=later + 2 * DAY)
    assert (found.events, found.unknown, [e.description for e in found.early]) == (2, ["NOBODY1"], ["c"])
    assert [b.events.get().description for b in (first, second)] == ["a", "b"]


# --- asking and silence ----------------------------------------------------------------------------------------------------


def test_numbers_without_a_push_for_days_are_asked_about_daily(source: TrackingSource, office: Office) -> None:
    box = make.parcel(tracking_number=s10(1))
    sources.walk(source=source, now=NOW)
    office.put_events(s10(1), [event(NOW + DAY, "Departed", stage="Departure")])
    assert sources.walk(source=source, now=NOW + 6 * HOUR)["asked"] == 0
    assert sources.walk(source=source, now=NOW + 3 * DAY)["asked"] == 1
    assert sources.walk(source=source, now=NOW + 3 * DAY + HOUR)["asked"] == 0
    box.refresh_from_db()
    assert (box.tracking_state, box.last_event_text) == ("in_transit", "Departed")
    source.refresh_from_db()
    assert source.heard_at == NOW + 3 * DAY


def test_a_number_the_source_has_forgotten_is_registered_again(source: TrackingSource, office: Office) -> None:
    make.parcel(tracking_number=s10(1))
    sources.walk(source=source, now=NOW)
    office.numbers.clear()
    sources.walk(source=source, now=NOW + 3 * DAY)
    sources.walk(source=source, now=NOW + 3 * DAY + HOUR)
    assert set(states().values()) == {"registered"} and len(office.numbers) == 1


@pytest.mark.covers("TRK-11")
def test_a_silent_source_makes_every_parcel_a_human_check_and_says_nothing_to_buyers(
    monkeypatch: pytest.MonkeyPatch, source: TrackingSource, office: Office
) -> None:
    shop = make.store()
    boxes = [make.parcel(shop, tracking_number=s10(n)) for n in range(3)]
    sources.walk(source=source, now=NOW)
    office.put_events(s10(0), [event(NOW + HOUR, "Accepted")])
    office.push("", send=lambda url, body, sign: push(body, sign=sign))
    sources.read(now=NOW + 2 * HOUR)
    TrackingSource.objects.update(heard_at=NOW + 2 * HOUR)
    office.dead = True

    def cycle(now: Any) -> None:
        source.refresh_from_db()
        sources.walk(source=source, now=now)
        sources.watch(source=source, now=now)
        worklist.run_until_done(now=now)

    cycle(NOW + 20 * HOUR)
    assert not Duty.objects.filter(rule="logistics.blind_parcel").exists()
    cycle(NOW + 27 * HOUR)
    source.refresh_from_db()
    assert source.silent_since == NOW + 2 * HOUR
    open_ = Duty.objects.filter(rule="logistics.blind_parcel", closed_at__isnull=True)
    assert set(open_.values_list("subject_id", flat=True)) == {b.pk for b in boxes}
    assert Duty.objects.get(rule="logistics.source_silent").closed_at is None
    late = make.parcel(shop, tracking_number=s10(9), shipped=NOW + 28 * HOUR)
    cycle(NOW + 29 * HOUR)
    assert open_.filter(subject_id=late.pk).exists(), "what is handed over while it is silent is nobody's otherwise"
    cycle(NOW + 40 * DAY)  # past the first check of thirty days
    assert not Message.objects.exists(), "nothing is told from what we last heard"
    person = make_person("service")
    client = Client()
    client.force_login(person)
    monkeypatch.setattr("logistics.filters.parcels.utcnow", lambda: NOW + 40 * DAY)
    listed = client.get("/parcels/?view=all&lateness=blind").content.decode()
    assert all(box.tracking_number in listed for box in [*boxes, late])
    sources.looked_up(parcels=boxes[:1], actor=person.actor, now=NOW + 40 * DAY)
    assert not open_.filter(subject_id=boxes[0].pk).exists()
    tracking.record_by_hand(
        parcels=boxes[1:2],
        at=NOW + 40 * DAY,
        stage="in_transit",
        text="",
        place="",
        actor=person.actor,
        now=NOW + 40 * DAY,
    )
    cycle(NOW + 41 * DAY)
    worklist.sweep(now=NOW + 41 * DAY)
    assert not open_.filter(subject_id=boxes[1].pk).exists(), (
        "whoever wrote down what the carrier says has looked it up"
    )
    assert not open_.filter(subject_id=boxes[0].pk).exists()
    cycle(NOW + 44 * DAY)
    assert open_.filter(subject_id=boxes[0].pk).exists(), "it is looked up again while the source stays silent"
    office.dead = False
    TrackingSource.objects.update(hold_until=None)
    cycle(NOW + 45 * DAY)
    source.refresh_from_db()
    assert source.silent_since is None and not open_.exists()
    assert Duty.objects.get(rule="logistics.source_silent").closed_at is not None


def test_a_silent_source_with_many_parcels_goes_in_pieces(monkeypatch: pytest.MonkeyPatch, source: TrackingSource) -> None:
    """No piece is taken twice, a round without time leaves the rest to the next, and the end of the silence goes the same way."""
    monkeypatch.setattr("logistics.services.sources.silence.PIECE", 2)
    shop = make.store()
    boxes = {make.parcel(shop, tracking_number=s10(n)).pk for n in range(7)}
    sources.walk(source=source, now=NOW)
    with CaptureQueriesContext(connection) as asked:
        assert sources.watch(source=source, now=NOW + HOUR) == 0
    assert not any("MIN(" in query["sql"] for query in asked), "a source that was heard of is not looked through"
    late = NOW + 30 * HOUR
    with monkeypatch.context() as short:
        short.setattr("logistics.services.sources.silence.TURN", -1.0)
        assert sources.watch(source=source, now=late) == 0, "no time: nothing yet"
    assert sources.watch(source=source, now=late) == 7
    due = Duty.objects.filter(rule="logistics.parcel_check", state="planned", due_at=late)
    assert set(due.values_list("subject_id", flat=True)) == boxes
    assert sources.watch(source=source, now=late + HOUR) == 0, "they are due already"
    worklist.run_due(now=late + HOUR)
    by_hand = Duty.objects.filter(rule="logistics.blind_parcel", closed_at__isnull=True)
    assert by_hand.count() == 7
    TrackingSource.objects.update(heard_at=late + 2 * HOUR)
    with monkeypatch.context() as short:
        short.setattr("logistics.services.sources.silence.TURN", -1.0)
        sources.watch(source=source, now=late + 2 * HOUR)
    source.refresh_from_db()
    assert source.silent_since is not None and by_hand.count() == 7, "it counts as silent until its numbers are marked"
    sources.watch(source=source, now=late + 2 * HOUR)
    source.refresh_from_db()
    assert source.silent_since is None and not by_hand.exists()
    assert not FollowedNumber.objects.filter(asked_at__isnull=False).exists(), "everything missed is asked for"


def test_a_source_that_has_nothing_to_follow_is_never_silent(source: TrackingSource, office: Office) -> None:
    office.dead = True
    assert sources.watch(source=source, now=NOW + 90 * DAY) == 0
    make.parcel(tracking_number=s10(1), shipped=NOW + 90 * DAY)
    sources.walk(source=source, now=NOW + 90 * DAY)
    assert sources.watch(source=source, now=NOW + 90 * DAY + HOUR) == 0
    source.refresh_from_db()
    assert source.silent_since is None


# --- personal data ---


def test_what_was_pushed_about_a_buyer_is_shown_and_forgotten(source: TrackingSource, office: Office) -> None:
    box, other = make.parcel(tracking_number=s10(1)), make.parcel(tracking_number=s10(2))
    sources.walk(source=source, now=NOW)
    bodies = [told(s10(n), event(NOW + HOUR, "Accepted", address={"city": "Leipzig"})) for n in (1, 2)]
    assert [push(body) for body in bodies] == [200, 200]
    sources.read(now=NOW + DAY)
    assert [row["body"] for row in privacy.export_buyer(box.order.buyer)] == [bodies[0].decode()]
    assert privacy.erase_buyer(box.order.buyer, NOW) == 2 and privacy.erase_buyer(box.order.buyer, NOW) == 0
    assert push(bodies[0]) == 200 and sources.read(now=NOW + DAY) == 0, "a replay does not bring it back"
    assert bytes(TrackingPush.objects.get(number=s10(1)).body) == b"" and box.events.get().raw == {}
    assert bytes(TrackingPush.objects.get(number=s10(2)).body) == bodies[1] and other.events.get().raw != {}


def test_read_pushes_are_deleted_after_their_time(source: TrackingSource, office: Office) -> None:
    assert push(told(s10(1))) == 200 and push(b"not json") == 200
    sources.read(now=NOW)
    received = TrackingPush.objects.earliest("received_at").received_at
    assert sources.forget_old(now=received + 89 * DAY) == 0
    assert sources.forget_old(now=received + 91 * DAY) == 1
    assert TrackingPush.objects.get().state == "failed", "what nobody could read waits for somebody"


def test_a_house_that_was_shut_for_days_asks_before_it_calls_the_source_silent(
    monkeypatch: pytest.MonkeyPatch, source: TrackingSource, office: Office
) -> None:
    box = make.parcel(tracking_number=s10(1))
    sources.walk(source=source, now=NOW)
    office.put_events(s10(1), [event(NOW + DAY, "Departed", stage="Departure")])
    monkeypatch.setattr(tasks, "utcnow", lambda: NOW + 4 * DAY)
    assert tasks.watch_sources()["forward"] == 0
    box.refresh_from_db()
    source.refresh_from_db()
    assert (box.last_event_text, source.silent_since) == ("Departed", None)
    office.dead = True
    monkeypatch.setattr(tasks, "utcnow", lambda: NOW + 6 * DAY)
    assert tasks.watch_sources()["forward"] == 1
