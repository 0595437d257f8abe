"""Orders that come in: wishes, flags, rules, clocks, stock, hold or ready, duties; in sets."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_scopes import scopes_disabled

from accounts.models import Store
from core.audit import SYSTEM
from core.errors import Conflict, NotAllowed
from core.models import CalendarDay
from inventory import selectors as stock
from orders.events import OrdersChanged, OrdersReady
from orders.models import Order, OrderFlag, OrderLine, OrderRule, Wish
from orders.services import intake
from stores.models import Deadline
from tests.factories.accounts import make_person, make_store
from tests.factories.inventory import make_sku, make_warehouse
from tests.factories.orders import NOW, make_buyer, make_item, make_order
from worklist.models import Duty

pytestmark = pytest.mark.django_db
ACT = {"actor": SYSTEM, "now": NOW}


@pytest.fixture(autouse=True)
def unscoped():
    with scopes_disabled():
        yield


@pytest.fixture
def heard(monkeypatch):
    found = []
    monkeypatch.setattr("orders.services.assessing.publish", found.append)
    return found


@pytest.fixture
def store() -> Store:
    make_warehouse()
    return make_store()


def assess(*orders, **more):
    result = intake.assess_many(order_ids=[o.pk for o in orders], **ACT, **more)
    for order in orders:
        order.refresh_from_db()
    return result


@pytest.mark.covers("ORD-15", "STK-13")
def test_a_paid_order_gets_stock_and_is_ready(store, heard):
    sku = make_sku(on_hand=5)
    order = make_order(store, lines=[(make_item(store, sku=sku, pieces=2), 2)])
    result = assess(order)
    assert (order.state, order.stage) == ("ready", "to_approve")
    assert result.ready == (order.pk,)
    assert stock.reserved_lines([order.pk]) == {order.pk: [(order.lines.get().pk, sku.pk, 4, 4, 0)]}
    assert heard == [OrdersReady((order.pk,))]
    assert order.warehouse.code == "MAIN"


def test_assessing_twice_changes_nothing(store, heard):
    sku = make_sku(on_hand=5)
    order = make_order(store, lines=[(make_item(store, sku=sku), 2)], note="red, size M please")
    assess(order)
    before = Order.objects.values().get(pk=order.pk), list(Wish.objects.values()), list(OrderFlag.objects.values())
    assess(order)
    after = Order.objects.values().get(pk=order.pk), list(Wish.objects.values()), list(OrderFlag.objects.values())
    assert after == before
    assert Duty.objects.filter(rule="orders.greet").count() == 1
    assert heard == [OrdersReady((order.pk,)), OrdersChanged((order.pk,))]


def test_a_short_order_stays_ready(store):
    sku = make_sku(on_hand=1)
    order = make_order(store, lines=[(make_item(store, sku=sku), 2)], assess=True)
    assert order.state == "ready"
    assert stock.shortfall([order.pk]) == {order.pk: {sku.pk: 1}}


@pytest.mark.covers("ORD-22")
def test_an_unmatched_line_is_greeted_and_waits_to_be_matched(store):
    order = make_order(store, assess=True)
    assert (order.state, order.stage) == ("ready", "to_match")
    assert Duty.objects.filter(rule="orders.greet", subject_id=order.pk).exists()


def test_unpaid_and_history_are_left_alone(store):
    unpaid = make_order(store, state="unpaid")
    old = make_order(store, history=True, stage="history")
    result = assess(unpaid, old)
    assert result.unpaid == (unpaid.pk,)
    assert (unpaid.state, unpaid.stage, old.state, old.stage) == ("unpaid", "unpaid", "new", "history")
    assert set(Duty.objects.values_list("rule", "subject_id")) == {("orders.unpaid", unpaid.pk)}


@pytest.mark.covers("ORD-03", "ORD-13")
def test_wishes_of_the_note_become_rows_and_a_red_flag(store):
    lines = [(make_item(store), 1), (make_item(store), 1)]
    order = make_order(store, lines=lines, note="line 2: red, size M. Gift wrap please", assess=True)
    second = order.lines.get(position=2)
    found = set(Wish.objects.filter(order=order).values_list("kind", "value", "line_id"))
    assert found == {("colour", "red", second.pk), ("size", "M", second.pk), ("packing", "gift wrapping", second.pk)} or found == {
        ("colour", "red", second.pk), ("size", "M", second.pk), ("packing", "gift wrapping", None)
    }  # fmt: skip
    assert OrderFlag.objects.values_list("colour", "note").get(order=order) == ("red", "red, M")


def test_a_changed_note_drops_what_it_no_longer_says_and_keeps_what_people_wrote(store):
    order = make_order(store, note="red please", assess=True)
    intake.add_wish(order=order, kind="packing", text="two boxes", **ACT)
    Order.objects.filter(pk=order.pk).update(note="blue please")
    assess(order)
    states = set(Wish.objects.filter(order=order).values_list("text", "value", "state"))
    assert states == {("red please", "red", "dropped"), ("blue please", "blue", "open"), ("two boxes", "", "open")}


@pytest.mark.covers("ORD-05")
@pytest.mark.parametrize(
    ("variant", "attributes", "note", "assorted"),
    [
        ("red / blue / green", "", "", True),
        ("red / blue", "Color:Red", "", False),
        ("red / blue", "", "please all blue", False),
        ("", "mixed colours", "", True),
        ("", "", "mixed colours please", True),
        ("red", "", "", False),
        ("", "", "", False),
        ("红色/蓝色", "", "", True),
        ("red/blue", "", "no green", True),
    ],
)
def test_no_colour_given_means_assort(store, variant, attributes, note, assorted):
    sku = make_sku(on_hand=5, variant=variant)
    line = {"item": make_item(store, sku=sku), "quantity": 3, "attributes": attributes}
    order = make_order(store, lines=[line], note=note, assess=True)
    assert OrderLine.objects.get(order=order).assort is assorted


@pytest.mark.covers("ORD-16", "DSP-23")
@pytest.mark.parametrize(
    ("paid", "target"),
    [
        ("2026-11-20T15:59:59+08:00", "2026-11-20T23:59:59+08:00"),  # Friday, before 16:00
        ("2026-11-20T16:00:00+08:00", "2026-11-21T23:59:59+08:00"),  # Saturday is worked here
        ("2026-11-21T17:00:00+08:00", "2026-11-23T23:59:59+08:00"),  # Sunday is not
        ("2026-11-22T09:00:00+08:00", "2026-11-23T23:59:59+08:00"),
    ],
)
def test_the_payment_clock_counts_from_the_cut_off(store, paid, target):
    order = make_order(store, paid_at=datetime.fromisoformat(paid), assess=True)
    assert order.target_at == datetime.fromisoformat(target)


def test_a_holiday_moves_both_clocks(store):
    CalendarDay.objects.create(day=date(2026, 11, 21), working=False)
    Deadline.objects.create(
        rule_code="AE_PROCESSING_TIME", channel="aliexpress", topic="dispatch", anchor_event="order_paid", actor="seller", value="2",
        unit="days", calendar="business", valid_from=date(2020, 1, 1),
    )  # fmt: skip
    order = make_order(store, paid_at=datetime(2026, 11, 20, 9, 0, tzinfo=UTC), assess=True)  # Friday 17:00
    assert order.target_at == datetime(2026, 11, 23, 15, 59, 59, tzinfo=UTC)
    assert order.ship_by == datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def test_the_channels_own_latest_dispatch_wins(store):
    told = NOW + timedelta(days=2)
    order = make_order(store, ship_by=told, assess=True)
    assert order.ship_by == told


@pytest.mark.covers("ORD-24")
@pytest.mark.parametrize(
    ("facts", "reason", "stage"),
    [
        ({"channel_facts": {"risk": True}}, "payment_risk", "risk"),
        ({"channel_facts": {"cancel_requested": True}}, "cancel_request", "held"),
        ({"note": "please cancel my order"}, "cancel_request", "held"),
        ({"channel_facts": {"risk": True, "cancel_requested": True}}, "payment_risk", "risk"),
    ],
)
def test_what_must_wait_is_held(store, facts, reason, stage):
    sku = make_sku(on_hand=3)
    order = make_order(store, lines=[(make_item(store, sku=sku), 1)], assess=True, **facts)
    assert (order.state, order.hold_reason, order.stage) == ("held", reason, stage)
    assert order.hold_until > NOW
    assert stock.reserved_lines([order.pk])  # paid goods stay promised
    greets = Duty.objects.filter(rule="orders.greet", subject_id=order.pk).exists()
    assert greets is (reason != "payment_risk")
    assert Duty.objects.filter(rule="orders.cancel_request").exists() is (reason == "cancel_request")


def test_a_blacklisted_buyer_is_held_once(store):
    buyer = make_buyer(store, blacklisted_at=NOW, blacklist_reason="never collects parcels")
    order = make_order(store, buyer=buyer, assess=True)
    assert (order.hold_reason, order.hold_note) == ("blacklist", "never collects parcels")
    intake.release(order=order, note="paid in advance", **ACT)
    assess(order)
    assert (order.state, order.cleared) == ("ready", ["blacklist"])


def test_a_cleared_payment_lets_the_order_go_on_by_itself(store, heard):
    order = make_order(store, channel_facts={"risk": True}, assess=True)
    Order.objects.filter(pk=order.pk).update(channel_facts={})
    assess(order)
    assert (order.state, order.hold_reason) == ("ready", "")
    assert OrdersReady((order.pk,)) in heard
    assert Duty.objects.filter(rule="orders.greet", subject_id=order.pk, state="planned").exists()


@pytest.mark.covers("ORD-08")
def test_the_first_fitting_rule_sets_type_flag_warehouse_and_service(store):
    other = make_warehouse("EAST")
    OrderRule.objects.create(name="never", position=1, conditions={"country": ["US"]}, set_service="NO")
    OrderRule.objects.create(
        name="Brazil, small", position=2, conditions={"country": ["BR", "PT"], "total": {"lte": 50}, "channel": "sandbox"},
        set_type="promotion", set_flag="blue", set_warehouse=other, set_service="YANWEN",
    )  # fmt: skip
    OrderRule.objects.create(name="rest", position=3, conditions={}, set_service="REST")
    order = make_order(store, assess=True)
    assert (order.type, order.warehouse, order.service_code) == ("promotion", other, "YANWEN")
    assert OrderFlag.objects.values_list("colour", "note").get(order=order) == ("blue", "Brazil, small")


@pytest.mark.covers("ORD-06")
def test_history_is_taken_up_with_clocks_from_now(store):
    sku = make_sku(on_hand=3)
    long_ago = datetime(2010, 12, 1, 8, 26, tzinfo=UTC)
    old = [
        make_order(
            store,
            lines=[(make_item(store, sku=sku), 1)],
            history=True,
            stage="history",
            placed_at=long_ago,
            paid_at=long_ago,
        )
        for _ in range(2)
    ]
    done = make_order(store, history=True, stage="completed", state="completed", placed_at=long_ago)
    taken = intake.take_up(orders=[*old, done], **ACT)
    assert {o.pk for o in taken} == {o.pk for o in (*old, done)}
    for order in old:
        order.refresh_from_db()
        assert (order.history, order.state, order.stage) == (False, "ready", "to_approve")
        assert order.target_at > NOW
        assert order.ship_by > NOW
        assert (order.buyer_name, order.country, order.shipping_method) != ("", "", "")
    done.refresh_from_db()
    assert (done.history, done.stage) == (False, "completed")
    assert set(stock.reserved_lines([o.pk for o in old])) == {o.pk for o in old}
    assert intake.take_up(orders=old, **ACT) == []
    with pytest.raises(NotAllowed):
        intake.take_up(orders=old, actor=make_person("warehouse").actor, now=NOW)


def test_a_match_made_later_moves_the_order_on(store):
    sku = make_sku(on_hand=3)
    item = make_item(store)
    order = make_order(store, lines=[(item, 2)], assess=True)
    from products.services import matching

    matching.match(item=item, components=[(sku.pk, 1)], **ACT)
    intake.rematch(item_ids=[item.pk], **ACT)
    order.refresh_from_db()
    assert order.stage == "to_approve"
    assert stock.reserved_lines([order.pk])[order.pk][0][1:] == (sku.pk, 2, 2, 0)
    other = make_sku(on_hand=3)
    matching.match(item=item, components=[(other.pk, 3)], **ACT)
    intake.rematch(item_ids=[item.pk], **ACT)
    assert stock.reserved_lines([order.pk])[order.pk][0][1:] == (other.pk, 6, 3, 0)
    assert stock.available([sku.pk]) == {sku.pk: 3}


def test_statements_do_not_grow_with_the_orders(store):
    skus = [make_sku(on_hand=500) for _ in range(3)]
    items = [make_item(store, sku=sku) for sku in skus]
    items += [make_item(store) for _ in range(2)]

    def count(number):
        orders = [
            make_order(store, lines=[(item, 1) for item in items], note=["", "red M", "thanks"][i % 3])
            for i in range(number)
        ]
        with CaptureQueriesContext(connection) as asked:
            intake.assess_many(order_ids=[o.pk for o in orders], **ACT)
        return len(asked)

    count(1)  # house rules are read once
    few = count(3)
    assert count(40) == few
    assert few <= 30


@pytest.mark.covers("ORD-04")
def test_a_wish_that_cannot_be_met_holds_until_the_buyer_was_told(store):
    order = make_order(store, note="red please", assess=True)
    wish = order.wishes.get()
    intake.set_wish_state(wish=wish, state="cannot", note="only blue left", **ACT)
    order.refresh_from_db()
    assert (order.state, order.hold_reason) == ("held", "wish")
    assert Duty.objects.filter(rule="orders.wish_cannot", state="open").exists()
    with pytest.raises(Conflict) as refusal:
        intake.release(order=order, **ACT)
    assert refusal.value.code == "wish_open"
    intake.set_wish_state(wish=wish, state="told", **ACT)
    order.refresh_from_db()
    assert (order.state, order.hold_reason) == ("ready", "")
    assert not Duty.objects.filter(rule="orders.wish_cannot", state="open").exists()
