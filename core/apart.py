"""A process apart for reading what strangers hand in: it sets its own limits, answers in JSON lines, and may die at any moment
without harm to the process that asked. Imports no Django: the child starts in a blink."""

from __future__ import annotations

import resource
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

_ROOT = Path(__file__).resolve().parents[1]
#: A child that says nothing for so long has got stuck.
SILENCE = 90
#: No answer line is longer.
_LONGEST_LINE = 64 * 1024 * 1024


class Broken(Exception):
    """The child gave up or was ended: ``too_slow``, ``too_large_unpacked``, ``out_of_memory``."""

    def __init__(self, code: str):
        super().__init__(code)
        self.code = code


class Answers:
    """What a running child says, line by line; ``wait``: seconds for all of it (0 = as long as answers keep coming)."""

    def __init__(self, process: subprocess.Popen[bytes], wait: int):
        self.process = process
        self.until = time.monotonic() + wait if wait else None

    def __iter__(self) -> Iterator[dict[str, Any]]:
        assert self.process.stdout is not None
        held = bytearray()
        with selectors.DefaultSelector() as waiting:
            waiting.register(self.process.stdout, selectors.EVENT_READ)
            while True:
                patience = SILENCE if self.until is None else self.until - time.monotonic()
                if patience <= 0 or not waiting.select(patience):
                    raise Broken("too_slow")
                block = self.process.stdout.read1(1 << 20)  # type: ignore[attr-defined]
                if not block:
                    break
                held += block
                if len(held) > _LONGEST_LINE:
                    raise Broken("too_large_unpacked")
                *lines, rest = held.split(b"\n")
                held = bytearray(rest)
                for line in lines:
                    yield orjson.loads(line)
        self._ended()

    def _ended(self) -> None:
        code = self.process.wait(10)
        if code in (-signal.SIGXCPU, -signal.SIGKILL):
            raise Broken("too_slow")
        if code != 0:  # an allocation that failed outside of Python ends the process by a signal
            raise Broken("out_of_memory")


@contextmanager
def child(module: str, request: bytes, *, wait: int = 0) -> Iterator[Answers]:
    """Start ``module`` with ``request`` on its standard input; it ends with the block."""
    process = subprocess.Popen(
        [sys.executable, "-E", "-s", "-m", module], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        cwd=_ROOT, env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONMALLOC": "malloc"}, start_new_session=True,
    )  # fmt: skip
    try:
        assert process.stdin is not None
        try:
            process.stdin.write(request)
            process.stdin.close()
        except BrokenPipeError:
            raise Broken("out_of_memory") from None
        yield Answers(process, wait)
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def limit(*, memory: int, seconds: int, file_bytes: int) -> None:
    """In the child: what this process may take of memory, processor time, size of files; no core dump."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def say(kind: str, **values: Any) -> None:
    """In the child: one answer line."""
    sys.stdout.buffer.write(orjson.dumps({"t": kind, **values}) + b"\n")
    sys.stdout.buffer.flush()
