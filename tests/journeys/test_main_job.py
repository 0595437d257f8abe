"""The main job from a real order file to a followed parcel: the same chain people walk, at the size asked for.

Forty orders in the ordinary run, two hundred and twenty with SAMPAN_SCALE=full: registered packets, ordinary packets and EMS
in a sandbox store (the pretend shop answers over HTTP), the rest in a spreadsheet store that is told by hand.
"""

from __future__ import annotations

import csv
import gzip
import io
import os
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from django.core import mail
from django.core.management import call_command
from django_scopes import scopes_disabled

from accounts.models import Store, User
from conversations.choices import DeliveryState, Route
from conversations.models import Delivery, Message
from conversations.services import confirm_sent
from core import clock, longwork
from core.audit import system
from core.invariants import check_all
from core.models import Job, SystemMark
from logistics.choices import NoteState, NumberState, ParcelState, SignatureKind
from logistics.models import DispatchNote, Extension, Parcel, Service
from logistics.services import numbers, packing, printing, shipping
from logistics.services.dispatch import release_notes, sign_notes
from logistics.services.packing_words import LOUD
from orders.choices import OrderState
from orders.models import Order
from orders.services.taking import take_up
from products.models import ChannelItem, Sku
from products.services.matching import create_articles
from stores.connectors.sandbox.control import Control
from stores.connectors.sandbox.numbers import waybill_number
from stores.models import OutboundCall
from tests.factories.accounts import make_person
from tests.factories.stores import connected, running_shop
from worklist.models import Duty
from worklist.services import run_until_done

FULL = os.environ.get("SAMPAN_SCALE") == "full"
COUNTS = (
    {"CP_REG": 100, "CP_ORD": 50, "EMS": 50, "sheet": 20} if FULL else {"CP_REG": 8, "CP_ORD": 5, "EMS": 4, "sheet": 3}
)
METHODS = {
    "CP_REG": "China Post Registered Air Mail",
    "CP_ORD": "China Post Ordinary Small Packet",
    "EMS": "EMS",
    "sheet": "EMS",
}
REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "online_retail" / "online_retail.csv.gz"
SAMPLE = Path(__file__).resolve().parents[1] / "data" / "online_retail_sample.csv"
HOUSE = system("test")
#: Monday morning in Shanghai.
T0 = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
COLUMNS = (
    "order_no", "placed_at", "paid_at", "status", "currency", "buyer_name", "buyer_email", "recipient_name", "address1", "city",
    "postcode", "country", "sku", "title", "quantity", "unit_price", "shipping_method",
)  # fmt: skip


def real_orders(wanted: int) -> list[tuple[str, list[dict[str, str]]]]:
    """Invoices of the real file that are plain sales, six lines of each. The small sample in the repository holds fewer: the
    next six lines of its long invoices become orders of their own."""
    source = (
        gzip.open(REAL, "rt", encoding="utf-8", newline="")
        if REAL.exists()
        else SAMPLE.open(encoding="utf-8", newline="")
    )
    found: dict[str, list[dict[str, str]]] = {}
    with source as file:
        for row in csv.DictReader(file):
            if row["InvoiceNo"].isdigit():
                found.setdefault(row["InvoiceNo"], []).append(row)
            if len(found) > wanted * 3 + 50:
                break
    parts = [
        (number if part == 0 else f"{number}{part}", rows[part * 6 : part * 6 + 6])
        for part in range(3)
        for number, rows in found.items()
    ]
    return [(number, rows) for number, rows in parts if rows and _plain(rows)][:wanted]


def _plain(rows: list[dict[str, str]]) -> bool:
    """Whether lines are sales of articles in ordinary quantities."""
    fair = all(0 < int(r["Quantity"]) < 200 and Decimal(r["UnitPrice"]) > 0 for r in rows)
    return (
        fair
        and sum(int(r["Quantity"]) for r in rows) <= 400
        and all(re.fullmatch(r"\d{5}[A-Z]?", r["StockCode"]) for r in rows)
    )


