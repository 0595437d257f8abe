"""Orders and stock as people work them: list, filters, hold, wish, address, receipt; in English and Chinese."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django_scopes import scopes_disabled

from core.clock import utcnow
from orders.models import Order
from tests.factories.accounts import make_person, make_store
from tests.factories.inventory import make_sku, make_warehouse
from tests.factories.orders import make_item, make_order

expect: Any = None
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def quiet_end(page: Any) -> Any:
    """No request may outlive the test's database."""
    yield
    page.wait_for_load_state("networkidle")


@pytest.fixture(autouse=True)
def assertions() -> None:
    """Playwright's waiting assertions, only where it is installed."""
    global expect
    expect = pytest.importorskip("playwright.sync_api").expect


def shot(page: Any, name: str) -> None:
    """A picture, when a folder for them is named."""
    if folder := os.environ.get("SAMPAN_SHOTS"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), caret="initial")


def signed_in(page: Any, live_server: Any, role: str = "supervisor", **facts: Any) -> Any:
    client = Client()
    client.force_login(make_person(role, **facts))
    page.context.add_cookies([{"name": "session", "value": client.cookies["session"].value, "url": live_server.url}])
    return page


@pytest.fixture
def shop(live_server: Any) -> dict[str, Any]:
    """A store with orders of several kinds, placed today."""
    now = utcnow()
    with scopes_disabled():
        make_warehouse(name="Yiwu")
        store = make_store("ae", name="饰品店 AE")
        scarf = make_sku("SCARF-RED", on_hand=4, name_en="Silk scarf", name_zh="丝巾", variant="red / blue", bin="A-01")
        item = make_item(store, "AE-SCARF", sku=scarf, title="Silk scarf 90 cm")
        note = "Line 1 in red, size M. Gift wrap please!"
        wished = make_order(store, lines=[(item, 3), (make_item(store, "AE-RING"), 1)], note=note, now=now, assess=True)
        make_order(store, lines=[(item, 4)], buyer_name="Иван Петров", country="RU", now=now, assess=True)
        make_order(
            store,
            lines=[(item, 1)],
            buyer_name="محمد علي",
            country="SA",
            now=now,
            channel_facts={"risk": True},
            assess=True,
        )
        make_order(store, state="unpaid", country="DE", now=now)
    return {"store": store, "wished": wished, "scarf": scarf}


def test_the_list_and_an_order(shop, page, live_server):
    signed_in(page, live_server)
    page.goto("/orders/")
    expect(page.locator("tbody tr")).to_have_count(4)
    shot(page, "orders-list")
    page.goto("/orders/?view=risk")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.goto(f"/orders/{shop['wished'].pk}/")
    expect(page.locator("h1")).to_contain_text(shop["wished"].number)
    page.wait_for_timeout(600)
    shot(page, "order-detail")
    page.get_by_role("button", name="Show address and phone").click()
    expect(page.locator("#address")).to_contain_text("Rua A 1")
    page.get_by_role("button", name="Cannot be met").first.click()
    expect(page.locator(".d-h")).to_contain_text("Held")
    shot(page, "order-held")
    page.get_by_role("button", name="Buyer was told").click()
    expect(page.locator(".d-h")).not_to_contain_text("Held")
    with scopes_disabled():
        assert Order.objects.get(pk=shop["wished"].pk).state == "ready"


def test_further_filters_and_columns_come_when_they_are_opened(shop, page, live_server):
    signed_in(page, live_server)
    page.goto("/orders/")
    page.locator(".f-more summary").click()
    page.get_by_label("Has a wish").select_option("true")
    shot(page, "orders-more-filters")
    page.locator(".f-more button.primary").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    assert "has_wish=true" in page.url
    page.locator(".cols summary").click()
    page.get_by_label("Placed", exact=True).check()
    page.get_by_role("button", name="Show these").click()
    expect(page.locator("thead")).to_contain_text("Placed")
    assert "has_wish=true" in page.url


def test_hold_from_the_dialog(shop, page, live_server):
    signed_in(page, live_server)
    page.goto(f"/orders/{shop['wished'].pk}/")
    page.locator(".row-actions").get_by_text("Hold", exact=True).click()
    page.get_by_label("Reason").select_option("address")
    page.locator("dialog[open] button.primary, dialog[open] .b.primary").first.click()
    expect(page.locator(".d-h")).to_contain_text("Held")
    with scopes_disabled():
        assert Order.objects.get(pk=shop["wished"].pk).hold_reason == "address"


def test_in_chinese_and_on_a_phone(shop, page, live_server):
    signed_in(page, live_server, language="zh-hans")
    page.goto("/orders/")
    expect(page.locator("h1")).to_have_text("订单")
    shot(page, "orders-zh")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/orders/")
    expect(page.locator("tbody tr")).to_have_count(4)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    shot(page, "orders-phone")
    page.goto(f"/orders/{shop['wished'].pk}/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    shot(page, "order-phone")


def test_goods_come_in_and_a_count_is_corrected(shop, page, live_server):
    signed_in(page, live_server, role="purchaser")
    page.goto("/stock/")
    expect(page.locator("tbody")).to_contain_text("SCARF-RED")
    shot(page, "stock-list")
    page.goto("/stock/receive/")
    page.get_by_label("Delivery note or order number").fill("PO-77")
    page.locator("input[name=row-0-sku]").fill("SCARF-RED")
    page.locator("input[name=row-0-quantity]").fill("10")
    shot(page, "stock-receive")
    page.get_by_role("button", name="Book the goods in").click()
    page.goto("/stock/")
    page.get_by_role("link", name="SCARF-RED").click()
    expect(page.locator(".box").first).to_contain_text("14")
    page.wait_for_timeout(400)
    shot(page, "stock-ledger")


def test_a_rule_is_made_and_an_order_entered(shop, page, live_server):
    signed_in(page, live_server, role="manager")
    page.goto("/orders/rules/new/")
    page.get_by_label("Name").fill("Brazil, small")
    page.get_by_role("combobox", name="Countries").fill("Brazil, PT")
    page.get_by_label("Set flag").select_option("blue")
    shot(page, "rule-form")
    page.get_by_role("button", name="Save rule").click()
    expect(page.locator("tbody")).to_contain_text("BR, PT")
    page.goto("/orders/new/")
    shot(page, "order-new")
    page.locator("input[name=buyer_name]").fill("Ana Lima")
    page.locator("input[name=country]").fill("Brazil")
    page.locator("input[name=line-0-sku]").fill("AE-SCARF")
    page.locator("input[name=line-0-quantity]").fill("1")
    page.locator("input[name=line-0-unit_price]").fill("4.50")
    page.get_by_role("button", name="Enter the order").click()
    expect(page.locator("h1")).to_contain_text("SO-")
