"""`make run` as a whole: it answers, heals and leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from launch import supervisor
from launch.places import ROOT
from tests.launch.test_process import alive, eventually


def free_port() -> int:
    """Two ports in a row that nobody uses."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


def processes_of(folder: Path) -> dict[int, str]:
    """Every live process that was started for a data folder: its environment or its command line names it."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and alive(int(entry.name)):
            try:
                command = (entry / "cmdline").read_bytes()
                given = command + (entry / "environ").read_bytes()
            except OSError:
                continue
            if os.fsencode(folder) in given and int(entry.name) != os.getpid():
                found[int(entry.name)] = command.replace(b"\0", b" ").decode(errors="replace")
    return found


FOREIGN = ("DATABASE_", "REDIS_", "DJANGO_", "PYTEST_")
START = [sys.executable, "-m", "launch", "run"]


def environment_for(folder: Path, port: int) -> dict[str, str]:
    """The environment of a start, without what this test run added."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(FOREIGN)}
    return kept | {"SAMPAN_DATA": str(folder), "PORT": str(port), "SAMPAN_DEMO": "0"}


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder that the servers' user can reach."""
    base = Path(tempfile.mkdtemp(prefix="sampan-run-"))
    base.chmod(0o755)
    yield base / "data"
    for pid in processes_of(base):
        os.kill(pid, signal.SIGKILL)
    shutil.rmtree(base, ignore_errors=True)


@pytest.mark.slow
def test_a_start_answers_heals_and_leaves_nothing_behind(folder: Path) -> None:
    port = free_port()
    environment = environment_for(folder, port)
    run = subprocess.Popen(
        START,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert eventually(lambda: run.poll() is not None or supervisor.readiness(port)[0], 300)
    assert run.poll() is None, run.communicate()[0]

    second = subprocess.run(
        START, cwd=ROOT, env=environment | {"PORT": "9"}, capture_output=True, text=True, check=False
    )
    assert (second.returncode, len(second.stderr.splitlines())) == (1, 1)
    assert "already runs on this data" in second.stderr

    web = next(pid for pid, command in processes_of(folder).items() if "gunicorn" in command)
    os.kill(web, signal.SIGKILL)
    assert eventually(lambda: not supervisor.readiness(port)[0] or not alive(web), 5)
    assert eventually(lambda: supervisor.readiness(port)[0], 20)

    run.send_signal(signal.SIGINT)
    output, _ = run.communicate(timeout=180)
    assert run.returncode == 0
    assert f"Sampan is ready: http://127.0.0.1:{port}" in output
    assert "web      | was killed by signal 9; starting it again in 0.2 s" in output
    assert output.rstrip().endswith("Stopped.")
    assert eventually(lambda: processes_of(folder) == {}), processes_of(folder)


@pytest.mark.slow
def test_a_killed_start_leaves_nothing_behind(folder: Path) -> None:
    port = free_port()
    environment = environment_for(folder, port)
    run = subprocess.Popen(START, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    assert eventually(lambda: run.poll() is not None or supervisor.readiness(port)[0], 300)
    assert any("celery" in command for command in processes_of(folder).values())
    run.kill()
    run.wait()
    assert eventually(lambda: processes_of(folder) == {}, 20), processes_of(folder)