def generic_file(path: Path, orders: list[tuple[str, list[dict[str, str]]]], method: str) -> None:
    """The orders as a generic file, with synthetic names, addresses and e-mails."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    for number, rows in orders:
        for row in rows:
            country = {"EIRE": "IE", "United Kingdom": "GB", "Channel Islands": "JE"}.get(
                row["Country"], row["Country"]
            )
            writer.writerow(
                {
                    "order_no": number, "placed_at": row["InvoiceDate"], "paid_at": row["InvoiceDate"], "status": "paid", "currency": "GBP",
                    "buyer_name": f"Buyer Łódź {number}", "buyer_email": f"b{number}@example.com", "recipient_name": f"Ярослав 王 {number}",
                    "address1": f"{number} Main Street", "city": "Town", "postcode": "AB1 2CD", "country": country,
                    "sku": row["StockCode"], "title": row["Description"], "quantity": row["Quantity"], "unit_price": row["UnitPrice"],
                    "shipping_method": method,
                }
            )  # fmt: skip
    path.write_text(text.getvalue(), encoding="utf-8")


@pytest.fixture
def shop(db: None) -> Iterator[tuple[Store, Control]]:
    """A sandbox store connected to a pretend shop of its own."""
    with running_shop() as server:
        yield connected(server)


def run_jobs() -> None:
    """What a worker would do with waiting long work."""
    for job in Job.objects.filter(state=Job.State.QUEUED).order_by("pk"):
        longwork.run(job.pk)


def mailbox(control: Control) -> Counter[str]:
    """Texts in the shop's mailbox by our reference."""
    return Counter(entry["ref"] for entry in control.journal("message"))


@pytest.mark.django_db(transaction=True)
@pytest.mark.covers(
    "ORD-02",
    "ORD-15",
    "DSP-01",
    "DSP-03",
    "DSP-13",
    "DSP-15",
    "DSP-22",
    "TRK-01",
    "TRK-02",
    "TRK-05",
    "TRK-13",
    "MSG-01",
    "MSG-02",
    "MSG-03",
    "MSG-20",
)
def test_real_orders_become_followed_parcels(shop: tuple[Store, Control], tmp_path: Path, settings: Any) -> None:
    """File in, taken up, greeted, signed, printed, packed by scan, handed over, told, checked at 8, 31 and 41 days."""
    store, control = shop
    with scopes_disabled(), clock.simulated(T0):
        SystemMark.objects.get_or_create(name="demo", defaults={"value": {}})
        call_command("load_reference", "--json", stdout=io.StringIO())
        sheet = Store.objects.create(
            code="sheet", name="Sheet", kind="spreadsheet", currency="GBP", time_zone="Europe/London", created_at=T0
        )
        Store.objects.filter(pk=store.pk).update(currency="GBP", time_zone="Europe/London")
        store.refresh_from_db()
        people = {role: make_person(role) for role in ("service", "purchaser", "supervisor", "warehouse", "manager")}
        actors = {role: user.actor for role, user in people.items()}
        bring_in(store, sheet, control, tmp_path)
        orders = take_in(store, sheet, actors)
        walk_to_the_carrier(orders, actors, control)
        told(orders, store, sheet, control, actors)
    later(control, orders)


def bring_in(store: Store, sheet: Store, control: Control, folder: Path) -> None:
    """Import by the command: everything is history, nothing is owed; the same file again changes nothing."""
    total = sum(COUNTS.values())
    orders = real_orders(total)
    assert len(orders) == total
    start = 0
    for name, count in COUNTS.items():
        part, start = orders[start : start + count], start + count
        file = folder / f"{name}.csv"
        generic_file(file, part, METHODS[name])
        target = sheet if name == "sheet" else store
        for created in (count, 0):
            call_command(
                "import_orders",
                "--store",
                target.code,
                "--file",
                str(file),
                "--profile",
                "generic",
                "--now",
                T0.isoformat(),
                stdout=io.StringIO(),
            )
            assert Order.objects.filter(number__in=[n for n, _ in part]).count() == count, created
    assert Order.objects.filter(history=True).count() == total
    assert not Message.objects.exists()
    assert not Duty.objects.filter(rule__startswith="orders.").exists()


