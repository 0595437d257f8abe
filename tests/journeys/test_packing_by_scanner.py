"""The packing table by scanner events only: fifty parcels with every mistake a hand makes, slots, two orders in one parcel,
a photo, and a network that comes and goes.

Six parcels in the ordinary run, fifty with SAMPAN_SCALE=full. Every code that reaches the table is an input, the reading of the
scale among them; mistakes and their refusals are counted apart.
"""

from __future__ import annotations

import io
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django_scopes import scopes_disabled
from PIL import Image

from core import longwork
from core.clock import utcnow
from core.invariants import check_all
from logistics.models import DispatchNote, Parcel, ParcelPhoto, ScanEvent, Wave
from logistics.selectors.dispatch import ADDRESS_PARTS
from logistics.services import printing, waves
from orders.models import Order, OrderAddress
from tests.factories import dispatch as make
from tests.factories.accounts import make_person, make_store
from tests.journeys.hands import SHOTS, Scanner, until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AXE = Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
FULL = os.environ.get("SAMPAN_SCALE") == "full"

#: A camera that films a painted sheet; there is none on a test machine.
CAMERA = """navigator.mediaDevices.getUserMedia = async () => {
  if (window.noCamera) throw new DOMException("none", "NotFoundError");
  const sheet = Object.assign(document.createElement("canvas"), { width: 640, height: 480 });
  const pen = sheet.getContext("2d");
  setInterval(() => { pen.fillStyle = "orange"; pen.fillRect(0, 0, 640, 480); pen.fillStyle = "black"; pen.fillRect(40, 40, 200, 100); }, 30);
  return sheet.captureStream(20);
}"""


def picture() -> bytes:
    """A photo of a tablet, larger than what is kept, lying on its side."""
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (3200, 2400), (90, 140, 60)).save(out, "JPEG", exif=exif)
    return out.getvalue()


@pytest.fixture
def packer(page: Any, live_server: Any) -> Iterator[Any]:
    """Somebody who packs, signed in; refusals are no fault of the browser."""
    with scopes_disabled():
        make.no_rule_signs()
        person = make_person("warehouse", username="packer")
        client = Client()
        client.force_login(person)
        name = settings.SESSION_COOKIE_NAME
        page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
        yield person.actor
        page.wait_for_load_state("networkidle")
    page.faults[:] = [fault for fault in page.faults if "409" not in fault]


class Hand:
    """A packer who counts: good inputs by parcel, mistakes apart."""

    def __init__(self, page: Any) -> None:
        self.scanner = Scanner(page)
        self.inputs: list[int] = []
        self.mistakes = 0
        self._now = 0

    def good(self, *codes: str, last: str = "ok") -> None:
        """Inputs that are taken."""
        for position, code in enumerate(codes, start=1):
            said = self.scanner.scan(code)
            self._now += 1
            wanted = last if position == len(codes) else "ok"
            assert said == wanted, (code, said, self.scanner.says())

    def wrong(self, code: str, words: str) -> None:
        """A mistake: refused loudly, nothing is lost."""
        assert self.scanner.scan(code) == "refused" and words in self.scanner.says(), (code, self.scanner.says())
        self.mistakes += 1

    def sealed(self) -> int:
        """The parcel is done; answers its inputs."""
        self.inputs.append(self._now)
        self._now = 0
        return self.inputs[-1]


def printed(notes: list[DispatchNote], packer: Any) -> Any:
    """All of them in one print batch."""
    batch, refused = printing.print_notes(notes=notes, actor=packer, now=utcnow())
    assert batch and not refused and longwork.run(batch.job_id) == "done"
    return batch


def singles(count: int) -> list[DispatchNote]:
    """Orders of one piece, of three articles."""
    skus = [
        make.article(code, barcode=f"69{code}", bin=f"A-0{i}-1", weight_g=20)
        for i, code in enumerate(("RED", "BLUE", "GOLD"), 1)
    ]
    store = make_store()
    return [make.released(make.ready_order(store, lines=[(skus[i % 3], 1)])) for i in range(count)]


