"""Pages and REST of parcels: lists, detail, pane, events by file and program, searches."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django_scopes import scopes_disabled

from core import longwork
from core.clock import utcnow
from core.models import Job
from logistics.forms.decisions import DecisionForm
from logistics.models import DecisionRule, Parcel, PromiseRule, TrackingEvent
from logistics.selectors import tracking as lookups
from logistics.services import tracking
from logistics.services.seeding_tracking import load_tracking
from tests.factories import parcels as make
from tests.factories.accounts import make_person
from worklist.models import Duty

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true"}
JSON = {"content_type": "application/json"}


@pytest.fixture(autouse=True)
def house():
    with scopes_disabled():
        load_tracking(now=make.NOW)
        yield


@pytest.fixture
def client() -> Client:
    found = Client()
    found.force_login(make_person("service"))
    return found


def late_parcel(**more) -> Parcel:
    return make.parcel(shipped=utcnow() - timedelta(days=70), **more)


@pytest.mark.covers("TRK-11")
def test_the_list_knows_the_states_of_the_trade(client):
    fresh, late = make.parcel(shipped=utcnow()), late_parcel()
    assert [row["id"] for row in client.get("/parcels/?view=all").context["rows"]] == [fresh.pk, late.pk]
    assert [row["id"] for row in client.get("/parcels/?view=late").context["rows"]] == [late.pk]
    assert [row["id"] for row in client.get("/parcels/?lateness=due&edited=1").context["rows"]] == [late.pk]
    text = client.get("/parcels/").content.decode()
    assert "Not found" in text and "70 / 60" in text and "+10" in text and fresh.tracking_number in text


@pytest.mark.parametrize("ask", [
    lambda p: p.tracking_number[:5], lambda p: p.tracking_number.lower(), lambda p: p.tracking_number[-6:], lambda p: p.number,
])  # fmt: skip
def test_search_by_prefix_tail_and_number(client, ask):
    wanted, _other = make.parcel(tracking_number="RX777888999CN"), make.parcel(tracking_number="LP000111222CN")
    assert [row["id"] for row in client.get("/parcels/", {"q": ask(wanted), "edited": "1"}).context["rows"]] == [
        wanted.pk
    ]


def test_many_pasted_numbers_are_found_at_once(client):
    three = [make.parcel() for _ in range(3)]
    pasted = "\n".join([*(p.tracking_number for p in three[:2]), "ZZ000000000ZZ"])
    rows = client.get("/parcels/", {"q": pasted, "edited": "1"}).context["rows"]
    assert {row["id"] for row in rows} == {p.pk for p in three[:2]}


def test_the_page_shows_both_deadlines_and_why_the_next_check(client):
    parcel = late_parcel()
    text = client.get(f"/parcels/{parcel.pk}/").content.decode()
    for words in (
        "Later than the buyer was promised",
        "Receiving time ends",
        "first check of the service",
        "Check now",
        parcel.order.number,
    ):
        assert words in text, words
    pane = client.get(f"/parcels/{parcel.pk}/pane/", headers=HX).content.decode()
    assert "No event yet" in pane and "<html" not in pane


def test_the_pane_and_the_page_of_a_parcel_name_who_else_is_here(client):
    parcel, other = late_parcel(), Client()
    other.force_login(make_person("service", display_name="Lin"))
    here = f"/lists/parcels/{parcel.pk}/here/"
    other.get(here)
    for page in (f"/parcels/{parcel.pk}/pane/", f"/parcels/{parcel.pk}/"):
        assert f'hx-get="{here}"' in client.get(page).content.decode()
    assert client.get(here).context["here"] == ["Lin"]


def test_events_stand_in_the_timeline(client):
    parcel = make.parcel(shipped=utcnow() - timedelta(days=3))
    answer = client.post(
        f"/api/v1/parcels/{parcel.pk}/record-event/", {"description": "Departed from Guangzhou"}, **JSON
    )
    assert answer.status_code == 200, answer.content
    assert answer.json()["events"][0]["description"] == "Departed from Guangzhou"
    page = client.get(reverse("core:timeline", args=["parcels", parcel.pk]))
    assert "Guangzhou" in page.content.decode()


def test_bulk_recording_and_settling_answer_row_by_row(client):
    two, packed = [make.parcel(), make.parcel()], make.parcel(follow=False)
    ids = [str(p.pk) for p in [*two, packed]]
    body = {"ids": ids, "outcome": "delivered"}
    answer = client.post("/api/v1/parcels/bulk/settle/", body, **JSON).json()
    assert [row["ok"] for row in answer["outcomes"]] == [True, True, False]
    assert set(Parcel.objects.filter(pk__in=[p.pk for p in two]).values_list("state", flat=True)) == {"delivered"}
    assert Duty.objects.filter(rule="logistics.parcel_check", closed_at__isnull=True).count() == 0


def test_rest_parcel_carries_the_contract(client):
    parcel = make.parcel()
    shown = client.get(f"/api/v1/parcels/{parcel.pk}/").json()
    names = {
        "id",
        "number",
        "orders",
        "state",
        "service",
        "tracking_number",
        "country",
        "shipped_at",
        "delivered_at",
        "promised_by",
        "next_check_at",
        "events",
    }
    assert names <= set(shown)
    assert shown["orders"] == [{"id": str(parcel.order_id), "number": parcel.order.number}]


def test_rest_extend_and_check(client):
    parcel = make.parcel(make.store("spreadsheet"))
    answer = client.post(f"/api/v1/parcels/{parcel.pk}/extend/", {"days": 10}, **JSON)
    assert (answer.status_code, answer.json()["code"]) == (409, "no_receiving_time")
    answer = client.post(f"/api/v1/parcels/{parcel.pk}/check/", {}, **JSON)
    assert answer.status_code == 200 and answer.json()["advice"]


def test_rest_events_once(client):
    parcel = make.parcel()
    body = {"tracking_number": parcel.tracking_number, "occurred_at": "2026-03-05T10:00:00Z", "stage": "picked_up"}
    made, again = (client.post("/api/v1/tracking-events/", body, **JSON) for _ in range(2))
    assert (made.status_code, again.status_code, TrackingEvent.objects.count()) == (201, 200, 1)
    assert client.post("/api/v1/tracking-events/", {**body, "tracking_number": "NO"}, **JSON).status_code == 422
    listed = client.get(f"/api/v1/tracking-events/?number={parcel.tracking_number.lower()}").json()["results"]
    assert [row["stage"] for row in listed] == ["picked_up"]


def test_a_file_of_events(client):
    parcel, other = make.parcel(), make.parcel()
    raw = (
        "运单号;时间;轨迹;地点\n"
        f"{parcel.tracking_number};2026-03-04 10:00;已收寄;广州\n{parcel.tracking_number};2026/03/09 08:30;离开中国;广州\n"
        f"{other.tracking_number};2026-03-20 09:00;已签收;Berlin\nZZ1;2026-03-20;x;\n;2026-03-20;x;\n{other.tracking_number};nonsense;x;\n"
    )
    file = SimpleUploadedFile("events.csv", raw.encode("gb18030"))
    assert client.post("/parcels/events/import/", {"file": file}).status_code == 302
    job = Job.objects.get(kind="logistics.events")
    longwork.run(job.pk)
    job.refresh_from_db()
    assert job.state == "done", job.log
    assert (job.result["events"], job.result["settled"], job.result["rejected"]) == (3, 1, 3)
    assert Parcel.objects.get(pk=other.pk).state == "delivered"
    assert Parcel.objects.get(pk=parcel.pk).last_event_text == "离开中国"
    bad = client.post("/parcels/events/import/", {"file": SimpleUploadedFile("x.csv", b"a,b\n1,2\n")})
    assert bad.status_code == 422 and "Columns are missing" in bad.content.decode()


def test_other_stores_parcels_are_not_found():
    parcel = make.parcel()
    stranger = Client()
    stranger.force_login(make_person("service", stores=[make.store()]))
    assert stranger.get(f"/parcels/{parcel.pk}/").status_code == 404
    assert stranger.get(f"/parcels/{parcel.pk}/pane/").status_code == 404
    assert stranger.get("/api/v1/parcels/").json()["results"] == []


def test_the_order_page_shows_its_parcels(client):
    parcel = make.parcel(shipped=utcnow())
    tracking.record_by_hand(
        parcels=[parcel],
        at=utcnow(),
        stage="picked_up",
        text="Picked up in Yiwu",
        place="",
        actor=make_person("service").actor,
        now=utcnow(),
    )
    answer = client.get(reverse("core:panel", args=["orders", parcel.order_id, "parcels"]))
    assert "Picked up in Yiwu" in answer.content.decode()


def test_staff_edit_the_tables_from_a_day_on():
    manager = make_person("manager")
    boss, clerk = Client(), Client()
    boss.force_login(manager)
    clerk.force_login(make_person("service"))
    row = PromiseRule.objects.get(rule_id="DP-010")
    assert "DP-010" in boss.get("/parcels/promises/").content.decode()
    fields = {
        "priority": 10, "kinds": row.service_match.removeprefix("kind:").split("|"), "destination_match": "*", "promise_days": 50, "first_check_days": 25,
        "second_check_days": 40, "lost_after_days": 60, "extend_when_days_left": 5, "note_zh": "", "valid_from": "2026-06-01",
    }  # fmt: skip
    address = f"/parcels/promises/{row.pk}/"
    assert clerk.post(address, fields).status_code == 403
    assert boss.post(address, {**fields, "second_check_days": 20}).status_code in (302, 422)
    assert PromiseRule.objects.filter(rule_id="DP-010").count() == 1
    make.service("CP_REG")
    page = boss.get(address).content.decode()
    assert "postal_registered|" not in page and 'value="CP_REG"' in page, "services are ticked, not written as codes"
    both = boss.post(address, {**fields, "services": ["CP_REG"]})
    assert both.status_code == 422 and "not both" in both.content.decode()
    assert boss.post(address, fields).status_code == 302
    assert set(PromiseRule.objects.filter(rule_id="DP-010").values_list("service_match", flat=True)) == {
        row.service_match
    }
    before, after = lookups.tables(date(2026, 5, 31)), lookups.tables(date(2026, 6, 1))
    parcel = make.parcel()
    assert (before.promise(parcel).promise_days, after.promise(parcel).promise_days) == (60, 50)
    decision = DecisionRule.objects.get(rule_id="NR-14")
    page = boss.get(f"/parcels/decisions/{decision.pk}/").content.decode()
    assert "NR-14" in page and "untracked" in page
    fields = {
        "priority": 140, "active": "on", "days_held_from": 9, "days_held_to": 3, "advice": "wait", "extend_confirm": "no", "next_check_days": 9,
        "message_template": "", "evidence_required": "", "note_en": "", "note_zh": "", "valid_from": "2026-06-01",
    }  # fmt: skip
    address = f"/parcels/decisions/{decision.pk}/"
    assert boss.post(address, {**fields, "tracking_state": "nonsense"}).status_code == 422
    assert boss.post(address, fields).status_code == 422  # from 9 to 3
    assert DecisionRule.objects.filter(rule_id="NR-14").count() == 1
    boss.post(address, {**fields, "days_held_from": "", "days_held_to": "", "tracking_state": "untracked"})
    found = next(d for d in lookups.tables(date(2026, 6, 2), decisions=True).decisions if d.rule_id == "NR-14")
    assert (found.advice, found.next_check_days) == ("wait", 9)


def test_rest_promises_are_read_and_changed():
    boss = Client()
    boss.force_login(make_person("manager"))
    listed = boss.get("/api/v1/promises/").json()["results"]
    one = next(row for row in listed if row["rule_id"] == "DP-060")
    shown = boss.get(f"/api/v1/promises/{one['id']}/")
    answer = boss.patch(
        f"/api/v1/promises/{one['id']}/",
        {"promise_days": 12, "valid_from": "2026-07-01"},
        headers={"If-Match": shown["ETag"]},
        **JSON,
    )
    assert answer.status_code == 200, answer.content
    assert PromiseRule.objects.get(rule_id="DP-060", valid_from="2026-07-01").promise_days == 12


def test_every_condition_of_the_decision_tables_has_a_field_and_stays_as_it_was_written() -> None:
    for rule in DecisionRule.objects.all():
        shown = DecisionForm(instance=rule)
        assert not shown.kept, (rule.rule_id, shown.kept)
        sent: dict[str, Any] = {}
        for name, field in shown.fields.items():
            value = shown.initial.get(name, field.initial)
            if value is not None and value is not False and value != "":
                sent[name] = "on" if value is True else value
        form = DecisionForm(sent, instance=DecisionRule.objects.get(pk=rule.pk))
        assert form.is_valid(), (rule.rule_id, form.errors)
        assert form.cleaned_data["conditions"] == rule.conditions, rule.rule_id