def take_in(store: Store, sheet: Store, actors: dict[str, Any]) -> list[Order]:
    """Articles and stock come in, the orders are taken up as of now; the pretend shop knows its own."""
    create_articles(items=list(ChannelItem.objects.all()), actor=actors["manager"], now=T0)
    Sku.objects.update(
        weight_g=Decimal("2.5"),
        cost=Decimal("1.20"),
        customs_text="gift ware, painted metal and wood",
        hs_code="830629",
        origin="CN",
    )
    text = "sku,quantity,bin\n" + "".join(
        f"{code},5000,{chr(65 + i % 6)}-{i // 6:02d}\n"
        for i, code in enumerate(Sku.objects.order_by("code").values_list("code", flat=True))
    )
    file = Path(os.environ.get("TMPDIR", "/tmp")) / f"stock-{os.getpid()}.csv"
    file.write_text(text)
    call_command("import_stock", "--file", str(file), "--now", T0.isoformat(), stdout=io.StringIO())
    file.unlink()
    orders = list(Order.objects.filter(history=True).select_related("buyer", "store").order_by("pk"))
    told = [
        {
            "id": o.external_id, "number": o.number, "status": "to_ship", "placed_at": o.placed_at.isoformat(), "paid_at": o.paid_at.isoformat(),
            "currency": o.currency, "country": o.country, "total": str(o.total), "buyer": {"id": o.buyer.key}, "lines": [],
        }
        for o in orders if o.store_id != sheet.pk
    ]  # fmt: skip
    control_of(store).put_orders(told, T0)
    Service.objects.filter(code__in=["CP_REG", "EMS"]).update(connector="sandbox")
    pool = "\n".join(waybill_number("UA", 61_000_000 + i) for i in range(200))
    numbers.add_to_pool(service=Service.objects.get(code="CP_ORD"), text=pool, actor=actors["manager"], now=T0)
    hand = "\n".join(waybill_number("EA", 71_000_000 + i) for i in range(60))
    numbers.add_to_pool(service=Service.objects.get(code="EMS"), text=hand, actor=actors["manager"], now=T0)
    taken = take_up(orders=orders, actor=actors["service"], now=T0)
    assert len(taken) == len(orders)
    run_until_done(now=T0)
    fresh = list(Order.objects.filter(pk__in=[o.pk for o in orders]).order_by("pk"))
    assert {o.state for o in fresh} == {OrderState.READY}, Counter((o.state, o.hold_reason) for o in fresh)
    assert all(o.greeted_at for o in fresh)
    return fresh


_controls: dict[int, Control] = {}


def control_of(store: Store) -> Control:
    """The other side of a store's pretend shop."""
    return _controls[store.pk]


@pytest.fixture(autouse=True)
def _remember(request: pytest.FixtureRequest) -> Iterator[None]:
    if "shop" in request.fixturenames:
        store, control = request.getfixturevalue("shop")
        _controls[store.pk] = control
    yield
    _controls.clear()


def walk_to_the_carrier(orders: list[Order], actors: dict[str, Any], control: Control) -> None:
    """Signed by two, released, numbered, printed in one batch, packed by scan, handed over."""
    notes = list(DispatchNote.objects.filter(order__in=orders))
    assert len(notes) == len(orders)
    signed, refused = sign_notes(notes=notes, kind=SignatureKind.PRICE, actor=actors["purchaser"], now=T0)
    assert not refused and len(signed) == len(notes), list(refused.values())[:3]
    signed, refused = sign_notes(notes=notes, kind=SignatureKind.NOTE, actor=actors["supervisor"], now=T0)
    assert not refused, list(refused.values())[:3]
    release_notes(notes=list(DispatchNote.objects.filter(state=NoteState.SIGNED)), actor=actors["supervisor"], now=T0)
    run_until_done(now=T0)
    rest = DispatchNote.objects.filter(state=NoteState.RELEASED).exclude(numbers__state=NumberState.RESERVED)
    numbers.reserve_for(notes=list(rest), actor=actors["warehouse"], now=T0)
    run_until_done(now=T0)
    released = list(
        DispatchNote.objects.filter(state=NoteState.RELEASED, numbers__state=NumberState.RESERVED).distinct()
    )
    assert len(released) == len(orders), Counter(DispatchNote.objects.values_list("service__code", "state"))
    batch, refused = printing.print_notes(notes=released, actor=actors["warehouse"], now=T0)
    assert batch is not None and not refused
    run_jobs()
    read_batch(batch, released)
    for note in released:
        pack_by_scan(note, actors["warehouse"])
    parcels = list(Parcel.objects.filter(state=ParcelState.PACKED))
    assert len(parcels) == len(orders)
    shipping.hand_over(parcels=parcels, actor=actors["warehouse"], now=T0 + timedelta(hours=7))
    assert not Parcel.objects.exclude(state=ParcelState.SHIPPED).exists()
    run_until_done(now=T0 + timedelta(hours=7))


def read_batch(batch: Any, notes: list[DispatchNote]) -> None:
    """Every barcode of the printed batch is read back from the page at 203 dpi."""
    batch.refresh_from_db()
    job = batch.job
    job.refresh_from_db()
    assert job.state == Job.State.DONE, (job.state, job.log[-3:])
    with longwork.private_storage().open(job.result_file) as file:
        document = pypdfium2.PdfDocument(file.read())
    wanted = {note.number for note in notes} | {
        n.number for note in notes for n in note.numbers.filter(state=NumberState.RESERVED)
    }
    seen: set[str] = set()
    for page in document:
        image = page.render(scale=203 / 72).to_pil()
        seen |= {code.text for code in zxingcpp.read_barcodes(image)}
    missing = {code for code in wanted if not any(code in text for text in seen)}
    assert not missing, f"{len(missing)} of {len(wanted)} codes cannot be read, e.g. {sorted(missing)[:3]}"