@pytest.mark.covers("DSP-24", "DSP-09", "DSP-17", "DSP-22")
def test_fifty_parcels_by_scanner_events_only(page: Any, live_server: Any, packer: Any) -> None:
    count = 50 if FULL else 6
    notes = singles(count)
    foreign = make.article("SILVER", bin="C-09-9", name_en="Silver chain")
    torn = printed(notes[-1:], packer)  # the batch that is torn up: its label must be refused
    old = make.number_of(notes[-1])
    make.make_number(notes[-1].service)
    printing.void_batch(batch=torn, reason="wet", actor=packer, now=utcnow())
    printed(notes, packer)
    labels = {note.pk: make.number_of(note) for note in notes}
    assert old not in labels.values()
    wave = waves.make_waves(notes=notes, actor=packer, now=utcnow()).waves[0]
    dice, hand, begun = random.Random(5), Hand(page), time.monotonic()
    page.goto("/dispatch/station/")
    page.wait_for_load_state("networkidle")
    assert hand.scanner.scan(wave.number) == "ok"
    for turn in range(count):
        note = wave.rows.order_by("position")[turn].note
        mistake = (
            ("foreign", "label", "check", "void", "", "")[turn % 6]
            if turn < 6
            else dice.choice(["foreign", "label", "check", "void", "", ""])
        )
        if mistake == "foreign":
            hand.wrong(foreign.code, "C-09-9")
        code = note.lines.get().sku.barcode
        hand.good(code)
        others = [number for pk, number in labels.items() if pk != note.pk]
        if mistake == "foreign":
            hand.wrong(foreign.code, "C-09-9")  # with the order on the table it is refused as well
        elif mistake == "label":
            hand.wrong(dice.choice(others), "label of")  # the label beside it, of the same batch
        elif mistake == "void":
            hand.wrong(old, "void")  # of the batch that was torn up
        elif mistake == "check":
            hand.wrong(labels[note.pk], "checks are still open")  # the label before the check list
        hand.good("OK", "40 g", labels[note.pk], last="done")
        assert hand.sealed() <= 4
    spent = time.monotonic() - begun
    assert sorted(Parcel.objects.values_list("tracking_number", flat=True)) == sorted(labels.values())
    assert Wave.objects.get().closed_at is not None and hand.inputs == [4] * count
    refused = ScanEvent.objects.filter(ok=False).count()
    assert refused == hand.mistakes > 0
    assert [v.invariant.title for v in check_all(utcnow()) if v.count and v.invariant.guarantee in ("G1", "G2")] == []
    print(f"\n{count} parcels, {sum(hand.inputs)} inputs (4 each), {hand.mistakes} mistakes refused, {spent:.1f} s")


@pytest.mark.covers("DSP-09", "DSP-24")
def test_a_note_by_its_sheet_takes_four_scans_and_the_scale(page: Any, live_server: Any, packer: Any) -> None:
    note = singles(1)[0]
    hand = Hand(page)
    page.goto("/dispatch/station/")
    hand.good(note.number, "69RED", "OK")
    hand.good("40 g")  # the scale types by itself
    hand.good(make.number_of(note), last="done")
    assert hand.sealed() == 5


@pytest.mark.covers("DSP-24")
def test_slots_are_filled_and_packed_by_scanner(page: Any, live_server: Any, packer: Any) -> None:
    a, b, c = (make.article(code, bin=f"B-0{i}-1", weight_g=20) for i, code in enumerate(("AA", "BB", "CC"), 1))
    notes = [make.released(lines=lines) for lines in ([(a, 1), (b, 1)], [(a, 1), (c, 1)], [(b, 1), (c, 1)])]
    wave = waves.make_waves(notes=notes, actor=packer, now=utcnow()).waves[0]
    hand = Hand(page)
    page.add_init_script(AXE.read_text())
    page.goto("/dispatch/station/")
    hand.good(wave.number, "AA")
    assert hand.scanner.reads(".slot-now b") == "1"
    shot(page, "wave-slot")
    passes_axe(page)
    hand.good("UNDO", "AA")
    hand.good("BB", last="done")
    assert "complete" in hand.scanner.says()
    shot(page, "wave-complete")
    hand.good("AA")
    hand.good("CC", last="done")
    hand.wrong("AA", "every slot has")
    hand.good("BB")
    hand.good("CC", last="done")
    page.reload()  # a browser that was closed loses nothing
    for slot, note in enumerate(notes, start=1):
        hand.good(f"SLOT:{slot}", "OK", "60 g")
        hand.good(make.number_of(note), last="done")
    assert Parcel.objects.count() == 3 and Wave.objects.get().closed_at is not None


