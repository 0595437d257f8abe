"""Figures of work that is not a page: importing, entering, printing, handing over, due duties."""

from __future__ import annotations

import csv
import io
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from bench import duties, figures
from bench.measure import once, statements
from core import longwork
from core.audit import SYSTEM
from inventory.selectors import default_warehouse
from inventory.services.receiving import receive
from logistics.choices import NoteState, NumberState, ParcelState, SignatureKind
from logistics.models import DispatchNote, Parcel, Service
from logistics.services import numbers, packing, printing, shipping
from logistics.services.dispatch import draft_notes, release_notes, sign_notes
from orders.models import Order
from products.models import Sku
from stores.connectors.sandbox.numbers import waybill_number

ROOT = Path(__file__).resolve().parent.parent
COLUMNS = (
    "order_no",
    "placed_at",
    "paid_at",
    "status",
    "currency",
    "buyer_name",
    "buyer_email",
    "recipient_name",
    "address1",
    "city",
    "postcode",
    "country",
    "sku",
    "title",
    "quantity",
    "unit_price",
    "shipping_method",
)


def order_file(path: Path, count: int, lines: float, start: int, now: datetime) -> int:
    """Write a generic file of ``count`` orders with ``lines`` lines on average; answers the number of rows."""
    rows = 0
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for i in range(start, start + count):
            wanted = int(lines) + (1 if (i * 37) % 100 < (lines - int(lines)) * 100 else 0)
            at = (now - timedelta(minutes=i % 5000)).isoformat()
            for line in range(wanted):
                rows += 1
                writer.writerow(
                    [
                        f"BF{i}",
                        at,
                        at,
                        "paid",
                        "USD",
                        f"Buyer {i % 3000}",
                        f"b{i % 3000}@example.com",
                        f"Buyer {i % 3000}",
                        f"{i} Main Street",
                        "Town",
                        "10001",
                        "US",
                        f"BN-{1 + (i * 7 + line * 131) % 400:04d}",
                        "Bench article",
                        1 + i % 2,
                        "9.90",
                        "China Post Registered Air Mail",
                    ]
                )
    return rows


def _stock(now: datetime) -> None:
    receive(
        warehouse=default_warehouse(),
        rows=[(pk, 1_000_000, None) for pk in Sku.objects.filter(code__startswith="BN-").values_list("pk", flat=True)],
        reference="bench",
        actor=SYSTEM,
        now=now,
    )


def import_file(now: datetime) -> list[figures.Row]:
    """P7: orders per second from a file with reservations, duties and history; again changes nothing; memory."""
    _stock(now)
    start = int(time.time()) % 10_000_000 * 10
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.csv"
        count = 10_000
        order_file(path, count, 2.5, start, now)
        seconds = []
        for _turn in range(2):
            begun = time.perf_counter()
            call_command(
                "import_orders", "--store", "bench-1", "--file", str(path), "--profile", "generic", stdout=io.StringIO()
            )
            seconds.append(time.perf_counter() - begun)
    made = Order.objects.filter(number__startswith="BF").count()
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    reader = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    speed = count / seconds[0]
    return [
        figures.row(
            "P7",
            f"import of {count:,} orders, 2.5 lines each",
            f"{speed:,.0f} orders/s; again {count / seconds[1]:,.0f}/s; peak {own:.0f} MiB, reader {reader:.0f} MiB",
            goal="≥ 2,000 orders/s, ≤ 200 MiB",
            reached=speed >= 2000 and own <= 200 and made >= count,
        )
    ]


def poster(now: datetime, lines: int = 3) -> Callable[[], Any]:
    """A call that creates one order of so many lines by REST."""
    from accounts import services as people

    _stock(now)
    _token, key = people.create_token(program="bench", role="manager", actor=SYSTEM, now=now)
    browser, stamp = Client(), time.time_ns()
    counter = iter(range(10**9))

    def post() -> Any:
        count = next(counter)
        number, buyer = f"API{stamp}-{count}", f"{stamp % 10_000}-{count}"  # each order comes from a new buyer
        body = {
            "store": "bench-1",
            "order_no": number,
            "placed_at": now.isoformat(),
            "paid_at": now.isoformat(),
            "status": "paid",
            "currency": "USD",
            "country": "US",
            "buyer_name": f"Ann {buyer}",
            "buyer_email": f"ann{buyer}@example.com",
            "address1": f"{count} Main Street",
            "city": "Town",
            "postcode": "10001",
            "shipping_method": "China Post Registered Air Mail",
            "lines": [
                {"sku": f"BN-{i:04d}", "title": "Bench article", "quantity": 1, "unit_price": "9.90"}
                for i in range(1, lines + 1)
            ],
        }
        answer = browser.post(
            "/api/v1/orders/",
            body,
            content_type="application/json",
            headers={"authorization": f"Bearer {key}", "idempotency-key": number},
        )
        assert answer.status_code == 201, (answer.status_code, answer.content[:400])
        return answer

    return post


def create_orders(now: datetime) -> list[figures.Row]:
    """P6: one order by API, with reservation, assessment, duties and history; and whether more lines take more statements."""
    few, many = poster(now), poster(now, lines=30)
    counted = [statements(post) for post in (few, many)]
    cpu, wall = zip(*[once(few, 10) for _ in range(5)], strict=True)
    speed = 1 / statistics.median(wall)
    return [
        figures.row(
            "P6",
            "one order of 3 lines by API",
            f"{speed:.0f}/s, {statistics.median(cpu) * 1000:.1f} ms CPU, {counted[0]} SQL (30 lines: {counted[1]})",
            goal="≥ 60/s, ≤ 20 SQL for any number of lines",
            reached=speed >= 60 and max(counted) <= 20,
        )
    ]


