"""Orders entered one by one: by program in the names of the generic file, by hand on a page."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_scopes import scopes_disabled

from core.audit import SYSTEM
from core.errors import Conflict, Invalid, NotAllowed
from inventory import selectors as stock
from orders.models import Order
from orders.services.entry import create_order
from tests.factories.accounts import make_person, make_store
from tests.factories.doors import program
from tests.factories.inventory import make_sku, make_warehouse
from tests.factories.orders import NOW, make_item, make_order

pytestmark = pytest.mark.django_db
LINES = [
    {"sku": "A-1", "quantity": 2, "unit_price": "4.50", "title": "Silk scarf"},
    {"sku": "B-2", "quantity": 1, "unit_price": "1.2500"},
]
HEAD = {
    "order_no": "7001", "placed_at": "2026-11-20T01:00:00Z", "currency": "USD", "country": "Brazil", "buyer_name": "Ana Lima",
    "buyer_email": "ana@example.com", "address1": "Rua A 1", "city": "São Paulo", "postcode": "01310-100", "shipping_fee": "3.00",
    "order_discount": "1.00", "shipping_method": "AliExpress Standard Shipping", "buyer_note": "red please",
}  # fmt: skip


@pytest.fixture(autouse=True)
def unscoped():
    with scopes_disabled():
        yield


@pytest.fixture
def store():
    make_warehouse()
    return make_store("ae")


def post(client, address, data, **headers):
    return client.post(address, data, content_type="application/json", headers=headers)


def make(store, **more):
    head = {"country": "BR", "currency": "USD", "buyer_name": "Ana"} | more
    lines = head.pop("lines", [{"sku": "A-1", "quantity": 1, "unit_price": Decimal("2.5")}])
    return create_order(store=store, lines=lines, actor=SYSTEM, now=NOW, **head)


@pytest.mark.covers("ORD-06")
def test_a_program_enters_an_order_in_the_names_of_the_generic_file(store):
    make_item(store, "A-1", sku=make_sku(on_hand=5))
    answer = post(program("service"), "/api/v1/orders/", {"store": "ae", **HEAD, "lines": LINES})
    assert answer.status_code == 201, answer.content
    shown = answer.json()
    assert shown | {
        "number": "7001", "external_id": "7001", "store": "ae", "type": "sale", "state": "ready", "buyer": "Ana Lima", "country": "BR",
        "currency": "USD", "total": "12.25", "placed_at": "2026-11-20T01:00:00Z",
    } == shown  # fmt: skip
    assert set(shown) >= {"id", "paid_at", "ship_by", "lines", "parcels", "flags", "wishes", "duties"}
    assert [(line["sku"], line["quantity"], line["matched"]) for line in shown["lines"]] == [
        ("A-1", 2, True),
        ("B-2", 1, False),
    ]
    assert [(w["kind"], w["value"]) for w in shown["wishes"]] == [("colour", "red")]
    assert shown["flags"] == [{"colour": "red", "note": "red"}]
    assert shown["address"]["line1"] == "Rua A 1"
    assert isinstance(shown["id"], str)


def test_the_same_order_again_is_the_same_order(store):
    client = program("service")
    first = post(client, "/api/v1/orders/", {"store": "ae", **HEAD, "lines": LINES})
    again = post(client, "/api/v1/orders/", {"store": "ae", **HEAD, "lines": LINES})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    assert Order.objects.count() == 1


def test_the_key_of_a_request_counts_once(store):
    client = program("service")
    body = {"store": "ae", **{k: v for k, v in HEAD.items() if k != "order_no"}, "lines": LINES}
    answers = [post(client, "/api/v1/orders/", body, **{"Idempotency-Key": "k-1"}) for _ in range(2)]
    assert [a.status_code for a in answers] == [201, 201]
    assert Order.objects.count() == 1
    assert answers[0].json()["number"].startswith("SO-")


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"country": "Atlantis"}, 422, "country"),
        ({"currency": "QQQ"}, 422, "currency"),
        ({"lines": []}, 422, "lines"),
        ({"lines": [{"sku": "A", "quantity": 0, "unit_price": "1"}]}, 422, "lines"),
        ({"lines": [{"sku": "A", "quantity": 1, "unit_price": "-1"}]}, 422, "lines"),
        ({"order_discount": "999"}, 422, "total"),
        ({"status": "lost"}, 422, "status"),
        ({"placed_at": "1970-01-01T00:00:00Z"}, 422, "placed_at"),
        ({"store": "nowhere"}, 404, ""),
        ({"buyer_name": "x" * 300}, 422, "buyer_name"),
    ],
)
def test_a_bad_order_is_refused_and_named(store, change, status, field):
    answer = post(program("service"), "/api/v1/orders/", {"store": "ae", **HEAD, "lines": LINES} | change)
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"].startswith("application/problem+json")
    assert Order.objects.count() == 0
    if field:
        assert field in str(answer.json())


def test_a_foreign_store_is_not_found_and_a_role_without_the_right_is_kept_out(store):
    other = make_store("beta")
    body = {**HEAD, "lines": LINES}
    assert post(program("service", stores=[other]), "/api/v1/orders/", {"store": "ae", **body}).status_code == 404
    assert post(program("warehouse"), "/api/v1/orders/", {"store": "ae", **body}).status_code == 403
    assert post(program("service", scopes=("read",)), "/api/v1/orders/", {"store": "ae", **body}).status_code == 403
    with pytest.raises(NotAllowed):
        create_order(store=store, lines=[], actor=make_person("purchaser").actor, now=NOW)


def test_naive_times_are_in_the_stores_zone_and_prices_are_exact(store):
    lines = [{"sku": "A", "quantity": 3, "unit_price": "0.3333", "line_discount": "0.0001"}]
    change = {"placed_at": "2026-11-20T09:00:00", "lines": lines, "shipping_fee": "0", "order_discount": "0"}
    answer = post(program("service"), "/api/v1/orders/", {"store": "ae", **HEAD, **change})
    assert answer.status_code == 201, answer.content
    shown = answer.json()
    assert (shown["placed_at"], shown["total"]) == ("2026-11-20T01:00:00Z", "0.9998")


def test_actions_by_rest(store):
    client = program("service")
    order = make_order(store, assess=True)
    base = f"/api/v1/orders/{order.pk}"
    held = post(client, f"{base}/hold/", {"reason": "other", "note": "wait"})
    assert (held.status_code, held.json()["state"], held.json()["hold_note"]) == (200, "held", "wait")
    assert post(client, f"{base}/hold/", {"reason": "moon"}).status_code == 422
    assert post(client, f"{base}/release/", {}).json()["state"] == "ready"
    assert post(client, f"{base}/take-up/", {}).status_code == 409
    assert post(client, f"{base}/cancel/", {}).status_code == 422
    gone = post(client, f"{base}/cancel/", {"reason": "buyer asked"})
    assert (gone.status_code, gone.json()["state"], gone.json()["stage"]) == (200, "cancelled", "cancelled")
    assert post(client, f"{base}/release/", {}).status_code == 409
    old = make_order(store, history=True, stage="history")
    done = post(client, "/api/v1/orders/bulk/take-up/", {"ids": [str(old.pk), str(order.pk), "999999"]}).json()
    assert (done["done"], done["refused"]) == (1, 2)


def test_an_order_is_changed_with_the_version_that_was_read(store):
    client, order = program("service"), make_order(store, assess=True)
    address = f"/api/v1/orders/{order.pk}/"
    body = {"service_code": "YANWEN", "address": {"city": "Rio"}}
    assert client.patch(address, body, content_type="application/json").status_code == 428
    etag = client.get(address)["ETag"]
    good = client.patch(address, body, content_type="application/json", headers={"If-Match": etag})
    assert (good.status_code, good.json()["service_code"], good.json()["address"]["city"]) == (200, "YANWEN", "Rio")
    stale = client.patch(address, body, content_type="application/json", headers={"If-Match": etag})
    assert stale.status_code == 412


def test_personal_data_is_blank_without_its_scope(store):
    order = make_order(store, assess=True)
    shown = program("service", scopes=("read",)).get(f"/api/v1/orders/{order.pk}/").json()
    assert (shown["buyer"], shown["address"], shown["buyer_note"]) == (None, None, None)


def test_entering_an_order_takes_few_statements_whatever_its_lines(store):
    for i in range(30):
        make_item(store, f"S{i}", sku=make_sku(on_hand=500), title="T")

    def count(number, lines):
        rows = [{"sku": f"S{i}", "quantity": 1, "unit_price": Decimal("2.5"), "title": "T"} for i in range(lines)]
        with CaptureQueriesContext(connection) as asked:
            make(store, order_no=f"N{number}", buyer_name=f"B {number}", lines=rows)
        return len(asked)

    count(0, 30)
    assert count(1, 1) == count(2, 30)
    assert count(3, 5) <= 20


def test_stock_is_reserved_at_once(store):
    sku = make_sku(on_hand=5)
    make_item(store, "A-1", sku=sku)
    order, created = make(store)
    assert created
    assert stock.available([sku.pk]) == {sku.pk: 4}
    assert Order.objects.get(pk=order.pk).state == "ready"


def test_by_hand_a_taken_number_is_refused(store):
    make(store, order_no="X1")
    with pytest.raises(Conflict):
        make(store, order_no="X1", must_be_new=True)
    with pytest.raises(Invalid):
        make(store, order_no="X2", country="Nowhere")


def test_the_page_enters_an_order(store):
    client = Client()
    client.force_login(make_person("service"))
    assert client.get("/orders/new/").status_code == 200
    data = {
        "store": "ae", "status": "paid", "currency": "USD", "buyer_name": "Ana", "country": "Brazil", "address1": "Rua 1",
        "line-TOTAL_FORMS": "3", "line-INITIAL_FORMS": "0", "line-0-sku": "A-1", "line-0-quantity": "2", "line-0-unit_price": "4.5",
    }  # fmt: skip
    more = client.post("/orders/new/", data | {"more": "1"})
    assert more.status_code == 200
    assert more.content.count(b'name="line-7-sku"') == 1
    answer = client.post("/orders/new/", data)
    order = Order.objects.get()
    assert answer["Location"] == f"/orders/{order.pk}/"
    assert order.number.startswith("SO-")
    wrong = client.post("/orders/new/", data | {"country": "Nowhere"})
    assert wrong.status_code == 422
    assert "Nowhere" in wrong.content.decode()
    assert client.post("/orders/new/", data | {"line-0-quantity": "0"}).status_code == 422
    barred = Client()
    barred.force_login(make_person("warehouse"))
    assert barred.get("/orders/new/").status_code == 403


def test_an_old_order_comes_in_as_history(store):
    order, _created = make(store, placed_at=NOW - timedelta(days=100))
    assert Order.objects.get(pk=order.pk).history is True
