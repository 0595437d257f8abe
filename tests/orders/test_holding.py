"""Orders that wait, go on, end, are stopped; and what dispatch tells them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_scopes import scopes_disabled

from core.audit import SYSTEM
from core.errors import Conflict, Invalid, NotAllowed
from core.models import ActivityEntry
from core.scope import acting_scope
from inventory import selectors as stock_facts
from inventory.services import stock
from orders import registry
from orders.choices import HoldReason
from orders.events import OrderCompleted, OrdersReady, OrderStopped
from orders.models import Order
from orders.services import fulfilment, intake
from orders.services.fulfilment import DispatchFacts
from stores.models import OutboundCall
from stores.services import accounts
from tests.factories.accounts import make_person, make_store
from tests.factories.inventory import make_sku, make_warehouse
from tests.factories.orders import NOW, make_item, make_order
from worklist.models import Duty

pytestmark = pytest.mark.django_db
ACT = {"actor": SYSTEM, "now": NOW}


@pytest.fixture(autouse=True)
def unscoped():
    with scopes_disabled():
        yield


@pytest.fixture
def store():
    make_warehouse()
    return make_store()


@pytest.fixture
def sku():
    return make_sku(on_hand=50)


@pytest.fixture
def heard(monkeypatch):
    found = []
    for module in ("holding", "assessing", "fulfilment", "editing", "wishes"):
        monkeypatch.setattr(f"orders.services.{module}.publish", found.append)
    return found


@pytest.fixture
def at_the_desk(monkeypatch):
    """The dispatch side says that notes are printed."""
    facts = DispatchFacts("released", has_number=True, printed=True, approved=True)
    monkeypatch.setattr(registry, "dispatch_facts", lambda ids: dict.fromkeys(ids, facts))
    return facts


def ready(store, sku, pieces=1, **facts):
    return make_order(store, lines=[(make_item(store, f"I-{sku.pk}", sku=sku), pieces)], assess=True, **facts)


def connected():
    """A store whose channel can be told."""
    store = make_store()
    accounts.connect_sandbox(store=store, base_url="http://127.0.0.1:9/", **ACT)
    return store


def fresh(order):
    order.refresh_from_db()
    return order


@pytest.mark.covers("ORD-24")
def test_hold_waits_and_release_goes_on(store, sku, heard):
    order = ready(store, sku)
    intake.hold(order=order, reason="other", note="address looks odd", until=NOW + timedelta(days=2), **ACT)
    assert (fresh(order).state, order.stage, order.hold_note) == ("held", "held", "address looks odd")
    assert stock_facts.reserved_lines([order.pk])
    intake.release(order=order, note="fine", **ACT)
    assert (fresh(order).state, order.hold_reason, order.hold_until) == ("ready", "", None)
    assert OrderStopped(order.pk) in heard
    assert heard[-1] == OrdersReady((order.pk,))


def test_hold_without_a_date_is_looked_at_after_a_day(store, sku):
    order = ready(store, sku)
    intake.hold(order=order, reason="address", **ACT)
    assert fresh(order).hold_until == NOW + timedelta(hours=24)
    intake.hold(order=order, reason="other", note="new reason", until=NOW + timedelta(days=3), **ACT)
    assert (fresh(order).hold_reason, order.hold_until) == ("other", NOW + timedelta(days=3))


@pytest.mark.parametrize(
    ("reason", "until", "code"), [("moon", None, "invalid_reason"), ("other", NOW - timedelta(hours=1), "past_date")]
)
def test_hold_refuses(store, sku, reason, until, code):
    with pytest.raises(Invalid) as refusal:
        intake.hold(order=ready(store, sku), reason=reason, until=until, **ACT)
    assert refusal.value.code == code


@pytest.mark.parametrize("role", ["warehouse", "purchaser", "administrator"])
def test_roles_without_the_right_may_not_hold_or_cancel(store, sku, role):
    order, actor = ready(store, sku), make_person(role).actor
    for call in (
        lambda: intake.hold(order=order, reason="other", actor=actor, now=NOW),
        lambda: intake.cancel(order=order, reason="no", actor=actor, now=NOW),
        lambda: intake.set_intercept(order=order, reason="other", actor=actor, now=NOW),
        lambda: intake.answer_cancel(order=order, accept=True, actor=actor, now=NOW),
        lambda: intake.set_flags(orders=[order], colour="red", actor=actor, now=NOW),
        lambda: intake.edit_address(order=order, city="X", actor=actor, now=NOW),
        lambda: intake.set_service_many(orders=[order], service_code="X", actor=actor, now=NOW),
    ):
        with pytest.raises(NotAllowed):
            call()
    assert fresh(order).state == "ready"


def test_a_set_answers_row_by_row(store, sku):
    good, gone = ready(store, sku), make_order(store, state="completed", stage="completed")
    held, refused = intake.hold_many(orders=[good, gone], reason="other", **ACT)
    assert [o.pk for o in held] == [good.pk]
    assert {pk: e.code for pk, e in refused.items()} == {gone.pk: "wrong_state"}


def test_cancel_frees_the_stock_and_ends_the_duties(store, sku, heard):
    order = ready(store, sku, pieces=3)
    intake.cancel(order=order, reason="buyer changed his mind", **ACT)
    assert (fresh(order).state, order.stage) == ("cancelled", "cancelled")
    assert stock_facts.available([sku.pk]) == {sku.pk: 50}
    assert not Duty.objects.filter(subject_id=order.pk, closed_at__isnull=True).exists()
    assert OrderStopped(order.pk) in heard
    with pytest.raises(Invalid):
        intake.cancel(order=ready(store, sku), reason=" ", **ACT)


@pytest.mark.covers("ORD-24")
def test_a_hold_after_the_note_left_the_desk_stops_the_parcel(store, sku, at_the_desk):
    order = ready(store, sku)
    fulfilment.restage(order_ids=[order.pk], now=NOW)
    assert fresh(order).stage == "to_hand_over"
    intake.hold(order=order, reason="dispute", **ACT)
    assert (fresh(order).intercept, order.stage) == ("dispute", "held")
    intake.release(order=order, **ACT)
    assert (fresh(order).intercept, order.stage) == ("", "to_hand_over")


@pytest.mark.covers("ORD-24")
def test_a_new_address_after_release_stops_the_parcel(store, sku, at_the_desk):
    order = ready(store, sku)
    intake.edit_address(order=order, city="Rio", **ACT)
    assert fresh(order).intercept == ""  # still at the desk: the stage said so
    fulfilment.restage(order_ids=[order.pk], now=NOW)
    order.refresh_from_db()
    intake.edit_address(order=order, city="Recife", **ACT)
    assert fresh(order).intercept == HoldReason.ADDRESS
    line = ActivityEntry.objects.filter(verb="order.address").latest("id")
    assert line.params == {"fields": "city"}
    with pytest.raises(Invalid):
        intake.edit_address(order=order, country="XX", **ACT)


@pytest.mark.covers("ORD-24")
@pytest.mark.parametrize("accept", [True, False])
def test_a_cancel_request_is_answered(store, sku, accept):
    order = ready(store, sku, channel_facts={"cancel_requested": True})
    duty = Duty.objects.get(rule="orders.cancel_request")
    assert (duty.band, duty.due_at) == (0, NOW + timedelta(hours=48))
    intake.answer_cancel(order=order, accept=accept, **ACT)
    assert fresh(order).state == ("cancelled" if accept else "ready")
    duty.refresh_from_db()
    assert duty.closed_at is not None
    with pytest.raises(Conflict):
        intake.answer_cancel(order=order, accept=accept, **ACT)
    intake.assess_many(order_ids=[order.pk], **ACT)
    assert fresh(order).state == ("cancelled" if accept else "ready")


@pytest.mark.covers("ORD-24")
def test_a_buyer_who_asks_again_is_answered_again(sku):
    make_warehouse()
    store = connected()
    order = ready(store, sku, channel_facts={"cancel_requested": True})

    def tell(asks, at):
        Order._base_manager.filter(pk=order.pk).update(channel_facts={"cancel_requested": asks})
        intake.assess_many(order_ids=[order.pk], actor=SYSTEM, now=at)

    intake.answer_cancel(order=order, accept=False, **ACT)
    tell(True, NOW + timedelta(hours=1))  # the channel has not taken note of the answer yet
    with pytest.raises(Conflict):
        intake.answer_cancel(order=order, accept=False, actor=SYSTEM, now=NOW + timedelta(hours=1))
    tell(False, NOW + timedelta(hours=2))
    tell(True, NOW + timedelta(hours=3))
    assert fresh(order).state == "held"
    assert Duty.objects.filter(rule="orders.cancel_request", subject_id=order.pk, closed_at__isnull=True).count() == 1
    intake.answer_cancel(order=order, accept=False, actor=SYSTEM, now=NOW + timedelta(hours=3))
    assert OutboundCall.objects.filter(ability="answer_cancel").count() == 2


def test_an_accepted_request_is_told_once(sku, at_the_desk):
    make_warehouse()
    order = ready(connected(), sku)
    fulfilment.restage(order_ids=[order.pk], now=NOW)
    intake.set_intercept(order=fresh(order), reason="cancel_request", **ACT)
    intake.answer_cancel(order=order, accept=True, **ACT)
    with pytest.raises(Conflict):
        intake.answer_cancel(order=order, accept=True, actor=SYSTEM, now=NOW + timedelta(hours=1))
    assert OutboundCall.objects.filter(ability="answer_cancel").count() == 1


def test_intercept_is_set_and_taken_back(store, sku, heard):
    order = ready(store, sku)
    intake.set_intercept(order=order, reason="cancel_request", **ACT)
    assert fresh(order).intercept == "cancel_request"
    assert Duty.objects.filter(rule="orders.cancel_request", closed_at__isnull=True).exists()
    intake.set_intercept(order=order, reason="", **ACT)
    assert not Duty.objects.filter(rule="orders.cancel_request", closed_at__isnull=True).exists()
    assert heard.count(OrderStopped(order.pk)) == 1


def test_flags_service_warehouse(store, sku):
    order, other = ready(store, sku), make_warehouse("EAST")
    intake.set_flags(orders=[order], colour="green", note="transfer seen", **ACT)
    intake.set_flags(orders=[order], colour="green", note="transfer of 3.11.", **ACT)
    assert list(order.flags.values_list("colour", "note")) == [("green", "transfer of 3.11.")]
    intake.clear_flags(orders=[order], colour="green", **ACT)
    assert not order.flags.exists()
    intake.set_service_many(orders=[order], service_code="YANWEN", **ACT)
    intake.set_warehouse(order=order, warehouse=other, **ACT)
    assert (fresh(order).service_code, order.warehouse) == ("YANWEN", other)
    assert stock_facts.available([sku.pk]) == {sku.pk: 50}
    assert stock_facts.shortfall([order.pk]) == {order.pk: {sku.pk: 1}}


def test_shipping_in_parts_then_whole(store, sku):
    order = ready(store, sku, pieces=3)
    line = order.lines.get()
    fulfilment.mark_shipped(order=order, quantities={line.pk: 1}, **ACT)
    assert order.state == "part_shipped"
    stock.consume(order_ref=order.pk, reference="RR1", quantities={(line.pk, sku.pk): 3}, **ACT)
    fulfilment.mark_shipped(order=order, quantities={line.pk: 9}, **ACT)
    assert (order.state, order.shipped_at) == ("shipped", NOW)
    line.refresh_from_db()
    assert line.shipped_quantity == 3
    fulfilment.set_stages(facts={order.pk: DispatchFacts("closed", handed_over=True)}, now=NOW)
    assert fresh(order).stage == "to_declare"
    fulfilment.mark_declared(order=order, **ACT)
    fulfilment.set_stages(facts={order.pk: DispatchFacts("closed", handed_over=True, declared=True)}, now=NOW)
    assert (fresh(order).stage, order.declared_at) == ("shipped", NOW)


def test_delivered_and_completed(store, sku, heard):
    order = ready(store, sku)
    fulfilment.mark_shipped(order=order, quantities={order.lines.get().pk: 1}, **ACT)
    fulfilment.mark_delivered(order=order, **ACT)
    fulfilment.mark_completed(order=order, **ACT)
    fulfilment.mark_completed(order=order, **ACT)
    assert (fresh(order).state, order.stage) == ("completed", "completed")
    assert heard.count(OrderCompleted(order.pk)) == 1


def test_what_a_shipped_order_still_held_is_let_go(store, sku):
    order = ready(store, sku, pieces=2)
    fulfilment.mark_shipped(order=order, quantities={order.lines.get().pk: 2}, **ACT)
    assert stock_facts.available([sku.pk]) == {sku.pk: 50}


def test_shipping_is_set_based(store, sku):
    def count(number):
        orders = [ready(store, sku) for _ in range(number)]
        lines = {o.pk: {o.lines.get().pk: 1} for o in orders}
        with CaptureQueriesContext(connection) as asked:
            fulfilment.mark_shipped_many(quantities=lines, **ACT)
            fulfilment.restage(order_ids=list(lines), now=NOW)
        return len(asked)

    assert count(2) == count(20)


def test_goods_that_arrive_move_waiting_orders_on(store, at_the_desk, django_capture_on_commit_callbacks):
    sku = make_sku()
    order = ready(store, sku)
    fulfilment.restage(order_ids=[order.pk], now=NOW)
    assert fresh(order).stage == "short"
    with django_capture_on_commit_callbacks(execute=True):
        stock.receive(warehouse=make_warehouse(), rows=[(sku.pk, 5, None)], reference="PO-9", **ACT)
    assert fresh(order).stage == "to_hand_over"


@pytest.mark.parametrize("state", ["unpaid", "shipped", "completed", "cancelled"])
def test_states_that_cannot_be_held_stay(store, state):
    order = make_order(store, state=state, stage="shipped" if state == "shipped" else state)
    with pytest.raises(Conflict):
        intake.hold(order=order, reason="other", **ACT)
    assert Order.objects.get(pk=order.pk).state == state


def test_goods_move_the_orders_of_every_store_on(store, monkeypatch, django_capture_on_commit_callbacks):
    """A clerk of one store books goods in that an order of another store waits for."""
    facts = DispatchFacts("released", has_number=True, printed=True, approved=True)
    monkeypatch.setattr(registry, "dispatch_facts", lambda ids: {o.pk: facts for o in Order.objects.filter(pk__in=ids)})
    sku, other = make_sku(), make_store()
    order = ready(store, sku)
    fulfilment.restage(order_ids=[order.pk], now=NOW)
    assert fresh(order).stage == "short"
    clerk = make_person("purchaser", stores=[other])
    with acting_scope(clerk.actor), django_capture_on_commit_callbacks(execute=True):
        stock.receive(
            warehouse=make_warehouse(), rows=[(sku.pk, 5, None)], reference="PO-9", actor=clerk.actor, now=NOW
        )
    assert stock_facts.shortfall([order.pk]) == {}
    assert fresh(order).stage == "to_hand_over"
