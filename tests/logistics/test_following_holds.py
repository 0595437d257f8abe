"""What following must never do: say a thing twice or untrue, forget a parcel, put a person's word aside."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from conversations import services
from conversations.models import Message
from conversations.services import mirror
from core import longwork
from core.audit import SYSTEM
from core.clock import utcnow
from core.errors import Invalid
from core.models import PolicyValue
from logistics.filters.parcels import ParcelFilter
from logistics.models import Extension, Parcel, TrackingPush, TrackingSource
from logistics.selectors import parcels as selectors
from logistics.selectors import tracking as lookups
from logistics.services import sources as source_services
from logistics.services import tracking
from logistics.services.sources import giving
from stores.models import Deadline, OutboundCall
from tests.factories import parcels as make
from tests.factories import sources
from tests.factories.accounts import make_person
from tests.logistics.sources_stage import event as push_event
from tests.logistics.sources_stage import told as told_push
from tests.logistics.test_tracking import DAY, SHIPPED, answer, connected, event, house, run, told
from worklist import registry
from worklist.models import Duty

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
__all__ = ["connected", "house"]


@pytest.mark.covers("MSG-03", "TRK-05")
def test_a_check_while_the_shop_is_asked_says_nothing_yet(connected):
    """Somebody notes the buyer's mood while the extension is awaited: the text still goes out once, with the new time."""
    parcel = make.parcel(code="CP_ORD", country="IT")
    now = run(31)
    tracking.judge(parcel=parcel, buyer_mood="calm", actor=SYSTEM, now=now + HOUR)
    run(31 + 3 / 24)
    assert (Parcel.objects.get(pk=parcel.pk).check_round, told(parcel)) == (2, [])
    answer(now + 4 * HOUR)
    assert told(parcel) == [("T03U", "ready")]


@pytest.mark.covers("TRK-05", "TRK-11")
@pytest.mark.parametrize("ending", ["confirmed", "refused", "no answer"])
def test_what_the_shop_answers_while_the_source_is_silent_is_told_once_somebody_knows_more(connected, ending):
    """The extension was asked before the silence; its answer, or none, comes in the middle: nothing is said of a parcel nobody
    has news of, and afterwards once, with what is true, and no second extension is asked."""
    source = sources.make_source("t17", created=SHIPPED)
    parcel = make.parcel(code="CP_ORD", country="IT")
    sources.make_followed(source, parcel, at=SHIPPED)
    TrackingSource.objects.update(heard_at=SHIPPED + 31 * DAY)
    now = run(31)
    TrackingSource.objects.update(silent_since=now)
    if ending != "no answer":
        answer(now + 4 * HOUR, ok=ending == "confirmed")
    for day in (32.1, 33.1, 34.5):
        run(day)
        tracking.check_many(parcels=[parcel], actor=SYSTEM, now=SHIPPED + day * DAY)
    assert (told(parcel), Extension.objects.count()) == ([], 1)
    hands = Duty.objects.filter(rule="logistics.promise_ending", closed_at__isnull=True).count()
    assert hands == (ending != "confirmed"), "what the shop did not do is a person's all the same"
    TrackingSource.objects.update(silent_since=None, heard_at=SHIPPED + 35 * DAY)
    for day in (35, 36.5):
        tracking.check_many(parcels=[parcel], actor=SYSTEM, now=SHIPPED + day * DAY)
        assert (told(parcel), Extension.objects.count()) == (
            [("T03U" if ending == "confirmed" else "T03UN", "ready")],
            1,
        )


