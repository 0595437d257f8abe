"""Tracking sources against a stand-in that listens on a real port: registering, pushes, questions, quota, silence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django_scopes import scopes_disabled

from conversations.models import Message
from core.audit import SYSTEM
from core.errors import Conflict
from core.models import PolicyValue
from logistics.connectors.seventeentrack import signature
from logistics.connectors.seventeentrack_standin import Fault, Office, running
from logistics.models import FollowedNumber, Parcel, TrackingEvent, TrackingPush, TrackingSource
from logistics.selectors import sources as selectors
from logistics.services import sources, tracking
from logistics.services.seeding_tracking import load_tracking
from stores.contracts import RemoteEvent
from tests.factories import parcels as make
from tests.factories import sources as factory
from tests.factories.accounts import make_person
from worklist import registry
from worklist import services as worklist
from worklist.models import Duty

pytestmark = pytest.mark.django_db
NOW = make.NOW
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def house(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Reference tables; calls need not be slow here; nothing leaves the house."""
    monkeypatch.setattr(registry, "drain", [])
    with scopes_disabled():
        load_tracking(now=NOW)
        PolicyValue.objects.create(
            key="logistics.source_calls_per_second",
            value=1000,
            valid_from=NOW.date() - DAY,
            created_by="",
            created_at=NOW,
        )
        yield


@pytest.fixture
def office() -> Office:
    """The other side, in no hurry to refuse calls that come fast."""
    return Office(factory.KEY, limited=False)


@pytest.fixture
def source(office: Office) -> Iterator[TrackingSource]:
    """A source of the house that reaches the stand-in."""
    office.clock = lambda: NOW
    with running(office) as server:
        yield factory.make_source("t17", base_url=server.url)


def s10(serial: int, letters: str = "RB", country: str = "CN") -> str:
    from logistics.rules.waybill import check_digit

    return f"{letters}{serial:08d}{check_digit(f'{serial:08d}')}{country}"


def event(at: Any, text: str, **more: Any) -> dict[str, Any]:
    return {
        "time_utc": at.isoformat(),
        "time_iso": None,
        "description": text,
        "location": "Leipzig",
        "stage": None,
        **more,
    }


def states() -> dict[str, str]:
    return dict(FollowedNumber.objects.order_by("pk").values_list("number", "state"))


def push(body: bytes, *, code: str = "t17", sign: str | None = None) -> int:
    given = signature(body, factory.KEY) if sign is None else sign
    return Client().post(
        f"/tracking/push/{code}/", body, content_type="application/json", headers={"sign": given}
    ).status_code  # fmt: skip


def told(number: str, *events: dict[str, Any], carrier: int | None = 3011, kind: str = "TRACKING_UPDATED") -> bytes:
    info = {"tracking": {"providers": [{"provider": {"key": carrier}, "events": list(events)}]}}
    return json.dumps({"event": kind, "data": {"number": number, "carrier": carrier, "track_info": info}}).encode()


# --- registering ---------------------------------------------------------------------------------------------------------


def test_parcels_handed_over_are_registered_forty_at_a_time(source: TrackingSource, office: Office) -> None:
    shop = make.store()
    for n in range(95):
        make.parcel(shop, tracking_number=s10(n))
    make.parcel(shop, tracking_number="")
    make.parcel(shop, tracking_number=s10(500), follow=False)  # still on the table
    make.parcel(shop, tracking_number="no number at all, only words of somebody")
    done = sources.walk(source=source, now=NOW)
    assert (done["wanted"], done["registered"]) == (95, 95)
    assert [n for name, n in office.calls if name == "register"] == [40, 40, 15]
    assert set(states().values()) == {"registered"} and office.used == 95
    assert set(FollowedNumber.objects.values_list("carrier", flat=True)) == {3011}
    assert sources.walk(source=source, now=NOW + HOUR) == {"wanted": 0, "registered": 0, "stopped": 0, "asked": 0}
    source.refresh_from_db()
    assert (source.quota_total, source.quota_left, source.answered_at) == (1000, 1000, NOW)


def test_only_parcels_whose_channel_tells_nothing_unless_asked_for(
    monkeypatch, source: TrackingSource, office: Office
) -> None:
    from stores import selectors as doors

    loud, quiet = make.store(), make.store("spreadsheet")
    monkeypatch.setattr(doors, "abilities", lambda store: frozenset({"tracking"}) if store == loud else frozenset())
    make.parcel(loud, tracking_number=s10(1))
    make.parcel(quiet, tracking_number=s10(2))
    TrackingSource.objects.update(whole_house=False)
    source.refresh_from_db()
    sources.walk(source=source, now=NOW)
    assert list(states()) == [s10(2)]
    TrackingSource.objects.update(whole_house=True)
    source.refresh_from_db()
    sources.walk(source=source, now=NOW)
    assert set(states()) == {s10(1), s10(2)}


