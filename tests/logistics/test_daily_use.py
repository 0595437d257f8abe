"""What a person who follows parcels meets every day: clocks of a dispute, questions that failed, days of incidents."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client

from conversations import services as messages
from conversations.models import Message
from conversations.selectors.fact_words import FACT_WORDS, fact_words
from conversations.services import seeding
from core.audit import SYSTEM
from core.models import Heartbeat
from logistics.models import Extension, Parcel
from logistics.selectors import incidents
from logistics.selectors import parcels as selectors
from logistics.services import review, tracking
from logistics.tasks.parcels import pull_store
from orders.models import Order
from stores.connectors.sandbox.server import Server
from stores.contracts import RemoteEvent
from tests.factories import parcels as make
from tests.factories.accounts import make_person
from tests.factories.incidents import make_incident
from tests.factories.stores import NOW, connected, running_shop
from tests.logistics.test_tracking import DAY, SHIPPED, house, run
from worklist.models import Duty
from worklist.registry import RULES

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
__all__ = ["house"]


@pytest.fixture(scope="module")
def shop_server() -> Iterator[Server]:
    with running_shop() as server:
        yield server


@pytest.mark.covers("TRK-16")
def test_an_order_marked_as_disputed_without_a_case_shows_both_clocks():
    """The mark alone is a dispute: the box stands there, says that its time runs in the shop, and opens the case."""
    box = make.parcel(make.store("spreadsheet"), "EMS", country="US", shipped=NOW - 20 * DAY)
    client = Client()
    client.force_login(make_person("service"))
    Order.objects.filter(pk=box.order_id).update(intercept="dispute")
    page = client.get(f"/parcels/{box.pk}/")
    both = page.context["both"]
    assert [clock["at"] for clock in both["clocks"]] == [box.promised_by, None]
    assert (both["number"], both["clocks"][1]["tone"]) == ("", "rose") and both["rule"] == "NR-21"
    first = page.context["steps"][0]
    assert first["main"] and first["url"].endswith(f"/orders/{box.order_id}/do/open-case/")
    assert "no case here yet" in client.get(f"/parcels/{box.pk}/pane/").content.decode()


@pytest.mark.covers("TRK-11")
def test_a_question_that_was_not_answered_is_asked_again_soon(shop_server):
    """The channel fails: the store does not count as asked for half a day; with the channel's next answer it does."""
    store, control = connected(shop_server)
    make.parcel(store, shipped=NOW)
    with time_machine.travel(NOW + DAY, tick=False):
        control.fault("500")
        pull_store(store_id=store.pk)
        assert selectors.pull_is_due(store, NOW + DAY + HOUR, 12 * HOUR)
        assert not Heartbeat.objects.filter(name=f"tracking:{store.pk}").exists()
    control.calm()
    with time_machine.travel(NOW + DAY + HOUR, tick=False):
        pull_store(store_id=store.pk)
        assert not selectors.pull_is_due(store, NOW + DAY + 2 * HOUR, 12 * HOUR)


def test_days_of_hand_over_are_those_of_the_store():
    """The first hours of a Shanghai day belong to it, in the count, in the list and in the check; another store has its own."""
    east, west = make.store(zone="Asia/Shanghai"), make.store(zone="America/New_York")
    day = datetime(2026, 3, 2, tzinfo=UTC)
    inside = [
        make.parcel(east, country="ES", shipped=day - 7 * HOUR),  # 2 March 01:00 in Shanghai, 1 March in UTC
        make.parcel(west, country="ES", shipped=day + 28 * HOUR),  # 2 March 23:00 in New York, 3 March in UTC
    ]
    outside = [
        make.parcel(east, country="ES", shipped=day + 17 * HOUR),  # 3 March 01:00 in Shanghai
        make.parcel(west, country="ES", shipped=day + 4 * HOUR),  # 1 March 23:00 in New York
    ]
    row = make_incident(service=None, countries="ES", handed_from=day.date(), handed_to=day.date(), starts_at=day)
    incidents.forget()
    boss = make_person("manager").actor
    assert sorted(incidents.under_way(row, boss)) == sorted(p.pk for p in inside)
    assert set(incidents.of_parcels([*inside, *outside], day + 9 * DAY)) == {p.pk for p in inside}