@pytest.mark.covers("TRK-05")
def test_a_text_that_gave_up_waiting_does_not_hold_back_later_ones(connected):
    """No answer within a day: the buyer hears what is true; the open question silences no later text."""
    parcel = make.parcel(code="CP_REG")
    run(31)
    run(32.1)
    first = len(told(parcel))
    Parcel.objects.filter(pk=parcel.pk).update(promised_by=SHIPPED + 33 * DAY)
    late = SHIPPED + 40 * DAY  # a week after the first: it may be said again
    tracking.record_events(parcel_events={parcel.pk: [event(0.1, "in_transit", late)]}, source="file", now=late)
    tracking.check_many(parcels=[parcel], actor=SYSTEM, now=late)
    assert (first, Parcel.objects.get(pk=parcel.pk).advice_rule) == (1, "NR-11")
    assert len(told(parcel)) == 2


@pytest.mark.covers("TRK-11")
def test_what_a_person_opened_again_stays_open_until_there_is_news():
    parcel, now = make.parcel(), SHIPPED + 20 * DAY
    end = event(1, "delivered", now)
    tracking.record_events(parcel_events={parcel.pk: [end]}, source="file", now=now)
    parcel.refresh_from_db()
    tracking.reopen(parcel=parcel, actor=SYSTEM, now=now, reason="it lies with a neighbour nobody knows")
    run(20 + 3 / 24)  # the check of the next hour
    again = event(1.2, "delivered", now, text="the same, told by another source")
    tracking.record_events(parcel_events={parcel.pk: [end, again]}, source="17track", now=now + DAY)
    parcel.refresh_from_db()
    assert (parcel.state, parcel.check_round, parcel.delivered_at) == ("shipped", 1, None)
    assert Duty.objects.filter(rule="logistics.parcel_check", subject_id=parcel.pk, state="planned").count() == 1
    tracking.settle(parcel=parcel, outcome="returned", actor=SYSTEM, now=now + 2 * DAY)
    tracking.record_events(parcel_events={parcel.pk: [event(6, "in_transit", now)]}, source="file", now=now + 3 * DAY)
    assert Parcel.objects.get(pk=parcel.pk).state == "returned"  # the word of the person, not the old scan
    tracking.record_events(
        parcel_events={parcel.pk: [event(0, "delivered", now + 4 * DAY)]}, source="file", now=now + 4 * DAY
    )
    assert Parcel.objects.get(pk=parcel.pk).state == "delivered"


def test_a_late_telling_of_the_end_still_ends_what_was_given_up_and_opened_again():
    parcel, now = make.parcel(), SHIPPED + 40 * DAY
    tracking.settle(parcel=parcel, outcome="lost", actor=SYSTEM, now=now, reason="nothing heard")
    tracking.reopen(parcel=parcel, actor=SYSTEM, now=now + DAY, reason="the buyer has heard of it")
    tracking.record_events(parcel_events={parcel.pk: [event(3, "delivered", now)]}, source="file", now=now + 2 * DAY)
    assert Parcel.objects.get(pk=parcel.pk).state == "delivered"


def test_a_program_that_names_a_number_used_again_speaks_of_the_parcel_of_that_time():
    shop, number, now = make.store(), "RB111111111CN", SHIPPED + 20 * DAY
    first = make.parcel(shop, tracking_number=number)
    tracking.record_events(parcel_events={first.pk: [event(1, "delivered", now)]}, source="file", now=now)
    second = make.parcel(shop, tracking_number=number, shipped=SHIPPED + 100 * DAY)
    given: dict[str, Any] = {
        "stage": "delivered",
        "actor": SYSTEM,
        "now": SHIPPED + 101 * DAY,
        "tracking_number": number,
    }
    kept, _new = tracking.record_one(occurred_at=now - DAY / 2, description="signed", **given)
    second.refresh_from_db()
    assert (kept.parcel_id, second.state) == (first.pk, "shipped")
    with pytest.raises(Invalid, match="before the parcel was handed over"):
        tracking.record_one(occurred_at=SHIPPED - 30 * DAY, **given)


SERVICE = {"service": "CP_REG", "number": "RB9CN"}