@pytest.mark.parametrize("kind", ["500_done", "reset", "garbage", "500", "429", "half"])
def test_an_unclear_outcome_pays_no_number_twice(kind: str, source: TrackingSource, office: Office) -> None:
    for n in range(6):
        make.parcel(tracking_number=s10(n))
    office.faults.append(Fault(kind, only="register"))
    sources.walk(source=source, now=NOW)
    assert set(states().values()) <= {"wanted", "registered"}
    for hours in (1, 2):
        sources.walk(source=source, now=NOW + hours * HOUR)
    assert set(states().values()) == {"registered"} and office.used == 6
    source.refresh_from_db()
    assert (source.failures, source.hold_until, source.paused_reason) == (0, None, "")


def test_a_source_in_trouble_is_left_alone_for_a_while(source: TrackingSource, office: Office) -> None:
    make.parcel(tracking_number=s10(1))
    office.dead = True
    for minutes in (0, 1, 1, 2, 3):
        sources.walk(source=source, now=NOW + timedelta(minutes=minutes))
    source.refresh_from_db()
    assert source.failures >= 2 and source.hold_until > NOW + timedelta(minutes=1)
    assert source.busy_by == "" and source.busy_until is None


def test_one_worker_at_a_time_walks_a_source(source: TrackingSource, office: Office) -> None:
    make.parcel(tracking_number=s10(1))
    TrackingSource.objects.update(busy_by="another", busy_until=NOW + timedelta(seconds=30))
    assert "registered" not in sources.walk(source=source, now=NOW) and office.calls == []
    assert sources.walk(source=source, now=NOW + timedelta(seconds=31))["registered"] == 1


def test_the_rate_is_kept_by_waiting_after_each_call(monkeypatch, source: TrackingSource, office: Office) -> None:
    from logistics.services.sources import wire

    slept: list[float] = []
    monkeypatch.setattr(wire.time, "sleep", slept.append)
    PolicyValue.objects.all().delete()
    from core import policies

    policies.forget()
    make.parcel(tracking_number=s10(1))
    sources.walk(source=source, now=NOW)
    assert len(slept) == len(office.calls) >= 2 and min(slept) >= 1 / 3


def test_a_wrong_key_stops_the_source_and_is_somebodys_duty(source: TrackingSource, office: Office) -> None:
    make.parcel(tracking_number=s10(1))
    office.key = "another"
    sources.walk(source=source, now=NOW)
    source.refresh_from_db()
    assert "key" in source.paused_reason and set(states().values()) == {"wanted"}
    assert Duty.objects.get(rule="logistics.source_stopped").closed_at is None
    office.key = "another"
    manager = make_person("manager").actor
    sources.change_source(source=source, key="another", actor=manager, now=NOW + HOUR)
    assert Duty.objects.get(rule="logistics.source_stopped").closed_at is not None
    assert sources.walk(source=source, now=NOW + HOUR)["registered"] == 1


def test_the_quota_is_watched_and_what_waits_is_not_lost(source: TrackingSource, office: Office) -> None:
    office.quota = 3
    for n in range(5):
        make.parcel(tracking_number=s10(n))
    sources.walk(source=source, now=NOW)
    assert sorted(states().values()) == ["registered"] * 3 + ["wanted"] * 2
    duty = Duty.objects.get(rule="logistics.source_quota")
    assert duty.closed_at is None
    calls = len([1 for name, _n in office.calls if name == "register"])
    sources.walk(source=source, now=NOW + timedelta(minutes=1))
    assert len([1 for name, _n in office.calls if name == "register"]) == calls, "nobody knocks in vain"
    office.quota = 1000
    sources.walk(source=source, now=NOW + 2 * HOUR)
    duty.refresh_from_db()
    assert set(states().values()) == {"registered"} and duty.closed_at is not None


def test_an_unknown_carrier_is_picked_by_a_person(source: TrackingSource, office: Office) -> None:
    number = s10(77, country="GB")
    office.unknown.add(number)
    make.parcel(tracking_number=number)
    make.parcel(tracking_number="AB-1")  # refused: too short
    FollowedNumber.objects.all().delete()
    sources.walk(source=source, now=NOW)
    row = FollowedNumber.objects.get(number=number)
    assert (row.state, row.candidates[0]["carrier"], row.candidates[0]["key"]) == ("choose", "Royal Mail", 11031)
    duty = Duty.objects.get(rule="logistics.number_carrier")
    assert (duty.subject_id, duty.role, duty.closed_at) == (row.pk, "service", None)
    client = Client()
    client.force_login(make_person("service"))
    form = client.get(f"/lists/followed-numbers/{row.pk}/do/pick/").content.decode()
    assert "Royal Mail" in form and "China Post" in form
    assert client.post(f"/lists/followed-numbers/{row.pk}/do/pick/", {"carrier": "11031"}).status_code in (204, 302)
    duty.refresh_from_db()
    assert duty.closed_at is not None
    sources.walk(source=source, now=NOW + HOUR)
    row.refresh_from_db()
    assert (row.state, row.carrier, row.chosen) == ("registered", 11031, True)
    with pytest.raises(Conflict):
        sources.pick_carrier(followed=row, carrier=3011, actor=SYSTEM, now=NOW)


