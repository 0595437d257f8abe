"""`make run`: set up, start web, worker, scheduler and the pretend shop under one roof, stop them in order."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from . import assets, environment
from .environment import ROOM_TO_RUN, check_python, check_room, clean_env
from .errors import LaunchError
from .locks import FileLock
from .places import BUILD, ROOT, Places, make_folder, places, say, server_user, venv_python
from .process import Child, Crew
from .services import Attached, Healer, attach

ROLES = ("service", "warehouse", "purchaser", "supervisor", "manager", "admin")
DEMO_PASSWORD = "sampan-demo"  # noqa: S105 - printed on purpose, only in a demo database
REFUSED = 3  # exit code of launch.inside for a refusal in one sentence
COMPLAIN_SECONDS = 20.0  # not ready for so long, the reason is shown
COLOURS = {"web": 36, "worker": 32, "beat": 35, "sandbox": 33, "postgres": 34, "valkey": 31}


def wanted_port() -> int:
    """The port of the pages, from PORT."""
    value = os.environ.get("PORT", "").strip() or "8000"
    if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= 65534:
        raise LaunchError(f"PORT is {value!r}: give a number from 1 to 65534.")
    return int(value)


def check_port(port: int, use: str = "") -> None:
    """Refuse a port that cannot be listened on."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise LaunchError(
                f"This user may not listen on port {port}: give another one, for example `PORT=8080 make run`."
            ) from None
        except OSError:
            raise LaunchError(
                f"Port {port}{use} is taken by another program: give another one, for example `PORT={port + 80} make run`."
            ) from None


def set_up(dev: bool) -> None:
    """Environment and browser kit, one set-up at a time per checkout; quick when nothing changed."""
    check_python()
    if environment.up_to_date(dev) and assets.up_to_date():
        assets.trim_kit()
        return
    BUILD.mkdir(exist_ok=True)
    lock = FileLock(BUILD / "setup.lock")
    if not lock.try_take():
        say("Another start is setting up this copy of Sampan; waiting for it …")
        if not lock.take(seconds=900):
            raise LaunchError(
                "Another start has been setting up this copy of Sampan for 15 minutes: stop it and try again."
            )
    download = None
    try:
        environment.check_room(ROOT, 0 if environment.up_to_date(dev) else environment.ROOM_TO_INSTALL)
        download = assets.start_download(assets.machine_npm())
        environment.prepare(dev)
        assets.prepare(download)
    finally:
        if download is not None and download.poll() is None:
            download.kill()
        lock.release()


def take_run_lock(where: Places, port: int) -> FileLock:
    """One `make run` per data folder."""
    make_folder(where.data, private=server_user() is None)
    make_folder(where.services)
    lock = FileLock(where.services / "run.lock")
    if not lock.try_take():
        raise LaunchError(
            f"Sampan already runs on this data ({lock.read().strip() or where.data}): "
            "use that one, or give SAMPAN_DATA and PORT for a second one."
        )
    lock.write(f"process {os.getpid()}, http://127.0.0.1:{port}")
    return lock