@pytest.mark.covers("TRK-11")
@pytest.mark.parametrize("shipment", [
    {**SERVICE, "shipped_at": SHIPPED.isoformat()}, {**SERVICE, "number": "R" * 300, "shipped_at": SHIPPED.isoformat()},
    {**SERVICE, "number": "RB1CN", "shipped_at": "2026-03-01T08:00:00"}, {**SERVICE, "number": "RB1CN", "shipped_at": "2026-13-41T08:00:00Z"},
    {**SERVICE, "number": "RB1CN", "shipped_at": "2099-03-01T08:00:00Z"},
])  # fmt: skip
def test_one_odd_shipment_keeps_no_order_from_being_followed(shipment):
    """A number of another buyer's parcel, an endless one, a time without zone, an impossible one, one far ahead."""
    shop = make.store()
    make.service("CP_REG")
    good = make.order(shop, channel_facts={"shipments": [{**SERVICE, "shipped_at": SHIPPED.isoformat()}]})
    odd = make.order(shop, channel_facts={"shipments": [shipment]})
    made = tracking.adopt_orders(order_ids=[good.pk, odd.pk], actor=SYSTEM, now=SHIPPED + DAY)
    assert [p.order_id for p in made] == [good.pk, odd.pk]
    assert [p.tracking_number for p in made if p.order_id == good.pk] == ["RB9CN"]
    assert all(SHIPPED - DAY < p.shipped_at <= SHIPPED + DAY and p.next_check_at <= SHIPPED + 31 * DAY for p in made)


def test_orders_of_one_buyer_under_one_number_are_one_box():
    shop = make.store()
    make.service("CP_REG")
    told_of = {"shipments": [{**SERVICE, "shipped_at": SHIPPED.isoformat()}]}
    one = make.order(shop, channel_facts=told_of)
    two = make.order(shop, channel_facts=told_of, buyer=one.buyer)
    made = tracking.adopt_orders(order_ids=[one.pk, two.pk], actor=SYSTEM, now=SHIPPED + DAY)
    late = make.order(shop, channel_facts=told_of, buyer=one.buyer)
    made += tracking.adopt_orders(order_ids=[late.pk], actor=SYSTEM, now=SHIPPED + DAY)
    assert [(p.tracking_number, p.together_id) for p in made] == [("RB9CN", None), *[("RB9CN", made[0].pk)] * 2]
    now = SHIPPED + 9 * DAY
    tracking.record_events(parcel_events={made[0].pk: [event(1, "delivered", now)]}, source="file", now=now)
    assert set(Parcel.objects.values_list("state", flat=True)) == {"delivered"}


@pytest.mark.covers("TRK-11")
def test_every_parcel_gets_its_turn_when_the_channel_is_asked():
    shop = make.store()
    quiet = [make.parcel(shop) for _ in range(4)]
    seen = make.parcel(shop)
    Parcel.objects.filter(pk=seen.pk).update(last_event_at=SHIPPED)
    asked = []
    for minute in range(4):
        now = SHIPPED + minute * HOUR / 60
        if not selectors.pull_is_due(shop, now, 12 * HOUR):
            break
        numbers, after = selectors.due_for_pull(shop, 2)
        tracking.pull_done(store=shop, now=now, after=after)
        asked += numbers
    assert asked == [p.tracking_number for p in [*quiet, seen]]
    assert selectors.pull_is_due(shop, SHIPPED + 13 * HOUR, 12 * HOUR)
    assert selectors.due_for_pull(shop, 2)[0] == asked[:2]


@pytest.mark.covers("MSG-03")
def test_fifteen_days_are_fifteen_days_over_the_change_of_the_clock(connected):
    shop = make.store(zone="Europe/Berlin")
    parcel = make.parcel(shop, "CP_ORD", country="IT", shipped=datetime(2026, 1, 15, 9, tzinfo=UTC))
    now = datetime(2026, 3, 1, tzinfo=UTC)
    tracking.extend(parcel=parcel, days=15, actor=SYSTEM, now=now)
    answer(now + HOUR)
    row = Extension.objects.get()
    assert (row.after - row.before, row.days) == (15 * DAY - HOUR, 15)
    assert "15 " in Message.objects.get().body


