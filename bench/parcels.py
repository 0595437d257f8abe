"""Fill a database with parcels under way and their events: lives of :mod:`bench.lives`, multiplied and written by COPY.

Parcels are such as came in as sent outside this system (no note, no packing), each with its order, its number at a 17TRACK
source, its planned check, and a duty of a person where its last check called for one. A quarter as many have arrived, so that lanes
have curves. Nothing passes through services and no history is written; ``tests/core/test_bench_parcels.py`` proves on a small
filling that services find nothing to change.
"""

from __future__ import annotations

import hashlib
import io
import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from multiprocessing import get_context
from typing import Any

from django.db import connection, connections, models, transaction

from accounts.models import Store
from bench.lives import Sack, World, sack
from core import crypto
from core.errors import Conflict
from core.partitions import make_partitions
from core.scope import acting_scope
from customers.models import Buyer
from logistics.choices import FollowState
from logistics.models import FollowedNumber, Parcel, Service, TrackingEvent, TrackingSource
from logistics.rules.tracking import DRAFTED, Seen
from logistics.rules.waybill import check_digit
from orders.models import Order
from worklist.models import Duty
from worklist.registry import RULES
from worklist.services.planning import blank, price
from worklist.services.running import CLOCK

STORES = (
    "aliexpress",
    "spreadsheet",
    "aliexpress",
    "shopify",
    "spreadsheet",
    "woocommerce",
    "spreadsheet",
    "spreadsheet",
)
CODE, KEY, CARRIER = "bench17", "the key of the bench", 3011
CHECK, STEP = "logistics.parcel_check", "logistics.parcel_step"
#: The oldest was handed over so many days ago; most are younger.
OLDEST = 150
#: Parcels of a sack, and parcels written at once.
SACK, PIECE = (20, 60), 4000
#: Sorts of marks in a template that are exchanged for each parcel.
PK, NUMBER, ORDER, BUYER = 777000777000, "@number@", "@order@", "@buyer@"
_NAMES = (
    "Maria Santos",
    "Ivan Petrov",
    "Anna Kowalska",
    "Luca Rossi",
    "Emma Muller",
    "Jose Garcia",
    "Chloe Dupont",
    "Olivia Smith",
)
_TABLES = (Buyer, Order, Parcel, FollowedNumber, Duty, TrackingEvent)


@dataclass
class Part:
    """One worker's share: parcels ``first`` to ``last`` of ``whole``; ``base``: the ids that are taken by table."""

    first: int
    last: int
    whole: int
    arrived: int
    each: int
    stores: list[int]
    source: int
    base: dict[str, int]
    now: datetime


