"""What reading and making orders costs in statements: fixed, whatever the number of rows or lines."""

from __future__ import annotations

import pytest
from django.test import Client
from django_scopes import scopes_disabled

from bench.measure import Counted
from core.listing.searching import fold
from orders.models import Order
from tests.factories.accounts import make_person, make_store
from tests.factories.doors import program
from tests.factories.inventory import NOW, make_sku, make_warehouse
from tests.factories.orders import make_item, make_order

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def unscoped():
    with scopes_disabled():
        yield


@pytest.fixture
def store():
    make_warehouse()
    return make_store("ae")


def cost(call) -> int:
    call()
    call()  # a session notes its beginning and its first use
    with Counted(savepoints=False) as counted:  # a test runs inside a transaction, which makes savepoints of ours
        answer = call()
    assert answer.status_code in (200, 201), answer.content[:300]
    return counted.count


def test_the_page_of_orders_asks_four_times_whatever_is_shown(store):
    for i in range(60):
        make_order(store, lines=[(make_item(store, f"P{i}", sku=make_sku(), title="Thing"), 1)])
    client = Client()
    client.force_login(make_person("manager", all_stores=True))
    # the person, views with columns, the rows with all their parts (and, once in a while, the count)
    assert cost(lambda: client.get("/orders/?view=all")) <= 4
    assert cost(lambda: client.get("/orders/?view=all&state=ready&country=BR")) <= 4


def test_the_api_reads_a_page_of_orders_with_three_statements(store):
    for i in range(60):
        make_order(store, lines=[(make_item(store, f"P{i}", sku=make_sku(), title="Thing"), 1)])
    client = program(last_used_at=NOW)
    assert cost(lambda: client.get("/api/v1/orders/?page_size=50")) <= 4
    assert cost(lambda: client.get(f"/api/v1/orders/{Order.objects.first().pk}/")) <= 4


@pytest.mark.parametrize("lines", [1, 30])
def test_an_order_of_a_new_buyer_takes_twenty_statements_for_any_number_of_lines(store, lines):
    for i in range(lines):
        make_item(store, f"S{i}", sku=make_sku(on_hand=1000), title="Thing")
    client, numbers = program(last_used_at=NOW), iter(range(100))

    def post():
        n = next(numbers)
        body = {
            "store": store.code, "order_no": f"77{n}", "currency": "USD", "country": "US", "buyer_name": f"Ann {n}",
            "buyer_email": f"ann{n}@example.com", "address1": "1 Main Street", "city": "Town", "postcode": "10001",
            "lines": [{"sku": f"S{i}", "title": "Thing", "quantity": 1, "unit_price": "2.00"} for i in range(lines)],
        }  # fmt: skip
        return client.post(
            "/api/v1/orders/", body, content_type="application/json", headers={"Idempotency-Key": f"k{n}"}
        )

    assert cost(post) <= 20
    assert fold("Ann 1") in Order.objects.get(external_id="771").search