@pytest.mark.covers("MSG-03", "TRK-05")
@pytest.mark.parametrize(("earlier", "days", "text"), [(-5, 5, "T03U"), (0, 0, "T03UN"), (10, 0, "T03UN")])
def test_the_end_that_the_shop_tells_counts(connected, earlier, days, text):
    """The shop's own clock began earlier than ours: no number of days is made up, and no later end is believed."""
    parcel = make.parcel(code="CP_ORD", country="IT")
    until = parcel.receive_by - earlier * DAY
    tracking.extend(parcel=parcel, days=15, actor=SYSTEM, now=SHIPPED + DAY)
    OutboundCall.objects.update(
        state="sent", sent_at=SHIPPED + DAY, receipt={"facts": {"receive_until": until.isoformat()}}
    )
    tracking.extension_settled(call=OutboundCall.objects.get(), now=SHIPPED + 2 * DAY)
    parcel.refresh_from_db()
    row = Extension.objects.get()
    assert (parcel.receive_by, row.confirmed_at, row.days, told(parcel)) == (
        until, SHIPPED + 2 * DAY, days, [(text, "ready")],
    )  # fmt: skip


@pytest.mark.parametrize("stage", ["out_for_delivery", "import_customs", "delivered", "ready_for_collection"])
def test_what_an_event_sets_off_takes_the_same_statements_for_any_number(connected, stage):
    now, counted = SHIPPED + 20 * DAY, []
    shop = make.store()
    for count in (2, 12):
        boxes = [make.parcel(shop) for _ in range(count)]
        told_of = {box.pk: [event(0.1, stage, now)] for box in boxes}
        with CaptureQueriesContext(connection) as ran:
            tracking.record_events(parcel_events=told_of, source="file", now=now)
        counted.append(len(ran))
    assert counted[1] <= counted[0] + 2


@pytest.mark.parametrize(("policy", "days", "lateness", "shown"), [
    ("logistics.stalled_days", 30, "silent", 0), ("logistics.stalled_days", 9, "silent", 1),
    ("logistics.ending_days", 3, "ending", 0), ("logistics.ending_days", 9, "ending", 1),
])  # fmt: skip
def test_what_stands_out_follows_the_house_rules(policy, days, lateness, shown):
    now = utcnow()
    PolicyValue.objects.create(key=policy, value=days, valid_from=now.date() - DAY, created_by="", created_at=now)
    box = make.parcel(shipped=now - 20 * DAY)
    Parcel.objects.filter(pk=box.pk).update(last_event_at=now - 16 * DAY, receive_by=now + 4 * DAY)
    assert ParcelFilter.by_lateness(None, Parcel.objects.all(), "lateness", lateness).count() == shown


@pytest.mark.parametrize(("days", "silent"), [("9", True), ("10", True), ("30", False)])
def test_a_standstill_is_noticed_by_the_clock_of_the_store_from_its_first_moment(days, silent):
    now, box = SHIPPED + 20 * DAY, make.parcel()
    Deadline.objects.filter(rule_code="FOLLOW_STALLED").update(value=days)
    Parcel.objects.filter(pk=box.pk).update(
        tracking_state="in_transit", last_event_at=now - (10 if silent else 20) * DAY
    )
    assert selectors.gone_silent(now) == ([box.pk] if silent else [])


def test_a_busy_database_spoils_no_push(monkeypatch):
    source, box, now = sources.make_source(), make.parcel(), utcnow()
    sources.make_followed(source, box)
    body = told_push(box.tracking_number, push_event(SHIPPED + 5 * DAY, "arrived"))
    TrackingPush.objects.create(source=source, body=body, digest="x", received_at=now, state="new")

    def busy(**_given: Any) -> None:
        raise OperationalError("canceling statement due to lock timeout")

    with monkeypatch.context() as broken:
        broken.setattr(giving, "give", busy)
        for _turn in range(5):
            assert source_services.read(now=now) == 0
    assert source_services.read(now=now) == 1
    assert box.events.count() == 1
    TrackingPush.objects.update(state="new")
    with monkeypatch.context() as broken:
        broken.setattr(giving, "give", busy)
        for _turn in range(3):  # an hour later it is somebody's
            source_services.read(now=now + HOUR)
    assert TrackingPush.objects.get().state == "failed"


