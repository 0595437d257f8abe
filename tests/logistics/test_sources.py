"""Tracking sources against a stand-in that listens on a real port: registering, quota, picking, pages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.audit import SYSTEM
from core.errors import Conflict
from core.models import Heartbeat, PolicyValue
from logistics.connectors.seventeentrack_standin import Fault, Office
from logistics.models import FollowedNumber, Parcel, TrackingSource
from logistics.selectors import sources as selectors
from logistics.services import sources, tracking
from tests.factories import parcels as make
from tests.factories import sources as factory
from tests.factories.accounts import make_person
from tests.logistics.sources_stage import DAY, HOUR, NOW, event, push, s10, states, told
from worklist.models import Duty

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tracking_house")]
MINUTE = timedelta(minutes=1)


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
    assert sources.walk(source=source, now=NOW + HOUR) == {"wanted": 0, "registered": 0, "stopped": 0, "changed": 0, "asked": 0}
    source.refresh_from_db()
    assert (source.quota_total, source.quota_left, source.answered_at) == (1000, 905, NOW)


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
        sources.pick_carrier(followed=row, carrier=11031, actor=SYSTEM, now=NOW)


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


def test_a_round_looks_at_what_is_new_and_once_an_hour_at_everything(source: TrackingSource, office: Office) -> None:
    """A million parcels are not compared with a million numbers every minute."""
    shop = make.store()
    old = make.parcel(shop, tracking_number=s10(1), shipped=NOW - 20 * DAY)
    sources.walk(source=source, now=NOW)
    assert states() == {s10(1): "registered"}
    hidden = make.parcel(shop, tracking_number=s10(2), shipped=NOW - 10 * DAY)
    fresh = make.parcel(shop, tracking_number=s10(3), shipped=NOW + 5 * MINUTE)
    Heartbeat.objects.filter(name=f"source-walk:{source.pk}").update(detail={"parcel": fresh.pk})
    with CaptureQueriesContext(connection) as asked:
        assert sources.walk(source=source, now=NOW + 10 * MINUTE)["wanted"] == 1
    wanted = next(q["sql"] for q in asked if "NOT EXISTS" in q["sql"] and "logistics_parcel" in q["sql"])
    assert '"shipped_at" >=' in wanted, wanted
    assert states() == {s10(1): "registered", s10(3): "registered"}
    tracking.settle(parcel=old, outcome="delivered", actor=SYSTEM, now=NOW + 11 * MINUTE)
    assert sources.walk(source=source, now=NOW + 12 * MINUTE)["stopped"] == 1, "what ended lately is stopped at once"
    assert sources.walk(source=source, now=NOW + HOUR)["wanted"] == 1 and states()[hidden.tracking_number] == "registered"
    make.parcel(shop, tracking_number=s10(4), shipped=NOW - 10 * DAY)
    Heartbeat.objects.filter(name=f"source-walk:{source.pk}").update(detail={"parcel": hidden.pk + 100})
    sources.change_source(source=source, actor=SYSTEM, now=NOW + HOUR, whole_house=not source.whole_house)
    assert sources.walk(source=source, now=NOW + HOUR)["wanted"] == 1, "a changed source may follow others"


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


def test_programs_connect_a_source_and_pick_carriers(source: TrackingSource, office: Office) -> None:
    office.unknown.add(s10(3))
    make.parcel(tracking_number=s10(3))
    sources.walk(source=source, now=NOW)
    manager, clerk = Client(), Client()
    manager.force_login(make_person("manager"))
    clerk.force_login(make_person("service"))
    given = {"code": "two", "name": "Two", "key": "hidden-key"}
    headers = {"Idempotency-Key": "a-key-of-this-test"}
    address = "/api/v1/settings/tracking-sources/"
    made = manager.post(address, given, content_type="application/json", headers=headers)
    assert made.status_code == 201 and "hidden-key" not in made.content.decode()
    assert (
        manager.post(address, given, content_type="application/json", headers=headers).json()["id"] == made.json()["id"]
    )
    one = f"{address}{made.json()['id']}/"
    tag = manager.get(one).headers["ETag"]
    changed = manager.patch(one, {"name": "Second"}, content_type="application/json", headers={"If-Match": tag})
    assert (changed.status_code, changed.json()["name"]) == (200, "Second")
    assert (
        clerk.get(address).status_code == 403
        and clerk.post(address, given, content_type="application/json").status_code == 403
    )
    row = clerk.get("/api/v1/followed-numbers/?state=choose").json()["results"][0]
    assert (row["number"], row["candidates"][0]["carrier"]) == (s10(3), "China Post")
    picked = clerk.post(
        f"/api/v1/followed-numbers/{row['id']}/pick/", {"carrier": 3011}, content_type="application/json",
        headers={"Idempotency-Key": "another-key"},
    )  # fmt: skip
    assert picked.status_code == 200 and states()[s10(3)] == "wanted"