@dataclass
class Lines:
    """Rows to be written, as text of COPY, by table."""

    rows: dict[type[models.Model], list[str]] = field(default_factory=lambda: {table: [] for table in _TABLES})

    def write(self) -> None:
        """Write and forget them, in one transaction without triggers."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            for table, lines in self.rows.items():
                if lines:
                    names = ", ".join(f'"{name}"' for name in columns(table))
                    cursor.copy_expert(f"COPY {table._meta.db_table} ({names}) FROM STDIN", io.StringIO("".join(lines)))
                    lines.clear()


def fill(*, parcels: int, now: datetime, each: int = 20, workers: int = 2) -> dict[str, int]:
    """Add ``parcels`` parcels under way with about ``each`` events on average. Answers rows by table. Refuses a database that has
    been filled this way before."""
    if TrackingSource.objects.filter(code=CODE).exists():
        raise Conflict("bench_filled", "This database has been filled with parcels already.")
    with acting_scope(CLOCK):
        stores = [_store(number, kind, now) for number, kind in enumerate(STORES, 1)]
        source = _source(now)
        for back in range(OLDEST // 30 + 2):
            make_partitions((now - timedelta(days=30 * back)).date(), 1)
        base = {table._meta.db_table: _highest(table) for table in _TABLES}
        arrived, share = parcels // 4, -(-parcels // workers)
        parts = [
            Part(first, min(first + share, parcels), parcels, arrived // workers, each, stores, source.pk, base, now)
            for first in range(0, parcels, share)
        ]
    if workers == 1:
        counted = [write(part) for part in parts]
    else:
        connections.close_all()
        with get_context("fork").Pool(workers) as pool:
            counted = pool.map(_alone, parts)
    _tidy()
    return {table: sum(made[table] for made in counted) for table in counted[0]}


def _store(number: int, kind: str, now: datetime) -> int:
    made, _new = Store.objects.get_or_create(
        code=f"parcels-{number}",
        defaults={
            "name": f"Parcels {number}",
            "kind": kind,
            "currency": "USD",
            "time_zone": "Asia/Shanghai",
            "created_at": now,
        },
    )
    return made.pk


def _source(now: datetime) -> TrackingSource:
    """A source that no program can reach: the bench asks nobody."""
    return TrackingSource.objects.create(
        code=CODE, name="Bench", secrets=crypto.encrypt(json.dumps({"key": KEY})), base_url="http://127.0.0.1:9", whole_house=True,
        created_at=now - timedelta(days=OLDEST + 1), heard_at=now, pushed_at=now, quota_left=100_000, quota_at=now,
    )  # fmt: skip


def _highest(table: type[models.Model]) -> int:
    return int(table._base_manager.order_by("-pk").values_list("pk", flat=True).first() or 0)


def _tidy() -> None:
    """Numbers go on after ours, and the planner knows the tables."""
    with connection.cursor() as cursor:
        for table in _TABLES:
            name = table._meta.db_table
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))")
        cursor.execute("ANALYZE" if connection.in_atomic_block else "VACUUM ANALYZE")


# --- one worker ------------------------------------------------------------------------------------------------------------


def _alone(part: Part) -> dict[str, int]:
    """:func:`write` in a process of its own."""
    connections.close_all()
    try:
        return write(part)
    finally:
        connections.close_all()


def write(part: Part) -> dict[str, int]:
    """Write one share of the parcels; answers rows by table."""
    made = {table._meta.db_table: 0 for table in _TABLES}
    with acting_scope(CLOCK):
        lines, held = Lines(), 0
        for number, one, count in _sacks(part):
            for table, rows in multiply(one, number, count, part).items():
                made[table._meta.db_table] += len(rows)
                lines.rows[table] += rows
            made["logistics_trackingevent"] += (len(one.events) - 1) * count if one.events else 0
            held += count
            if held >= PIECE:
                lines.write()
                held = 0
        lines.write()
    return made


def _sacks(part: Part) -> Iterator[tuple[int, Sack, int]]:
    """The sacks of a share with the number of their first parcel and how many lie in it: the oldest first, then those that have
    arrived."""
    dice = random.Random(f"{part.first} {part.whole}")
    stores = Store.objects.in_bulk(part.stores)
    world = World([stores[pk] for pk in part.stores], {s.code: s for s in Service.objects.all()}, part.now)
    number = part.first
    while number < part.last:
        count = min(dice.randint(*SACK), part.last - number)
        yield number, sack(world, dice, _handed_over(dice, number / part.whole, part.now), part.each), count
        number += count
    number = part.whole + part.first  # arrived ones have numbers of their own
    for _sack in range(-(-part.arrived // SACK[1])):
        count = min(SACK[1], part.arrived)
        shipped = part.now - timedelta(days=dice.uniform(50, 360))
        yield number, sack(world, dice, shipped.replace(microsecond=0), 0, delivered=True), count
        number += count


def _handed_over(dice: random.Random, share: float, now: datetime) -> datetime:
    """Most of what is under way is young; numbers grow with the time of the hand-over."""
    days = OLDEST * (1 - share) ** 4 + dice.uniform(0, 0.8)
    return (now - timedelta(days=max(days, 0.05))).replace(microsecond=0)


def multiply(one: Sack, first: int, count: int, part: Part) -> dict[type[models.Model], list[str]]:
    """The rows of ``count`` parcels that share the life of a sack, numbered from ``first``."""
    life, base = one.parcel, part.base
    order, followed, duties = _order(life), _followed(one, part), _duties(one, part)
    events = [template(_event(life, event)) for event in one.events]
    made: dict[type[models.Model], list[str]] = {table: [] for table in _TABLES}
    shared = template(life)
    prefix = {"postal_registered": "RB", "ems": "EE", "postal_untracked": "UB"}.get(
        life.service.kind if life.service else "", "LK"
    )
    for number in range(first, first + count):
        pk = base["logistics_parcel"] + 1 + number
        of_order, of_buyer = base["orders_order"] + 1 + number, base["customers_buyer"] + 1 + number // 2
        waybill = f"{prefix}{number:08d}{check_digit(f'{number:08d}')}CN"
        name = f"{_NAMES[number // 2 % len(_NAMES)]} {number // 2:x}"
        if number % 2 == 0 or number == first:
            made[Buyer].append(_buyer(life, of_buyer, number // 2, name) if number % 2 == 0 else "")
        made[Order].append(order(id=of_order, buyer_id=of_buyer, external_id=f"71{number:012d}", number=f"71{number:012d}",
                                 buyer_name=name, search=name.upper()))  # fmt: skip
        made[Parcel].append(shared(id=pk, order_id=of_order, number=f"PU-{number}", tracking_number=waybill))
        if followed is not None:
            made[FollowedNumber].append(
                followed(id=base["logistics_followednumber"] + 1 + number, parcel_id=pk, number=waybill)
            )
        for place, duty in enumerate(duties):
            text = duty(id=base["worklist_duty"] + 1 + 2 * number + place, subject_id=pk)
            marks = {str(PK): str(pk), NUMBER: waybill, ORDER: f"71{number:012d}", BUYER: name}
            for mark, value in marks.items():
                text = text.replace(mark, value)
            made[Duty].append(text)
        if events:  # one piece of text with all its lines
            made[TrackingEvent].append("".join(
                event(id=base["logistics_trackingevent"] + 1 + number * 100 + place, parcel_id=pk) for place, event in enumerate(events)
            ))  # fmt: skip
    made[Buyer] = [row for row in made[Buyer] if row]
    return made


# --- rows as text ------------------------------------------------------------------------------------------------------------

Row = Callable[..., str]
#: Columns that differ within a sack; the rest of a row is the same text.
_OWN: Mapping[type[models.Model], tuple[str, ...]] = {
    Buyer: ("id", "key", "name", "email", "search"),
    Order: ("id", "buyer_id", "external_id", "number", "buyer_name", "search"),
    Parcel: ("id", "order_id", "number", "tracking_number"),
    FollowedNumber: ("id", "parcel_id", "number"),
    Duty: ("id", "subject_id"),
    TrackingEvent: ("id", "parcel_id"),
}


def columns(table: type[models.Model]) -> list[str]:
    """The columns in the order of the rows: those of each parcel's own, then the shared ones."""
    return [*_OWN[table], *(f.column for f in _shared(table))]


