"""One day of the shop in a real browser, each step by the person whose work it is, in Chinese and in English.

A file comes in through the mapping page; old orders are taken up and greeted; articles are matched; two people sign; the warehouse
gets numbers, prints, packs by scanner, hands over; the store without a connection is told by hand; the parcel is followed.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django_scopes import scopes_disabled

from conversations.models import Message
from core import longwork, policies
from core.clock import utcnow
from core.models import Job
from logistics.models import ApprovalRule, DispatchNote, Parcel, PrintBatch, Service, WaybillNumber
from logistics.services import numbers
from logistics.tasks.dispatch import sweep_notes
from orders.models import Order
from orders.tasks import rematch_missed
from stores.connectors.sandbox.numbers import waybill_number
from tests.browser import arrived
from tests.factories.accounts import make_person, make_store
from tests.factories.dispatch import article
from tests.factories.inventory import make_warehouse
from worklist.models import Duty
from worklist.services import run_until_done

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
#: A folder for pictures, for people who want to look.
SHOTS = os.environ.get("SAMPAN_SHOTS", "")
HEADINGS = ("order_no", "placed_at", "paid_at", "status", "buyer_name", "buyer_email", "recipient_name", "address1", "city", "postcode",
            "country", "sku", "title", "quantity", "unit_price", "shipping_method", "Anmerkung")  # fmt: skip
BUYERS = (("Maria Santos", "BR"), ("Иван Петров", "RU"), ("محمد علي", "SA"), ("Ana Lima", "PT"), ("田中 花子", "JP"))
WORDS = {
    "zh-hans": {"orders": "订单", "today": "今日", "parcels": "包裹", "settings": "设置", "lang": "zh-Hans"},
    "en": {"orders": "Orders", "today": "Today", "parcels": "Parcels", "settings": "Settings", "lang": "en"},
}


class Desk:
    """A window in which somebody is signed in; what the browser complains about is kept."""

    def __init__(self, chromium: Any, server: Any, role: str, language: str) -> None:
        self.role, self.language = role, language
        self.context = chromium.new_context(
            base_url=server.url, viewport={"width": 1440, "height": 900}, locale="en-GB", accept_downloads=True
        )
        client = Client()
        client.force_login(make_person(role, language=language, username=f"{role}-{language}"))
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        self.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": server.url}])
        self.page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.faults: list[str] = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.faults.append(f"{self.page.url}: {error}"))
        self.page.on("response", self._response)

    def _console(self, message: Any) -> None:
        # a refused scan answers 409: the browser writes a line about it, which is no fault
        if message.type == "error" and "409" not in message.text:
            self.faults.append(f"{self.page.url}: {message.text}")

    def _response(self, response: Any) -> None:
        if response.status >= 500:
            self.faults.append(f"{response.url}: {response.status}")

    def open(self, path: str, shot: str = "") -> Any:
        """Go there; nothing may be wider than the window, and the page is in the person's language."""
        self.page.goto(path)
        arrived(self.page)
        assert self.page.get_attribute("html", "lang") == WORDS[self.language]["lang"]
        assert self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1"), path
        self.shot(shot)
        return self.page

    def shot(self, name: str) -> None:
        """Keep a picture when wanted."""
        if SHOTS and name:
            # the caret stays: hiding it needs an inline style, which our pages forbid
            self.page.screenshot(path=f"{SHOTS}/{self.language}-{name}.png", caret="initial")

    def bulk(self, action: str, shot: str = "", **fields: str) -> Any:
        """Tick the page, choose a bulk action, look at its preview, do it; the dialog with the answers stays open."""
        self.page.locator("[data-pick-all]").check()
        button = self.page.locator(f"#bulk button[data-bulk][formaction*='/do/{action}/']")
        if not button.is_visible():
            self.page.locator("#bulk .bulk-more > summary").click()
        button.click()
        dialog = self.page.locator("#dialog[open]")
        dialog.locator("h1").wait_for()
        for name, value in fields.items():
            field = dialog.locator(f"[name={name}]")
            if field.evaluate("element => element.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        if fields:
            dialog.locator("[name=step][value=preview]").first.click()
        go = dialog.locator("[name=step][value=apply]")
        go.wait_for()
        self.shot(f"{shot}-preview" if shot else "")
        go.click()
        dialog.locator("[name=step]").first.wait_for(state="detached")
        self.shot(shot)
        return dialog

    def close_dialog(self) -> None:
        """Back to the list."""
        self.page.locator("#dialog [data-close]").first.click()
        self.page.wait_for_load_state("networkidle")

    def scan(self, code: str) -> str:
        """As a wedge scanner does it: the code, then Enter; answers what the table says (ok, refused, done, wait)."""
        self.page.keyboard.type(code)
        with self.page.expect_response("**/scan/"):
            self.page.keyboard.press("Enter")
        self.page.wait_for_function("document.querySelector('#scan').value === ''")
        self.page.wait_for_timeout(60)
        return str(self.page.locator("#station").get_attribute("data-result"))


@pytest.fixture
def desks(chromium: Any, live_server: Any) -> Iterator[Any]:
    """Opens windows; whatever a browser complained about fails the test at its end."""
    opened: list[Desk] = []

    def make(role: str, language: str) -> Desk:
        opened.append(Desk(chromium, live_server, role, language))
        return opened[-1]

    with scopes_disabled():
        yield make
        for desk in opened:
            desk.page.wait_for_load_state("networkidle")
            desk.context.close()
    assert [fault for desk in opened for fault in desk.faults] == []


@pytest.fixture
def shop() -> Any:
    """A spreadsheet store, two articles on the shelf, the carriers and texts of the reference data, a pool of numbers."""
    with scopes_disabled():
        call_command("load_reference", "--json", stdout=StringIO())
        ApprovalRule.objects.all().delete()
        make_warehouse(name="Yiwu")
        article("SCARF-RED", name_en="Silk scarf", name_zh="丝巾", bin="A-01-1", on_hand=40)
        article("NK-117", name_en="Snake chain", name_zh="蛇骨项链", bin="A-01-2", on_hand=40)
        article("NK-208", name_en="Silver chain", name_zh="银色项链", bin="B-03-2", on_hand=40)
        for rule in (
            "logistics.release_when_signed",
            "logistics.number_when_released",
        ):  # here people do it, step by step
            policies.set_value(
                key=rule,
                text="false",
                valid_from=utcnow().date() - timedelta(days=1),
                actor=make_person("manager").actor,
                now=utcnow(),
            )
        pool = "\n".join(waybill_number("RB", 61_000_000 + i) for i in range(20))
        numbers.add_to_pool(
            service=Service.objects.get(code="CP_REG"), text=pool, actor=make_person("manager").actor, now=utcnow()
        )
        return make_store("sheet", kind="spreadsheet", name="Sheet shop", currency="USD")


def order_file(path: Path) -> Path:
    """Two orders of today, three of last month, and one row whose quantity is a word; semicolons, a heading nobody knows."""
    now = utcnow()
    text = StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(HEADINGS)
    for index, (buyer, country) in enumerate((*BUYERS, ("Bad Row", "DE"))):
        placed = (now - timedelta(days=40 if 2 <= index < 5 else 0, hours=3)).strftime("%Y-%m-%d %H:%M:%S")
        sku = "AE-SCARF" if index % 2 else "NK-117"
        writer.writerow([f"70010{index}", placed, placed, "paid", buyer, f"b{index}@example.com", buyer, f"{index} Main Street", "Town",
                         "01310", country, sku, "Silk scarf 90 cm" if index % 2 else "Snake chain", "two" if index == 5 else "2", "4.50",
                         "China Post Registered Air Mail", "gift wrap please" if index == 0 else ""])  # fmt: skip
    path.write_text(text.getvalue(), encoding="utf-8-sig")
    return path


def run_jobs() -> None:
    """What a worker would do with waiting long work."""
    for job in Job.objects.filter(state=Job.State.QUEUED).order_by("pk"):
        assert longwork.run(job.pk) == "done"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.covers(
    "ORD-02", "ORD-15", "ORD-22", "DSP-01", "DSP-03", "DSP-09", "DSP-10", "DSP-13", "DSP-15", "DSP-17", "TRK-01"
)
def test_the_day_of_a_shop_by_everybody_who_works_in_it(desks: Any, shop: Any, tmp_path: Path, language: str) -> None:
    """From the uploaded file to the followed parcel: every step on its page, every refusal seen."""
    service = desks("service", language)
    a_file_comes_in(service, order_file(tmp_path / "orders.csv"))
    seen_and_taken_up(service)
    purchaser = desks("purchaser", language)
    matched(purchaser)
    signed_and_released(purchaser, desks("supervisor", language))
    warehouse = desks("warehouse", language)
    numbered_and_printed(warehouse)
    packed_by_scanner(warehouse)
    handed_over(warehouse)
    told_by_hand_and_followed(service)
    looked_after(desks("manager", language))


def a_file_comes_in(desk: Desk, file: Path) -> None:
    """Upload, what was found out about the file, one column named, the check with its bad row, the result and its file."""
    page = desk.open("/orders/import/", "import-1")
    page.set_input_files("input[name=file]", file)
    page.select_option("select[name=store]", "sheet")
    page.locator("form[enctype] button.primary").click()
    page.wait_for_url("**/columns/")
    assert page.input_value("select[name=separator]") == ";"
    assert page.input_value("select[name=encoding]").startswith("utf-8")
    assert page.input_value("input[name=fixed-currency]") == "USD"
    row = page.locator("tr", has=page.locator("b", has_text="Anmerkung")).locator("select")
    assert row.input_value() == ""
    row.select_option("buyer_note")
    page.fill("input[name=profile_name]", "Sheet")
    desk.shot("import-2")
    page.locator("button[name=step][value=map]").click()
    page.wait_for_url("**/check/")
    assert Order.objects.count() == 0
    assert [b.inner_text() for b in page.locator(".sums b").all()] == ["5", "0", "0", "1"]
    assert "two" in page.locator("main").inner_text()
    desk.shot("import-3")
    page.locator("button[name=step][value=import]").click()
    page.wait_for_url("**/result/")
    assert [b.inner_text() for b in page.locator(".sums b").all()] == ["5", "0", "0", "1"]
    desk.shot("import-4")
    with page.expect_download() as coming:
        page.locator("a[download]").first.click()
    rejected = Path(coming.value.path()).read_text(encoding="utf-8-sig")
    assert "700105" in rejected and "two" in rejected and len(rejected.strip().splitlines()) == 2
    assert Order.objects.filter(history=True).count() == 3


def seen_and_taken_up(desk: Desk) -> None:
    """The new ones stand in the list and in Today; the old ones are taken up in bulk; all that are not greeted are greeted."""
    page = desk.open("/orders/?view=all", "orders")
    assert page.locator("h1").inner_text().strip() == WORDS[desk.language]["orders"]
    assert page.locator("#rows tbody tr").count() == 5
    page = desk.open("/orders/?view=all&history=true")
    assert page.locator("#rows tbody tr").count() == 3
    desk.bulk("take-up", "take-up")
    desk.close_dialog()
    assert Order.objects.filter(history=True).count() == 0
    desk.open("/orders/?view=ungreeted")
    desk.bulk("greet", "greet")
    desk.close_dialog()
    run_until_done(now=utcnow())
    assert not Order.objects.filter(greeted_at__isnull=True).exists()
    assert Message.objects.filter(template_code="T01").count() == 5
    page = desk.open("/today/", "today")  # the shop has no connection: each greeting is copied into it by hand
    assert page.locator("#work-rows .w-row").count() >= 1


def matched(desk: Desk) -> None:
    """Asked by Today; the same code in bulk, the other by the dialog."""
    page = desk.open("/today/")  # what to match, and the prices of the notes that are drafted already
    assert Duty.objects.filter(rule="products.to_match", state="open").count() == 1
    owed = set(Duty.objects.filter(role="purchaser", state="open").values_list("rule", flat=True))
    assert page.locator("#work-rows .w-row").count() == len(owed)
    page = desk.open("/products/channel/", "to-match")
    assert page.locator("#rows tbody tr").count() == 2
    desk.bulk("match-same-code")
    desk.close_dialog()
    page.locator("#rows tbody tr").nth(1).wait_for(state="detached")
    page.locator("#rows tbody tr td a").first.click()
    page.wait_for_load_state("networkidle")
    page.locator(".row-actions a[href*='/do/match/'], .d-h a[href*='/do/match/'], a[href*='/do/match/']").first.click()
    dialog = page.locator("#dialog[open]")
    dialog.locator("[name=components]").fill("SCARF-RED")
    desk.shot("match")
    dialog.locator("button.primary").click()
    dialog.wait_for(state="hidden")
    rematch_missed()  # no worker hears the news in a test; its sweeps do the same work
    sweep_notes()
    run_until_done(now=utcnow())
    assert not Order.objects.exclude(state="ready").exists(), list(Order.objects.values_list("state", "hold_reason"))
    assert DispatchNote.objects.count() == 5


def signed_and_released(purchaser: Desk, supervisor: Desk) -> None:
    """The price by the one, the note by the other; released with a preview."""
    purchaser.open("/dispatch/notes/?view=all", "notes")
    purchaser.bulk("sign", "sign-price")
    purchaser.close_dialog()
    supervisor.open("/dispatch/notes/?view=all")
    supervisor.bulk("sign", "sign-note")
    supervisor.close_dialog()
    assert set(DispatchNote.objects.values_list("state", flat=True)) == {"signed"}
    supervisor.open("/dispatch/notes/?view=all")
    supervisor.bulk("release", "release")
    supervisor.close_dialog()
    assert set(DispatchNote.objects.values_list("state", flat=True)) == {"released"}


def numbered_and_printed(desk: Desk) -> None:
    """A waybill number for each, one batch, its PDF."""
    desk.open("/dispatch/notes/?view=all")
    assert not WaybillNumber.objects.filter(state="reserved").exists()
    desk.bulk("number", "number")
    desk.close_dialog()
    assert WaybillNumber.objects.filter(state="reserved").count() == 5
    desk.open("/dispatch/notes/?view=all")
    desk.bulk("print", "print")
    run_jobs()
    batch = PrintBatch.objects.get()
    page = desk.open(f"/dispatch/print/{batch.pk}/", "batch")
    with page.expect_download() as coming:
        page.evaluate(
            "url => { const a = document.createElement('a'); a.href = url; a.download = ''; document.body.append(a); a.click(); }",
            f"/dispatch/print/{batch.pk}/file/",
        )
    assert Path(coming.value.path()).read_bytes().startswith(b"%PDF")


def packed_by_scanner(desk: Desk) -> None:
    """Keys and Enter only: a foreign article and the label of another parcel are refused."""
    page = desk.open("/dispatch/station/", "station-empty")
    notes = list(DispatchNote.objects.order_by("pk"))
    labels = {note.pk: WaybillNumber.objects.get(note=note, state="reserved").number for note in notes}
    for position, note in enumerate(notes):
        line = note.lines.select_related("sku").get()
        assert desk.scan(note.number) != "refused"
        assert page.locator("#scan-ref").inner_text() == note.number
        if position == 0:
            assert desk.scan("NK-208") == "refused"
            assert "B-03-2" in page.locator(".scan-say").inner_text()
            desk.shot("station-foreign")
        for code in (f"{line.quantity}*{line.sku.code}", "ok", "ok", "ok", "45 g"):
            assert desk.scan(code) != "refused", page.locator(".scan-say").inner_text()
        if position == 0:
            assert desk.scan(labels[notes[1].pk]) == "refused"
            desk.shot("station-label")
        assert desk.scan(labels[note.pk]) == "done", page.locator(".scan-say").inner_text()
    desk.shot("station-done")
    assert Parcel.objects.filter(state="packed").count() == 5


def handed_over(desk: Desk) -> None:
    """Each onto the counter by its label, then the code that hands them over."""
    page = desk.open("/dispatch/hand-over/")
    for parcel in Parcel.objects.order_by("pk"):
        assert desk.scan(parcel.tracking_number) == "ok", page.locator(".scan-say").inner_text()
    desk.shot("hand-over")
    desk.scan("hand-over")
    assert set(Parcel.objects.values_list("state", flat=True)) == {"shipped"}
    run_until_done(now=utcnow())
    desk.open("/dispatch/", "board")


def told_by_hand_and_followed(desk: Desk) -> None:
    """The number is entered in the shop by hand and confirmed; an event is recorded; the parcel says it."""
    parcel = Parcel.objects.order_by("pk")[0]
    assert Duty.objects.filter(rule="logistics.declare_today", closed_at__isnull=True).count() == 5
    page = desk.open(f"/dispatch/declare/{parcel.pk}/", "declare")
    assert parcel.tracking_number in page.locator("main").inner_text()
    page.locator(
        f"form[action*='/declare/{parcel.pk}/'] button, button[formaction*='/declare/{parcel.pk}/']"
    ).first.click()
    page.wait_for_load_state("networkidle")
    parcel.refresh_from_db()
    assert parcel.declared_at is not None
    assert Duty.objects.filter(rule="logistics.declare_today", closed_at__isnull=True).count() == 4
    page = desk.open(f"/parcels/{parcel.pk}/", "parcel")
    page.locator("a[href*='/do/record-event/']").first.click()
    dialog = page.locator("#dialog[open]")
    dialog.locator("[name=stage]").select_option("left_origin")
    dialog.locator("[name=description]").fill("Departed from export office")
    dialog.locator("[name=location]").fill("Guangzhou")
    dialog.locator("button.primary").click()
    dialog.wait_for(state="hidden")
    page = desk.open(f"/parcels/{parcel.pk}/", "parcel-followed")
    assert "Departed from export office" in page.locator("main").inner_text()
    page = desk.open("/parcels/", "parcels")
    assert page.locator("h1").inner_text().strip() == WORDS[desk.language]["parcels"]
    page.keyboard.press("/")
    page.keyboard.type(parcel.tracking_number)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/parcels/{parcel.pk}/")


def looked_after(desk: Desk) -> None:
    """The manager's pages: settings, a text with its preview, calls to the shops, the long work that ran."""
    page = desk.open("/settings/", "settings")
    assert page.locator("h1").inner_text().strip() == WORDS[desk.language]["settings"]
    page = desk.open("/messages/templates/", "templates")
    page.locator("#rows tbody tr td a").first.click()
    page.wait_for_selector("#preview .msg, #preview .alert, #preview .group")
    desk.shot("template")
    for path, name in (("/stores/calls/", "calls"), ("/jobs/", "jobs"), ("/stock/", "stock"), ("/customers/", "customers"),
                       ("/orders/imports/", "imports"), (f"/orders/{Order.objects.order_by('pk')[0].pk}/", "order")):  # fmt: skip
        desk.open(path, name)
