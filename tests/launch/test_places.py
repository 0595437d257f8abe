"""Folders, locks and environment values: what the launcher decides before it starts anything."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from launch import places
from launch.errors import LaunchError, sentence_for
from launch.locks import FileLock


@pytest.mark.parametrize("name", ["plain", "with blank", "舢板", "x" * 120])
def test_sockets_lie_where_their_path_is_short_and_plain(tmp_path: Path, name: str) -> None:
    found = places.places(tmp_path / name)
    longest = f"{found.run}{places.LONGEST_SOCKET_NAME}"
    assert len(os.fsencode(longest)) <= places.SOCKET_PATH_LIMIT
    assert places.URL_SAFE.fullmatch(str(found.run))


def test_two_data_folders_never_share_sockets(tmp_path: Path) -> None:
    assert places.places(tmp_path / "a b").run != places.places(tmp_path / "a c").run


def test_env_file_gives_what_the_environment_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("# remark\nPORT=9000\nTIME_ZONE='UTC'\nnot a line\nlower=1\n")
    monkeypatch.setattr(places, "ROOT", tmp_path)
    monkeypatch.setenv("PORT", "8001")
    monkeypatch.delenv("TIME_ZONE", raising=False)
    places.read_env_file()
    assert (os.environ["PORT"], os.environ["TIME_ZONE"], "lower" in os.environ) == ("8001", "UTC", False)
    monkeypatch.delenv("TIME_ZONE")


@pytest.mark.parametrize(
    ("number", "part"),
    [
        (errno.ENOSPC, "disk is full"),
        (errno.EACCES, "not allowed"),
        (errno.EROFS, "not allowed"),
        (errno.EIO, "refused"),
    ],
)
def test_system_errors_become_one_sentence(number: int, part: str) -> None:
    sentence = sentence_for(OSError(number, os.strerror(number), "/somewhere"))
    assert part in sentence
    assert "/somewhere" in sentence
    assert "\n" not in sentence


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places.os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    with pytest.raises(LaunchError, match="belongs to"):
        places.make_folder(tmp_path)


def test_one_lock_alone_or_many_together(tmp_path: Path) -> None:
    first, second = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    assert first.try_take(shared=True)
    assert second.try_take(shared=True)
    assert not FileLock(tmp_path / "lock").try_take()
    second.release()
    first.release()
    alone = FileLock(tmp_path / "lock")
    assert alone.try_take()
    alone.write("process 7")
    assert not first.try_take(shared=True)
    assert first.read() == "process 7"


HOLDER = """
import sys, time
from pathlib import Path
from launch.locks import FileLock
lock = FileLock(Path(sys.argv[1]))
assert lock.try_take()
print("held", flush=True)
time.sleep(60)
"""


def test_a_killed_holder_lets_go(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", HOLDER, str(tmp_path / "lock")]
    holder = subprocess.Popen(argv, cwd=places.ROOT, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    lock = FileLock(tmp_path / "lock")
    assert not lock.try_take()
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert lock.try_take()
