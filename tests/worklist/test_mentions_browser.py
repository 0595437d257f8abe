"""Naming a colleague in a note by keys, and the line on the colleague's Today."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django_scopes import scopes_disabled

from tests.factories.accounts import make_person, make_store
from tests.factories.orders import make_order

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sign_in(page: Any, live_server: Any, person: Any) -> None:
    client = Client()
    client.force_login(person)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])


def test_a_colleague_is_named_by_keys_and_told(page: Any, live_server: Any) -> None:
    expect = pytest.importorskip("playwright.sync_api").expect
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    with scopes_disabled():
        store = make_store()
        order = make_order(store)
        ann = make_person("supervisor", [store], username="ann")
        bea = make_person("service", [store], username="bea", display_name="Bea Wu")
        make_person("service", [store], username="ben")
        make_person("service", [make_store()], username="zed")
    sign_in(page, live_server, ann)
    page.goto(f"{live_server.url}/orders/{order.pk}/")
    page.click("#note-text")
    page.keyboard.type("Please @")
    offered = page.locator(".mention-list [role=option]")
    expect(offered).to_have_text(["@bea · Bea Wu", "@ben"])
    page.keyboard.press("ArrowDown")
    expect(page.locator(".mention-list [aria-selected=true]")).to_have_text("@ben")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator("#note-text")).to_have_value("Please @bea ")
    expect(offered).to_have_count(0)
    page.keyboard.type("call him, @")
    expect(offered.first).to_be_visible()
    page.keyboard.press("Escape")
    expect(offered).to_have_count(0)
    if folder := os.environ.get("SAMPAN_SHOTS"):
        page.keyboard.type("b")
        expect(offered.first).to_be_visible()
        page.screenshot(path=str(Path(folder) / "mention.png"))
        page.keyboard.press("Escape")
        page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")
    page.get_by_role("button", name="Add note").click()
    expect(page.locator("#timeline")).to_contain_text("Please @bea call him")
    page.wait_for_load_state("networkidle")
    sign_in(page, live_server, bea)
    page.goto(f"{live_server.url}/today/")
    expect(page.locator("#work-rows")).to_contain_text("Please @bea call him")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=str(Path(folder) / "mention-today.png")) if (
        folder := os.environ.get("SAMPAN_SHOTS")
    ) else None
    page.get_by_role("link", name="Read it").first.click()
    page.wait_for_url(f"**/orders/{order.pk}/#timeline")
    page.wait_for_load_state("networkidle")
    page.goto(f"{live_server.url}/today/")
    expect(page.locator("#work-rows")).not_to_contain_text("Please @bea")
    page.wait_for_load_state("networkidle")
    assert faults == []