def test_a_settled_parcel_is_stopped_and_a_reused_number_started_again(source: TrackingSource, office: Office) -> None:
    number = s10(5)
    first = make.parcel(tracking_number=number)
    sources.walk(source=source, now=NOW)
    tracking.settle(parcel=first, outcome="delivered", actor=SYSTEM, now=NOW + DAY)
    assert sources.walk(source=source, now=NOW + DAY)["stopped"] == 1
    assert office.numbers[number, 3011].stopped and states()[number] == "stopped"
    for again in (1, 2):  # started again once, then deleted and registered anew
        later = NOW + again * 100 * DAY
        box = make.parcel(tracking_number=number, shipped=later)
        office.clock = lambda later=later: later
        for hours in (0, 1):
            sources.walk(source=source, now=later + hours * HOUR)
        assert FollowedNumber.objects.get(parcel=box).state == "registered"
        assert not office.numbers[number, 3011].stopped
        tracking.settle(parcel=box, outcome="delivered", actor=SYSTEM, now=later + DAY)
        sources.walk(source=source, now=later + DAY)
    assert office.used == 2


def test_a_parcel_that_got_another_number_is_followed_under_that(source: TrackingSource, office: Office) -> None:
    box = make.parcel(tracking_number=s10(1))
    sources.walk(source=source, now=NOW)
    Parcel.objects.filter(pk=box.pk).update(tracking_number=s10(2))
    sources.walk(source=source, now=NOW + HOUR)
    assert states() == {s10(1): "stopped", s10(2): "registered"}


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
    cycle(NOW + 41 * DAY)
    assert not open_.filter(subject_id=boxes[0].pk).exists()
    cycle(NOW + 44 * DAY)
    assert open_.filter(subject_id=boxes[0].pk).exists(), "it is looked up again while the source stays silent"
    office.dead = False
    TrackingSource.objects.update(hold_until=None)
    cycle(NOW + 45 * DAY)
    source.refresh_from_db()
    assert source.silent_since is None and not open_.exists()
    assert Duty.objects.get(rule="logistics.source_silent").closed_at is not None


def test_a_source_that_has_nothing_to_follow_is_never_silent(source: TrackingSource, office: Office) -> None:
    office.dead = True
    assert sources.watch(source=source, now=NOW + 90 * DAY) == 0
    make.parcel(tracking_number=s10(1), shipped=NOW + 90 * DAY)
    sources.walk(source=source, now=NOW + 90 * DAY)
    assert sources.watch(source=source, now=NOW + 90 * DAY + HOUR) == 0
    source.refresh_from_db()
    assert source.silent_since is None


# --- doors ---------------------------------------------------------------------------------------------------------------


def test_the_pages_of_a_source(source: TrackingSource, office: Office) -> None:
    make.parcel(tracking_number=s10(1))
    sources.walk(source=source, now=NOW)
    push(told(s10(1), event(NOW, "Accepted")))
    client, clerk = Client(), Client()
    client.force_login(make_person("manager"))
    clerk.force_login(make_person("service"))
    page = client.get(f"/parcels/sources/{source.pk}/").content.decode()
    assert "/tracking/push/t17/" in page and factory.KEY not in page
    assert client.get(f"/parcels/sources/{source.pk}/change/").status_code == 200
    assert client.get("/parcels/sources/new/").status_code == 200
    assert clerk.get(f"/parcels/sources/{source.pk}/").status_code == 403
    assert clerk.get("/parcels/sources/new/").status_code == 403
    made = client.post("/parcels/sources/new/", {"code": "second", "name": "Second", "key": "abc", "base_url": ""})
    assert made.status_code == 302 and TrackingSource.objects.get(code="second").secrets not in ("", "abc")
    again = client.post("/parcels/sources/new/", {"code": "second", "name": "Second", "key": "abc", "base_url": ""})
    assert again.status_code == 422
    second = TrackingSource.objects.get(code="second")
    held = second.secrets
    client.post(f"/parcels/sources/{second.pk}/change/", {"name": "Other", "key": "", "base_url": "", "active": "on"})
    second.refresh_from_db()
    assert (second.name, second.secrets, second.whole_house) == ("Other", held, False)
    row = FollowedNumber.objects.get()
    assert "China Post" in clerk.get(f"/parcels/followed/{row.pk}/").content.decode()
    assert selectors.remembered("second") is not None
    client.post(f"/lists/tracking-sources/{second.pk}/do/pause/", {"reason": "holiday"})
    second.refresh_from_db()
    assert second.paused_reason == "holiday"
    client.post(f"/lists/tracking-sources/{second.pk}/do/resume/")
    second.refresh_from_db()
    assert second.paused_reason == ""
