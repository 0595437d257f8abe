"""What is owed around orders: greeting, unpaid, held, wishes, cancel requests, latest dispatch."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django_scopes import scopes_disabled

from conversations.models import Message, Template
from core.audit import SYSTEM
from core.errors import Conflict
from inventory.services import stock
from orders.models import Order
from orders.placeholders import order_facts
from orders.services import greeting, intake
from orders.tasks import rematch_missed
from stores.models import Deadline
from tests.factories.accounts import make_person, make_store
from tests.factories.inventory import make_sku, make_warehouse
from tests.factories.orders import NOW, make_item, make_order
from worklist import services as worklist
from worklist.models import Duty

pytestmark = pytest.mark.django_db
ACT = {"actor": SYSTEM, "now": NOW}
T01 = "Dear {{buyer_name}}, order {{order_no}} with {{paid_method}} leaves by {{ship_by_date}}."


@pytest.fixture(autouse=True)
def unscoped():
    with scopes_disabled():
        yield


@pytest.fixture
def store():
    make_warehouse()
    for code, body, mode, kind in (
        ("T01", T01, "auto", "order"),
        ("T13", "Pay {{order_no}} please.", "suggest", "order"),
    ):
        Template.objects.create(
            code=code,
            base_code=code,
            language="en",
            purpose=code,
            kind=kind,
            send_mode=mode,
            subject="",
            body=body,
            updated_at=NOW,
        )
    return make_store()


def at(**later):
    return NOW + timedelta(**later)


def written(base="T01"):
    return list(Message.objects.filter(template_code=base).order_by("id").values_list("about_id", "state"))


@pytest.mark.covers("ORD-02")
def test_a_paid_order_is_greeted_once_by_the_clock(store):
    order = make_order(store, assess=True)
    for _turn in range(2):
        worklist.run_until_done(now=at(minutes=1))
    order.refresh_from_db()
    assert written() == [(order.pk, "ready")]
    assert order.greeted_at == at(minutes=1)
    body = Message.objects.get(template_code="T01").body
    assert order.number in body
    assert "AliExpress Standard Shipping" in body
    assert not Duty.objects.filter(rule="orders.greet", closed_at__isnull=True).exists()


@pytest.mark.covers("ORD-02", "ORD-24")
def test_the_greeting_waits_for_the_payment_check(store):
    order = make_order(store, channel_facts={"risk": True}, assess=True)
    worklist.run_until_done(now=at(minutes=1))
    assert written() == []
    intake.release(order=order, actor=SYSTEM, now=at(hours=1))
    worklist.run_until_done(now=at(hours=1, minutes=1))
    assert written() == [(order.pk, "ready")]


@pytest.mark.covers("ORD-01", "ORD-02")
def test_an_order_that_cannot_be_greeted_stands_on_the_stores_line(store):
    order = make_order(store, shipping_method="", assess=True)  # the text names the service: it would have a gap
    worklist.run_until_done(now=at(minutes=1))
    order.refresh_from_db()
    assert order.greeted_at is None
    duty = Duty.objects.get(rule="orders.new_orders")
    assert (duty.subject_id, duty.band, duty.group, duty.facts["fields"]["count"]) == (store.pk, 1, "1_orders", 1)
    with pytest.raises(Conflict) as refusal:
        done, refused = greeting.greet_many(orders=[order], actor=make_person("service").actor, now=at(minutes=2))
        raise refused[order.pk]
    assert "way of payment" in refusal.value.message
    Order.objects.filter(pk=order.pk).update(shipping_method="Post")
    order.refresh_from_db()
    done, refused = greeting.greet_many(orders=[order], actor=make_person("service").actor, now=at(minutes=3))
    assert (done, refused) == ([order], {})
    worklist.sweep(now=at(minutes=4), full=True)
    duty.refresh_from_db()
    assert duty.closed_at is not None


@pytest.mark.parametrize(
    "facts", [{"state": "unpaid"}, {"history": True, "stage": "history"}, {"state": "completed", "stage": "completed"}]
)
def test_nobody_is_greeted_who_should_not_be(store, facts):
    order = make_order(store, **facts)
    _done, refused = greeting.greet_many(orders=[order], **ACT)
    assert refused[order.pk].code == "not_to_greet"
    assert written() == []


def test_a_greeting_sent_from_a_draft_counts(store):
    order = make_order(store, shipping_method="", assess=True)
    worklist.run_until_done(now=at(minutes=1))
    Message.objects.filter(template_code="T01").update(state="ready")
    assert greeting.settle_greetings(now=at(minutes=5)) == 1
    order.refresh_from_db()
    assert order.greeted_at == at(minutes=5)


@pytest.mark.covers("ORD-07")
def test_an_unpaid_order_is_asked_about_twice(store):
    order = make_order(store, state="unpaid", placed_at=NOW)
    intake.assess_many(order_ids=[order.pk], **ACT)
    worklist.run_until_done(now=at(hours=23))
    assert written("T13") == []
    worklist.run_until_done(now=at(hours=24, minutes=1))
    worklist.run_until_done(now=at(hours=73))
    worklist.run_until_done(now=at(hours=200))
    assert written("T13") == [(order.pk, "draft"), (order.pk, "draft")]


@pytest.mark.covers("ORD-07")
def test_a_paid_order_is_no_longer_asked(store):
    order = make_order(store, state="unpaid", placed_at=NOW)
    intake.assess_many(order_ids=[order.pk], **ACT)
    Order.objects.filter(pk=order.pk).update(state="ready")
    worklist.run_until_done(now=at(hours=80))
    assert written("T13") == []


def test_a_hold_that_passes_its_date_opens_a_duty(store):
    order = make_order(store, assess=True)
    intake.hold(order=order, reason="other", note="wait", until=at(days=2), **ACT)
    worklist.sweep(now=at(days=1), full=True)
    assert not Duty.objects.filter(rule="orders.held").exists()
    worklist.sweep(now=at(days=2, minutes=1), full=True)
    duty = Duty.objects.get(rule="orders.held")
    assert (duty.state, duty.facts["number"]) == ("open", order.number)
    intake.release(order=order, actor=SYSTEM, now=at(days=2, minutes=2))
    duty.refresh_from_db()
    assert duty.state == "done"


@pytest.mark.covers("DSP-23")
def test_the_latest_dispatch_warns_while_the_goods_are_in_the_house(store):
    order = make_order(store, ship_by=at(days=3), assess=True)
    worklist.sweep(now=at(days=1), full=True)
    assert not Duty.objects.filter(rule="orders.ship_by_risk").exists()
    worklist.sweep(now=at(days=2, hours=1), full=True)
    duty = Duty.objects.get(rule="orders.ship_by_risk")
    assert (duty.band, duty.due_at, duty.stake) == (0, at(days=3), order.total)
    Order.objects.filter(pk=order.pk).update(state="shipped")
    worklist.sweep(now=at(days=2, hours=2), full=True)
    duty.refresh_from_db()
    assert duty.closed_at is not None


def test_a_cancel_request_is_due_by_the_channels_clock(store):
    Deadline.objects.create(
        rule_code="AE_CANCEL_REPLY", channel="aliexpress", topic="cancel", anchor_event="cancel_requested", actor="seller", value="12",
        unit="hours", calendar="calendar", valid_from=datetime(2020, 1, 1, tzinfo=UTC).date(),
    )  # fmt: skip
    make_order(store, channel_facts={"cancel_requested": True}, assess=True)
    assert Duty.objects.get(rule="orders.cancel_request").due_at == at(hours=12)


def test_facts_for_texts_are_true_or_missing(store):
    order = make_order(store, assess=True, paid_at=NOW)
    facts = order_facts([order.pk], "pt")[order.pk]
    assert facts["order_no"] == order.number
    assert facts["ship_by_date"].isoformat() == "2026-11-23"  # third working day, counted from the day of payment
    assert facts["payment_deadline"] is None
    blank = make_order(store, state="unpaid", shipping_method="")
    facts = order_facts([blank.pk], "en")[blank.pk]
    assert (facts["paid_method"], facts["ship_by_date"]) == (None, None)


def test_a_lost_news_of_a_match_is_found(store):
    sku, item = make_sku(on_hand=3), make_item(store)
    order = make_order(store, lines=[(item, 1)], assess=True)
    type(item).objects.filter(pk=item.pk).update(matched=True)
    item.matches.create(sku=sku, quantity=1)
    assert rematch_missed() == 1
    order.refresh_from_db()
    assert order.stage == "to_approve"


@pytest.mark.covers("STK-16")
def test_an_article_that_runs_low_is_the_purchasers_duty():
    sku = make_sku(on_hand=10)
    stock.set_counts(
        warehouse=make_warehouse(), rows=[(sku.pk, 3, None)], reference="C", reorder_points={sku.pk: 5}, **ACT
    )
    worklist.sweep(now=NOW, full=True)
    duty = Duty.objects.get(rule="inventory.low_stock")
    assert (duty.role, duty.store, duty.facts["number"]) == ("purchaser", None, sku.code)
    assert duty.due_at == datetime(2026, 11, 24, 15, 59, 59, tzinfo=UTC)
    stock.receive(warehouse=make_warehouse(), rows=[(sku.pk, 9, None)], reference="R", **ACT)
    worklist.sweep(now=at(hours=1), full=True)
    duty.refresh_from_db()
    assert duty.closed_at is not None
