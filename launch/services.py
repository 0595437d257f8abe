"""The embedded servers, shared: whoever needs them holds a shared lock, the keeper runs them while anybody does.

A command beside `make run` shares its servers; a command alone starts them for its own duration. No count is kept
anywhere but in the kernel's locks, so a killed user is no user at once and the keeper then stops the servers in order.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from .errors import LaunchError, sentence_for
from .locks import FileLock
from .places import ROOT, Places, make_folder, places, read_env_file, server_user, venv_python
from .process import PAUSES, Crew
from .servers import check_version, postgres_answers, postgres_child, prepare, valkey_answers, valkey_child

START_SECONDS = 60.0
LONGEST_LOG = 20_000_000  # bytes; then it becomes .old at the next start


class Attached:
    """A share in the embedded servers of one data folder; let go with `close` or by ending."""

    def __init__(self, where: Places, users: FileLock) -> None:
        self.where = where
        self.users = users
        self.keeper: subprocess.Popen[bytes] | None = None  # when this process started it

    @property
    def environment(self) -> dict[str, str]:
        """The variables a process needs to reach the servers."""
        return {"DATABASE_URL": self.where.database_url, "REDIS_URL": self.where.redis_url}

    def close(self) -> None:
        """Let go; the keeper stops the servers when nobody is left, and whoever started it then waits for its end."""
        self.users.release()
        if self.keeper is not None and self._last():
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.keeper.wait(timeout=30)

    def _last(self) -> bool:
        """Whether nobody else holds a share: the lock is free, or the keeper holds it because it stops already."""
        free = self.users.try_take()
        shared_by_others = not free and self.users.try_take(shared=True)
        self.users.release()
        return not shared_by_others

    def wait_gone(self, seconds: float) -> bool:
        """After `close`: whether the servers stopped within so many seconds (they stay when others use them)."""
        keeper = FileLock(self.where.services / "keeper.lock")
        gone = keeper.take(seconds=seconds)
        keeper.release()
        return gone

    def __enter__(self) -> Attached:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def answer(where: Places) -> bool:
    """Whether both servers of a data folder answer now."""
    return postgres_answers(where.postgres_socket) and valkey_answers(where.valkey_socket)


def attach(data: Path | None = None, durable: bool = True) -> Attached:
    """Start the servers of a data folder, or join those that run; returns when both answer."""
    where = places(data)
    make_folder(where.data, private=server_user() is None)  # root's servers run as somebody else and pass through here
    make_folder(where.services)
    check_version(where)
    users = FileLock(where.services / "users.lock")
    if not users.take(shared=True, seconds=START_SECONDS):
        raise LaunchError(
            f"The embedded servers in {where.data} did not finish stopping: look into {where.log} and try again."
        )
    attached = Attached(where, users)
    try:
        attached.keeper = _wait(where, durable)
    except BaseException:
        attached.close()
        raise
    return attached


WITHOUT_SERVERS = {
    "collectstatic",
    "compilemessages",
    "makemessages",
    "help",
    "version",
    "--help",
    "--version",
    "diffsettings",
    "graph_layers",
}


def for_command(argv: list[str]) -> contextlib.AbstractContextManager[object]:
    """The servers for one management command: nothing to do when both addresses are given or none is needed."""
    read_env_file()
    if (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")) or len(argv) < 2 or argv[1] in WITHOUT_SERVERS:
        return contextlib.nullcontext()
    return attach()


def _wait(where: Places, durable: bool) -> subprocess.Popen[bytes] | None:
    keeper_lock = FileLock(where.services / "keeper.lock")
    end = time.monotonic() + START_SECONDS
    keeper: subprocess.Popen[bytes] | None = None
    while not answer(where):
        if keeper is not None and keeper.poll() not in (None, 0):
            raise LaunchError(_last_words(where))
        if (keeper is None or keeper.poll() is not None) and keeper_lock.try_take():
            keeper_lock.release()
            keeper = _spawn_keeper(where, durable)
        if time.monotonic() > end:
            raise LaunchError(f"The embedded servers did not answer within {START_SECONDS:g} s: look into {where.log}.")
        time.sleep(0.1)
    return keeper


def _spawn_keeper(where: Places, durable: bool) -> subprocess.Popen[bytes]:
    make_folder(where.log)
    argv = [
        str(venv_python() if venv_python().exists() else sys.executable),
        "-m",
        "launch",
        "keeper",
        "--data",
        str(where.data),
    ]
    if not durable:
        argv.append("--fast")
    with (where.log / "keeper.log").open("wb") as log:
        return subprocess.Popen(
            argv,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1"},
        )


class Healer:
    """Starts a new keeper, with growing pauses, when the present one was killed."""

    def __init__(self, share: Attached, out: Callable[[str, str], None]) -> None:
        self.share, self.out = share, out
        self.lock = FileLock(share.where.services / "keeper.lock")
        self.keeper = share.keeper
        self.next_look, self.failures = 0.0, 0

    def look(self) -> None:
        """See whether a keeper lives, at most each second."""
        now = time.monotonic()
        if now < self.next_look or (self.keeper is not None and self.keeper.poll() is None):
            return
        self.next_look = now + 1.0
        if self.lock.try_take():
            self.lock.release()
            pause = PAUSES[min(self.failures, len(PAUSES) - 1)]
            self.failures += 1
            self.next_look = now + max(1.0, pause)
            self.out("services", "the keeper of the database has gone; starting it again")
            self.keeper = self.share.keeper = _spawn_keeper(self.share.where, durable=True)
        else:
            self.failures = 0


def _last_words(where: Places) -> str:
    try:
        lines = (where.log / "keeper.log").read_text(errors="replace").strip().splitlines()
    except OSError:
        lines = []
    return lines[-1] if lines else f"The embedded servers ended at once: look into {where.log}."


def keep(data: Path, durable: bool) -> int:
    """Be the keeper: run both servers until nobody holds a share, then stop them. Returns the exit code."""
    where = places(data)
    mine = FileLock(where.services / "keeper.lock")
    if not mine.try_take():
        return 0  # somebody else keeps already
    for log in where.log.glob("*.log"):
        if log.stat().st_size > LONGEST_LOG:
            log.replace(log.with_suffix(".old"))
    logs = {name: (where.log / f"{name}.log").open("a", buffering=1) for name in ("postgres", "valkey")}

    def out(name: str, line: str) -> None:
        try:
            print(line, file=logs[name])
        except OSError:
            pass  # a full disk must not take the keeper down

    crew = Crew(out)
    crew.catch_signals()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for those who use the servers, not for them
    try:
        prepare(where, durable)
        database = postgres_child(where, durable)
        crew.add(valkey_child(where, durable))
        crew.add(database)
    except LaunchError as error:
        print(error, flush=True)
        return 1
    except OSError as error:
        print(sentence_for(error), flush=True)
        return 1
    if not crew.wait_ready(database, START_SECONDS) and not crew.stopping:
        print(_postgres_refusal(where), flush=True)
        crew.stop()
        return 1
    users = FileLock(where.services / "users.lock")
    while not crew.stopping and not users.try_take():
        crew.turn(0.2)
    crew.stop()
    if where.run.parent != where.cluster.parent:
        shutil.rmtree(where.run, ignore_errors=True)  # sockets in the temporary folder
    return 0


def _postgres_refusal(where: Places) -> str:
    try:
        lines = (where.log / "postgres.log").read_text(errors="replace").splitlines()[-20:]
    except OSError:
        lines = []
    if any("No space left" in line for line in lines):
        return f"The disk is full at {where.data}: free some space and start again; nothing was lost."
    fatal = next((line.split("FATAL:", 1)[1].strip() for line in reversed(lines) if "FATAL:" in line), "see its log")
    return f"The embedded database does not start: {fatal} ({where.log / 'postgres.log'})"
