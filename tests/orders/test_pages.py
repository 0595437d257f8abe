"""Pages of orders: few queries, rights, foreign stores, doors."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_scopes import scopes_disabled

from core.models import ActivityEntry
from customers.registry import PLACES
from orders.models import Order, OrderRule, Wish
from tests.factories.accounts import make_store
from tests.factories.doors import browser
from tests.factories.inventory import NOW, make_sku, make_warehouse
from tests.factories.orders import make_item, make_order

pytestmark = pytest.mark.django_db
ROLES = ["service", "warehouse", "purchaser", "supervisor", "manager", "administrator"]


@pytest.fixture(autouse=True)
def unscoped():
    with scopes_disabled():
        yield


@pytest.fixture
def store():
    make_warehouse()
    return make_store("ae")


def queries(client, address):
    for _warm in range(2):
        client.get(address)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address)
    assert answer.status_code == 200
    return [q["sql"] for q in asked], answer


def test_the_list_takes_few_queries_and_little_weight(store):
    """P1: at most 8 statements and 80 kB for 50 rows."""
    sku = make_sku(on_hand=500)
    items = [make_item(store, sku=sku), make_item(store)]
    for i in range(50):
        make_order(
            store, lines=[(items[0], 1), (items[1], 2)][: 1 + i % 2], note="red please" if i % 3 else "", assess=True
        )
    asked, answer = queries(browser("supervisor"), "/orders/")
    assert answer.content.count(b"<tr data-id") == 50
    assert len(asked) <= 8, asked
    assert len(answer.content) <= 80_000


def test_choosers_work_without_scripts(store):
    client = browser("supervisor")
    for address in ("/lists/orders/filters/?stage=held", "/lists/orders/columns/?stage=held"):
        page = client.get(address).content.decode()
        assert "<html" in page
        assert "stage=held" in page or 'name="stage" value="held"' in page
        assert "<html" not in client.get(address, headers={"HX-Request": "true"}).content.decode()


def test_a_filtered_list_takes_no_more(store):
    make_order(store, assess=True)
    client = browser("supervisor")
    plain, _answer = queries(client, "/orders/")
    asked, _answer = queries(client, "/orders/?state=ready&country=BR&placed_after=2026-01-01")
    assert len(asked) <= len(plain)


def test_rest_takes_few_queries(store):
    for _i in range(5):
        make_order(store, assess=True)
    asked, _answer = queries(browser("supervisor"), "/api/v1/orders/")
    assert len(asked) <= 8, asked


def test_a_detail_page_stays_flat(store):
    sku = make_sku(on_hand=500)

    def count(lines):
        order = make_order(store, lines=[(make_item(store, sku=sku), 1) for _ in range(lines)], assess=True)
        return len(queries(browser("supervisor"), f"/orders/{order.pk}/")[0])

    assert count(1) == count(12)


@pytest.mark.parametrize("role", ROLES)
def test_what_each_role_may(store, role):
    client, order = browser(role), make_order(store, note="red please", assess=True)
    page = f"/orders/{order.pk}"
    wish = Wish.objects.get(order=order)
    serves = role in ("service", "supervisor", "manager")
    sees = serves or role in ("warehouse", "administrator")
    expected = {
        ("get", f"{page}/"): True, ("get", "/orders/"): True, ("get", "/orders/new/"): serves, ("post", f"{page}/address/"): sees,
        ("get", f"{page}/address/edit/"): serves, ("get", "/orders/rules/"): role in ("manager", "administrator"),
        ("get", "/stock/"): True, ("get", "/stock/receive/"): role in ("warehouse", "purchaser", "manager"),
        ("get", "/stock/warehouses/"): True, ("post", f"{page}/wishes/{wish.pk}/"): serves,
    }  # fmt: skip
    for (method, address), allowed in expected.items():
        answer = getattr(client, method)(address, {"state": "dropped"} if method == "post" else {})
        assert (answer.status_code != 403) is allowed, (address, answer.status_code)


def test_a_foreign_store_is_not_found(store):
    other = make_store("beta")
    order = make_order(store, note="red please", assess=True)
    client = browser("manager", stores=[other])
    wish = Wish.objects.get(order=order)
    for address in (f"/orders/{order.pk}/", f"/orders/{order.pk}/address/edit/"):
        assert client.get(address).status_code == 404
    assert client.post(f"/orders/{order.pk}/address/").status_code == 404
    assert client.post(f"/orders/{order.pk}/wishes/{wish.pk}/", {"state": "cannot"}).status_code == 404
    assert Wish.objects.get(pk=wish.pk).state == "open"
    assert b"<tr data-id" not in client.get("/orders/").content


def test_opening_an_address_is_recorded_and_masked_before(store):
    order, client = make_order(store, assess=True), browser("service")
    page = client.get(f"/orders/{order.pk}/").content.decode()
    assert "Rua A 1" not in page
    assert "+55 11 91234 5678" not in page
    shown = client.post(f"/orders/{order.pk}/address/", headers={"HX-Request": "true"}).content.decode()
    assert "Rua A 1" in shown
    assert ActivityEntry.objects.filter(verb="order.address_opened", subject_id=order.pk).count() == 1
    assert "<html" in client.post(f"/orders/{order.pk}/address/").content.decode()


@pytest.mark.covers("ORD-03")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("8000", True), ("maria", True), ("SANTOS", True), ("sánt", True), ("nobody", False), ("FIND-ME", True), ("find", True),
    ],
)  # fmt: skip
def test_search(store, query, found):
    order = make_order(store, lines=[(make_item(store, "FIND-ME-1"), 1)], assess=True)
    client = browser("supervisor")
    rows = client.get("/api/v1/orders/", {"q": query}).json()["results"]
    assert [r["number"] for r in rows] == ([order.number] if found else [])
    assert [r["number"] for r in client.get("/api/v1/orders/", {"q": order.number[-6:]}).json()["results"]] == [
        order.number
    ]


def test_words_that_fit_many_orders_each_find_the_few_that_hold_both(store, monkeypatch):
    """Each word is asked for some rows only: a full name is asked for as a whole as well."""
    monkeypatch.setattr("core.listing.searching.SEARCH_CAP", 1)
    for name in ("ANNA SILVA", "ANNA COSTA", "JOSE WEISS", "MARIA WEISS"):
        make_order(store, search=name)
    wanted = make_order(store, search="ANNA WEISS")
    rows = browser("supervisor").get("/orders/?view=all&q=anna+weiss").context["rows"]
    assert [row["id"] for row in rows] == [wanted.pk]


def test_search_uses_its_indexes(store):
    with CaptureQueriesContext(connection) as asked:
        browser("supervisor").get("/api/v1/orders/", {"q": "maria"})
    sql = next(q["sql"] for q in asked if "UNION" in q["sql"])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = on")
        cursor.execute(f"EXPLAIN {sql}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "order_number_prefix" in plan
    assert "order_words" in plan


def test_rules_are_made_changed_switched_and_deleted(store):
    client = browser("manager")
    data = {
        "name": "Brazil",
        "position": "5",
        "active": "on",
        "country": "Brazil, DE",
        "total_from": "10",
        "set_flag": "blue",
        "has_wish": "no",
    }
    assert client.post("/orders/rules/new/", data).status_code == 302
    rule = OrderRule.objects.get()
    assert rule.conditions == {"country": ["BR", "DE"], "total": {"gte": "10"}, "has_wish": False}
    shown = client.get(f"/orders/rules/{rule.pk}/").content.decode()
    assert re.search(r'<option value="BR" selected>', shown) and re.search(r'<option value="DE" selected>', shown)
    assert client.post("/orders/rules/new/", data).status_code == 422
    assert client.post("/orders/rules/new/", data | {"name": "x", "country": "Atlantis"}).status_code == 422
    assert client.post("/orders/rules/new/", data | {"name": "y", "set_flag": ""}).status_code == 422
    assert client.post(f"/orders/rules/{rule.pk}/", data | {"set_flag": "red"}).status_code == 302
    rule.refresh_from_db()
    assert rule.set_flag == "red"


def test_stock_pages(store):
    make_sku("AB-1", barcode="6901234567892")
    client = browser("purchaser")
    data = {
        "warehouse": "MAIN", "reference": "PO-1", "row-TOTAL_FORMS": "2", "row-INITIAL_FORMS": "0", "row-0-sku": "6901234567892",
        "row-0-quantity": "5", "row-0-bin": "A-1", "row-1-sku": "AB-1", "row-1-quantity": "2",
    }  # fmt: skip
    assert client.post("/stock/receive/", data).status_code == 302
    row = client.get("/api/v1/stock/").json()["results"][0]
    assert (row["sku"], row["on_hand"], row["available"], row["bin"]) == ("AB-1", 7, 7, "A-1")
    assert client.post("/stock/receive/", data | {"row-0-sku": "NOPE"}).status_code == 422
    assert client.post("/stock/receive/", data | {"reference": " "}).status_code == 422
    assert client.get(f"/stock/{row['id']}/").status_code == 200
    assert client.get("/stock/movements/?sku=AB-1").status_code == 200
    keeper = browser("warehouse")
    answer = keeper.post(
        f"/api/v1/stock/{row['id']}/count/", {"counted": 6, "reason": "one broken"}, content_type="application/json"
    )
    assert answer.status_code in (200, 401, 403)
    assert (
        client.post(
            "/stock/warehouses/new/",
            {"code": "EAST", "name": "East", "time_zone": "Asia/Shanghai", "country": "CN", "active": "on"},
        ).status_code
        == 302
    )
    assert (
        client.post(
            "/stock/warehouses/new/", {"code": "BAD", "name": "x", "time_zone": "Mars/Base", "country": "CN"}
        ).status_code
        == 422
    )


def test_the_data_of_a_buyer_can_be_exported_and_erased(store):
    order = make_order(store, note="red please, call me", assess=True)
    place = PLACES["orders"]
    told = place.export(order.buyer)
    assert told[0]["address"]["line1"] == "Rua A 1"
    assert place.erase(order.buyer, NOW) > 0
    assert place.erase(order.buyer, NOW) == 0
    kept = Order.objects.get(pk=order.pk)
    assert (kept.buyer_name, kept.note, kept.address.line1, kept.address.country, kept.total) == (
        "",
        "",
        "",
        "BR",
        order.total,
    )
    cache.clear()


def test_an_address_somebody_else_changed_meanwhile_is_not_overwritten_unseen(store):
    order = make_order(store, assess=True)
    door = f"/orders/{order.pk}/address/edit/"
    one, two = browser("supervisor"), browser("manager")
    stamp = [client.get(door).context["hidden"][0][1] for client in (one, two)]
    whole = {"recipient": "Ana", "line1": "Rua A 1", "city": "Rio", "postcode": "20000", "country": "BR"}
    assert one.post(door, {**whole, "_version": stamp[0]}).status_code == 302
    answer = two.post(door, {**whole, "city": "Recife", "_version": stamp[1]})
    assert answer.status_code == 422
    assert answer.context["form"].errors["city"] == ["It says now: Rio"]
    seen = answer.context["hidden"][0][1]  # the other's change was shown: saving again is meant
    assert two.post(door, {**whole, "city": "Recife", "_version": seen}).status_code == 302


def test_a_dispatch_clock_that_was_met_never_looks_late(store):
    day = timedelta(days=1)
    met, missed, running = (make_order(store, assess=True) for _ in range(3))
    Order.objects.filter(pk=met.pk).update(
        state="shipped", stage="shipped", ship_by=NOW - day, shipped_at=NOW - 2 * day
    )
    Order.objects.filter(pk=missed.pk).update(
        state="shipped", stage="shipped", ship_by=NOW - 5 * day, shipped_at=NOW - 2 * day
    )
    Order.objects.filter(pk=running.pk).update(state="ready", ship_by=NOW - 3 * day)
    rows = {row["id"]: row["tds"] for row in browser("supervisor", language="en").get("/orders/").context["rows"]}
    assert 'class="met"' in rows[met.pk] and "late" not in rows[met.pk]
    assert "3 d too late" in rows[missed.pk] and "due-rose" not in rows[missed.pk]
    assert "due-rose" in rows[running.pk]
    page = browser("supervisor", language="en").get(f"/orders/{met.pk}/").content.decode()
    assert "late<" not in page
