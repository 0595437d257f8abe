"""The ledger: promise, let go, issue, receive, count; each effect once."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from core import invariants
from core.audit import SYSTEM
from core.errors import Conflict, Invalid
from inventory import selectors
from inventory.events import GoodsArrived, StockShort
from inventory.models import Balance, Movement, Reservation
from inventory.services import stock
from inventory.services.stock import Issue, Want
from tests.factories.inventory import NOW, fill, make_sku, make_warehouse

pytestmark = pytest.mark.django_db

ACT = {"actor": SYSTEM, "now": NOW}


@pytest.fixture
def heard(monkeypatch):
    """Events of the stock, as they are published."""
    found = []
    for module in ("inventory.services.stock", "inventory.services.receiving"):
        monkeypatch.setattr(f"{module}.publish", found.append)
    return found


def want(line, order, sku, quantity, warehouse=None):
    return Want(line, order, sku.pk, (warehouse or make_warehouse()).pk, quantity)


def figures(sku):
    row = Balance.objects.get(sku=sku)
    return row.on_hand, row.reserved


def promised(order):
    return {
        (line, wanted, held, done)
        for line, _sku, wanted, held, done in selectors.reserved_lines([order]).get(order, [])
    }


def no_violations():
    mine = [item for item in invariants.INVARIANTS if item.search.__module__ == "inventory.checks"]
    assert len(mine) >= 6
    assert [item.title for item in mine if list(item.search(NOW))] == []


@pytest.mark.covers("STK-13", "ORD-15")
def test_reserve_promises_what_is_there_and_leaves_the_rest_short():
    sku = make_sku(on_hand=5)
    stock.reserve(wants=[want(1, 10, sku, 3), want(2, 20, sku, 4)], **ACT)
    assert figures(sku) == (5, 5)
    assert promised(10) == {(1, 3, 3, 0)}
    assert promised(20) == {(2, 4, 2, 0)}
    assert selectors.shortfall([10, 20]) == {20: {sku.pk: 2}}
    no_violations()


def test_reserve_twice_is_once_and_a_new_quantity_corrects():
    sku = make_sku(on_hand=5)
    for _again in range(2):
        stock.reserve(wants=[want(1, 10, sku, 3)], **ACT)
    assert figures(sku) == (5, 3)
    stock.reserve(wants=[want(1, 10, sku, 5)], **ACT)
    assert promised(10) == {(1, 5, 5, 0)}
    stock.reserve(wants=[want(2, 20, sku, 2)], **ACT)
    stock.reserve(wants=[want(1, 10, sku, 1)], **ACT)  # fewer: the waiting order gets what is set free
    assert promised(10) == {(1, 1, 1, 0)}
    assert promised(20) == {(2, 2, 2, 0)}
    no_violations()


def test_two_lines_with_one_sku_are_two_promises():
    sku = make_sku(on_hand=5)
    stock.reserve(wants=[want(1, 10, sku, 2), want(2, 10, sku, 2), want(2, 10, sku, 1)], **ACT)
    assert promised(10) == {(1, 2, 2, 0), (2, 3, 3, 0)}


@pytest.mark.covers("STK-12")
def test_release_gives_the_goods_to_whoever_waits_longest(heard):
    sku = make_sku(on_hand=4)
    stock.reserve(wants=[want(1, 10, sku, 4), want(2, 20, sku, 3), want(3, 30, sku, 3)], **ACT)
    stock.release(order_refs=[10], **ACT)
    assert promised(20) == {(2, 3, 3, 0)}
    assert promised(30) == {(3, 3, 1, 0)}
    assert promised(10) == set()
    assert heard == [GoodsArrived((20, 30))]
    stock.release(order_refs=[10], **ACT)
    assert figures(sku) == (4, 4)
    no_violations()


def test_a_released_order_can_be_promised_anew():
    sku = make_sku(on_hand=2)
    stock.reserve(wants=[want(1, 10, sku, 2)], **ACT)
    stock.release(order_refs=[10], **ACT)
    stock.reserve(wants=[want(1, 10, sku, 2)], **ACT)
    assert promised(10) == {(1, 2, 2, 0)}
    assert figures(sku) == (2, 2)
    no_violations()


@pytest.mark.covers("DSP-15")
def test_consume_books_out_with_the_waybill_number_once():
    sku, other = make_sku(on_hand=5), make_sku(on_hand=1)
    stock.reserve(wants=[want(1, 10, sku, 3), want(2, 10, other, 1)], **ACT)
    for _again in range(2):
        stock.consume(order_ref=10, reference="RR123456785CN", **ACT)
    assert figures(sku) == (2, 0)
    assert figures(other) == (0, 0)
    moved = Movement.objects.filter(kind="issue").order_by("sku_id").values_list("sku_id", "quantity", "reference")
    assert list(moved) == [(sku.pk, -3, "RR123456785CN"), (other.pk, -1, "RR123456785CN")]
    assert set(Reservation.objects.values_list("state", flat=True)) == {"consumed"}
    no_violations()


def test_consume_in_parts_then_let_go_of_the_rest():
    sku = make_sku(on_hand=5)
    stock.reserve(wants=[want(1, 10, sku, 4)], **ACT)
    stock.consume(order_ref=10, reference="A", quantities={(1, sku.pk): 1}, **ACT)
    assert promised(10) == {(1, 4, 4, 1)}
    stock.consume(order_ref=10, reference="B", quantities={(1, sku.pk): 1}, **ACT)
    assert figures(sku) == (3, 2)
    stock.release(order_refs=[10], **ACT)
    assert figures(sku) == (3, 0)
    stock.consume(order_ref=10, reference="A", quantities={(1, sku.pk): 1}, **ACT)  # told once more: done already
    assert figures(sku) == (3, 0)
    no_violations()


def test_consume_refuses_short_and_unpromised_goods_without_a_trace():
    sku, other = make_sku(on_hand=2), make_sku(on_hand=2)
    stock.reserve(wants=[want(1, 10, sku, 3), want(2, 20, sku, 1), want(3, 30, other, 1)], **ACT)
    refused = stock.consume_many(
        issues=[Issue(10, "A"), Issue(20, "B"), Issue(30, "C"), Issue(40, "D", {(9, sku.pk): 1})], **ACT
    )
    assert {order: error.code for order, error in refused.items()} == {
        10: "stock_short",
        20: "stock_short",
        40: "not_reserved",
    }
    assert figures(sku) == (2, 2)
    assert figures(other) == (1, 0)
    with pytest.raises(Conflict):
        stock.consume(order_ref=10, reference="A", **ACT)
    no_violations()


@pytest.mark.covers("STK-12")
def test_receive_fills_the_oldest_first_and_books_a_receipt_once(heard):
    house, sku = make_warehouse(), make_sku()
    stock.reserve(wants=[want(1, 10, sku, 2), want(2, 20, sku, 2), want(3, 30, sku, 9)], **ACT)
    rows = [(sku.pk, 2, "A-01"), (sku.pk, 1, None)]
    result = stock.receive(warehouse=house, rows=rows, reference="PO-1", kind="receipt", **ACT)
    assert (result.booked, result.filled_orders) == (1, (10, 20))
    assert promised(10) == {(1, 2, 2, 0)}
    assert promised(20) == {(2, 2, 1, 0)}
    assert heard == [GoodsArrived((10, 20))]
    assert selectors.bins_of([sku.pk], house.pk) == {sku.pk: ("A-01", "A-01")}
    again = stock.receive(warehouse=house, rows=rows, reference="PO-1", kind="receipt", **ACT)
    assert (again.booked, again.unchanged) == (0, 1)
    assert figures(sku) == (3, 3)
    no_violations()


@pytest.mark.parametrize(
    ("rows", "reference", "code"),
    [([], "R", "no_rows"), ([(1, 0, None)], "R", "invalid_quantity"), ([(1, 1, None)], " ", "reference_needed"),
     ([(1, 10**9, None)], "R", "invalid_quantity")],
)  # fmt: skip
def test_receive_refuses(rows, reference, code):
    with pytest.raises(Invalid) as refusal:
        stock.receive(warehouse=make_warehouse(), rows=rows, reference=reference, **ACT)
    assert refusal.value.code == code


def test_count_books_the_difference_and_the_youngest_promise_gives_back(heard):
    house, sku = make_warehouse(), make_sku(on_hand=6)
    stock.reserve(wants=[want(1, 10, sku, 3), want(2, 20, sku, 3)], **ACT)
    result = stock.set_counts(warehouse=house, rows=[(sku.pk, 4, "B-02")], reference="C-1", reason="broken", **ACT)
    assert result.short_orders == (20,)
    assert heard == [StockShort((20,))]
    assert promised(20) == {(2, 3, 1, 0)}
    assert figures(sku) == (4, 4)
    assert Movement.objects.filter(kind="count").values_list("quantity", "note").get() == (-2, "broken")
    stock.set_counts(warehouse=house, rows=[(sku.pk, 10, None)], reference="C-2", reorder_points={sku.pk: 4}, **ACT)
    assert promised(20) == {(2, 3, 3, 0)}
    assert Balance.objects.get(sku=sku).reorder_point == 4
    again = stock.set_counts(warehouse=house, rows=[(sku.pk, 4, None)], reference="C-1", **ACT)
    assert again.booked == 0
    assert figures(sku) == (10, 6)
    no_violations()


def test_put_back_returns_goods_to_the_shelf():
    house, sku = make_warehouse(), make_sku(on_hand=1)
    stock.put_back(warehouse=house, rows=[(sku.pk, 1, None)], reference="PC-1", **ACT)
    assert figures(sku) == (2, 0)
    assert Movement.objects.filter(kind="return").count() == 1


def test_the_database_refuses_what_the_services_never_do():
    sku = make_sku(on_hand=1)
    for column, value in (("on_hand", -1), ("reserved", 2), ("reserved", -1)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Balance.objects.filter(sku=sku).update(**{column: value})
    with pytest.raises(Exception, match=r"Cannot (update|delete)"), transaction.atomic():
        Movement.objects.filter(sku=sku).delete()


def test_every_function_is_set_based():
    def statements(count):
        skus = [make_sku(on_hand=2) for _ in range(count)]
        wants = [want(1000 * count + i, 5000 * count + i, sku, 3) for i, sku in enumerate(skus)]
        orders = [w.order_ref for w in wants]
        rows = [(sku.pk, 1, "Z-1") for sku in skus]
        calls = [
            lambda: stock.reserve(wants=wants, **ACT),
            lambda: stock.receive(warehouse=make_warehouse(), rows=rows, reference=f"R{count}", **ACT),
            lambda: stock.consume_many(
                issues=[Issue(w.order_ref, f"P{w.order_ref}", {(w.line_ref, w.sku_id): 1}) for w in wants], **ACT
            ),
            lambda: stock.release(order_refs=orders, **ACT),
            lambda: stock.set_counts(warehouse=make_warehouse(), rows=rows, reference=f"C{count}", **ACT),
        ]
        found = []
        for call in calls:
            with CaptureQueriesContext(
                connection,
            ) as asked:
                call()
            found.append(len(asked))
        return found

    make_warehouse()
    assert statements(2) == statements(40)


def test_movements_keep_who_and_when():
    sku = make_sku()
    fill(sku, 3)
    moved = Movement.objects.get(sku=sku)
    assert (moved.actor_label, moved.at, moved.quantity) == ("Sampan", NOW, 3)
