"""Measuring honestly: CPU of this process and of its PostgreSQL backend, product and floor in turns, medians."""

from __future__ import annotations

import os
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

_TICK = os.sysconf("SC_CLK_TCK")


def _backend_pid() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def _cpu_of(pid: int) -> float:
    """CPU seconds of another process on this machine; 0 where it cannot be read."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / _TICK
    except OSError:
        return 0.0


@dataclass(frozen=True)
class Figure:
    """One measured thing: CPU and wall in milliseconds a call (median), statements, bytes of the answer."""

    cpu_ms: float
    wall_ms: float
    statements: int
    size: int


def once(work: Callable[[], Any], repeat: int) -> tuple[float, float]:
    """CPU (application + PostgreSQL) and wall seconds a call, over ``repeat`` calls."""
    pid = _backend_pid()
    cpu, database, wall = time.process_time(), _cpu_of(pid), time.perf_counter()
    for _ in range(repeat):
        work()
    return (
        (time.process_time() - cpu + _cpu_of(pid) - database) / repeat,
        (time.perf_counter() - wall) / repeat,
    )


def in_turns(works: dict[str, Callable[[], Any]], *, turns: int = 7, repeat: int = 20) -> dict[str, Figure]:
    """Measure several works in turns, so that the machine's moods hit all alike."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in works}
    shape: dict[str, tuple[int, int]] = {}
    for name, work in works.items():
        work()
        with CaptureQueriesContext(connection) as queries:
            answer = work()
        shape[name] = (len(queries), len(getattr(answer, "content", b"") or b""))
    for _ in range(turns):
        for name, work in works.items():
            taken[name].append(once(work, repeat))
    return {
        name: Figure(
            statistics.median(c for c, _ in rows) * 1000, statistics.median(w for _, w in rows) * 1000, *shape[name]
        )
        for name, rows in taken.items()
    }


def peak_mib() -> float:
    """Largest memory of this process so far, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
