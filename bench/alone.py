"""A piece of work in a process of its own, so that its memory is its own: what it took of CPU, time and memory."""

from __future__ import annotations

import importlib
import json
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Cost:
    """Seconds of the processor (the process itself, its PostgreSQL backend, processes it started), seconds on the wall, and
    the largest memory in MiB of the process and of one it started."""

    own: float = 0
    database: float = 0
    started: float = 0
    wall: float = 0
    peak: float = 0
    peak_started: float = 0

    @property
    def cpu(self) -> float:
        """All of the processor."""
        return self.own + self.database + self.started


def run(work: str, **given: Any) -> tuple[Any, Cost]:
    """Call ``module:function`` with ``given`` in a fresh process; answers what it answered (JSON) and its cost."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.alone", work, json.dumps(given, default=str)], check=True, cwd=ROOT, stdout=subprocess.PIPE,
        text=True, env={**os.environ, "DJANGO_SETTINGS_MODULE": "bench.settings"},
    )  # fmt: skip
    told = json.loads(done.stdout.strip().splitlines()[-1])
    return told["answer"], Cost(**told["cost"])


@contextmanager
def costing() -> Iterator[Cost]:
    """Count what happens inside."""
    from bench.measure import _backend_pid, _cpu_of

    cost, over, pid = Cost(), threading.Event(), _backend_pid()
    watcher = threading.Thread(target=_watch, args=(cost, over), daemon=True)
    watcher.start()
    children, own, database, wall = _children(), time.process_time(), _cpu_of(pid), time.perf_counter()
    yield cost
    cost.wall, cost.own = time.perf_counter() - wall, time.process_time() - own
    cost.database, cost.started = _cpu_of(pid) - database, _children() - children
    over.set()
    watcher.join()
    cost.peak = _peak("self")


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _peak(pid: int | str) -> float:
    """The largest memory of a process since it began its program, MiB (what ``getrusage`` tells of a child counts its parent)."""
    try:
        text = Path(f"/proc/{pid}/status").read_text()
        return int(text.split("VmHWM:")[1].split()[0]) / 1024
    except (OSError, IndexError, ValueError):
        return 0


def _watch(cost: Cost, over: threading.Event) -> None:
    while not over.wait(0.2):
        try:
            pids = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
        except OSError:
            return
        cost.peak_started = max([cost.peak_started, *map(_peak, pids)])


def main() -> int:
    """Serve one call."""
    import django

    django.setup()
    from core.audit import SYSTEM
    from core.scope import acting_scope

    module, _colon, name = sys.argv[1].partition(":")
    work, given = getattr(importlib.import_module(module), name), json.loads(sys.argv[2])
    with acting_scope(SYSTEM):
        prepared = work(**given)
        with costing() as cost:
            answer = prepared()
    print(json.dumps({"answer": answer, "cost": asdict(cost)}, default=str))
    return 0


if __name__ == "__main__":
    sys.exit(main())