def test_a_parcel_that_was_given_up_grows_no_older(client):
    now = utcnow()
    box = make.parcel(shipped=now - 90 * DAY)
    tracking.settle(parcel=box, outcome="lost", actor=SYSTEM, now=now - 50 * DAY, reason="nothing heard")
    client.force_login(make_person("service"))
    assert client.get(f"/api/v1/parcels/{box.pk}/").json()["days"] == 40


def test_times_that_cannot_be_are_named(client):
    now, box = utcnow(), make.parcel(shipped=utcnow() - 9 * DAY)
    client.force_login(make_person("service"))
    event_of = {"parcel": box.pk, "occurred_at": "1026-11-22T08:00:00Z", "stage": "in_transit"}
    answered = client.post("/api/v1/tracking-events/", event_of, content_type="application/json")
    assert answered.status_code == 422 and "too long ago" in answered.content.decode()
    late = f"number,time,text\n{box.tracking_number},{now + 40 * DAY:%Y-%m-%d %H:%M},delivered\n"
    job = tracking.start_event_import(raw=late.encode(), name="e.csv", time_zone="UTC", actor=SYSTEM, now=now)
    assert longwork.run(job.pk) == "done"
    job.refresh_from_db()
    assert (job.failed, box.events.count()) == (1, 0)


@pytest.mark.covers("TRK-05")
def test_a_receiving_time_that_is_over_is_not_lengthened(connected):
    """Nobody looked for months: the buyer hears what is true, without an end in the past."""
    box = make.parcel(code="CP_ORD", country="IT")
    now = SHIPPED + 35 * DAY
    Parcel.objects.filter(pk=box.pk).update(receive_by=now - 20 * DAY)
    tracking.check_many(parcels=[box], actor=SYSTEM, now=now)
    assert (Extension.objects.count(), told(box)) == (0, [("T03UN", "ready")])


def test_nothing_ends_before_it_began():
    box = make.parcel()
    with pytest.raises(Invalid, match="before the parcel was handed over"):
        tracking.settle(parcel=box, outcome="delivered", at=SHIPPED - DAY, actor=SYSTEM, now=SHIPPED + DAY)


@pytest.mark.parametrize(("stage", "sent"), [("out_for_delivery", True), ("attempted", False), ("delivered", False)])
def test_the_word_that_the_courier_is_out_leaves_only_while_it_is_true(connected, stage, sent):
    box, now = make.parcel(), SHIPPED + 20 * DAY
    tracking.record_events(parcel_events={box.pk: [event(0.2, "out_for_delivery", now)]}, source="file", now=now)
    tracking.record_events(parcel_events={box.pk: [event(0.1, stage, now)]}, source="file", now=now)
    calls = OutboundCall.objects.filter(ability__in=["send_message", "send_email"])
    assert calls.exists() and {mirror.reason_against(call, now=now) == "" for call in calls} == {sent}


