"""Measuring honestly: CPU of this process and of its PostgreSQL backend, product and floor in turns, medians."""

from __future__ import annotations

import contextlib
import os
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from core import copying

_TICK = os.sysconf("SC_CLK_TCK")


def _backend_pid() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def _cpu_of(pid: int) -> float:
    """CPU seconds of another process on this machine; 0 where it cannot be read. The scheduler counts nanoseconds; the other
    count moves in hundredths of a second, which are more than a statement takes."""
    try:
        with open(f"/proc/{pid}/schedstat") as stat:
            return int(stat.read().split()[0]) / 1e9
    except (OSError, ValueError, IndexError):
        pass
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


class Counted:
    """Counts the statements of a block. A query log forgets the oldest lines and is emptied by every request, so a wrapper
    counts; COPY, which passes by the wrappers, is counted beside it. ``seen`` holds how each begins."""

    def __init__(self, *, savepoints: bool = True) -> None:
        self.seen: list[str] = []
        self._savepoints = savepoints
        self._copy = copying._copy

    @property
    def count(self) -> int:
        """How many."""
        return len(self.seen)

    def __enter__(self) -> Counted:
        self._stack = contextlib.ExitStack()
        self._stack.enter_context(connection.execute_wrapper(self._statement))
        copying._copy = self._copied  # type: ignore[assignment]
        return self

    def __exit__(self, *error: object) -> None:
        copying._copy = self._copy
        self._stack.close()

    def _statement(self, execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        if self._savepoints or not str(sql).startswith(("SAVEPOINT", "RELEASE SAVEPOINT")):
            self.seen.append(str(sql).strip()[:200])
        return execute(sql, params, many, context)

    def _copied(self, *args: Any) -> int:
        self.seen.append(f"COPY {args[0]}")
        return self._copy(*args)


def statements(work: Callable[[], Any]) -> int:
    """How many statements a call takes, the second time."""
    work()
    with Counted() as counted:
        work()
    return counted.count


def slowest_statement(work: Callable[[], Any]) -> tuple[float, float]:
    """Milliseconds of the longest statement of a call: as the application waits for it, and of PostgreSQL's processor. Where
    others crowd the machine only the second means something."""
    longest, pid = [0.0, 0.0], _backend_pid()

    def timed(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        begun, used = time.perf_counter(), _cpu_of(pid)
        try:
            return execute(sql, params, many, context)
        finally:
            longest[0] = max(longest[0], time.perf_counter() - begun)
            longest[1] = max(longest[1], _cpu_of(pid) - used)

    with connection.execute_wrapper(timed):
        work()
    return longest[0] * 1000, longest[1] * 1000


def in_turns(works: dict[str, Callable[[], Any]], *, turns: int = 7, repeat: int = 20) -> dict[str, Figure]:
    """Measure several works in turns, so that the machine's moods hit all alike."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in works}
    shape: dict[str, tuple[int, int]] = {}
    for name, work in works.items():
        work()
        with Counted() as counted:
            answer = work()
        shape[name] = (counted.count, len(getattr(answer, "content", b"") or b""))
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
