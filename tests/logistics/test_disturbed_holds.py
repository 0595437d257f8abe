"""Incidents, reviews and public pages: nothing goes on after the end, nobody is told twice, no stranger reads a name."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse
from django_scopes import scopes_disabled

from conversations.models import Message
from core.clock import utcnow
from core.errors import Conflict
from core.reading import caller_address
from logistics.models import Extension, Incident, Parcel, ReviewLine, TrackingEvent, TrackingPush
from logistics.rules import public_link as rules
from logistics.selectors import incidents as incident_selectors
from logistics.selectors import links
from logistics.services import incidents, review, tracking
from stores import selectors as doors
from stores.models import OutboundCall
from tests.factories import parcels as make
from tests.factories import sources
from tests.factories.accounts import make_person
from tests.factories.conversations import make_template
from tests.factories.incidents import make_incident

NOW, DAY = utcnow(), timedelta(days=1)


@pytest.fixture(autouse=True)
def unscoped(db: None):
    with scopes_disabled():
        yield


def under_way(**facts) -> Parcel:
    given = {"country": "ES", "shipped": NOW - 40 * DAY, "follow": False, "state": "shipped", "next_check_at": NOW + DAY,
             "receive_by": NOW + 20 * DAY, "promised_by": NOW - DAY, "tracking_state": "in_transit"}  # fmt: skip
    return make.parcel(make.store(), **{**given, **facts})


@pytest.mark.covers("TRK-17")
def test_a_worker_that_began_before_the_end_of_an_incident_stops_there() -> None:
    boss, box = make_person("supervisor").actor, under_way()
    row = make_incident(service=box.service, countries="ES")
    stale = Incident.objects.get(pk=row.pk)  # as a worker holds it
    incidents.end_incident(incident=row, reason="flights again", actor=boss, now=NOW)
    with pytest.raises(Conflict, match="has ended"):
        incidents.reroute_piece(incident=stale, note_ids=[0], actor=boss, now=NOW)
    with pytest.raises(Conflict, match="has ended"):
        incidents.extend_piece(incident=stale, parcel_ids=[box.pk], days=9, actor=boss, now=NOW)
    assert not Extension.objects.exists()


@pytest.mark.covers("TRK-17")
def test_an_end_that_is_expected_again_is_asked_about_again() -> None:
    boss = make_person("supervisor").actor
    row = make_incident(countries="ES")
    first = row.expected_end
    incidents.review_incidents(incidents=[row], now=NOW)
    incidents.prolong_incident(incident=row, expected_end=first + 9 * DAY, reason="worse", actor=boss, now=NOW)
    incidents.prolong_incident(incident=row, expected_end=first, reason="not so bad", actor=boss, now=NOW)
    assert list(incident_selectors.to_review(NOW)) == [row]


def texts() -> None:
    make_template("T03", "{{last_event}} {{extended_days}} {{new_deadline}}", kind="parcel", send_mode="auto")
    make_template("T03UN", "{{ship_date}}", kind="parcel", send_mode="auto", base_code="T03")


def reviewed(box: Parcel) -> ReviewLine:
    made = review.open_review(store=box.store, day=NOW.date(), at=NOW, now=NOW)
    return ReviewLine.objects.get(review=made, parcel=box)


@pytest.mark.covers("TRK-12", "MSG-03")
@pytest.mark.parametrize("waits", [False, True])
def test_a_review_repeats_nothing_that_was_told_or_waits_for_the_shop(monkeypatch, waits: bool) -> None:
    monkeypatch.setattr(doors, "abilities", lambda store: frozenset({"extend_delivery", "send_email", "send_message"}))
    texts()
    clerk, box = make_person("service").actor, under_way()
    line = reviewed(box)
    assert line.reason == "late"
    if waits:
        tracking.extend(parcel=box, days=15, actor=make_person("supervisor").actor, now=NOW)
        assert Extension.objects.get().confirmed_at is None and OutboundCall.objects.count() == 1
    else:
        Message.objects.all().delete()
        assert review.tell_lines(lines=[line], actor=clerk, now=NOW) == {}
        ReviewLine.objects.update(told_code="", told_at=None)  # as in the review of the week after
        line.refresh_from_db()
    before = Message.objects.count()
    refused = review.tell_lines(lines=[line], actor=clerk, now=NOW + DAY)
    assert ([error.code for error in refused.values()], Message.objects.count()) == (["told_lately"], before)


@pytest.mark.covers("TRK-07")
def test_the_public_page_follows_the_person_who_opened_a_parcel_again() -> None:
    box = under_way()
    TrackingEvent.objects.create(
        parcel=box,
        occurred_at=NOW - DAY,
        stage="delivered",
        location="Madrid",
        source="hand",
        digest="d",
        received_at=NOW,
    )
    page = links.page_of(box, NOW)
    assert page is not None and page.stage == "delivered"
    Parcel.objects.filter(pk=box.pk).update(ends_after=NOW - DAY)
    box.refresh_from_db()
    again = links.page_of(box, NOW)
    assert again is not None and again.stage == "handed_over"


@pytest.mark.parametrize(("name", "place", "shown"), [
    ("张伟", "上海 张伟签收", ""), ("张伟", "上海", "上海"), ("王小明", "王小明代收点", ""), ("田中", "東京 田中様方", ""),
    ("สมชาย", "บ้านสมชาย", ""), ("Rosalía Quintero", "Quintero", ""), ("Li Na", "Linares", "Linares"),
])  # fmt: skip
def test_names_without_blanks_are_hidden_too(name: str, place: str, shown: str) -> None:
    assert rules.public_place(place, rules.hidden_words([name])) == shown


@pytest.mark.parametrize(("proxies", "header", "address"), [
    (0, "6.6.6.6", "10.0.0.1"), (1, "6.6.6.6, 7.7.7.7", "7.7.7.7"), (2, "5.5.5.5, 6.6.6.6, 7.7.7.7", "6.6.6.6"), (1, "", "10.0.0.1"),
    (2, "7.7.7.7", "10.0.0.1"),
])  # fmt: skip
def test_buyers_behind_one_proxy_are_counted_each(settings, proxies: int, header: str, address: str) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    more = {"HTTP_X_FORWARDED_FOR": header} if header else {}
    assert caller_address(RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", **more)) == address


@pytest.mark.covers("TRK-11")
def test_pushes_about_other_stores_are_not_ours_to_see() -> None:
    source, here, there = sources.make_source(), under_way(), under_way()
    for number, box in (("RB000000001CN", here), ("RB000000002CN", there)):
        sources.make_followed(source, box, number=number, state="registered")
    for number in ("RB000000001CN", "RB000000002CN", "RB000000003CN", ""):
        TrackingPush.objects.create(
            source=source,
            body=b'{"who": "Rosa %s"}' % number.encode(),
            digest=f"d{number}",
            received_at=NOW,
            state="done",
            number=number,
        )
    manager = make_person("manager", stores=[here.store])
    visitor = Client()
    visitor.force_login(manager)
    rows = visitor.get("/api/v1/settings/tracking-pushes/").json()["results"]
    assert sorted(row["number"] for row in rows) == ["", "RB000000001CN", "RB000000003CN"]
    pages = {push.number: visitor.get(reverse("logistics:push", args=[push.pk])) for push in TrackingPush.objects.all()}
    assert pages["RB000000002CN"].status_code == 404 and "Rosa RB000000001CN" in pages["RB000000001CN"].content.decode()
    assert pages[""].status_code == 200 and "Rosa" not in pages[""].content.decode()
    assert "RB000000002CN" not in visitor.get(reverse("logistics:source", args=[source.pk])).content.decode()