@pytest.mark.covers("TRK-01", "TRK-08", "MSG-03")
def test_the_day_on_which_a_text_told_the_buyer_to_hear_from_us_is_kept(connected):
    """Text 3 of day 31 names day 38. An event on day 35 brings a check forward (nothing is said early), the mark of a later
    promise lies in between, and the parcel moves, so the table would say nothing: on day 38 the buyer hears all the same."""
    parcel = make.parcel(code="CP_REG")
    early = SHIPPED + 25 * DAY
    tracking.record_events(parcel_events={parcel.pk: [event(0, "left_origin", early)]}, source="file", now=early)
    answer(run(31))
    named = {"next_check_date": f"{SHIPPED + 38 * DAY:%Y-%m-%d}"}
    assert Message.objects.get(about_id=parcel.pk).facts["dates"].items() >= named.items()
    moved = SHIPPED + 35 * DAY
    tracking.record_events(parcel_events={parcel.pk: [event(0, "in_transit", moved)]}, source="file", now=moved)
    other = services.try_send_template(
        base_code="T04", about=parcel, key="between", actor=SYSTEM, now=moved, as_draft=False
    )
    assert other.code == "sent", "a text of another matter takes no word back"
    Parcel.objects.filter(pk=parcel.pk).update(promised_by=SHIPPED + 36 * DAY)
    for day in (35.1, 36.1, 37.3):
        run(day)
        tracking.check_many(parcels=[parcel], actor=SYSTEM, now=SHIPPED + day * DAY)
        assert ([code for code, _state in told(parcel)], day) == (["T03", "T04"], day)
    assert lookups.words_given([parcel], {parcel.pk: [parcel.pk]}) == {parcel.pk: (SHIPPED + 38 * DAY).date()}
    held = Parcel.objects.get(pk=parcel.pk)
    assert (held.next_check_at - SHIPPED).days == 38, "the day that was named has its check"
    run(38.1)
    assert [code for code, _state in told(parcel)] == ["T03", "T04", "T03N"]
    assert lookups.words_given([parcel], {parcel.pk: [parcel.pk]})[parcel.pk] > (SHIPPED + 38 * DAY).date(), (
        "and names the next day"
    )


@pytest.mark.covers("TRK-11")
def test_where_nobody_has_news_on_the_day_that_was_named_a_person_knows_of_the_word(connected):
    source = sources.make_source("t17", created=SHIPPED)
    parcel = make.parcel(code="CP_REG")
    early = SHIPPED + 25 * DAY
    tracking.record_events(parcel_events={parcel.pk: [event(0, "left_origin", early)]}, source="file", now=early)
    sources.make_followed(source, parcel, at=SHIPPED)
    answer(run(31))
    word = lookups.words_given([parcel], {parcel.pk: [parcel.pk]})[parcel.pk]
    TrackingSource.objects.update(heard_at=SHIPPED + 32 * DAY, silent_since=SHIPPED + 34 * DAY)
    tracking.check_many(parcels=[parcel], actor=SYSTEM, now=SHIPPED + 35 * DAY)
    blind = Duty.objects.filter(rule="logistics.blind_parcel", subject_id=parcel.pk, closed_at__isnull=True)
    assert "word" not in blind.get().facts
    blind.update(closed_at=SHIPPED + 35 * DAY, state="done")
    day = (word - SHIPPED.date()).days + 0.5
    tracking.check_many(parcels=[parcel], actor=SYSTEM, now=SHIPPED + day * DAY)
    assert len(told(parcel)) == 1 and blind.get().facts["word"] == word.isoformat()
    assert "told to hear from us" in registry.RULES["logistics.blind_parcel"].sentence(blind.get().facts)


@pytest.mark.covers("TRK-03", "MSG-05")
def test_who_was_told_of_the_office_the_day_before_is_not_told_again_because_a_day_was_named(connected):
    parcel = make.parcel(code="CP_REG")
    early, waits = SHIPPED + 25 * DAY, SHIPPED + 37.2 * DAY
    tracking.record_events(parcel_events={parcel.pk: [event(0, "left_origin", early)]}, source="file", now=early)
    answer(run(31))
    tracking.record_events(
        parcel_events={parcel.pk: [event(0, "ready_for_collection", waits)]}, source="file", now=waits
    )
    run(37.3)
    assert [code for code, _state in told(parcel)] == ["T03", "T05"]
    tracking.check_many(parcels=[parcel], actor=SYSTEM, now=SHIPPED + 38.1 * DAY)
    assert [code for code, _state in told(parcel)] == ["T03", "T05"]
