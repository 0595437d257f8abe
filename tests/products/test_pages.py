"""Pages and REST of articles and channel SKUs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django_scopes import scopes_disabled

from accounts.models import Store
from products.models import ChannelItem, Sku, SkuMatch
from products.services import catalogue
from tests.factories.accounts import make_person
from tests.factories.inventory import make_sku
from tests.factories.remote import NOW, a_line, a_store

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Store:
    with scopes_disabled():
        return a_store()


def item(shop: Store, code: str = "CUP-1x2", **facts: Any) -> ChannelItem:
    with scopes_disabled():
        return catalogue.ensure_items(store=shop, lines=[a_line(code, **facts)], now=NOW)[code]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_pages_open_for_each_who_may(client: Any, shop: Store, language: str) -> None:
    with scopes_disabled():
        sku, one = make_sku("CUP-1", name_en="Red cup", search="RED CUP"), item(shop)
    client.force_login(make_person("purchaser", [shop], language=language))
    plain = [reverse(f"products:{name}") for name in ("list", "new", "to-match")]
    about = [
        reverse(f"products:{name}", args=[pk]) for name, pk in (("detail", sku.pk), ("edit", sku.pk), ("item", one.pk))
    ]
    for address in plain + about:
        assert client.get(address).status_code == 200, address
    page = client.get(reverse("products:to-match")).content.decode()
    assert "CUP-1x2" in page and "CUP-1 × 2" in page  # with its suggestion
    client.force_login(make_person("service", [shop]))
    assert client.get(reverse("products:new")).status_code == 403


def test_an_article_is_made_and_changed(client: Any) -> None:
    client.force_login(make_person("purchaser"))
    made = client.post(
        reverse("products:new"),
        {"code": "N-1", "name_en": "Cup", "cost": "3.50", "cost_currency": "CNY", "origin": "CN"},
    )
    sku = Sku.objects.get()
    assert made.status_code == 302 and (sku.code, sku.cost, sku.search) == ("N-1", Decimal("3.5"), "N-1 CUP")
    twice = client.post(reverse("products:new"), {"code": "N-1"})
    assert twice.status_code == 422 and "already" in twice.content.decode()
    client.post(reverse("products:edit", args=[sku.pk]), {"code": "N-2", "name_en": "Mug", "weight_g": "120"})
    sku.refresh_from_db()
    assert (sku.code, sku.name_en, sku.weight_g) == ("N-2", "Mug", Decimal("120"))


def test_cost_is_for_those_who_may_see_it(client: Any) -> None:
    with scopes_disabled():
        sku = make_sku("A", cost=Decimal("3.5"))
    client.force_login(make_person("purchaser"))
    assert client.get(f"/api/v1/skus/{sku.pk}/").json()["cost"] == "3.50"
    client.force_login(make_person("service"))
    assert client.get(f"/api/v1/skus/{sku.pk}/").json()["cost"] is None
    assert "3.50" not in client.get(reverse("products:detail", args=[sku.pk])).content.decode()


@pytest.mark.parametrize(
    ("components", "expected"),
    [("CUP × 2; BOX", {("CUP", 2), ("BOX", 1)}), ("CUP", {("CUP", 1)}), ("cup", None), ("CUP × 0", None), ("", None)],
)
def test_a_match_is_entered_as_people_write_it(client: Any, shop: Store, components: str, expected: Any) -> None:
    with scopes_disabled():
        make_sku("CUP"), make_sku("BOX")
        one = item(shop)
    client.force_login(make_person("service", [shop]))
    answer = client.post(reverse("core:act", args=["listings", one.pk, "match"]), {"components": components})
    found = set(SkuMatch._base_manager.values_list("sku__code", "quantity"))
    assert found == (expected or set()) and (answer.status_code == 302) == bool(expected)


def test_matching_by_rest_and_in_bulk(client: Any, shop: Store) -> None:
    with scopes_disabled():
        make_sku("CUP"), make_sku("X-1")
        one, same, new, post = (item(shop, code) for code in ("SET", "x-1", "NEW", "POST"))
    client.force_login(make_person("purchaser", [shop]))
    send: dict[str, Any] = {"content_type": "application/json"}
    matched = client.post(f"/api/v1/listings/{one.pk}/match/", {"components": [{"sku": "CUP", "quantity": 3}]}, **send)
    assert matched.status_code == 200 and matched.json()["components"][0]["quantity"] == 3
    wrong = client.post(f"/api/v1/listings/{one.pk}/match/", {"components": [{"sku": "nope", "quantity": 3}]}, **send)
    assert wrong.status_code == 422
    bulk = client.post("/api/v1/listings/bulk/match-same-code/", {"ids": [str(same.pk), str(new.pk)]}, **send).json()
    assert (bulk["done"], bulk["refused"]) == (1, 1)
    made = client.post("/api/v1/listings/bulk/create-articles/", {"filter": {"state": "to_match"}}, **send).json()
    assert made["done"] == 2 and set(Sku.objects.values_list("code", flat=True)) == {"CUP", "X-1", "NEW", "POST"}
    client.post("/api/v1/listings/bulk/not-goods/", {"ids": [str(post.pk)]}, **send)
    assert ChannelItem._base_manager.get(pk=post.pk).not_goods
    listed = client.get("/api/v1/listings/?state=matched&ordering=channel_sku").json()["results"]
    assert [row["channel_sku"] for row in listed] == ["NEW", "SET", "x-1"]


def test_same_codes_of_all_own_stores_at_once(client: Any, shop: Store) -> None:
    with scopes_disabled():
        make_sku("A"), item(shop, "a"), item(a_store("other"), "A")
    client.force_login(make_person("service", [shop]))
    client.post(reverse("products:same-codes"))
    assert dict(ChannelItem._base_manager.values_list("channel_sku", "matched")) == {"a": True, "A": False}


def test_a_foreign_store_is_not_seen(client: Any, shop: Store) -> None:
    with scopes_disabled():
        foreign = item(a_store("other"), "A")
    client.force_login(make_person("service", [shop]))
    assert client.get(reverse("products:item", args=[foreign.pk])).status_code == 404
    assert client.get(f"/api/v1/listings/{foreign.pk}/").status_code == 404
    assert client.post(reverse("core:act", args=["listings", foreign.pk, "not-goods"])).status_code == 404