def _released(count: int, now: datetime) -> list[DispatchNote]:
    """``count`` notes that lie with the warehouse and have their number, made by the services people use."""
    _stock(now)
    start = time.time_ns() // 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.csv"
        order_file(path, count, 1, start, now)
        call_command(
            "import_orders", "--store", "bench-2", "--file", str(path), "--profile", "generic", stdout=io.StringIO()
        )
    fresh = Order.objects.filter(number__in=[f"BF{i}" for i in range(start, start + count)])
    ids = list(fresh.values_list("pk", flat=True))
    draft_notes(order_ids=ids, actor=SYSTEM, now=now)
    notes = list(DispatchNote.objects.filter(order__in=ids))
    buyer_of_goods, boss, packer = (_person(role).actor for role in ("purchaser", "supervisor", "warehouse"))
    sign_notes(notes=notes, kind=SignatureKind.PRICE, actor=buyer_of_goods, now=now)
    sign_notes(notes=notes, kind=SignatureKind.NOTE, actor=boss, now=now)
    release_notes(
        notes=list(DispatchNote.objects.filter(pk__in=[n.pk for n in notes], state=NoteState.SIGNED)),
        actor=boss,
        now=now,
    )
    Service.objects.filter(connector="sandbox").update(connector="")
    for service in Service.objects.filter(notes__in=notes).distinct():
        first = time.time_ns() // 1000 % 80_000_000
        numbers.add_to_pool(
            service=service,
            text="\n".join(waybill_number("RB", first + i) for i in range(count + 10)),
            actor=SYSTEM,
            now=now,
        )
    waiting = DispatchNote.objects.filter(pk__in=[n.pk for n in notes]).exclude(numbers__state=NumberState.RESERVED)
    numbers.reserve_for(notes=list(waiting), actor=packer, now=now)
    return list(DispatchNote.objects.filter(pk__in=[n.pk for n in notes]).prefetch_related("lines__sku", "numbers"))


def _packed(count: int, now: datetime) -> list[Parcel]:
    """``count`` parcels that lie sealed."""
    packer = _person("warehouse").actor
    notes = _released(count, now)
    for note in notes:
        items = {line.sku.code: line.quantity for line in note.lines.all()}
        label = next(n.number for n in note.numbers.all() if n.state == NumberState.RESERVED)
        packing.pack(
            note=note,
            items=items,
            checks=["quality", "colour", "address"],
            label=label,
            key=f"bench{note.pk}",
            actor=packer,
            now=now,
            weight_g=80,
        )
    return list(Parcel.objects.filter(note__in=notes, state=ParcelState.PACKED))


def _person(role: str) -> User:
    from accounts import services as people

    return User.objects.filter(username=f"bench-{role}").first() or people.create_person(
        username=f"bench-{role}",
        password="bench",
        role=role,
        actor=SYSTEM,
        now=figures._now(),
        all_stores=True,
        check_password=False,
    )


def hand_over(now: datetime) -> list[figures.Row]:
    """P8: 100 parcels handed over, and whether 300 take more statements."""
    packer = _person("warehouse").actor
    parcels = _packed(600, now)
    shipping.hand_over(parcels=parcels[:100], actor=packer, now=now)  # warm
    with CaptureQueriesContext(connection) as few:
        cpu = [once(lambda: shipping.hand_over(parcels=parcels[100:200], actor=packer, now=now), 1)[0]]
    cpu.append(once(lambda: shipping.hand_over(parcels=parcels[200:300], actor=packer, now=now), 1)[0])
    with CaptureQueriesContext(connection) as many:
        shipping.hand_over(parcels=parcels[300:600], actor=packer, now=now)
    best = min(cpu)
    return [
        figures.row(
            "P8",
            "hand over 100 parcels",
            f"{best:.2f} s CPU, {len(few)} SQL (300 parcels: {len(many)})",
            goal="≤ 0.2 s CPU, same SQL for any number",
            reached=best <= 0.2 and len(few) == len(many),
        )
    ]


def print_batches(now: datetime) -> list[figures.Row]:
    """P9: 100 notes with labels in one batch, from the click to the ready file in a worker."""
    packer = _person("warehouse").actor
    notes = _released(1000, now)
    rows = []
    for count, goal in ((100, 1.0), (1000, 5.0)):
        taken = []
        for _turn in range(3 if count == 100 else 1):
            begun = time.perf_counter()
            batch, _refused = printing.print_notes(notes=notes[:count], actor=packer, now=now)
            assert batch is not None and batch.job_id is not None
            longwork.run(batch.job_id)
            taken.append(time.perf_counter() - begun)
        rows.append(
            figures.row(
                "P9",
                f"print {count:,} notes and labels",
                f"{min(taken):.2f} s",
                goal=f"≤ {goal:.0f} s",
                reached=min(taken) <= goal,
            )
        )
    return rows


def due_duties(now: datetime) -> list[figures.Row]:
    """P11: claim of 500 and 50,000 drained by two workers."""
    moment = duties.fill(50_000, now)
    found = duties.drain(moment + timedelta(minutes=1))
    return [
        figures.row(
            "P11", "claim 500 due duties", f"{found.claim_ms:.1f} ms", goal="≤ 3 ms", reached=found.claim_ms <= 3
        ),
        figures.row(
            "P11",
            "50,000 due duties, 2 workers",
            f"{found.seconds:.1f} s; {found.acted:,} acted, {found.twice} twice, {found.left} left",
            goal="≤ 30 s, none twice, none lost",
            reached=found.seconds <= 30 and not found.twice and not found.left,
        ),
    ]