def run_inside(env: dict[str, str]) -> dict[str, bool]:
    """Texts, static files, migrations and demo, in the installed environment."""
    argv = [str(venv_python()), "-m", "launch.inside"]
    done = subprocess.run(
        argv,
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode == REFUSED:
        raise LaunchError(done.stderr.strip().splitlines()[-1])
    if done.returncode != 0:
        sys.stderr.write(done.stderr)
        raise LaunchError(f"The database could not be made ready: {environment.last_words(done.stderr or done.stdout)}")
    found: dict[str, bool] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def children(where: Places, env: dict[str, str], port: int, sandbox: bool) -> list[Child]:
    """The processes of the product, in the order in which they start; they stop the other way round."""
    heartbeat = ["--worker-tmp-dir", "/dev/shm"] if os.access("/dev/shm", os.W_OK) else []  # noqa: S108 - gunicorn makes its own file
    make_folder(where.data / "beat")
    python = str(
        venv_python()
    )  # `-m` and not the installed scripts: their first line breaks in long paths and paths with blanks
    celery = [python, "-m", "celery", "-A", "erp"]
    crew = [
        Child(
            "web",
            [
                python,
                "-m",
                "gunicorn",
                "erp.wsgi:application",
                "--config",
                "python:erp.web",
                "--bind",
                f"127.0.0.1:{port}",
                "--worker-class",
                "gthread",
                "--workers",
                "2",
                "--threads",
                "4",
                "--no-control-socket",
                "--graceful-timeout",
                "8",
                "--timeout",
                "60",
                "--log-level",
                "warning",
                *heartbeat,
            ],
            env,
            ROOT,
        ),
        Child(
            "worker",
            [
                *celery,
                "--quiet",
                "worker",
                "--concurrency",
                "4",  # they wait for channels and for the disk more than they reckon
                "--without-gossip",
                "--without-mingle",
                "--hostname",
                "worker@localhost",
                "--loglevel",
                "INFO",
            ],
            env,
            ROOT,
            stop_signal=signal.SIGQUIT,
            death_signal=signal.SIGKILL,
            stop_seconds=15,
        ),
        Child(
            "beat",
            [
                *celery,
                "--quiet",
                "beat",
                "--schedule",
                str(where.data / "beat" / "schedule"),
                "--pidfile",
                "",
                "--loglevel",
                "INFO",
            ],
            env,
            ROOT,
        ),
    ]
    if sandbox:
        crew.insert(0, Child("sandbox", [python, "manage.py", "sandbox_server"], env, ROOT))
    return crew


class Console:
    """Lines of all processes on one screen, each with its name in front."""

    def __init__(self) -> None:
        self.colour = sys.stdout.isatty()

    def __call__(self, name: str, line: str) -> None:
        head = f"{name:<8} |"
        if self.colour:
            head = f"\x1b[{COLOURS.get(name, 37)}m{head}\x1b[0m"
        try:
            print(head, line, flush=True)
        except OSError:
            pass  # a closed terminal or a full disk must not stop the shop


class Tail:
    """Passes on what is added to a log file."""

    def __init__(self, name: str, path: Path, out: Console) -> None:
        self.name, self.path, self.out = name, path, out
        self.place = path.stat().st_size if path.exists() else 0

    def read(self) -> None:
        """Pass on the whole lines added since the last time."""
        try:
            with self.path.open("rb") as log:
                if self.path.stat().st_size < self.place:
                    self.place = 0
                log.seek(self.place)
                block = log.read(65536)
        except OSError:
            return
        whole, newline, _rest = block.rpartition(b"\n")
        self.place += len(whole) + len(newline)
        for line in whole.splitlines() if newline else []:
            self.out(self.name, line.decode(errors="replace"))


def readiness(port: int) -> tuple[bool, str]:
    """Whether the pages serve, and what they say about it."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://127.0.0.1:{port}/readyz", timeout=2) as reply:
            return reply.status == 200, ""
    except urllib.error.HTTPError as error:
        return False, error.read(500).decode(errors="replace")
    except (OSError, ValueError) as error:
        return False, str(error)


def greet(port: int, found: dict[str, bool], seconds: float) -> None:
    """Tell where Sampan answers and who may log in."""
    say("")
    say(f"  Sampan is ready: http://127.0.0.1:{port}   (after {seconds:.0f} s)")
    if found["demo"]:
        say(f"  Demo logins, password {DEMO_PASSWORD}: {', '.join(ROLES)}")
    elif not found["users"]:
        say("  Nobody can log in yet; make the first administrator: .venv/bin/python manage.py create_admin")
    say("  Ctrl-C stops everything.")
    say("")


def run() -> int:
    """The whole of `make run`."""
    began = time.monotonic()
    check_python()
    port, where = wanted_port(), places()
    check_room(where.data, ROOM_TO_RUN)
    lock = take_run_lock(where, port)
    check_port(port)
    if not os.environ.get("SANDBOX_URL"):
        check_port(port + 1, " (PORT + 1, for the pretend shop)")
    set_up(dev=False)
    env = clean_env(
        PYTHONUNBUFFERED="1", DJANGO_SETTINGS_MODULE="erp.settings", SAMPAN_DATA_SHOWN=str(where.data), PORT=str(port)
    )
    external = {name: env[name] for name in ("DATABASE_URL", "REDIS_URL") if env.get(name)}
    if where.cluster.parent != where.data:
        say(
            f"{where.data} is closed to other users: the database, which may not run as root, lives in {where.cluster.parent}."
        )
    share = attach() if len(external) < 2 else None
    if share is not None:
        env |= share.environment | external
    try:
        demo = os.environ.get("SAMPAN_DEMO", "").strip() != "0"
        found = run_inside(env)
        if not found["users"] and not demo and sys.stdin.isatty():
            subprocess.run([str(venv_python()), "manage.py", "create_admin"], cwd=ROOT, env=env, check=False)
            found["users"] = True
        return serve(where, env, port, found, share, began)
    finally:
        if share is not None:
            say("Stopping the database …")
            share.close()
            if not share.wait_gone(30):
                say("The database stays up: another command still uses it.")
        lock.release()
        say("Stopped.")


def serve(
    where: Places, env: dict[str, str], port: int, found: dict[str, bool], share: Attached | None, began: float
) -> int:
    """Run the crew until a stop is asked for."""
    console = Console()
    crew = Crew(console)
    crew.catch_signals()
    tails = [Tail(name, where.log / f"{name}.log", console) for name in ("postgres", "valkey")] if share else []
    healer = Healer(share, console) if share else None
    try:
        for child in children(where, env, port, found["sandbox_server"]):
            crew.add(child)
        told, next_look, next_complaint = False, 0.0, time.monotonic() + COMPLAIN_SECONDS
        while not crew.stopping:
            crew.turn(0.25)
            for tail in tails:
                tail.read()
            if healer is not None:
                healer.look()
            if told or time.monotonic() < next_look:
                continue
            next_look = time.monotonic() + 0.25
            told, why = readiness(port)
            if told:
                greet(port, found, time.monotonic() - began)
            elif time.monotonic() > next_complaint:
                next_complaint = time.monotonic() + COMPLAIN_SECONDS
                console("launch", f"not ready yet: {why}")
    finally:
        say("Stopping …")
        crew.stop()
    return 0
