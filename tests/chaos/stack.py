"""The real product in a folder of its own: started as people start it, its processes found, struck and watched."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
import redis

from launch.places import ROOT, Places, places

#: What a healthy installation runs: role -> least number of processes (the main one and its pool).
WANTED = {"keeper": 1, "postgres": 1, "valkey": 1, "sandbox": 1, "web": 3, "worker": 5, "beat": 1}
START_SECONDS, STOP_SECONDS = 300.0, 60.0


@dataclass(frozen=True)
class Proc:
    """One process of the installation; ``main`` is the one that its supervisor started."""

    pid: int
    parent: int
    role: str
    main: bool


class Stack:
    """One running installation. Use as a context; at the end nothing of it is left."""

    def __init__(self, smtp_port: int, log: Path | None = None) -> None:
        self.base = Path(tempfile.mkdtemp(prefix="sampan-chaos-"))
        self.base.chmod(0o755)  # root's database runs as somebody else and passes through here
        self.data = self.base / "data"
        self.port = _free_ports()
        self.log = log or self.base / "run.log"
        self.where: Places = places(self.data)
        self.env = {
            **{k: v for k, v in os.environ.items() if k not in _OURS and not k.startswith(("PYTEST", "COV_", "DJANGO_"))},
            "SAMPAN_DATA": str(self.data), "PORT": str(self.port), "SAMPAN_DEMO": "0", "LOG_LEVEL": "INFO",
            "EMAIL_URL": f"smtp://127.0.0.1:{smtp_port}", "API_RATE_PER_MINUTE": "100000",
        }  # fmt: skip
        self.started = 0.0
        self.launcher: subprocess.Popen[bytes] | None = None
        self.helpers: list[subprocess.Popen[bytes]] = []

    # --- life ------------------------------------------------------------------------------------------------------

    def __enter__(self) -> Stack:
        try:
            self.started = self.start()
        except BaseException:
            self.clean()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.clean()

    def start(self) -> float:
        """Start the installation; answers the seconds until it was ready."""
        began = time.monotonic()
        with self.log.open("ab") as out:
            self.launcher = subprocess.Popen(
                [sys.executable, "-m", "launch", "run"], cwd=ROOT, env=self.env, stdin=subprocess.DEVNULL, stdout=out,
                stderr=subprocess.STDOUT, start_new_session=True, preexec_fn=_die_with(os.getpid()),
            )  # fmt: skip
        if not self.wait(lambda: not self.missing() and self.ready(), START_SECONDS):
            raise AssertionError(f"not ready after {START_SECONDS:g} s: {self.missing()}\n{self.last_words()}")
        return time.monotonic() - began

    def stop(self, number: int = signal.SIGTERM) -> float:
        """Ask the launcher to stop (or kill it); answers the seconds until every process was gone."""
        began = time.monotonic()
        for helper in self.helpers:
            end(helper)
        if self.launcher is not None and self.launcher.poll() is None:
            self.launcher.send_signal(number)
        if not self.wait(lambda: not self.processes(), STOP_SECONDS):
            raise AssertionError(f"left behind after {STOP_SECONDS:g} s: {self.processes()}")
        return time.monotonic() - began

    def clean(self) -> None:
        """Leave nothing: no process, no folder. For every way out, so nothing is asserted here."""
        with contextlib.suppress(AssertionError):
            self.stop()
        for proc in self.processes():
            with contextlib.suppress(OSError):
                os.kill(proc.pid, signal.SIGCONT)
                os.kill(proc.pid, signal.SIGKILL)
        if self.launcher is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.launcher.wait(10)
        shutil.rmtree(self.base, ignore_errors=True)
        if self.where.cluster.parent != self.data:
            shutil.rmtree(self.where.cluster.parent, ignore_errors=True)

    def last_words(self, lines: int = 40) -> str:
        """The end of what the installation printed."""
        with contextlib.suppress(OSError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        return ""

    # --- its processes ---------------------------------------------------------------------------------------------

    def processes(self) -> list[Proc]:
        """Every living process of this installation, whoever is its parent by now."""
        mark = f"SAMPAN_DATA={self.data}".encode()
        path, found, databases = str(self.data), [], {}
        rows = list(_table())
        for pid, parent, words in rows:
            if not words:
                continue
            if (
                words[0].endswith("/postgres")
                and "-D" in words
                and words[words.index("-D") + 1] == str(self.where.cluster)
            ):
                databases[pid] = parent
                continue
            if "valkey-server" in words[0] and str(self.where.run) in " ".join(words):
                found.append((pid, parent, "valkey"))
            elif path in words and "keeper" in words:
                found.append((pid, parent, "keeper"))
            elif mark in _environment(pid):
                found.append((pid, parent, _role(words)))
        found += [(pid, parent, "postgres") for pid, parent in databases.items()]
        found += [(pid, parent, "backend") for pid, parent, words in rows if parent in databases and words]
        pids = {pid: role for pid, _parent, role in found}
        return [Proc(pid, parent, role, pids.get(parent) != role) for pid, parent, role in found]

    def of(self, role: str, *, main: bool | None = None) -> list[Proc]:
        """The processes of one role: the main ones, the pool, or both. Those the harness added are left out."""
        helpers = {helper.pid for helper in self.helpers}
        return [
            p for p in self.processes()
            if p.role == role and (main is None or p.main == main) and p.pid not in helpers and p.parent not in helpers
        ]  # fmt: skip

    def missing(self) -> dict[str, int]:
        """Roles with fewer processes than a healthy installation has: role -> how many there are."""
        counts = dict.fromkeys(WANTED, 0)
        helpers = {helper.pid for helper in self.helpers}
        for proc in self.processes():
            if proc.role in counts and not {proc.pid, proc.parent} & helpers:
                counts[proc.role] += 1
        return {role: have for role, have in counts.items() if have < WANTED[role]}

    def orphans(self) -> list[Proc]:
        """Processes that have lost the supervisor they belong to."""
        alive = {p.pid for p in self.processes()} | {os.getpid()}
        if self.launcher is not None:
            alive.add(self.launcher.pid)
        return [p for p in self.processes() if p.parent not in alive and p.role != "launcher"]

    def signal(self, role: str, number: int, *, main: bool = True) -> int:
        """Send a signal to the main process (or one of the pool) of a role; answers how many got it."""
        count = 0
        for proc in self.of(role, main=main)[:1]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(proc.pid, number)
                count += 1
        return count

    def freeze(self, role: str, seconds: float) -> int:
        """Stop the clock of every process of a role for some seconds."""
        pids = [p.pid for p in self.of(role)]
        pids += [p.pid for p in self.of("backend")] if role == "postgres" else []
        _send(pids, signal.SIGSTOP)
        try:
            time.sleep(seconds)
        finally:
            _send(pids, signal.SIGCONT)
        return len(pids)

    def slow(self, role: str, seconds: float) -> None:
        """Let every process of a role run one part in four of the time."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.freeze(role, 0.15)
            time.sleep(0.05)

    def add(self, role: str) -> subprocess.Popen[bytes]:
        """A second scheduler or worker beside the one that runs."""
        words = [sys.executable, "-m", "celery", "-A", "erp", "--quiet", role]
        if role == "beat":
            words += ["--schedule", str(self.base / f"second-{time.monotonic_ns()}"), "--pidfile", ""]
        else:
            name = f"second{time.monotonic_ns()}@localhost"
            words += ["--concurrency", "2", "--without-gossip", "--without-mingle", "--hostname", name]
        servers = {"DATABASE_URL": self.where.database_url, "REDIS_URL": self.where.redis_url}
        env = {**self.env, **servers, "DJANGO_SETTINGS_MODULE": "erp.settings"}
        with self.log.open("ab") as out:
            made = subprocess.Popen(
                words, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                start_new_session=True, preexec_fn=_die_with(os.getpid()),
            )  # fmt: skip
        self.helpers.append(made)
        return made

    def remove(self, helper: subprocess.Popen[bytes], number: int) -> None:
        """Take a second scheduler or worker away again."""
        end(helper, number)
        self.helpers.remove(helper)

    # --- its servers -----------------------------------------------------------------------------------------------

    def valkey(self) -> redis.Redis:
        """A connection to the broker."""
        return redis.Redis.from_url(self.where.redis_url, socket_timeout=5, socket_connect_timeout=2)

    def database(self) -> psycopg2.extensions.connection:
        """A plain connection to the database, outside of the product."""
        link = psycopg2.connect(self.where.database_url, connect_timeout=3, options="-c statement_timeout=20000")
        link.autocommit = True
        return link

    def _patient_database(self) -> psycopg2.extensions.connection:
        """A connection, waited for while another fault keeps the database away."""
        until = time.monotonic() + 20
        while True:
            try:
                return self.database()
            except psycopg2.Error:
                if time.monotonic() > until:
                    raise
                time.sleep(0.3)

    def _ask_valkey(self, *words: str) -> Any:
        until = time.monotonic() + 60
        while True:
            try:
                return self.valkey().execute_command(*words)
            except redis.RedisError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.3)

    def wipe(self) -> None:
        """The broker loses everything."""
        self._ask_valkey("FLUSHALL")

    def cut(self, role: str) -> int:
        """Break every open connection to the database or the broker; answers how many there were."""
        if role == "valkey":
            return int(self._ask_valkey("CLIENT", "KILL", "TYPE", "NORMAL", "SKIPME", "YES"))
        link = self._patient_database()
        try:
            with link.cursor() as cursor:
                cursor.execute(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                    " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
                )
                return int(cursor.fetchone()[0])  # type: ignore[index]
        finally:
            link.close()

    # --- its health ------------------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """Where the pages answer."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def shop_url(self) -> str:
        """Where the pretend shop answers."""
        return f"http://127.0.0.1:{self.port + 1}"

    def ready(self) -> bool:
        """Whether ``/readyz`` says so now."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(f"{self.url}/readyz", timeout=3) as reply:
                return bool(reply.status == 200)
        except (OSError, ValueError, urllib.error.URLError):
            return False

    def whole(self) -> bool:
        """Whether nothing is missing and the pages are ready."""
        return not self.missing() and self.ready()

    def wait(self, good: Callable[[], bool], seconds: float, pause: float = 0.25) -> bool:
        """Wait until ``good``; False when the time is over."""
        until = time.monotonic() + seconds
        while not good():
            if time.monotonic() > until:
                return False
            time.sleep(pause)
        return True


_OURS = {
    "DATABASE_URL", "REDIS_URL", "SANDBOX_URL", "SECRET_KEY", "FIELD_ENCRYPTION_KEY", "ALLOWED_HOSTS", "STORAGE_URL",
    "SAMPAN_DATA", "SENTRY_DSN", "TIME_ZONE", "LOG_FORMAT", "EMAIL_FROM", "SAMPAN_HTTPS",
}  # fmt: skip


def end(process: subprocess.Popen[bytes], number: int = signal.SIGKILL) -> None:
    """End a process of our own, by force when it takes long."""
    if process.poll() is None:
        process.send_signal(number)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_ports() -> int:
    """A port of this machine whose neighbour above is free as well."""
    for port in range(18_000 + os.getpid() % 1000 * 10, 60_000, 2):
        with contextlib.suppress(OSError), socket.socket() as one, socket.socket() as two:
            one.bind(("127.0.0.1", port))
            two.bind(("127.0.0.1", port + 1))
            return port
    raise AssertionError("no free port")


def _die_with(parent: int) -> Callable[[], None]:
    """Nothing of the harness outlives it, whatever kills it."""

    def prepare() -> None:
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(1, signal.SIGTERM, 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)

    return prepare


def _table() -> Iterator[tuple[int, int, list[str]]]:
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            words = Path(f"/proc/{entry}/cmdline").read_bytes().split(b"\0")
            state, parent = Path(f"/proc/{entry}/stat").read_text().rsplit(")", 1)[1].split()[:2]
        except (OSError, IndexError):
            continue
        if state != "Z":
            yield int(entry), int(parent), [word.decode(errors="replace") for word in words if word]


def _environment(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return []


_MARKS = (
    ("launch run", "launcher"),
    ("gunicorn", "web"),
    ("sandbox_server", "sandbox"),
    (" beat", "beat"),
    (" worker", "worker"),
)


def _role(words: list[str]) -> str:
    line = " ".join(words)
    return next((role for mark, role in _MARKS if mark in line), "other")


def _send(pids: Iterable[int], number: int) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)