def pack_by_scan(note: DispatchNote, packer: Any) -> None:
    """The scans of one parcel, as the scanner sends them."""
    label = note.numbers.get(state=NumberState.RESERVED).number
    scans = [note.number]
    for line in note.lines.select_related("sku").order_by("position"):
        scans.append(f"{line.quantity}*{line.sku.code}")
    scans += ["check:quality", "check:colour", "check:address", "weight:240", label]
    for position, code in enumerate(scans):
        answer = packing.scan(
            code=code, key=f"{note.pk}:{position}", actor=packer, now=T0 + timedelta(hours=5), note_id=note.pk
        )
        assert answer.ok, (note.number, code, answer.code, answer.sentence)
        if answer.code in LOUD and code.startswith("weight:"):
            again = packing.scan(
                code="check:weight", key=f"{note.pk}:w", actor=packer, now=T0 + timedelta(hours=5), note_id=note.pk
            )
            assert again.ok, again.sentence


def told(orders: list[Order], store: Store, sheet: Store, control: Control, actors: dict[str, Any]) -> None:
    """The channel and the buyers know: by program where there is one, by hand with a confirmation where there is none."""
    api = sum(v for k, v in COUNTS.items() if k != "sheet")
    ships = Counter(
        entry["data"]["order_id"] if "data" in entry and "order_id" in entry["data"] else entry["ref"]
        for entry in control.journal("ship")
    )
    assert len(ships) == api and set(ships.values()) == {1}
    assert Order.objects.filter(store=store, declared_at__isnull=False).count() == api
    assert Duty.objects.filter(rule="logistics.declare_today", state="open").count() == COUNTS["sheet"]
    for parcel in Parcel.objects.filter(store=sheet):
        shipping.confirm_declared(parcel=parcel, actor=actors["service"], now=T0 + timedelta(hours=8))
    assert not Duty.objects.filter(rule="logistics.declare_today", closed_at__isnull=True).exists()
    by_hand = Delivery.objects.filter(store=sheet, route=Route.MAILBOX, state=DeliveryState.BY_HAND)
    assert by_hand.count() == 2 * COUNTS["sheet"]  # order received, shipped
    for delivery in by_hand:
        confirm_sent(delivery=delivery, actor=actors["service"], now=T0 + timedelta(hours=8))
    assert set(mailbox(control).values()) == {1}
    assert Counter(Message.objects.values_list("template_code", flat=True)) == {"T01": len(orders), "T02": len(orders)}
    assert len(mail.outbox) == 2 * len(orders)
    assert len({m.extra_headers.get("Message-ID") for m in mail.outbox}) == len(mail.outbox)


def later(control: Control, orders: list[Order]) -> None:
    """8, 31 and 41 days later the clock does what the manual says, once."""
    ems = COUNTS["EMS"] + COUNTS["sheet"]
    post = COUNTS["CP_REG"] + COUNTS["CP_ORD"]
    before = Message.objects.count() if False else None  # counted inside the scope below
    with scopes_disabled():
        base = Message.objects.count()
        for days, fresh in ((8, ems), (31, None), (41, None)):
            now = T0 + timedelta(days=days, hours=8)
            call_command("run_due", "--now", now.isoformat(), "--json", stdout=io.StringIO())
            count = Message.objects.count()
            mails, boxes = len(mail.outbox), sum(mailbox(control).values())
            call_command("run_due", "--now", now.isoformat(), "--json", stdout=io.StringIO())
            assert (Message.objects.count(), len(mail.outbox), sum(mailbox(control).values())) == (
                count,
                mails,
                boxes,
            ), f"day {days}: twice is once"
            kinds = Counter(
                Message.objects.exclude(template_code__in=["T01", "T02"]).values_list("template_code", "state")
            )
            print(
                f"day {days}: {count - base} further texts {dict(kinds)}; {Extension.objects.filter(confirmed_at__isnull=False).count()} extensions confirmed"
            )
            if fresh is not None:
                assert count - base == fresh, kinds
            assert not Parcel.objects.filter(state=ParcelState.SHIPPED, next_check_at__isnull=True).exists()
            broken = [f"{v.invariant.guarantee} {v.invariant.title}: {v.samples}" for v in check_all(now) if v.count]
            assert not broken, broken
        first = Message.objects.filter(template_code__startswith="T03").values("about_id").distinct().count()
        assert first == ems + post
        confirmed = Extension.objects.filter(confirmed_at__isnull=False)
        assert set(confirmed.values_list("store__code", flat=True)) == {Store.objects.exclude(code="sheet").get().code}
        assert not OutboundCall.objects.filter(state__in=["failed", "unknown", "leased"]).exists()
        assert set(mailbox(control).values()) == {1}
        assert before is None
        assert User.objects.filter(role="warehouse").exists() and orders
