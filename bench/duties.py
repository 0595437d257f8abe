"""Due duties at a size (P11): parcels whose check is due at one moment, drained by several workers, counted afterwards."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, connections

from bench.measure import _backend_pid, _cpu_of
from core.clock import plus_days, utcnow
from core.scope import acting_scope
from logistics.models import Parcel, Service
from logistics.services import tracking
from orders.models import Order
from worklist import services
from worklist.models import Duty
from worklist.services.running import CLOCK

RULE = "logistics.parcel_check"
CHUNK = 5000


@dataclass(frozen=True)
class Drained:
    """What a drain took: seconds, duties acted on, acted on twice, left behind, the time of one claim of 500, and
    seconds of the processor (all workers with their PostgreSQL)."""

    seconds: float
    acted: int
    twice: int
    left: int
    claim_ms: float
    cpu: float


def fill(count: int, now: datetime) -> None:
    """See to ``count`` parcels whose check is due ``now``, eight days after they left. Needs orders in the database. Duties of
    other rules that are due are put off: the figure is of these."""
    shipped = now - timedelta(days=8)
    with acting_scope(CLOCK):
        Duty._base_manager.filter(state="planned").update(due_at=now + timedelta(days=90))
        first = (Parcel._base_manager.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
        service = Service.objects.order_by("pk").first()
        orders = list(Order._base_manager.select_related("store").order_by("pk")[:1000])
        for begin in range(0, count, CHUNK):
            parcels = list(_parcels(first + begin, min(CHUNK, count - begin), orders, service, shipped))
            Parcel._base_manager.bulk_create(parcels, batch_size=1000)
            tracking.start_following(parcels=parcels, now=shipped)
            ids = [p.pk for p in parcels]
            Parcel._base_manager.filter(pk__in=ids).update(state="shipped", next_check_at=now)
            services.refresh(rule_key=RULE, subject_ids=ids, now=shipped)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE logistics_parcel")
        cursor.execute("ANALYZE worklist_duty")


def _parcels(first: int, count: int, orders: list[Order], service: Service | None, now: datetime) -> Iterator[Parcel]:
    for number in range(first, first + count):
        order = orders[number % len(orders)]
        yield Parcel(
            number=f"BP-{number}", store=order.store, order=order, service=service, state="packed", country=order.country,
            tracking_number=f"BP{number:09}CN", created_at=now, shipped_at=plus_days(now, 0, order.store.time_zone),
        )  # fmt: skip


def drain(now: datetime, workers: int = 2) -> Drained:
    """Let ``workers`` processes act until nothing of the rule is due at ``now``; count what each parcel got. Before that
    one worker is killed at its work."""
    due = Duty._base_manager.filter(rule=RULE, state="planned", due_at__lte=now)
    expected = due.count()
    claim = _claim_ms(now)
    rounds = dict(Parcel._base_manager.filter(pk__in=due.values("subject_id")).values_list("pk", "check_round"))
    connections.close_all()
    _killed()
    started = time.perf_counter()
    with multiprocessing.get_context("fork").Pool(workers) as pool:
        taken = pool.map(_work, range(workers))
    seconds = time.perf_counter() - started
    after = dict(Parcel._base_manager.filter(pk__in=list(rounds)).values_list("pk", "check_round"))
    twice = sum(1 for pk, was in rounds.items() if after[pk] > was + 1)
    acted = sum(1 for pk, was in rounds.items() if after[pk] == was + 1)
    return Drained(seconds, acted, twice, expected - acted - twice, claim, sum(taken))


def _killed() -> None:
    """A worker that dies at its work: what it held goes to the others."""
    victim = multiprocessing.get_context("fork").Process(target=_work, args=(0,))
    victim.start()
    time.sleep(1)
    victim.kill()
    victim.join()


def _work(_number: int) -> float:
    """Act until nothing is due; answers the seconds of the processor (with PostgreSQL) that took."""
    connections.close_all()
    pid = _backend_pid()
    begun, acted, quiet = time.process_time(), 0, 0
    while quiet < 2:  # rows another worker held a moment ago are asked for once more
        done = services.run_due(now=utcnow()).total
        acted, quiet = acted + done, 0 if done else quiet + 1
    spent = time.process_time() - begun + _cpu_of(pid)
    connections.close_all()
    return spent


def _claim_ms(now: datetime) -> float:
    """The time of one claim of 500 as the runner makes it, in milliseconds (the fastest of five)."""
    best: list[float] = []
    for _turn in range(5):
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            begin = time.perf_counter()
            cursor.execute(
                "SELECT id FROM worklist_duty WHERE rule = %s AND state = 'planned' AND due_at <= %s "
                "ORDER BY due_at, id LIMIT 500 FOR UPDATE SKIP LOCKED",
                [RULE, now],
            )
            rows: list[Any] = cursor.fetchall()
            best.append((time.perf_counter() - begin) * 1000)
            cursor.execute("ROLLBACK")
            assert len(rows) <= 500
    return min(best)
