"""The frame and the list in a real browser: keys, bulk bar, dialog, filters, theme; nothing refused by the policy; WCAG 2.2 AA."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from core.models import CalendarDay
from tests.browser import arrived
from tests.core.sample import DayListing  # noqa: F401  (registers the list)

pytestmark = [pytest.mark.browser, pytest.mark.urls("tests.core.sample"), pytest.mark.django_db(transaction=True)]

AXE = Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]


@pytest.fixture
def window(chromium: Any, live_server: Any, page: Any, days: list[CalendarDay]) -> Iterator[Any]:
    """A window in which the manager is signed in (``page`` is the signed-in test client)."""
    context = chromium.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 800}, locale="en-GB")
    session = page.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    made = context.new_page()
    faults: list[str] = []
    made.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    made.on("pageerror", lambda error: faults.append(str(error)))
    yield made
    context.close()
    assert faults == []


def open_list(window: Any, query: str = "") -> None:
    window.goto(f"/days/{query}")
    arrived(window)


def names(window: Any) -> list[str]:
    return window.locator("#rows tbody td:nth-child(2)").all_inner_texts()


def test_a_list_is_walked_and_ticked_by_keys(window):
    open_list(window)
    for key in ("j", "j", "x", "j", "j", "Shift+X"):
        window.keyboard.press(key)
    assert window.locator("#bulk b").inner_text() == "3 selected"
    assert window.locator("tr.sel").count() == 3
    window.keyboard.press("Escape")
    assert window.locator("#bulk").is_hidden()
    window.keyboard.press("Enter")
    window.wait_for_url("**/days/*/")


def test_the_three_meanings_of_all_are_said_in_words(window):
    open_list(window, "?page_size=5")
    window.click("[data-pick-all]")
    assert window.locator("#bulk b").inner_text() == "5 selected"
    window.click("text=Next")
    window.wait_for_url("**cursor=**")
    window.wait_for_selector("tr:has-text('f')")
    assert window.locator("#bulk [data-elsewhere]").inner_text() == "5 of them on other pages"
    window.click("[data-pick-all]")
    window.click("[data-pick-matching]")
    assert window.locator("#bulk b").inner_text() == "All 12 that fit the filters"


def test_a_bulk_action_is_previewed_done_and_taken_back_in_the_dialog(window):
    open_list(window)
    window.click("[data-pick-all]")
    window.locator("#bulk").get_by_text("Close", exact=True).click()
    dialog = window.locator("#dialog[open]")
    dialog.locator("[name=reason]").fill("holiday")
    dialog.get_by_text("See what will happen").click()
    dialog.locator(".outcomes .ok").first.wait_for()
    assert dialog.locator(".outcomes .ok").count() == 4
    assert dialog.locator(".outcomes .no").count() == 8
    assert CalendarDay.objects.filter(working=True).count() == 4
    dialog.locator("button[value=apply]").click()
    dialog.get_by_text("Take it back").wait_for()
    assert CalendarDay.objects.filter(working=True).count() == 0
    assert window.locator("#bulk").is_hidden()
    dialog.get_by_text("Take it back").click()
    window.locator("#dialog").wait_for(state="hidden")
    window.wait_for_load_state("networkidle")
    assert CalendarDay.objects.filter(working=True).count() == 4


def test_filters_live_in_the_address_and_come_back(window):
    open_list(window)
    window.locator("#list-q").fill("c")
    window.wait_for_url("**q=c**")
    assert names(window) == ["c"]
    assert window.evaluate("document.activeElement.id") == "list-q"
    window.reload()
    assert names(window) == ["c"]
    window.go_back()
    window.locator("#rows tbody tr").nth(11).wait_for()


def test_the_palette_and_the_key_sheet_open_and_close(window):
    open_list(window)
    window.keyboard.press("Control+k")
    window.keyboard.type("long")
    assert window.locator("#palette li:visible").first.inner_text().startswith("Long work")
    window.keyboard.press("Enter")
    window.wait_for_url("**/jobs/**")
    window.keyboard.press("?")
    assert window.locator("#keys[open]").is_visible()
    window.keyboard.press("Escape")
    assert window.locator("#keys").is_hidden()


def test_the_theme_follows_the_click_at_once_and_is_kept(window, person):
    open_list(window)
    window.click("summary.me")
    with window.expect_response("**/preferences/"):
        window.click("button[value=dark]")
    assert window.get_attribute("html", "data-bs-theme") == "dark"
    person.refresh_from_db()
    assert person.theme == "dark"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_list_and_detail_pass_wcag(window, person, days, theme, width):
    if not AXE.exists():
        pytest.skip("axe-core is not installed")
    person.theme = theme
    person.save(update_fields=["theme"])
    window.set_viewport_size({"width": width, "height": 800})
    for path in ("/days/", f"/days/{days[0].pk}/", "/search/?q=a"):
        window.goto(path)
        arrived(window)
        window.evaluate(AXE.read_text())
        found = window.evaluate(f"axe.run({{runOnly: {json.dumps(WCAG)}}})")["violations"]
        assert [(v["id"], [n["target"] for n in v["nodes"][:3]]) for v in found] == [], path
        assert window.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_search_answers_while_one_types_and_the_palette_reaches_the_page(window):
    open_list(window)
    window.keyboard.press("/")
    CalendarDay.objects.filter(name__in="ab").update(name="sea")
    window.keyboard.type("se")
    window.wait_for_selector("#search-hits li")
    assert window.locator("#search-hits li .mono").all_inner_texts() == ["sea", "sea"]
    window.keyboard.press("Escape")
    window.locator("#search").fill("")
    window.keyboard.press("Escape")
    window.keyboard.press("Control+k")
    window.wait_for_selector("#palette[open]")
    window.keyboard.type("sea")
    window.wait_for_selector("#palette li[data-hit]")
    window.keyboard.press("Escape")
    window.goto(f"/days/{CalendarDay.objects.first().pk}/")
    window.wait_for_load_state("networkidle")
    window.keyboard.press("?")
    window.wait_for_selector("#keys-here:not([hidden])")
    assert window.locator("#keys-here kbd").count() > 0