def test_what_was_extended_for_an_incident_is_read_through_its_index():
    row = make_incident(round=2)
    box = make.parcel(country="ES")
    for cycle in (f"incident-{row.pk}-1", f"incident-{row.pk}-2", f"incident-{row.pk}1-1", "check-1"):
        Extension.objects.create(
            parcel=box, store=box.store, days=5, before=NOW, after=NOW + 5 * DAY, cycle=cycle, asked_at=NOW
        )
    rows = incidents.extensions_of(row)
    assert sorted(rows.values_list("cycle", flat=True)) == [f"incident-{row.pk}-{n}" for n in (1, 2)]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "extension_of_incident" in rows.explain()


def _at_the_office(place: str = "") -> Parcel:
    """A parcel that waits at a post office whose name, "" for nobody, the record tells: text T05 needs the name."""
    box = make.parcel(country="FR", shipped=SHIPPED)
    found = [RemoteEvent("", SHIPPED + 9 * DAY, "ready_for_collection", "waits", place)]
    tracking.record_events(parcel_events={box.pk: found}, source="hand", now=SHIPPED + 9 * DAY)
    return box


@pytest.mark.covers("MSG-05", "TRK-03")
def test_a_text_that_cannot_be_said_waits_as_one_draft_however_often_it_is_tried():
    box = _at_the_office()
    run(10)
    (draft,) = Message.objects.filter(about_id=box.pk)
    assert (draft.state, draft.template_code) == ("draft", "T05") and draft.facts["refused"]["missing"] == [
        "post_office"
    ]
    run(15)
    assert Parcel.objects.get(pk=box.pk).check_round == 2
    assert list(Message.objects.filter(about_id=box.pk).values_list("pk", "state")) == [(draft.pk, "draft")]
    duty = Duty.objects.get(rule="conversations.refused_text")
    assert duty.subject_id == draft.pk and duty.closed_at is None
    said = RULES[duty.rule].sentence(duty.facts)
    assert "post office" in said and "post_office" not in said, "people read what is missing, not its placeholder"
    # a person begins to complete it: the next check neither writes over it nor begins another
    clerk = make_person("service").actor
    messages.change_draft(message=draft, body="Please ask at your post office.", subject="s", actor=clerk, now=NOW)
    run(20)
    assert Parcel.objects.get(pk=box.pk).advice_rule == "PO-02", "the same text is advised"
    (kept,) = Message.objects.filter(about_id=box.pk)
    assert kept.body == "Please ask at your post office."


@pytest.mark.covers("MSG-05", "TRK-03")
def test_the_draft_goes_out_once_it_is_whole_and_ends_when_the_parcel_arrives():
    named, arrived = _at_the_office(), _at_the_office()
    run(10)
    drafts = dict(Message.objects.values_list("about_id", "pk"))
    assert len(drafts) == 2
    Parcel.objects.filter(pk=named.pk).update(post_office="Post 7")
    seen = [RemoteEvent("", SHIPPED + 11 * DAY, "delivered", "delivered", "Lyon")]
    tracking.record_events(parcel_events={arrived.pk: seen}, source="hand", now=SHIPPED + 11 * DAY)
    last = Message.objects.get(pk=drafts[arrived.pk])
    assert (
        last.state == "cancelled"
        and Duty.objects.get(subject_id=last.pk, rule="conversations.refused_text").state == "cancelled"
    )
    more = [RemoteEvent("", SHIPPED + 12 * DAY, "ready_for_collection", "waits still", "Post 7")]
    tracking.record_events(parcel_events={named.pk: more}, source="hand", now=SHIPPED + 12 * DAY)
    run(15)
    row = Message.objects.get(about_id=named.pk)
    assert (row.pk, row.state) == (drafts[named.pk], "ready") and "Post 7" in row.body
    assert Duty.objects.get(subject_id=row.pk, rule="conversations.refused_text").state == "done"


@pytest.mark.covers("MSG-05", "TRK-01")
def test_two_orders_in_one_box_are_told_of_once():
    """The check of both says one text that names both orders; later checks of either do not say it again at once."""
    lead = make.parcel(country="FR", shipped=SHIPPED)
    other = make.order(lead.store, country="FR", buyer=lead.order.buyer)
    rider = make.parcel(lead.store, country="FR", shipped=SHIPPED, order=other, together=lead)
    for box in (rider, lead):
        found = [RemoteEvent("", SHIPPED + 9 * DAY, "ready_for_collection", "waits", "Post 7")]
        tracking.record_events(parcel_events={box.pk: found}, source="hand", now=SHIPPED + 9 * DAY)
    now = run(10)
    (text,) = Message.objects.filter(about_type="logistics.parcel")
    assert text.about_id == lead.pk and text.facts["order_no"] == f"{lead.order.number}, {other.number}"
    tracking.check_many(parcels=[rider], actor=SYSTEM, now=now + HOUR)
    assert Message.objects.filter(about_type="logistics.parcel").count() == 1


