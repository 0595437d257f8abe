"""The roof over the processes: restarted when killed, stopped in order, never left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from launch import process
from launch.places import ROOT
from launch.process import Child, Crew

ENV = {"PATH": os.environ["PATH"]}


def alive(pid: int) -> bool:
    """Whether a process runs (a dead one nobody has collected does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def eventually(check: object, seconds: float = 5.0) -> bool:
    """Whether something becomes true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if check():  # type: ignore[operator]
            return True
        time.sleep(0.02)
    return False


def shell(name: str, script: str, **more: object) -> Child:
    """A small child."""
    return Child(name, ["/bin/sh", "-c", script], ENV, ROOT, **more)  # type: ignore[arg-type]


def test_a_killed_child_is_started_again_and_its_lines_carry_its_name() -> None:
    lines: list[tuple[str, str]] = []
    crew = Crew(lambda name, line: lines.append((name, line)))
    child = shell("web", "echo up; exec sleep 60")
    crew.add(child)
    first = child.process
    assert first is not None
    while ("web", "up") not in lines:
        crew.turn(0.05)
    first.kill()
    assert eventually(lambda: (crew.turn(0.05), lines.count(("web", "up")) == 2)[1])
    assert child.process is not None
    assert child.process.pid != first.pid
    assert ("web", "was killed by signal 9; starting it again in 0.2 s") in lines
    crew.stop()
    assert not alive(child.started and first.pid)


def test_pauses_grow_when_a_child_keeps_ending(monkeypatch: object) -> None:
    lines: list[str] = []
    crew = Crew(lambda name, line: lines.append(line))
    child = shell("bad", "exit 3")
    crew.add(child)
    for _ in range(4):
        child.next_start = 0.0
        assert eventually(lambda: (crew.turn(0.02), child.process is None)[1])
    assert [line.rsplit(" in ", 1)[1] for line in lines] == [f"{pause:g} s" for pause in process.PAUSES[: len(lines)]]
    assert len(lines) >= 3
    crew.stop()


def test_children_stop_in_reverse_order_and_stubborn_ones_by_force() -> None:
    lines: list[tuple[str, str]] = []
    crew = Crew(lambda name, line: lines.append((name, line)))
    for name in ("one", "two"):
        crew.add(shell(name, "trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.02; done"))
    stubborn = shell("three", "trap '' TERM; echo up; while :; do sleep 0.02; done", stop_seconds=0.3)
    crew.add(stubborn)
    while sum(line == "up" for _, line in lines) < 3:
        crew.turn(0.05)
    crew.stop()
    assert [entry for entry in lines if entry[1] != "up"] == [
        ("three", "did not stop within 0.3 s and was killed"),
        ("two", "bye"),
        ("one", "bye"),
    ]
    assert all(child.process is None for child in crew.children)


def test_what_a_child_left_in_its_group_dies_with_it() -> None:
    lines: list[str] = []
    crew = Crew(lambda name, line: lines.append(line))
    child = shell("worker", "sleep 60 & echo $!; wait")
    crew.add(child)
    while not lines:
        crew.turn(0.05)
    grandchild = int(lines[0])
    assert alive(grandchild)
    crew.stop()
    assert eventually(lambda: not alive(grandchild))


def test_no_orphan_when_the_parent_is_killed() -> None:
    code = (
        "from launch.process import *\n"
        "crew = Crew(lambda name, line: print(line, flush=True))\n"
        "crew.add(Child('x', ['/bin/sh', '-c', 'echo $$; exec sleep 60'], {'PATH': '/usr/bin:/bin'}, Path('/')))\n"
        "while True: crew.turn(1)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert alive(child)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    assert eventually(lambda: not alive(child))
