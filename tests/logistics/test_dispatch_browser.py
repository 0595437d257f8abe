"""The dispatch pages in a real browser: packing by scanner and Enter only, in both languages; no fault in the console; WCAG 2.2 AA."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django_scopes import scopes_disabled

from core import longwork
from logistics.models import DispatchNote, Parcel
from logistics.services import dispatch, printing
from orders.models import Wish
from tests.browser import arrived
from tests.factories import dispatch as make
from tests.factories.accounts import make_person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AXE = Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
#: A folder for pictures, for people who want to look.
SHOTS = os.environ.get("SAMPAN_SHOTS", "")


class Window:
    """A window in which somebody is signed in."""

    def __init__(self, chromium: Any, server: Any, role: str, width: int, **facts: Any) -> None:
        self.context = chromium.new_context(
            base_url=server.url, viewport={"width": width, "height": 900}, locale="en-GB"
        )
        client = Client()
        client.force_login(make_person(role, **facts))
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": server.url}])
        self.page = self.context.new_page()
        self.faults: list[str] = []
        self.page.on(
            "console",
            lambda message: (
                self.faults.append(message.text) if message.type == "error" and "409" not in message.text else None
            ),
        )
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))

    def open(self, path: str, shot: str = "") -> Any:
        """Go there."""
        self.page.goto(path)
        arrived(self.page)
        self.shot(shot)
        return self.page

    def shot(self, name: str) -> None:
        """Keep a picture when wanted."""
        if SHOTS and name:
            self.page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


@pytest.fixture
def windows(chromium: Any, live_server: Any) -> Iterator[Any]:
    """Opens windows; console errors fail the test."""
    opened: list[Window] = []

    def make_window(role: str = "warehouse", width: int = 1440, **facts: Any) -> Window:
        opened.append(Window(chromium, live_server, role, width, **facts))
        return opened[-1]

    with scopes_disabled():
        make.no_rule_signs()
        yield make_window
    for window in opened:
        window.context.close()
    assert [fault for window in opened for fault in window.faults] == []


def order_with_wish(**facts: Any) -> Any:
    """Two articles, one of them with a wish and fragile."""
    a = make.article(
        "NK-117-G", bin="B-02-4", name_zh="蛇骨项链 45 cm", name_en="Snake chain 45 cm", variant="金色", weight_g=40
    )
    b = make.article(
        "ER-FEATHER",
        bin="A-01-1",
        name_zh="羽毛耳环",
        name_en="Feather earrings",
        variant="混色",
        fragile=True,
        weight_g=21,
    )
    order = make.ready_order(lines=[(a, 2), (b, 3)], ship_by=make.NOW, **facts)
    Wish.objects.create(
        order=order, line=order.lines.all()[1], kind="colour", text="no green please", created_at=make.NOW
    )
    return order


def scan(page: Any, code: str) -> str:
    """Type like a wedge scanner: the code and Enter; answers what the page says."""
    page.keyboard.type(code)
    with page.expect_response("**/scan/"):
        page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('#scan').value === ''")
    page.wait_for_timeout(80)
    return page.locator(".scan-say").inner_text()


@pytest.mark.covers("DSP-09", "DSP-10", "DSP-17")
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_parcel_is_packed_by_scanner_and_enter_only(windows: Any, language: str) -> None:
    note = make.released(order_with_wish())
    make.article("NK-208", bin="B-03-2", name_zh="银色", name_en="silver")
    number = make.number_of(note)
    window = windows("warehouse", language=language, display_name="林")
    page = window.open("/dispatch/station/", f"station-empty-{language}")
    scan(page, note.number)
    assert page.locator("#scan-ref").inner_text() == note.number
    scan(page, "2*NK-117-G")
    scan(page, "ER-FEATHER")
    said = scan(page, "NK-208")
    assert "B-03-2" in said and page.locator("#station").get_attribute("data-result") == "refused"
    window.shot(f"station-foreign-{language}")
    assert (
        page.locator(".s-line .wish")
        .inner_text()
        .endswith("no green please · " + ("易碎" if language == "zh-hans" and "易碎" in page.content() else "fragile"))
        or "no green" in page.locator(".s-line .wish").inner_text()
    )
    for code in ("2*ER-FEATHER", "ok", "ok", "ok", "ok", "100 g"):
        said = scan(page, code)
    assert (
        page.locator("#station").get_attribute("data-result") == "warn" and "63" in said
    )  # 2 × 40 + 3 × 21 + a bag of 20
    window.shot(f"station-doubted-{language}")
    scan(page, "163 g")
    window.shot(f"station-weighed-{language}")
    scan(page, number)
    assert page.locator("#station").get_attribute("data-result") == "done"
    window.shot(f"station-done-{language}")
    parcel = Parcel.objects.get(note=note)
    assert (parcel.tracking_number, parcel.weight_g) == (number, 163)
    page = window.open("/dispatch/hand-over/")
    scan(page, number)
    window.shot(f"hand-over-{language}")
    scan(page, "hand-over")
    parcel.refresh_from_db()
    assert parcel.state == "shipped"


PAGES = {
    "board": "/dispatch/", "notes": "/dispatch/notes/?view=all", "to-sign": "/dispatch/notes/", "note": "/dispatch/notes/{note}/", "change": "/dispatch/notes/{note}/change/",
    "batches": "/dispatch/print/", "batch": "/dispatch/print/{batch}/", "numbers": "/dispatch/numbers/?view=all", "services": "/dispatch/services/",
    "rules": "/dispatch/approval-rules/", "declare": "/dispatch/declare/{parcel}/", "order": "/orders/{order}/",
}  # fmt: skip


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_pass_axe(windows: Any, theme: str) -> None:
    note = make.released(order_with_wish())
    make.make_note()
    make.make_note(make.ready_order(lines=[(make.article(on_hand=0), 4)]))
    blocked = make.released()
    dispatch.block(note=blocked, reason="quality", text="scratched", actor=make.person("warehouse"), now=make.NOW)
    short = make.released(lines=[(make.article(on_hand=0), 4)], number=False)
    parcel = make.handed_over()
    make.pack(make.released())
    batch, _refused = printing.print_notes(notes=[note], actor=make.person("warehouse"), now=make.NOW)
    assert batch and longwork.run(batch.job_id) == "done"
    ids = {"note": note.pk, "batch": batch.pk, "parcel": parcel.pk, "order": note.order_id}
    window = windows("manager", theme=theme, language="zh-hans" if theme == "light" else "en")
    window.page.add_init_script(AXE.read_text())
    faults = []
    for name, path in PAGES.items():
        page = window.open(path.format(**ids), f"{name}-{theme}")
        found = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", WCAG)
        faults += [(name, v["id"], [n["html"][:120] for n in v["nodes"]][:3]) for v in found["violations"]]
    assert faults == [], json.dumps(faults, indent=1)
    assert short and DispatchNote.objects.count() >= 7


def test_board_and_station_on_a_phone(windows: Any) -> None:
    note = make.released(order_with_wish())
    make.make_note()
    window = windows("manager", width=390, language="zh-hans")
    for name, path in {
        "board": "/dispatch/",
        "station": "/dispatch/station/",
        "note": f"/dispatch/notes/{note.pk}/",
    }.items():
        page = window.open(path)
        if name == "station":
            scan(page, note.number)
        window.shot(f"{name}-390")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1"), name


def test_the_board_keeps_every_word_inside_its_card(windows: Any) -> None:
    """Long order numbers and services stay in their cards, and empty columns leave the room to those with work."""
    for n in range(3):
        make.released(make.ready_order(external_id=f"80000000000{n:05}", number=f"80000000000{n:05}"))
    for width in (1440, 1024, 390):
        page = windows("warehouse", width=width, username=f"board{width}").open("/dispatch/", f"board-{width}")
        out = page.evaluate(
            "() => [...document.querySelectorAll('.lane-card')].flatMap(card => [...card.querySelectorAll('*')]"
            ".filter(e => e.getBoundingClientRect().right > card.getBoundingClientRect().right + 1).map(e => e.textContent))"
        )
        assert page.locator(".lane-card").count() == 3 and out == [], (width, out)
        if width > 390:
            wide, none = (
                page.locator(f".lane{kind}").first.bounding_box()["width"] for kind in (":not(.none)", ".none")
            )
            assert wide >= 170 and wide > 1.4 * none, (width, wide, none)