def _shared(table: type[models.Model]) -> list[Any]:
    return [f for f in table._meta.local_concrete_fields if f.column not in _OWN[table] and not f.generated]


def template(row: models.Model) -> Row:
    """How rows like ``row`` are written: a function of what is their own."""
    table = type(row)
    rest = "\t".join(text_of(f, getattr(row, f.attname)) for f in _shared(table))
    names = _OWN[table]
    return lambda **own: "\t".join([*(str(own[name]) for name in names), rest]) + "\n"


def text_of(column: Any, value: Any) -> str:
    """A value in the text of COPY."""
    if value is None:
        return r"\N"
    if isinstance(column, models.JSONField):
        value = json.dumps(value)
    elif isinstance(value, bool):
        return "t" if value else "f"
    elif isinstance(value, datetime):
        return value.isoformat()
    return str(value).replace("\\", "\\\\").replace("\t", " ").replace("\n", " ")


def _buyer(life: Parcel, pk: int, number: int, name: str) -> str:
    row = Buyer(
        store=life.store,
        country=life.country,
        language="en",
        created_at=life.created_at,
        first_order_at=life.created_at,
    )
    mail = f"{name.replace(' ', '.').lower()}@example.com"
    return template(row)(id=pk, key=f"parcels-{number}", name=name, email=mail, search=f"{name} {mail}".upper())


def _order(life: Parcel) -> Row:
    shipped = life.shipped_at
    assert shipped is not None
    paid = shipped - timedelta(days=2)
    ended = life.state == "delivered"
    life.order = Order(
        store=life.store, state="completed" if ended else "shipped", stage="completed" if ended else "shipped", country=life.country,
        currency=life.store.currency, goods_total=Decimal("21.50"), total=Decimal("24.50"), pieces=2, placed_at=paid, paid_at=paid,
        ready_at=paid, greeted_at=paid, shipped_at=shipped, declared_at=shipped, delivered_at=life.delivered_at,
        completed_at=life.delivered_at, imported_at=paid,
        buyer_name=BUYER, number=ORDER, shipping_method="Standard",
    )  # fmt: skip
    return template(life.order)


def _followed(one: Sack, part: Part) -> Row | None:
    life, heard = one.parcel, one.events[-1].at if one.events else None
    if life.shipped_at is None or life.state != "shipped" or (life.service and life.service.tracking_level == "none"):
        return None
    told = life.shipped_at + timedelta(minutes=3)
    return template(FollowedNumber(
        source_id=part.source, parcel=None, carrier=CARRIER, state=FollowState.REGISTERED, wanted_at=told, registered_at=told,
        asked_at=told if heard and part.now - heard < timedelta(days=2) else part.now, heard_at=heard,
    ))  # fmt: skip


def _event(life: Parcel, event: Seen) -> TrackingEvent:
    key = f"{event.at.isoformat()}\x1f{event.stage}\x1f{event.text.casefold()}\x1f{event.place.casefold()}"
    return TrackingEvent(
        occurred_at=event.at, stage=event.stage, description=event.text, location=event.place, source="17track",
        digest=hashlib.sha256(key.encode()).hexdigest(), received_at=event.at + timedelta(hours=1),
    )  # fmt: skip


def _duties(one: Sack, part: Part) -> list[Row]:
    """The planned check, and what the last check asked of a person."""
    life = one.parcel
    if life.state != "shipped" or life.next_check_at is None:
        return []
    life.pk, life.tracking_number = PK, NUMBER
    made = [_duty(CHECK, life, life.check_round, life.next_check_at, one.checked or life.created_at, {})]
    if one.step is not None and one.step.role and one.step.text not in DRAFTED and one.checked is not None:
        rule, days = RULES[STEP], (one.checked - life.created_at).days
        due = rule.due_at(life, 0, one.checked)
        if due is not None:
            told = {"advice": one.step.advice, "rule": one.step.rule_id, "days": days}
            made.append(_duty(STEP, life, 0, due, one.checked, told))
    return made


def _duty(key: str, life: Parcel, round: int, due: datetime, at: datetime, facts: dict[str, Any]) -> Row:
    row = blank(RULES[key], life, round, due, at)
    row.facts = {**row.facts, **facts}
    price([row], RULES[key], {PK: life}, at)
    return template(row)