@pytest.mark.covers("TRK-12")
def test_the_review_tells_the_buyer_of_a_box_once():
    """Both orders of the box stand in the review; one text names both, and both lines say that the buyer was told."""
    lead = make.parcel(country="FR", shipped=SHIPPED)
    other = make.order(lead.store, country="FR", buyer=lead.order.buyer)
    rider = make.parcel(lead.store, country="FR", shipped=SHIPPED, order=other, together=lead)
    office = {"tracking_state": "awaiting_collection", "post_office": "Post 7", "waiting_since": SHIPPED + 8 * DAY}
    Parcel.objects.filter(pk__in=[lead.pk, rider.pk]).update(**office)
    now = SHIPPED + 9 * DAY
    opened = review.open_review(store=lead.store, day=now.date(), at=now, now=now)
    lines = list(opened.lines.order_by("parcel_id"))
    refused = review.tell_lines(lines=lines, actor=make_person("service").actor, now=now)
    text = Message.objects.get(about_type="logistics.parcel")
    assert not refused and text.facts["order_no"] == f"{lead.order.number}, {other.number}"
    assert [(line.told_code, line.told_at) for line in opened.lines.all()] == [("T05", now)] * 2
    opened.refresh_from_db()
    assert opened.told == 2


def _box_of_two() -> tuple[Parcel, Parcel]:
    """Two orders of one buyer in one box."""
    lead = make.parcel(country="FR", shipped=SHIPPED)
    other = make.order(lead.store, country="FR", buyer=lead.order.buyer)
    return lead, make.parcel(lead.store, country="FR", shipped=SHIPPED, order=other, together=lead)


@pytest.mark.covers("MSG-05", "TRK-03")
def test_that_the_courier_is_out_with_a_box_of_two_orders_is_told_once():
    lead, rider = _box_of_two()
    now = SHIPPED + 9 * DAY
    found = [RemoteEvent("", now, "out_for_delivery", "out", "Lyon")]
    tracking.record_events(parcel_events={rider.pk: found}, source="hand", now=now)
    (text,) = Message.objects.filter(about_type="logistics.parcel")
    assert (text.template_code, text.about_id) == ("T05D", lead.pk)


@pytest.mark.covers("MSG-05", "TRK-03")
def test_a_draft_about_one_order_ends_when_the_box_was_told_of_in_the_text_of_another():
    """The rider was checked alone before anybody knew the office: nobody may send that draft once the box was told of."""
    lead, rider = _box_of_two()
    for day, place in ((9, ""), (12, "Post 7")):
        now = SHIPPED + day * DAY
        found = [RemoteEvent("", now, "ready_for_collection", f"waits {day}", place)]
        tracking.record_events(parcel_events={lead.pk: found}, source="hand", now=now)
        tracking.check_many(parcels=[rider] if day == 9 else [rider, lead], actor=SYSTEM, now=now + HOUR)
    rows = Message.objects.filter(about_type="logistics.parcel").order_by("pk")
    assert [(row.about_id, row.state) for row in rows] == [(rider.pk, "cancelled"), (lead.pk, "ready")]
    assert not Duty.objects.filter(rule="conversations.refused_text", closed_at__isnull=True).exists()


@pytest.mark.covers("MSG-05", "TRK-03")
def test_the_day_that_one_text_named_does_not_hold_back_another():
    """Somebody told the buyer on day 11 to hear from us on day 40; the parcel waits at an office that sends it back long before."""
    box = _at_the_office("Post 7")
    run(10)
    told = {"next_check_date": (SHIPPED + 40 * DAY).date(), "extended_days": None, "new_deadline": None}
    messages.send_template(base_code="T03", about=box, key="by hand", actor=SYSTEM, now=SHIPPED + 11 * DAY, extra=told)
    run(15)
    said = Message.objects.filter(about_id=box.pk, state="ready").order_by("at").values_list("template_code", flat=True)
    assert list(said) == ["T05", "T03N", "T05"]


def test_every_fact_of_a_text_has_a_name_for_people():
    seeding.load_reference(now=NOW)
    assert len(messages.known_names()) > 70 and messages.known_names() <= set(FACT_WORDS)
    assert (
        fact_words(["post_office", "no incident delays this parcel"]) == "post office, no incident delays this parcel"
    )
