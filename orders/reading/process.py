"""The door to the reading process: start it, pass the request, hand on its answers, end it when it takes too long."""

from __future__ import annotations

import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import orjson

from orders.reading.errors import Refused
from orders.reading.plan import Limits, Plan
from orders.reading.spool import NAME, Spool

_ROOT = Path(__file__).resolve().parents[2]
#: A reader that says nothing for so long has got stuck.
SILENCE = 90
#: No answer line is longer.
_LONGEST_LINE = 64 * 1024 * 1024


class Reading:
    """A running reader: iterate over its answers (dictionaries); ``raw_rows`` gives rejected rows in their own words."""

    def __init__(self, process: subprocess.Popen[bytes], folder: Path, wait: int):
        self.process, self.folder = process, folder
        self.until = time.monotonic() + wait if wait else None

    def __iter__(self) -> Iterator[dict[str, Any]]:
        assert self.process.stdout is not None
        held = bytearray()
        with selectors.DefaultSelector() as waiting:
            waiting.register(self.process.stdout, selectors.EVENT_READ)
            while True:
                patience = SILENCE if self.until is None else self.until - time.monotonic()
                if patience <= 0 or not waiting.select(patience):
                    raise Refused("too_slow")
                block = self.process.stdout.read1(1 << 20)  # type: ignore[attr-defined]
                if not block:
                    break
                held += block
                if len(held) > _LONGEST_LINE:
                    raise Refused("too_large_unpacked")
                *lines, rest = held.split(b"\n")
                held = bytearray(rest)
                for line in lines:
                    yield self._answer(bytes(line))
        self._ended()

    def _answer(self, line: bytes) -> dict[str, Any]:
        answer: dict[str, Any] = orjson.loads(line)
        if answer["t"] == "refused":
            raise Refused(answer["code"], **answer["params"])
        return answer

    def _ended(self) -> None:
        code = self.process.wait(10)
        if code in (-signal.SIGXCPU, -signal.SIGKILL):
            raise Refused("too_slow")
        if code != 0:  # an allocation that failed outside of Python ends the process by a signal
            raise Refused("out_of_memory")

    def raw_rows(self, keys: list[str]) -> list[tuple[str, int, list[Any]]]:
        """The rows of some orders as they stand in the file: (order, row number, cells)."""
        if not (self.folder / NAME).exists():
            return []
        spool = Spool(self.folder, fresh=False)
        try:
            return list(spool.rows_of(keys))
        finally:
            spool.close()


@contextmanager
def reading(
    path: Path, plan: Plan, *, task: str = "read", zone: str = "UTC", after: str = "", limits: Limits | None = None
) -> Iterator[Reading]:
    """Start a reader for ``path``; it ends, and its temporary files go, with the block."""
    limits = limits or Limits()
    folder = Path(tempfile.mkdtemp(prefix="sampan-read-"))
    request = {"path": str(path.resolve()), "plan": plan.as_json(), "limits": asdict(limits), "folder": str(folder), "task": task,
               "zone": zone, "after": after}  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-E", "-s", "-m", "orders.reading.worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, cwd=_ROOT, env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONMALLOC": "malloc"},
        start_new_session=True,
    )  # fmt: skip
    try:
        assert process.stdin is not None
        try:
            process.stdin.write(orjson.dumps(request))
            process.stdin.close()
        except BrokenPipeError:
            raise Refused("out_of_memory") from None
        yield Reading(process, folder, limits.wait)
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
        shutil.rmtree(folder, ignore_errors=True)


def inspected(path: Path, plan: Plan, *, zone: str) -> dict[str, Any]:
    """A first look at the file (see ``inspecting.inspect``); refuses what cannot be read within some seconds."""
    limits = replace(Limits(), seconds=9, wait=28)
    with reading(path, plan, task="inspect", zone=zone, limits=limits) as answers:
        for answer in answers:
            if answer["t"] == "inspected":
                return {name: value for name, value in answer.items() if name != "t"}
    raise Refused("broken_file")
