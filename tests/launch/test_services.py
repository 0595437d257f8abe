"""The embedded servers: shared by who needs them, gone when nobody does, unharmed by kills."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
import redis

from launch import services
from launch.errors import LaunchError
from launch.places import ROOT, Places, places
from launch.services import attach
from tests.launch.test_process import alive, eventually


@pytest.fixture
def data() -> Iterator[Path]:
    """A data folder with an awkward name, which the servers' user can reach; its servers are gone at the end."""
    base = Path(tempfile.mkdtemp(prefix="sampan-test-"))
    base.chmod(0o755)
    yield base / "舢板 data"
    assert eventually(lambda: not services.answer(places(base / "舢板 data")), 20)
    shutil.rmtree(base)


def postmaster(where: Places) -> int:
    """The process of the database server."""
    return int((where.cluster / "postmaster.pid").read_text().split()[0])


def query(url: str, statement: str) -> object:
    """One value from the database."""
    link = psycopg2.connect(url)
    try:
        with link, link.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchone()[0] if cursor.description else None
    finally:
        link.close()


def test_servers_are_shared_and_stop_with_the_last_user(data: Path) -> None:
    first = attach(data, durable=False)
    server = postmaster(first.where)
    second = attach(data, durable=False)
    assert postmaster(second.where) == server
    assert query(first.environment["DATABASE_URL"], "SELECT version()").startswith("PostgreSQL 18")  # type: ignore[attr-defined]
    assert redis.Redis.from_url(second.environment["REDIS_URL"]).ping()
    first.close()
    time.sleep(0.5)
    assert services.answer(second.where)
    second.close()
    assert second.wait_gone(20)
    assert not alive(server)


def test_a_killed_user_is_no_user(data: Path) -> None:
    code = f"from launch.services import *; share = attach(Path({str(data)!r}), False); print(share.keeper.pid, flush=True); time.sleep(60)"
    user = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert user.stdout is not None
    keeper = int(user.stdout.readline())
    server = postmaster(places(data))
    user.send_signal(signal.SIGKILL)
    user.wait()
    assert eventually(lambda: not alive(keeper) and not alive(server), 20)


def test_killed_servers_and_a_killed_keeper_come_back_with_their_data(data: Path) -> None:
    with attach(data, durable=True) as share:
        url = share.environment["DATABASE_URL"]
        query(url, "CREATE TABLE kept AS SELECT 42 AS n")
        redis.Redis.from_url(share.environment["REDIS_URL"]).set("kept", "yes")
        os.kill(postmaster(share.where), signal.SIGKILL)
        assert eventually(lambda: not services.answer(share.where))
        assert eventually(lambda: services.answer(share.where), 30)
        assert query(url, "SELECT n FROM kept") == 42
        assert share.keeper is not None
        server = postmaster(share.where)
        share.keeper.kill()
        share.keeper.wait()
        assert eventually(lambda: not alive(server), 20)
        healer = services.Healer(share, lambda name, line: None)
        assert eventually(lambda: (healer.look(), services.answer(share.where))[1], 30)
        assert query(url, "SELECT n FROM kept") == 42
        assert redis.Redis.from_url(share.environment["REDIS_URL"]).get("kept") == b"yes"


def test_data_of_a_newer_server_is_refused_and_not_touched(data: Path) -> None:
    where = places(data)
    where.cluster.mkdir(parents=True)
    (where.cluster / "PG_VERSION").write_text("19\n")
    with pytest.raises(LaunchError, match="was written by PostgreSQL 19, this Sampan brings 18"):
        attach(data)
    assert [path.name for path in where.cluster.iterdir()] == ["PG_VERSION"]
