"""The weekly review: what stands out, when it opens in each zone, noting, telling, closing, and that a missed one stays due."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django_scopes import scopes_disabled

from conversations.models import Message
from conversations.services import seeding
from core.audit import SYSTEM
from core.errors import Conflict, Invalid, NotAllowed
from core.models import ActivityEntry
from logistics.models import Parcel, ReviewLine, TransitReview
from logistics.rules.anomalies import InTransit, Limits, reasons_of
from logistics.selectors import review as selectors
from logistics.services import review as services
from logistics.services import tracking
from logistics.services.seeding_tracking import load_tracking
from tests.factories import parcels as make
from tests.factories.accounts import make_person
from worklist import registry
from worklist import services as worklist
from worklist.models import Duty

#: Saturday 6 June 2026, noon in Shanghai.
NOW = datetime(2026, 6, 6, 4, 0, tzinfo=UTC)
DAY = timedelta(days=1)
LIMITS = Limits(silent_days=15, slow_percent=90, near_days=5, blind_days=30)


def seen(
    state="in_transit", shipped=20.0, event: float | None = 1.0, promise: float | None = 30.0, later=-1
) -> InTransit:
    return InTransit(
        state,
        NOW - shipped * DAY,
        None if event is None else NOW - event * DAY,
        None if promise is None else NOW + promise * DAY,
        later,
    )


@pytest.mark.covers("TRK-12")
@pytest.mark.parametrize(("parcel", "reasons"), [
    (seen(), ()),
    (seen("returning"), ("returning",)), (seen("customs_held"), ("held",)), (seen("attempted"), ("attempted",)),
    (seen("awaiting_collection"), ("collect",)),
    (seen(promise=-0.1), ("late",)), (seen(promise=5), ("near",)), (seen(promise=5.1), ()), (seen(promise=None), ()),
    (seen("stalled", event=15), ("silent",)), (seen(event=14.9), ()), (seen("not_found", shipped=15, event=None), ("silent",)),
    (seen("not_found", shipped=14, event=None), ()),
    (seen(later=90), ("slow",)), (seen(later=89), ()), (seen(later=101), ("slow",)),
    (seen("untracked", shipped=30, event=None), ("blind",)), (seen("untracked", shipped=29, event=None), ()),
    (seen("untracked", shipped=61, event=None, promise=-1, later=95), ("late", "slow", "blind")),
    (seen("customs_held", event=20, promise=-3), ("held", "late", "silent")),
])  # fmt: skip
def test_what_stands_out(parcel, reasons):
    assert reasons_of(parcel, NOW, LIMITS) == reasons


@pytest.mark.parametrize(("zone", "now", "day", "at"), [
    # Saturday ten o'clock on the store's own wall
    ("Asia/Shanghai", datetime(2026, 6, 6, 2, 0, tzinfo=UTC), date(2026, 6, 6), datetime(2026, 6, 6, 2, 0, tzinfo=UTC)),
    ("Asia/Shanghai", datetime(2026, 6, 6, 1, 59, tzinfo=UTC), date(2026, 5, 30), datetime(2026, 5, 30, 2, 0, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 6, 8, 3, 0, tzinfo=UTC), date(2026, 6, 6), datetime(2026, 6, 6, 14, 0, tzinfo=UTC)),
    # the weekend after the clocks went forward (8 March): ten o'clock is an hour earlier in UTC
    ("America/New_York", datetime(2026, 3, 14, 14, 0, tzinfo=UTC), date(2026, 3, 14), datetime(2026, 3, 14, 14, 0, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 3, 7, 14, 59, tzinfo=UTC), date(2026, 2, 28), datetime(2026, 2, 28, 15, 0, tzinfo=UTC)),
])  # fmt: skip
def test_when_it_opens(db, zone, now, day, at):
    with scopes_disabled():
        assert selectors.last_call(make.store(zone=zone), now) == (day, at)


@pytest.fixture
def house(db, monkeypatch):
    monkeypatch.setattr(registry, "drain", [])
    with scopes_disabled(), time_machine.travel(NOW, tick=False):
        load_tracking(now=NOW)
        seeding.load_reference(now=NOW)
        yield


def box(shop, state, shipped=20, **more) -> Parcel:
    made = make.parcel(shop, shipped=NOW - shipped * DAY)
    given = {"tracking_state": state, "last_event_at": NOW - DAY, "last_event_text": "scan", **more}
    Parcel.objects.filter(pk=made.pk).update(**given)
    made.refresh_from_db()
    return made


@pytest.mark.covers("TRK-12")
def test_a_week_from_the_list_to_its_close(house):
    shop, clerk = make.store("spreadsheet"), make_person("service")
    fine, held, late, waiting = (
        box(shop, "in_transit"), box(shop, "customs_held"), box(shop, "in_transit", shipped=70),
        box(shop, "awaiting_collection", waiting_since=NOW - DAY, post_office="Post 7"),
    )  # fmt: skip
    gone = box(shop, "returning")
    other = box(make.store("spreadsheet"), "returning")
    made = services.open_reviews(now=NOW)
    assert {review.store_id for review in made} == {shop.pk, other.store_id} and services.open_reviews(now=NOW) == []
    review = next(r for r in made if r.store_id == shop.pk)
    assert (review.day, review.in_transit, review.found, review.due_at) == (
        date(2026, 6, 6),
        5,
        4,
        NOW + 6 * timedelta(hours=1),
    )
    lines = {line.parcel_id: line for line in ReviewLine.objects.filter(review=review)}
    assert {pk: line.reason for pk, line in lines.items()} == {
        held.pk: "held", late.pk: "late", waiting.pk: "collect", gone.pk: "returning",
    }  # fmt: skip
    assert [group.reason for group in selectors.groups(review, 8)] == ["returning", "held", "collect", "late"]
    client = Client()
    client.force_login(clerk)
    page = client.get(f"/parcels/review/{review.pk}/")
    assert [t["title"] for t in page.context["tables"]] == [
        "Comes back",
        "Held by customs",
        "Waits to be collected",
        "Later than promised",
    ]
    duty = Duty.objects.get(rule=services.RULE, subject_id=review.pk)
    assert duty.due_at == review.due_at and duty.facts["found"] == 4
    with pytest.raises(Conflict, match="4 parcels have no finding"):
        services.close_review(review=review, actor=clerk.actor, now=NOW)
    with pytest.raises(NotAllowed):
        services.note_lines(lines=list(lines.values()), finding="x", actor=make_person("warehouse").actor, now=NOW)
    with pytest.raises(Invalid):
        services.note_lines(lines=[lines[held.pk]], finding="  ", actor=clerk.actor, now=NOW)
    # the page of the list: many at once by REST; each answers for itself
    ids = [lines[pk].pk for pk in (late.pk, waiting.pk, gone.pk)]
    told = client.post("/api/v1/review-lines/bulk/tell/", {"ids": ids}, content_type="application/json")
    assert told.status_code == 200 and "comes back" in told.content.decode()
    texts = {m.about_id: m for m in Message.objects.filter(about_type="logistics.parcel")}
    assert {pk: m.template_code for pk, m in texts.items()} == {
        late.pk: "T03N",
        waiting.pk: "T05",
    }  # nothing alone to who comes back
    again = services.tell_lines(lines=list(ReviewLine.objects.filter(pk__in=ids)), actor=clerk.actor, now=NOW)
    assert {error.code for error in again.values()} == {"told_already", "no_text"} and len(
        texts
    ) == Message.objects.count()
    # one arrives meanwhile; the list is taken anew: it needs no finding, another parcel stands out now
    tracking.record_by_hand(parcels=[held], at=NOW, stage="delivered", text="", place="", actor=SYSTEM, now=NOW)
    Parcel.objects.filter(pk=fine.pk).update(later_than=97)
    services.take_again(review=review, actor=clerk.actor, now=NOW)
    assert set(ReviewLine.objects.filter(review=review).values_list("parcel_id", flat=True)) == {
        late.pk,
        waiting.pk,
        gone.pk,
        fine.pk,
    }
    done = client.post(
        "/api/v1/review-lines/bulk/note-finding/",
        {"filter": {"review": str(review.pk)}, "finding": "asked the carrier"}, content_type="application/json",
    )  # fmt: skip
    assert done.status_code == 200, done.content
    noted = ReviewLine.objects.get(review=review, parcel=fine)
    assert (noted.finding, noted.noted_by, noted.noted_at) == ("asked the carrier", clerk.actor.label, NOW)
    assert ActivityEntry.objects.filter(verb="parcel.review", subject_id=fine.pk).exists()
    closed = client.post(
        f"/api/v1/transit-reviews/{review.pk}/close/", {"note": "calm week"}, content_type="application/json"
    )
    assert closed.status_code == 200, closed.content
    review.refresh_from_db()
    assert (review.closed_by, review.note, review.told, review.found) == (clerk.actor.label, "calm week", 2, 4)
    assert not Duty.objects.filter(rule=services.RULE, subject_id=review.pk, closed_at__isnull=True).exists()
    for act in (lambda: services.note_lines(lines=[noted], finding="x", actor=clerk.actor, now=NOW),
                lambda: services.take_again(review=review, actor=clerk.actor, now=NOW)):  # fmt: skip
        with pytest.raises(Conflict, match="closed"):
            act()
    page = client.get(f"/parcels/review/{review.pk}/").content.decode()
    assert "asked the carrier" in page and "calm week" in page


@pytest.mark.covers("TRK-12")
def test_a_missed_review_stays_due_beside_the_next(house, django_assert_max_num_queries):
    shop = make.store("spreadsheet")
    for _n in range(12):
        box(shop, "returning")
    with django_assert_max_num_queries(45):  # however many stand out
        first = services.open_reviews(now=NOW)[0]
    assert first.found == 12
    later = NOW + 7 * DAY
    worklist.run_until_done(now=later)
    second = services.open_reviews(now=later)[0]
    assert second.day == date(2026, 6, 13) and TransitReview.objects.filter(closed_at__isnull=True).count() == 2
    duties = Duty.objects.filter(rule=services.RULE, closed_at__isnull=True).order_by("due_at")
    assert [duty.subject_id for duty in duties] == [first.pk, second.pk] and duties[0].due_at < later
    assert "6 Jun" in registry.RULES[services.RULE].sentence(duties[0].facts)
