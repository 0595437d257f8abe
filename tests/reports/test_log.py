"""The operations log and the modules: every change is recorded by itself, and the house is named as owners name it."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django_scopes import scopes_disabled

from accounts.roles import ROLE_PERMISSIONS
from core.audit import SYSTEM
from core.calendar import set_day
from core.models import ActivityEntry
from products.services import catalogue
from reports import services
from reports.choices import Module, module_of
from reports.models import DailyFigure
from stores.contracts import RemoteLine
from tests.factories import parcels as make
from tests.factories.accounts import make_person, make_store

pytestmark = pytest.mark.django_db
#: A Sunday and a holiday: nobody is in the house.
HOLIDAY = datetime(2026, 10, 4, 3, 0, tzinfo=UTC)


def client_of(person: Any) -> Client:
    made = Client()
    made.force_login(person)
    return made


def lines(client: Client, **asked: Any) -> list[dict[str, Any]]:
    answer = client.get("/api/v1/audit/", asked)
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


@pytest.mark.covers("OPS-01")
def test_every_change_of_an_article_stands_in_the_log_with_before_and_after():
    boss = make_person("manager")
    with scopes_disabled():
        sku = catalogue.create_sku(code="RING-1", cost=Decimal("3"), actor=boss.actor, now=HOLIDAY)
        catalogue.change_sku(sku=sku, cost=Decimal("3.5"), actor=boss.actor, now=HOLIDAY)
        catalogue.write_skus(
            rows=[{"code": "RING-1", "name_en": "Ring"}, {"code": "RING-2"}], actor=boss.actor, now=HOLIDAY
        )
        catalogue.write_skus(rows=[{"code": "RING-1", "name_en": "Ring"}], actor=boss.actor, now=HOLIDAY)
    client = client_of(boss)
    told = lines(client, module="product")
    assert [row["verb"] for row in told] == ["sku.change", "sku.create", "sku.change", "sku.create"]
    assert told[2]["changes"] == {"cost": ["3.0000", "3.5"]} and told[0]["changes"] == {"name_en": ["", "Ring"]}
    assert (
        {row["module"] for row in told} == {"product"}
        and told[0]["subject"] == "RING-1"
        and told[0]["who"] == boss.actor.label
    )
    page = client.get("/reports/log/?view=product").content.decode()
    assert "RING-1" in page and "3.0000 → 3.5" in page
    assert lines(client, module="stock") == []


@pytest.mark.covers("OPS-01")
def test_what_the_channel_changes_is_recorded_without_anybody_and_once():
    shop = make_store("alpha")
    first = RemoteLine(sku="A", title="Ring", quantity=1, unit_price=Decimal(1))
    with scopes_disabled():
        catalogue.ensure_items(store=shop, lines=[first], now=HOLIDAY)
        catalogue.ensure_items(store=shop, lines=[first], now=HOLIDAY)
        second = RemoteLine(sku="A", title="Ring of silver", quantity=1, unit_price=Decimal(1))
        catalogue.ensure_items(store=shop, lines=[second], now=HOLIDAY)
        catalogue.ensure_items(store=shop, lines=[second], now=HOLIDAY)
    told = lines(client_of(make_person("manager")), module="product")
    assert [row["verb"] for row in told] == ["item.told", "item.new"]
    assert told[0]["changes"] == {"title": ["Ring", "Ring of silver"]} and told[0]["actor_kind"] == "system"
    assert told[0]["store"] == "alpha"


@pytest.mark.covers("OPS-01")
def test_figures_of_a_holiday_are_recorded_and_the_day_says_that_it_was_one():
    boss = make_person("manager")
    with scopes_disabled():
        shop = make.store("sandbox")
        set_day(day=HOLIDAY.date(), working=False, name="National Day", actor=boss.actor, now=HOLIDAY)
        make.order(shop, placed_at=HOLIDAY, paid_at=HOLIDAY)
        services.refresh(now=HOLIDAY)
        row = DailyFigure.objects.get(country="", day=HOLIDAY.date())
        assert (row.placed, row.paid) == (1, 1)
    client = client_of(boss)
    told = client.get("/api/v1/reports/daily/", {"day_after": "2026-10-04", "day_before": "2026-10-04"}).json()[
        "results"
    ]
    assert [(day["placed"], day["working"], day["holiday"]) for day in told] == [(1, False, "National Day")]
    assert (
        "National Day"
        in client.get("/reports/daily/?edited=1&day_after=2026-10-04&day_before=2026-10-04").content.decode()
    )
    assert [row["verb"] for row in lines(client, module="operations")] == ["calendar.set"]


@pytest.mark.covers("OPS-01")
def test_the_log_shows_only_the_own_stores_and_nobody_elses_people():
    mine, other = make_store("alpha"), make_store("beta")
    with scopes_disabled():
        for shop in (mine, other):
            ActivityEntry.objects.create(
                subject_type="orders.order", subject_id=1, store_ref=shop.pk, verb="order.hold", actor_kind="system", actor_label="x",
                at=HOLIDAY,
            )  # fmt: skip
        for kind in ("accounts.user", "core.policyvalue"):
            ActivityEntry.objects.create(
                subject_type=kind, subject_id=1, verb=f"{kind}.x", actor_kind="system", actor_label="x", at=HOLIDAY
            )
    told = lines(client_of(make_person("supervisor", stores=[mine])))
    assert sorted(row["verb"] for row in told) == ["core.policyvalue.x", "order.hold"] and {
        row["store"] for row in told
    } <= {"alpha", None}
    assert {row["store"] for row in lines(client_of(make_person("manager")), store="beta")} == {"beta"}
    for role in ("service", "warehouse", "purchaser"):
        assert client_of(make_person(role)).get("/reports/log/").status_code == 403
        assert client_of(make_person(role)).get("/api/v1/audit/").status_code == 403


@pytest.mark.covers("OPS-02")
def test_the_seven_modules_are_named_with_their_pages_in_both_languages():
    names = {"en": ["Products", "Sales", "Supply", "Orders", "Finance", "Operations", "Stock"],
             "zh-hans": ["产品", "销售", "供应", "订单", "财务", "运营", "库存"]}  # fmt: skip
    assert [module.value for module in Module] == [
        "product",
        "sales",
        "supply",
        "orders",
        "finance",
        "operations",
        "stock",
    ]
    boss = make_person("manager")
    for language, words in names.items():
        client = client_of(boss)
        client.cookies["django_language"] = language
        type(boss).objects.filter(pk=boss.pk).update(language=language)
        shown = client.get("/modules/").context["sections"]
        assert [str(section["title"]) for section in shown] == words
        for section in shown:
            for item in section["items"]:
                assert client.get(item["url"]).status_code == 200, item["url"]
    assert client.get("/settings/").content.decode().count("/modules/") >= 1


@pytest.mark.covers("OPS-02")
@pytest.mark.parametrize("role", sorted(ROLE_PERMISSIONS))
def test_the_map_of_modules_leads_everybody_only_where_they_may_go(role):
    client = client_of(make_person(role))
    shown = client.get("/modules/").context["sections"]
    urls = list(itertools.chain.from_iterable([item["url"] for item in section["items"]] for section in shown))
    assert urls and {client.get(url).status_code for url in urls} == {200}


def test_every_recorded_kind_belongs_to_a_module():
    wanted = {"products.sku": "product", "orders.order": "orders", "inventory.balance": "stock", "disputes.remedy": "finance",
              "customers.buyer": "sales", "logistics.service": "supply", "logistics.parcel": "orders", "accounts.user": "operations"}  # fmt: skip
    assert {kind: module_of(kind).value for kind in wanted} == wanted
    assert SYSTEM.is_system
