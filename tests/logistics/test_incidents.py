"""An incident on a lane: services stop, notes go another way, parcels are extended, buyers told, duties remind, the result stays."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django_scopes import scopes_disabled

from conversations import checks as telling_checks
from conversations.models import Telling, TellingRow
from conversations.services import seeding as texts
from conversations.services import telling
from core import longwork, policies
from core.clock import utcnow
from core.errors import Conflict, DomainError, Invalid, NotAllowed
from core.models import ActivityEntry, ExchangeRate
from customers.models import Buyer
from disputes.models import Case
from logistics.checks import incidents as incident_checks
from logistics.models import DispatchNote, Extension, Incident, Lane, NoteSignature, Parcel, Rerouted, Service
from logistics.rules import incidents as rules
from logistics.rules.incident_words import REASONS, reason_in
from logistics.rules.tracking import Step
from logistics.selectors import incidents as selectors
from logistics.selectors import quotes
from logistics.services import dispatch, incidents, lanes, quoting, seeding, tracking
from stores import selectors as doors
from stores.models import OutboundCall
from tests.factories import dispatch as notes
from tests.factories import parcels as make
from tests.factories.accounts import make_person, make_store
from tests.factories.incidents import make_incident
from tests.factories.rates import make_rate
from worklist import services as worklist
from worklist.models import Duty

NOW = utcnow()
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def house(db: None) -> Iterator[None]:
    with scopes_disabled():
        seeding.load_reference(now=NOW)
        texts.load_reference(now=NOW)
        for currency, rate in (("CNY", "8"), ("USD", "1.2")):
            ExchangeRate.objects.create(day=NOW.date(), base="EUR", currency=currency, rate=rate, source="test")
        yield


def service(code: str) -> Service:
    return Service.objects.get(code=code)


def opened(**facts: Any) -> Incident:
    given = {
        "kind": "flight", "reason": "No cargo flights to Madrid", "starts_at": NOW - DAY, "expected_end": NOW + 10 * DAY,
        "service": service("CP_REG"), "countries": "es", "actor": make_person("supervisor").actor, "now": NOW,
    }  # fmt: skip
    return incidents.open_incident(**{**given, **facts})


def stuck(count: int, **facts: Any) -> list[Parcel]:
    """Parcels under way to Spain, each of its own buyer."""
    shop = facts.pop("shop", None) or make.store()
    given = {"country": "ES", "shipped": NOW - 9 * DAY, "follow": False, "state": "shipped", "next_check_at": NOW + DAY,
             "receive_by": NOW + 20 * DAY, "promised_by": NOW + 30 * DAY}  # fmt: skip
    found = [make.parcel(shop, **{**given, **facts}) for _ in range(count)]
    for n, box in enumerate(found):
        Buyer.objects.filter(pk=box.order.buyer_id).update(language=("es", "ru", "en", "pl")[n % 4])
    return found


def duties(rule: str) -> set[str]:
    return set(Duty.objects.filter(rule=rule, closed_at__isnull=True).values_list("state", flat=True))


@pytest.mark.covers("TRK-17")
def test_an_incident_from_its_opening_to_its_result(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "abilities", lambda store: frozenset({"extend_delivery", "send_email", "send_message"}))
    boss, boxes = make_person("supervisor").actor, stuck(43)
    elsewhere = stuck(1, country="PT")[0]
    make_rate(service("CP_REG"), "ES")
    make_rate(service("EMS"), "ES", per_kg=200)
    waiting = [notes.released(country="ES", now=NOW), *(notes.make_note(country="ES", now=NOW) for _ in range(9))]
    assert {note.service.code for note in waiting if note.service} == {"CP_REG"}

    row = opened(actor=boss)
    assert row.countries == "ES" and len(selectors.under_way(row, boss)) == 43
    refused = quotes.price_asked(quotes.Asked("ES", 100), NOW.date())[1].of("CP_REG")
    assert refused is not None and (refused.quote.refusal, refused.quote.fields["incident"]) == ("incident", row.number)
    elsewhere_ok = quotes.price_asked(quotes.Asked("PT", 100), NOW.date())[1].of("CP_REG")
    assert elsewhere_ok is not None and elsewhere_ok.quote.refusal != "incident"
    with pytest.raises(Conflict) as stopped:
        quoting.choose_service(note=make_fresh_note(), service=service("CP_REG"), actor=boss, now=NOW)
    assert stopped.value.code == "service_incident" and row.number in stopped.value.message

    made, job = incidents.reroute(incident=row, actor=boss, now=NOW)
    assert job is None and len(made.changed) == 10 and not made.refused
    for note in DispatchNote.objects.filter(pk__in=[n.pk for n in waiting]).select_related("service"):
        assert note.service is not None and note.service.code == made.changed[note.pk] != "CP_REG"
        assert note.state == "draft" and note.revision == 2
    assert not NoteSignature.objects.filter(note__in=waiting, void_at__isnull=True).exists(), (
        "signatures are void, as by an edit"
    )
    assert Rerouted.objects.filter(incident=row, from_service__code="CP_REG").count() == 10
    with pytest.raises(Conflict, match="No note waits"):
        incidents.reroute(incident=row, actor=boss, now=NOW)

    asked, job = incidents.extend_parcels(incident=row, days=14, actor=boss, now=NOW)
    assert (asked, job) == (43, None)
    with pytest.raises(Conflict):
        incidents.extend_parcels(incident=row, days=14, actor=boss, now=NOW)
    calls = OutboundCall.objects.filter(ability="extend_delivery")
    assert calls.count() == 43 and {c.payload["days"] for c in calls} == {14}
    for extension in Extension.objects.filter(cycle=selectors.cycle_of(row)):
        tracking.confirm_extension(extension=extension, actor=boss, now=NOW)
    assert set(Parcel.objects.filter(pk__in=[b.pk for b in boxes]).values_list("receive_by", flat=True)) == {
        NOW + 34 * DAY
    }

    act = telling_action(row, boss)
    assert act.rows.filter(verdict="ready").count() == 43
    shown = TellingRow.objects.get(telling=act, buyer=boxes[0].order.buyer)
    assert shown.language == "es" and reason_in("flight", "es") in shown.body and boxes[0].tracking_number in shown.body
    sent = telling.send_telling(telling=act, actor=boss, now=utcnow())
    assert sent.job_id and longwork.run(sent.job_id) == "done"
    assert act.rows.filter(verdict="told").count() == 43

    worklist.run_due(now=NOW + 7 * DAY)
    assert not duties("logistics.incident_review")
    worklist.run_due(now=NOW + 8 * DAY + DAY / 2)
    assert duties("logistics.incident_review") == {"open"}
    incidents.prolong_incident(
        incident=row, expected_end=NOW + 20 * DAY, reason="Still no flights", actor=boss, now=NOW + 9 * DAY
    )
    assert not duties("logistics.incident_review") and row.round == 2
    assert len(selectors.to_extend(row, boss)) == 43, "prolonged: once more"
    assert not list(incident_checks.incidents_unwatched(NOW + 9 * DAY)) and not list(
        telling_checks.tellings_without_job(NOW)
    )
    worklist.run_due(now=NOW + 18 * DAY + DAY / 2)
    assert duties("logistics.incident_review") == {"open"}

    for box in boxes[:30]:
        Parcel.objects.filter(pk=box.pk).update(
            state="delivered", delivered_at=NOW + 15 * DAY, settled_at=NOW + 15 * DAY
        )
    Case.objects.create(
        store=boxes[40].store, order=boxes[40].order, number="CS-1", kind="dispute", currency="USD", opened_at=NOW + DAY,
        received_at=NOW + DAY,
        turned_at=NOW + DAY, next_check_at=NOW + 3 * DAY, respond_by=NOW + 5 * DAY,
    )  # fmt: skip
    incidents.end_incident(incident=row, reason="Flights resumed", actor=boss, now=NOW + 19 * DAY)
    kept = {
        name: row.result[name]
        for name in ("concerned", "arrived", "extended", "told", "rerouted", "disputed", "under_way")
    }
    assert kept == {
        "concerned": 43, "arrived": 30, "extended": 43, "told": 43, "rerouted": 10, "disputed": 1, "under_way": 13,
    }  # fmt: skip
    assert row.state == "ended" and not duties("logistics.incident_review")
    again = quotes.price_asked(quotes.Asked("ES", 100), NOW.date())[1].of("CP_REG")
    assert again is not None and again.quote.refusal == "", "the service is open again"
    assert Rerouted.objects.count() == 10 and Parcel.objects.get(pk=elsewhere.pk).receive_by == NOW + 20 * DAY
    verbs = list(
        ActivityEntry.objects.filter(subject_type="logistics.incident").order_by("pk").values_list("verb", flat=True)
    )
    assert [v for v in verbs if v.startswith("incident.")] == [
        "incident.open", "incident.reroute", "incident.extend", "incident.prolong", "incident.end",
    ]  # fmt: skip
    with pytest.raises(Conflict):
        incidents.extend_parcels(incident=row, days=5, actor=boss, now=NOW)


def make_fresh_note() -> DispatchNote:
    """A note drafted while the service is stopped: it is passed over already."""
    note = notes.make_note(country="ES", now=NOW)
    assert note.service is None or note.service.code != "CP_REG", "drafting passes a stopped service over"
    return note


def telling_action(row: Incident, boss: Any) -> Telling:
    from core.listing import LISTINGS
    from core.listing.actions import run_one

    listing = LISTINGS["incidents"]
    action = listing.all_actions["tell"]
    form = action.make_form(None, actor=boss, objs=[row])
    assert form is not None and form.initial["template"] == "T15", "the usual text stands there already"
    outcome = run_one(
        listing,
        action,
        row.pk,
        actor=boss,
        now=utcnow(),
        data=action.clean({"template": "T15"}, actor=boss, objs=[row]),
    )
    return Telling.objects.get(pk=outcome.data["telling_id"])


@pytest.mark.covers("TRK-17")
def test_checks_know_why_a_parcel_is_late() -> None:
    boxes = stuck(2, shipped=NOW - 70 * DAY, promised_by=NOW - 10 * DAY, receive_by=None)
    dispute = boxes[1]
    type(dispute.order).objects.filter(pk=dispute.order_id).update(intercept="dispute")
    (before,) = tracking.check_many(parcels=boxes[:1], actor=make_person("service").actor, now=NOW)
    assert before.step.advice in rules.OF_DELAY | {"escalate"} and before.incident is None
    row = opened()
    checks = tracking.check_many(parcels=boxes, actor=make_person("service").actor, now=NOW + DAY)
    late = next(c for c in checks if c.parcel.pk == boxes[0].pk)
    assert late.incident is not None and late.incident.number == row.number and late.facts.incident == "flight"
    if before.step.advice in rules.OF_DELAY:
        assert (late.step.advice, late.step.role) == ("wait", "")
    told = ActivityEntry.objects.filter(
        subject_type="logistics.parcel", subject_id=boxes[0].pk, verb="parcel.check"
    ).latest("pk")
    assert told.params["incident"] == row.number and "explains the delay" in told.text
    held = next(c for c in checks if c.parcel.pk == dispute.pk)
    assert held.incident is not None and held.step.advice == held.parcel.advice
    policies.set_value(
        key="logistics.incident_waits", text="false", valid_from=NOW.date(), actor=make_person("manager").actor, now=NOW
    )
    (strict,) = tracking.check_many(parcels=boxes[:1], actor=make_person("service").actor, now=NOW + 2 * DAY)
    assert strict.step.advice == before.step.advice and strict.incident is not None


@pytest.mark.parametrize(("advice", "alone", "kept"), [("refund_full", False, ""), ("ask_post_office", True, "T03")])
def test_what_only_the_delay_asks_for_waits(advice: str, alone: bool, kept: str) -> None:
    step = rules.awaited(Step(advice, "NR-9", text="T03", alone=alone, role="supervisor", extend=True))
    assert (step.advice, step.role, step.text, step.extend, step.rule_id) == ("wait", "", kept, True, "NR-9")
    assert rules.awaited(Step("customs_documents", "CH-1", role="service")).role == "service"


def test_what_an_incident_touches() -> None:
    one = rules.Disturbance(1, "INC-1", "strike", 7, frozenset({"ES"}), None, None, NOW.date(), NOW, NOW + DAY)
    asked = {"service_id": 7, "country": "es", "store_id": 3}
    assert rules.touches(one, **asked) and not rules.touches(one, **{**asked, "country": "PT"})  # type: ignore[arg-type]
    assert not rules.touches(one, **{**asked, "service_id": 8})  # type: ignore[arg-type]
    assert rules.concerns(one, **asked, handed=NOW.date()) and not rules.concerns(
        one, **asked, handed=(NOW + DAY).date()
    )  # type: ignore[arg-type]
    assert not rules.concerns(one, **asked, handed=None)  # type: ignore[arg-type]
    mine = rules.Disturbance(2, "INC-2", "flood", None, frozenset(), 3, None, None, NOW, NOW + DAY, stops_new=False)
    assert rules.touches(mine, **asked) and not rules.touches(mine, **{**asked, "store_id": None})  # type: ignore[arg-type]
    assert rules.stopping([mine], service_id=7, country="ES", store_id=3) is None
    assert rules.countries_of("es, PT;es") == ("ES", "PT")
    with pytest.raises(ValueError, match="SPAIN"):
        rules.countries_of("Spain")
    assert (
        all(set(words) == set(REASONS["strike"]) for words in REASONS.values())
        and reason_in("flood", "xx") == REASONS["flood"]["en"]
    )


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"service": None, "countries": ""}, "service"), ({"countries": "Spain"}, "countries"), ({"reason": " "}, "reason"),
        ({"expected_end": NOW - 2 * DAY}, "expected_end"), ({"handed_from": NOW.date(), "handed_to": (NOW - DAY).date()}, "handed_to"),
    ],
)  # fmt: skip
def test_an_incident_without_sense_is_refused(facts: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        opened(**facts)
    assert field in refused.value.errors


def test_who_may_open_and_what_a_signature_says() -> None:
    with pytest.raises(NotAllowed):
        opened(actor=make_person("service").actor)
    with pytest.raises(NotAllowed):
        opened(actor=make_person("supervisor", stores=[make_store()]).actor)
    note = notes.make_note(country="ES", now=NOW)
    row = opened()
    with pytest.raises(DomainError) as refused:
        notes.sign_both(note, NOW)
    assert refused.value.code == "service_incident"
    elsewhere = notes.make_note(country="ES", now=NOW)
    with pytest.raises(Conflict) as typed:
        dispatch.edit(note=elsewhere, service=service("CP_REG"), actor=make_person("manager").actor, now=NOW)
    assert typed.value.code == "service_incident", "neither is it typed on the page of a note"
    incidents.end_incident(incident=row, reason="over", actor=make_person("manager").actor, now=NOW)
    assert notes.sign_both(note, NOW).state == "released"


@pytest.mark.covers("TRK-17")
def test_lanes_are_marked_and_pages_say_it() -> None:
    box = stuck(1)[0]
    note = notes.make_note(country="ES", now=NOW)
    row = opened()
    lanes.refresh_lanes(now=NOW)
    lane = Lane.objects.get(service=box.service, country="ES")
    assert lane.disturbed_by == row.number
    client = Client()
    client.force_login(make_person("supervisor"))
    pages = {
        "lane": reverse("logistics:lane", args=[lane.pk]), "note": reverse("logistics:note", args=[note.pk]),
        "parcel": reverse("logistics:parcel", args=[box.pk]), "incident": reverse("logistics:incident", args=[row.pk]),
        "list": reverse("logistics:incidents"), "parcels": f"{reverse('logistics:parcels')}?edited=1&incident={row.pk}",
    }  # fmt: skip
    for name, url in pages.items():
        answer = client.get(url)
        assert answer.status_code == 200, name
        assert (row.number if name != "parcels" else box.tracking_number) in answer.content.decode(), name
    answer = client.post(reverse("logistics:incident-new"), {
        "kind": "flood", "countries": "PT", "starts_at": "2026-11-20T08:00", "expected_end": "2027-01-02T08:00", "reason": "Flood", "stops_new": "on",
    })  # fmt: skip
    made = Incident.objects.latest("pk")
    assert answer.status_code == 302 and answer.headers["Location"] == reverse("logistics:incident", args=[made.pk])
    clerk = Client()
    clerk.force_login(make_person("service"))
    assert clerk.get(pages["incident"]).status_code == 200
    assert clerk.get(reverse("logistics:incident-new")).status_code == 403
    clerk.post(reverse("core:act", args=["incidents", row.pk, "end"]), {"reason": "x"})
    row.refresh_from_db()
    assert row.state == "open", "a clerk does not end it"


@pytest.mark.covers("TRK-17")
def test_a_program_opens_reroutes_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("logistics.services.incidents.rerouting.DIRECT", 1)
    monkeypatch.setattr("logistics.services.incidents.parcels.DIRECT", 1)
    monkeypatch.setattr("logistics.services.incidents.parcels.PIECE", 2)
    make_rate(service("EMS"), "ES")
    waiting = [notes.make_note(country="ES", now=NOW) for _ in range(2)]
    stuck(5)
    client = Client()
    client.force_login(make_person("supervisor"))

    def call(path: str, **body: Any) -> Any:
        headers = {"Idempotency-Key": str(uuid4())}
        answer = client.post(f"/api/v1/{path}", json.dumps(body), content_type="application/json", headers=headers)
        assert answer.status_code in (200, 201), answer.content
        return answer.json()

    made = call(
        "incidents/", kind="customs", service="CP_REG", countries="ES", starts_at=(NOW - DAY).isoformat(),
        expected_end=(NOW + 9 * DAY).isoformat(), reason="Closed",
    )  # fmt: skip
    assert made["figures"]["under_way"] == 5
    for action, body in (("reroute", {}), ("extend", {"days": 10})):
        answer = call(f"incidents/{made['id']}/{action}/", **body)
        assert longwork.run(int(answer["outcome"]["data"]["job_id"])) == "done"
    assert Rerouted.objects.count() == len(waiting) and Extension.objects.count() == 5
    told = call(f"incidents/{made['id']}/tell/", template="T15")
    assert Telling.objects.get(pk=told["outcome"]["data"]["telling_id"]).source_label == made["number"]
    done = call(f"incidents/{made['id']}/end/", reason="Open again")
    assert (done["state"], done["result"]["rerouted"], done["result"]["asked"]) == ("ended", 2, 5)


def test_a_store_sees_its_own_incidents() -> None:
    other = make_store()
    row = make_incident(store=other)
    mine = make_person("service", stores=[make_store()])
    assert not selectors.incidents_for(mine.actor).filter(pk=row.pk).exists()
    client = Client()
    client.force_login(mine)
    assert client.get(reverse("logistics:incident", args=[row.pk])).status_code == 404


def test_the_record_and_the_list_name_services_and_countries() -> None:
    """No codes for people; an expected end is the day of the store's clock, and nothing waits between two acts."""
    boss = make_person("supervisor")
    east = make_store("east", time_zone="Asia/Shanghai")
    late = (NOW + 9 * DAY).replace(hour=17)  # after midnight in Shanghai
    row = incidents.open_incident(
        kind="strike", reason="Strike", service=service("CP_REG"), countries="ES;PT", store=east, starts_at=NOW - DAY, expected_end=late,
        actor=boss.actor, now=NOW,
    )  # fmt: skip
    client = Client()
    client.force_login(boss)
    told = client.get(reverse("core:timeline", args=["incidents", row.pk])).content.decode()
    assert service("CP_REG").name_en in told and "Spain, Portugal" in told and "CP_REG" not in told
    assert f"{late.date() + DAY:%Y-%m-%d}" in told
    listed = client.get("/parcels/incidents/").content.decode()
    assert 'title="Spain"' in listed and "ES;PT" not in listed
    page = client.get(f"/parcels/incidents/{row.pk}/")
    assert not any(step.get("main") for step in page.context["steps"]), "nothing waits: no button asks to be pressed"
    assert "Change the expected end" in page.content.decode()
    Incident.objects.filter(pk=row.pk).update(starts_at=NOW - 9 * DAY, expected_end=NOW - DAY, reviewed_for=NOW - DAY)
    assert client.get(f"/parcels/incidents/{row.pk}/").context["steps"][0]["name"] == "end"
