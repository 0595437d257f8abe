"""Children: started so that none outlives its parent, watched, restarted with growing pauses, stopped in order."""

from __future__ import annotations

import ctypes
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from .places import ServerUser

PR_SET_PDEATHSIG = 1
PAUSES = (0.2, 1.0, 2.0, 5.0, 10.0, 30.0)
STEADY_SECONDS = 30.0  # alive this long, a child has recovered and its pauses start anew

_prctl: Callable[..., int] | None = None
if sys.platform == "linux":
    _prctl = ctypes.CDLL(None, use_errno=True).prctl


def _before_exec(parent: int, death_signal: int, user: ServerUser | None) -> Callable[[], None]:
    def prepare() -> None:
        os.setsid()
        if user is not None:
            os.setgroups([])
            os.setgid(user.gid)
            os.setuid(user.uid)
        if _prctl is not None:  # after the change of user, which would clear it
            _prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)

    return prepare


@dataclass
class Child:
    """One process to keep alive. `ready` answers whether it serves; `cleanup` runs after each end, before a restart."""

    name: str
    argv: list[str]
    env: dict[str, str]
    cwd: Path
    user: ServerUser | None = None
    stop_signal: int = signal.SIGTERM
    death_signal: int = signal.SIGTERM
    stop_seconds: float = 10.0
    ready: Callable[[], bool] | None = None
    before_start: Callable[[], bool] | None = None
    process: subprocess.Popen[bytes] | None = None
    failures: int = 0
    started: float = 0.0
    next_start: float = 0.0
    partial: bytes = field(default=b"", repr=False)

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self.process is not None and self.process.poll() is None


class Crew:
    """Children under one roof, driven by one loop without threads (the death signal hangs on the thread that forks)."""

    def __init__(self, out: Callable[[str, str], None]) -> None:
        self.out = out
        self.children: list[Child] = []
        self.selector = selectors.DefaultSelector()
        self.stopping = False
        self.wake_read, self.wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self.selector.register(self.wake_read, selectors.EVENT_READ, None)

    def catch_signals(self) -> None:
        """End the loop on Ctrl-C, SIGTERM or a closed terminal; wake it when a child ends."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop_signal)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self.wake_write, warn_on_full_buffer=False)

    def _stop_signal(self, *_: object) -> None:
        self.stopping = True

    def add(self, child: Child) -> None:
        """Start a child and keep it."""
        self.children.append(child)
        self._start(child)

    def _start(self, child: Child) -> None:
        if child.before_start is not None and not child.before_start():
            child.next_start = time.monotonic() + 0.3
            return
        child.started = time.monotonic()
        child.process = subprocess.Popen(
            child.argv,
            cwd=child.cwd,
            env=child.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            preexec_fn=_before_exec(os.getpid(), child.death_signal, child.user),
        )
        assert child.process.stdout is not None
        os.set_blocking(child.process.stdout.fileno(), False)
        self.selector.register(child.process.stdout, selectors.EVENT_READ, child)

    def _drain(self, child: Child) -> None:
        process = child.process
        if process is None or process.stdout is None or process.stdout.closed:
            return
        while True:
            try:
                block = os.read(process.stdout.fileno(), 65536)
            except BlockingIOError:
                return
            except OSError:
                block = b""
            if not block:
                self.selector.unregister(process.stdout)
                process.stdout.close()
                if child.partial:
                    self.out(child.name, child.partial.decode(errors="replace"))
                child.partial = b""
                return
            *lines, child.partial = (child.partial + block).split(b"\n")
            for line in lines:
                self.out(child.name, line.decode(errors="replace"))

    def _reap(self, child: Child) -> None:
        process = child.process
        assert process is not None
        self._drain(child)
        if process.stdout is not None and not process.stdout.closed:  # a grandchild still holds the pipe
            self.selector.unregister(process.stdout)
            process.stdout.close()
        try:
            os.killpg(process.pid, signal.SIGKILL)  # what it left behind in its own group
        except (ProcessLookupError, PermissionError):
            pass
        child.process = None
        if self.stopping:
            return
        child.failures = 1 if time.monotonic() - child.started > STEADY_SECONDS else child.failures + 1
        pause = PAUSES[min(child.failures, len(PAUSES)) - 1]
        child.next_start = time.monotonic() + pause
        code = process.returncode
        how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
        self.out(child.name, f"{how}; starting it again in {pause:g} s")

    def turn(self, seconds: float) -> None:
        """One turn of the loop, `seconds` at most: pass on output, notice ends, start again what is due."""
        for key, _ in self.selector.select(seconds):
            if key.data is None:
                try:
                    os.read(self.wake_read, 512)
                except BlockingIOError:
                    pass
            else:
                self._drain(key.data)
        for child in self.children:
            if child.process is not None:
                if child.process.poll() is not None:
                    self._reap(child)
            elif not self.stopping and time.monotonic() >= child.next_start:
                self._start(child)

    def wait_ready(self, child: Child, seconds: float) -> bool:
        """Turn until the child serves; False when the time is over, it ended three times, or a stop was asked."""
        end, next_look = time.monotonic() + seconds, 0.0
        while time.monotonic() < end and not self.stopping and child.failures < 3:
            if time.monotonic() >= next_look:
                if child.alive and (child.ready is None or child.ready()):
                    return True
                next_look = time.monotonic() + 0.1
            self.turn(0.05)
        return False

    def stop(self, children: list[Child] | None = None) -> None:
        """Stop the children, the last started first, each with its own signal and patience, then by force."""
        self.stopping = True
        for child in reversed(self.children if children is None else children):
            process = child.process
            if process is None:
                continue
            if process.poll() is None:
                process.send_signal(child.stop_signal)
            end = time.monotonic() + child.stop_seconds
            while process.poll() is None and time.monotonic() < end:
                self.turn(0.05)
            if process.poll() is None:
                self.out(child.name, f"did not stop within {child.stop_seconds:g} s and was killed")
                process.kill()
                process.wait()
            if child.process is not None:
                self._reap(child)
