"""Every page of the daily work in a real browser: three widths, both themes, both languages; WCAG 2.2 AA; nothing sideways; no
fault in the console (a breach of the Content-Security-Policy is one); hostile names and texts stay in their place."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django_scopes import scopes_disabled

from core import longwork
from core.clock import utcnow
from customers.models import Buyer
from logistics.services import dispatch, printing
from orders.models import Order
from tests.browser import arrived
from tests.factories import conversations as talk
from tests.factories import dispatch as make
from tests.factories import worklist as duties
from tests.factories.accounts import make_person, make_store

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FULL = os.environ.get("SAMPAN_SCALE") == "full"
AXE = Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
NAMES = [
    "Maximiliana Konstantinopolitanska-Schwarzenberger von und zu Hohenlohe-Waldenburg 🧵👨‍👩‍👧‍👦💍",
    "محمد عبد الرحمن بن سعيد آل القحطاني 🌙",
    "Иван-Александр Константинопольский-Римский-Корсаков",
    "<b>x</b>&amp;'\"" + "a" * 80,
]
TEXTS = [
    "مرحبا، أين طلبي رقم 800000012؟ دفعت 42.60$ 😡",
    "<script>alert(1)</script>\n\nhttps://example.com/" + "a" * 200,
]
PAGES = [
    "/today/", "/today/?order=risk", "/today/all/", "/messages/", "/messages/?group=all", "/messages/threads/{thread}/",
    "/messages/all/", "/messages/templates/", "/messages/by-hand/", "/orders/", "/orders/{order}/", "/orders/new/", "/orders/import/",
    "/orders/imports/", "/orders/?q=nothing-like-this", "/customers/", "/customers/{buyer}/", "/dispatch/", "/dispatch/notes/?view=all",
    "/dispatch/notes/{note}/", "/dispatch/print/", "/dispatch/print/{batch}/", "/dispatch/station/", "/dispatch/hand-over/",
    "/dispatch/numbers/?view=all", "/parcels/?view=all", "/parcels/{parcel}/", "/search/?q=DN", "/not-a-page/",
]  # fmt: skip
#: Lists that a tablet shows without scrolling sideways.
FIT = ["/orders/", "/dispatch/notes/?view=all", "/parcels/?view=all", "/customers/"]
LOOKS = [("zh-hans", "light", 1440), ("en", "dark", 1024), ("en", "light", 390), ("zh-hans", "dark", 390)]


def house() -> dict[str, Any]:
    """A house in which every page has something to show, with buyers whose names are hard to draw."""
    now = utcnow()
    with scopes_disabled():
        store = make_store(name="海舟饰品 Haizhou Jewelry")
        note = make.released(make.ready_order(store, ship_by=now + timedelta(hours=30)))
        make.make_note(make.ready_order(store, ship_by=now - timedelta(days=2)))
        blocked = make.released(make.ready_order(store))
        dispatch.block(note=blocked, reason="quality", text="scratched", actor=make.person("warehouse"), now=make.NOW)
        parcel = make.handed_over(make.ready_order(store, ship_by=make.NOW + timedelta(days=1)))
        make.pack(make.released(make.ready_order(store)))
        batch, _refused = printing.print_notes(notes=[note], actor=make.person("warehouse"), now=make.NOW)
        assert batch and longwork.run(batch.job_id) == "done"
        for order, name in zip(Order.objects.order_by("pk"), NAMES, strict=False):
            Order.objects.filter(pk=order.pk).update(buyer_name=name)
            Buyer.objects.filter(pk=order.buyer_id).update(name=name)
        threads = [talk.make_thread(store, buyer=buyer, waiting_since=now) for buyer in Buyer.objects.all()[:2]]
        for thread, text in zip(threads, TEXTS, strict=True):
            talk.make_message(thread, direction="in", body=text, template_code="", at=now)
            talk.make_message(thread, body=text, at=now)
        duties.LISTING_ROWS["duties"].make(store, 14, make_person("service", username="ann"))
        return {
            "note": note.pk, "batch": batch.pk, "parcel": parcel.pk, "order": note.order_id, "buyer": note.order.buyer_id,
            "thread": threads[0].pk,
        }  # fmt: skip


def open_window(chromium: Any, server: Any, language: str, theme: str, width: int) -> tuple[Any, list[str]]:
    """A window of a manager, and what its console complains of."""
    context = chromium.new_context(base_url=server.url, viewport={"width": width, "height": 900}, locale="en-GB")
    client = Client()
    client.force_login(
        make_person("manager", language=language, theme=theme, username=f"boss-{language}-{theme}-{width}")
    )
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": server.url}])
    window, faults = context.new_page(), []
    window.on("console", lambda m: faults.append(m.text) if m.type == "error" and "404" not in m.text else None)
    window.on("pageerror", lambda error: faults.append(str(error)))
    window.add_init_script(AXE.read_text())
    return window, faults


@pytest.mark.parametrize("turn", range(len(LOOKS)), ids=["-".join(map(str, look)) for look in LOOKS])
def test_pages_of_the_day_stand_in_every_look(chromium: Any, live_server: Any, turn: int) -> None:
    """Nothing is wider than its place in any look; axe reads each page in two of them, at full size in all."""
    language, theme, width = LOOKS[turn]
    if not AXE.exists():
        pytest.skip("axe-core is not installed")
    ids = house()
    window, console = open_window(chromium, live_server, language, theme, width)
    faults: list[Any] = []
    for place, page in enumerate(PAGES):
        window.goto(page.format(**ids))
        arrived(window)
        if FULL or place % 2 == turn % 2:
            found = window.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", WCAG)
            faults += [(page, v["id"], [n["html"][:120] for n in v["nodes"]][:3]) for v in found["violations"]]
        if window.evaluate("document.documentElement.scrollWidth > innerWidth"):
            faults.append((page, "sideways", window.evaluate("document.documentElement.scrollWidth")))
        sheet = window.evaluate(
            "(s => s ? [s.scrollWidth, s.clientWidth] : [0, 0])(document.querySelector('#rows .sheet'))"
        )
        if page in FIT and sheet[0] > sheet[1]:
            faults.append((page, "the list is wider than its place", sheet))
    window.context.close()
    assert faults == [], json.dumps(faults, indent=1, ensure_ascii=False)
    assert console == []


def test_a_refusing_server_and_a_lost_network_are_said(chromium: Any, live_server: Any) -> None:
    ids = house()
    window, _console = open_window(chromium, live_server, "en", "light", 1440)
    window.goto("/orders/")
    window.wait_for_load_state("networkidle")
    window.context.set_offline(True)
    window.fill("#list-q", "abc")
    window.wait_for_selector(".toast-s.toast-rose")
    assert window.locator("#rows tbody tr").count() > 0  # what was seen stays
    window.context.set_offline(False)
    window.goto(f"/orders/{ids['order']}/")
    window.wait_for_load_state("networkidle")
    window.context.close()


def test_a_phone_card_names_its_plain_values(chromium: Any, live_server: Any) -> None:
    house()
    window, _console = open_window(chromium, live_server, "en", "light", 390)
    window.goto("/dispatch/print/")
    window.wait_for_load_state("networkidle")
    labels = window.locator("#rows tbody td[data-label]").evaluate_all("cells => cells.map((c) => c.dataset.label)")
    assert {"Notes", "Reprints", "Made"} <= set(labels)
    window.set_viewport_size({"width": 1440, "height": 900})
    heading = window.locator("#rows thead th").nth(2)
    assert heading.is_visible()
    window.context.close()