@pytest.mark.covers("DSP-25", "DSP-16")
def test_two_orders_in_one_parcel_with_a_photo(page: Any, live_server: Any, packer: Any) -> None:
    first, second = singles(2)
    where = OrderAddress.objects.filter(order=first.order_id).values(*ADDRESS_PARTS).get()
    OrderAddress.objects.filter(order=second.order_id).update(**where)
    Order.objects.filter(pk=second.order_id).update(buyer=first.order.buyer_id)
    DispatchNote.objects.update(printed_at=utcnow(), address_digest=first.address_digest)
    hand = Hand(page)
    page.add_init_script(CAMERA)
    page.add_init_script(AXE.read_text())
    page.goto("/dispatch/station/")
    assert hand.scanner.scan(first.number) == "warn" and second.number in hand.scanner.says()
    shot(page, "pair-offered")
    passes_axe(page)
    with page.expect_response("**/station/scan/"):
        page.keyboard.press("F8")  # one key says yes
    until(page, "() => document.querySelector('#station').dataset.result === 'ok'")
    assert DispatchNote.objects.get(pk=second.pk).together_id == first.pk
    shot(page, "pair-joined")
    hand.good("69RED", "69BLUE", "OK", "60 g")
    with page.expect_response("**/station/photo/") as kept:
        page.keyboard.press("F4")  # the camera at the table
    assert kept.value.status == 200
    until(page, "() => document.querySelectorAll('.shots img').length === 1")
    page.evaluate("window.noCamera = true")
    with page.expect_file_chooser() as chooser:
        page.keyboard.type("PHOTO")  # no camera here: the tablet's own, or a file
        page.keyboard.press("Enter")
    chooser.value.set_files({"name": "goods.jpg", "mimeType": "image/jpeg", "buffer": picture()})
    until(page, "() => document.querySelectorAll('.shots img').length === 2")
    assert "US$10.00" in page.locator("#station").inner_text(), "both orders are declared"
    shot(page, "photo-taken")
    hand.good(make.number_of(first), last="done")
    box = Parcel.objects.get(note=first)
    assert Parcel.objects.count() == 2 and {photo.parcel_id for photo in ParcelPhoto.objects.all()} == {box.pk}
    assert {(photo.width, photo.height) for photo in ParcelPhoto.objects.all()} == {(640, 480), (1200, 1600)}


@pytest.mark.parametrize("fault", ["cut", "answer lost", "500", "answer twice"])
def test_a_network_that_comes_and_goes_does_nothing_twice(page: Any, live_server: Any, packer: Any, fault: str) -> None:
    note = make.released(make.ready_order(lines=[(make.article("RED", bin="A-1", weight_g=20), 3)]))
    scanner = Scanner(page)
    page.goto("/dispatch/station/")
    assert scanner.scan(note.number) == "ok"
    seen: list[str] = []
    net = {"bad": True}

    def carry(route: Any) -> None:
        seen.append(route.request.headers["idempotency-key"])
        if not net["bad"]:
            route.continue_()
        elif fault == "cut":
            route.abort("internetdisconnected")
        elif fault == "500":
            route.fulfill(status=503, body="")
        else:
            answer = route.fetch()  # the house did it …
            if fault == "answer twice":
                answer = route.fetch()  # … and was asked again by the way
                net["bad"] = False
                route.fulfill(response=answer)
            else:
                route.abort("connectionreset")  # … and the table never hears of it

    page.route("**/station/scan/", carry)
    for code in ("RED", "RED", "RED", "OK"):
        page.keyboard.type(code)
        page.keyboard.press("Enter")
    if fault != "answer twice":
        until(page, "() => document.querySelector('#scan-queue').innerText.includes('Not sent yet (4)')")
        shot(page, f"not-sent-{fault.replace(' ', '-')}")
        done = 1 if fault == "answer lost" else 0
        for _turn in range(200):  # the first try is under way when the queue already says that nothing was answered
            if seen and ScanEvent.objects.filter(kind="item").count() >= done:
                break
            page.wait_for_timeout(50)
        assert ScanEvent.objects.filter(kind="item").count() == done
        net["bad"] = False
    until(page, "() => document.querySelector('.scan-say').innerText.startsWith('Confirmed')")
    until(page, "() => document.querySelector('#scan-queue').innerText === ''")
    events = list(ScanEvent.objects.exclude(kind="note").order_by("pk").values_list("kind", "answer"))
    assert events == [("item", "item_ok"), ("item", "item_ok"), ("item", "items_complete"), ("check", "check_on")]
    assert len(set(seen)) == 4 and len(seen) >= (4 if fault == "answer twice" else 5)  # four scans, some sent again
    page.faults[:] = [fault for fault in page.faults if "net::ERR" not in fault and "503" not in fault]


def passes_axe(page: Any) -> None:
    """Nothing here stops somebody with other eyes or hands, in both themes; nothing is wider than a phone."""
    for theme in ("dark", "light"):
        page.evaluate("theme => { document.documentElement.dataset.bsTheme = theme; }", theme)
        page.wait_for_timeout(400)  # colours fade
        found = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", WCAG)
        assert [(v["id"], [n["html"][:120] for n in v["nodes"]]) for v in found["violations"]] == [], theme
    size = page.viewport_size
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")
    page.set_viewport_size(size)


def shot(page: Any, name: str) -> None:
    """Keep a picture when wanted."""
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/packing-{name}.png", caret="initial", full_page=True)
