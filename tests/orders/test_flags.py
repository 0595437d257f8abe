"""ORD-13: coloured marks with a note: red for size and colour notes, green for a bank transfer that was seen."""

from __future__ import annotations

import pytest
from django.test import Client
from django_scopes import scopes_disabled

from core.models import ActivityEntry
from orders.models import OrderFlag
from tests.factories.accounts import make_person, make_store
from tests.factories.inventory import make_warehouse
from tests.factories.orders import make_item, make_order

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def unscoped():
    with scopes_disabled():
        yield


@pytest.mark.covers("ORD-13")
@pytest.mark.parametrize(
    ("language", "green", "red"), [("en", "bank transfer paid", "size or colour"), ("zh-hans", "银行", "尺")]
)
def test_a_green_mark_says_that_the_transfer_was_seen_and_stands_with_its_note(language, green, red):
    make_warehouse()
    store = make_store("ae")
    paid = make_order(store, lines=[(make_item(store), 1)], assess=True)
    noted = make_order(store, lines=[(make_item(store), 1)], note="line 1: red, size M", assess=True)
    clerk = make_person("service", language=language)
    client = Client()
    client.force_login(clerk)
    client.cookies["django_language"] = language
    form = client.get(f"/lists/orders/{paid.pk}/do/flag/").content.decode()
    assert green in form and red in form  # both meanings are said where one chooses
    done = client.post("/api/v1/orders/bulk/flag/", {"ids": [str(paid.pk)], "colour": "green", "note": "ICBC 300 USD, seen 9:10"},
                       content_type="application/json")  # fmt: skip
    assert done.status_code == 200, done.content
    flags = {
        row["id"]: [(f["colour"], f["note"]) for f in row["flags"]]
        for row in client.get("/api/v1/orders/").json()["results"]
    }
    assert flags[str(paid.pk)] == [("green", "ICBC 300 USD, seen 9:10")]
    assert [colour for colour, _note in flags[str(noted.pk)]] == ["red"]
    assert [row["id"] for row in client.get("/api/v1/orders/", {"flag": "green"}).json()["results"]] == [str(paid.pk)]
    for address in ("/orders/", f"/orders/{paid.pk}/"):
        assert "ICBC 300 USD, seen 9:10" in client.get(address).content.decode()
    assert ActivityEntry.objects.filter(subject_type="orders.order", subject_id=paid.pk, verb__contains="flag").exists()
    off = client.post(f"/api/v1/orders/{paid.pk}/unflag/", {"colour": "green"}, content_type="application/json")
    assert off.status_code == 200 and not OrderFlag.objects.filter(order=paid).exists()
