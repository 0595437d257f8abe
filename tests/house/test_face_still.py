"""The views of a list keep one row in every width and answer to the keyboard; nothing jumps while a page arrives."""

from __future__ import annotations

from typing import Any

import pytest
from django_scopes import scopes_disabled

from tests.factories.accounts import make_person, make_store
from tests.factories.orders import make_order
from tests.house.test_faces import Window

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ROW = """() => { const nav = document.querySelector(".views-row .views"), tabs = [...nav.querySelectorAll(":scope > a")];
  return {rows: new Set(tabs.map((a) => a.getBoundingClientRect().top)).size, shown: tabs.length,
          kept: nav.querySelectorAll(".menu-b a").length, sideways: document.documentElement.scrollWidth > innerWidth} }"""
JUMPS = """window.jumps = []; new PerformanceObserver((list) => list.getEntries().forEach((e) => window.jumps.push([e.value,
  (e.sources ?? []).slice(0, 3).map((s) => (s.node?.outerHTML ?? s.node?.textContent ?? "?").slice(0, 80))])))
  .observe({type: "layout-shift", buffered: true});"""


@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_views_keep_one_row(chromium: Any, live_server: Any, width: int) -> None:
    with scopes_disabled():
        make_order(make_store())
        person = make_person("manager", language="en")
    window = Window(chromium, live_server, person, width)
    window.page.goto("/orders/")
    window.page.wait_for_load_state("networkidle")
    seen = window.page.evaluate(ROW)
    assert seen["rows"] == 1 and not seen["sideways"], seen
    if width > 900:
        assert seen["kept"] > 0, "what has no room stands in the menu"
        window.page.focus(".views-more summary")
        window.page.keyboard.press("Enter")
        window.page.keyboard.press("Tab")
        name = window.page.evaluate("document.activeElement.firstChild.textContent")
        window.page.keyboard.press("Enter")
        window.page.wait_for_function(
            "name => document.querySelector('.views > a.on')?.firstChild.textContent === name", arg=name
        )
        assert window.page.evaluate(ROW)["rows"] == 1
    window.context.close()
    assert window.wrong == []


@pytest.mark.parametrize("width", [1440, 390])
def test_nothing_jumps_while_a_page_arrives(chromium: Any, live_server: Any, width: int) -> None:
    with scopes_disabled():
        store = make_store()
        for _number in range(30):
            make_order(store)
        person = make_person("manager", language="en")
    window = Window(chromium, live_server, person, width)
    window.page.add_init_script(JUMPS)
    slow = window.context.new_cdp_session(window.page)
    slow.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    found = []
    for page in ("/today/", "/orders/", "/messages/", "/dispatch/"):
        window.page.goto(page)
        window.page.wait_for_load_state("networkidle")
        window.page.wait_for_timeout(300)
        found += [(page, *jump) for jump in window.page.evaluate("window.jumps") if jump[0] >= 0.0005]
    window.context.close()
    assert found == []
