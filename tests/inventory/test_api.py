"""Stock by REST: read, receive, count, bins, reorder points; rights; each receipt once."""

from __future__ import annotations

import pytest

from core.audit import SYSTEM
from inventory import selectors
from inventory.models import Balance, Movement, Warehouse
from inventory.services import stock, warehouses
from tests.factories.doors import program
from tests.factories.inventory import NOW, make_sku, make_warehouse

pytestmark = pytest.mark.django_db


def post(client, address, data):
    return client.post(f"/api/v1/{address}", data, content_type="application/json")


@pytest.mark.covers("STK-12")
def test_a_receipt_is_booked_once():
    make_warehouse()
    sku = make_sku("AB-1")
    client = program("purchaser")
    body = {"warehouse": "MAIN", "sku": "AB-1", "quantity": 5, "reference": "PO-1", "bin": "A-01"}
    first, again = post(client, "movements/", body), post(client, "movements/", body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    assert (Movement.objects.count(), Balance.objects.get(sku=sku).on_hand) == (1, 5)
    shown = client.get("/api/v1/stock/?sku=AB-1").json()["results"][0]
    assert {name: shown[name] for name in ("sku", "warehouse", "bin", "on_hand", "reserved", "available", "short")} == {
        "sku": "AB-1", "warehouse": "MAIN", "bin": "A-01", "on_hand": 5, "reserved": 0, "available": 5, "short": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"quantity": 0}, 422),
        ({"sku": "NOPE"}, 404),
        ({"warehouse": "MOON"}, 404),
        ({"reference": ""}, 422),
        ({"kind": "issue"}, 422),
    ],
)
def test_a_bad_receipt_is_refused(change, status):
    make_warehouse()
    make_sku("AB-1")
    body = {"warehouse": "MAIN", "sku": "AB-1", "quantity": 5, "reference": "PO-1"} | change
    assert post(program("purchaser"), "movements/", body).status_code == status
    assert Movement.objects.count() == 0


@pytest.mark.covers("STK-14", "STK-16")
def test_counts_bins_and_reorder_points():
    balance = Balance.objects.get(sku=make_sku(on_hand=5))
    keeper, buyer = program("warehouse"), program("purchaser")
    assert post(keeper, f"stock/{balance.pk}/count/", {"counted": 4, "reason": "one broken"}).json()["on_hand"] == 4
    assert Movement.objects.filter(kind="count").values_list("quantity", "note").get() == (-1, "one broken")
    assert post(keeper, f"stock/{balance.pk}/count/", {"counted": 4}).status_code == 422
    assert post(keeper, f"stock/{balance.pk}/set-bin/", {"bin": "C-09"}).json()["bin"] == "C-09"
    assert post(keeper, f"stock/{balance.pk}/set-bin/", {"bin": ""}).json()["bin"] is None
    assert post(keeper, f"stock/{balance.pk}/set-reorder-point/", {"pieces": 3}).status_code == 403
    assert post(buyer, f"stock/{balance.pk}/set-reorder-point/", {"pieces": 9}).json()["reorder_point"] == 9
    assert buyer.get("/api/v1/stock/?low=true").json()["results"][0]["id"] == str(balance.pk)


@pytest.mark.parametrize("role", ["service", "supervisor", "administrator"])
def test_roles_that_only_look(role):
    make_warehouse()
    balance = Balance.objects.get(sku=make_sku("AB-1", on_hand=5))
    client = program(role)
    assert client.get("/api/v1/stock/").status_code == 200
    assert post(client, f"stock/{balance.pk}/count/", {"counted": 1, "reason": "x"}).status_code == 403
    body = {"warehouse": "MAIN", "sku": "AB-1", "quantity": 5, "reference": "PO-1"}
    assert post(client, "movements/", body).status_code == 403
    assert post(client, "warehouses/", {"code": "EAST", "name": "East"}).status_code == 403


def test_warehouses_have_one_default():
    make_warehouse()
    client = program("manager")
    made = post(client, "warehouses/", {"code": "EAST", "name": "East", "is_default": True})
    assert made.status_code == 201, made.content
    assert list(Warehouse.objects.filter(is_default=True).values_list("code", flat=True)) == ["EAST"]
    assert post(client, "warehouses/", {"code": "EAST", "name": "Again"}).status_code == 409
    assert post(client, "warehouses/", {"code": "WEST", "name": "West", "time_zone": "Mars/Base"}).status_code == 422
    address = f"/api/v1/warehouses/{made.json()['id']}/"
    etag = client.get(address)["ETag"]
    refused = client.patch(address, {"active": False}, content_type="application/json", headers={"If-Match": etag})
    assert refused.status_code == 409


def test_a_house_without_a_warehouse_gets_one():
    assert warehouses.ensure_default(now=NOW).code == "MAIN"
    assert warehouses.ensure_default(now=NOW).pk == Warehouse.objects.get().pk


def test_bins_follow_the_walking_order():
    house = make_warehouse()
    warehouses.save_bin(warehouse=house, code="Z-1", sort="001", actor=SYSTEM, now=NOW)
    sku = make_sku()
    stock.receive(warehouse=house, rows=[(sku.pk, 1, "Z-1")], reference="R", actor=SYSTEM, now=NOW)
    assert selectors.bins_of([sku.pk], house.pk) == {sku.pk: ("001", "Z-1")}
