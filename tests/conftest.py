"""What every test stands on: the embedded servers and a database copied from a migrated template."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from launch.locks import FileLock
from launch.services import Attached, attach
from launch.translations import compile_all

ROOT = Path(__file__).resolve().parent.parent
# whatever decides what a freshly migrated database holds
SHAPING = (
    "*/migrations/*.py",
    "*/models.py",
    "*/models/*.py",
    "*/roles.py",
    "*/apps.py",
    "*/policies.py",
    "*/states.py",
    "core/audit.py",
    "erp/settings.py",
    "requirements.txt",
)
KEPT = 6  # older templates are dropped
_share: Attached | None = None


def pytest_configure(config: pytest.Config) -> None:
    """Hold a share in the embedded servers for the whole run; they are quick, not durable."""
    global _share
    compile_all()  # pages in Chinese read the compiled catalogue, which is not in git
    if _share is None and "DATABASE_URL" not in os.environ:
        _share = attach(Path(os.environ["SAMPAN_DATA"]), durable=False)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Let go of the servers."""
    if _share is not None:
        _share.close()


def _template_name() -> str:
    digest = hashlib.sha256()
    for pattern in SHAPING:
        for path in sorted(ROOT.glob(pattern)):
            if path.parts[len(ROOT.parts)] not in {"tests", "build", "var"}:
                digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return f"template_{digest.hexdigest()[:16]}"


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """A fresh database: migrations run once per state of the models, every run copies the result."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from launch.fresh import fewer_drawings

    name, plain = settings.TEST_DATABASE, connection.settings_dict["NAME"]
    lock = FileLock(Path(os.environ["SAMPAN_DATA"]) / "template.lock")

    def use(database: str) -> None:
        connection.close()
        connection.settings_dict["NAME"] = database

    def run(*statements: str) -> list[tuple[str]]:
        use(plain)
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

    with django_db_blocker.unblock():
        template = _template_name()
        assert lock.take(seconds=300), "another test run has been migrating its template for five minutes"
        try:
            old = [
                row[0]
                for row in run("SELECT datname FROM pg_database WHERE datname LIKE 'template\\_%' ORDER BY oid DESC")
            ]
            if template not in old:
                run(
                    *(f'DROP DATABASE IF EXISTS "{gone}" WITH (FORCE)' for gone in [*old[KEPT:], "migrating"]),
                    "CREATE DATABASE migrating",
                )
                use("migrating")
                with fewer_drawings():
                    call_command("migrate", verbosity=0, interactive=False)
                run(f"ALTER DATABASE migrating RENAME TO {template}")
            run(
                f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)',
                f'CREATE DATABASE "{name}" TEMPLATE {template} STRATEGY file_copy',
            )
        finally:
            lock.release()
        use(name)
    yield
    with django_db_blocker.unblock():
        run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(autouse=True)
def clean_cache(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """No rate limit, lock or cached answer of one test reaches the next that touches the database; small tables a
    process remembers are read once in a test: the clock of the machine adds no statement to one that counts them. Nothing
    is planned for a connection that lives longer than a test."""
    from django.conf import settings
    from django.utils import translation

    from core import planned, remembering

    translation.activate(settings.LANGUAGE_CODE)  # the test client leaves the language of its last page behind
    monkeypatch.setattr(planned, "MOST", 0)
    remembering.forget_all()
    monkeypatch.setattr(remembering, "clock", lambda: 0.0)
    if {"db", "transactional_db", "client", "live_server"} & set(
        request.fixturenames
    ) or request.node.get_closest_marker("django_db"):
        from django.core.cache import cache

        cache.clear()


#: What a test left at work in its database, and the test: told at the end of the run, never passed on to the next test.
STRAYS = """SELECT pid, state, extract(epoch FROM now() - xact_start)::int, left(regexp_replace(query, '\\s+', ' ', 'g'), 200)
    FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
    AND (state <> 'idle' OR wait_event_type = 'Lock')"""
PATIENCE = 5.0


@pytest.fixture(autouse=True)
def nobody_else_at_work(request: pytest.FixtureRequest) -> Iterator[None]:
    """Before the tables are emptied after a test with transactions of its own nobody else is at work in them: a page still
    being answered gets some seconds to end; what is left then is ended and named at the end of the run. Without this one
    hanging session keeps the rows of its test, and every test that follows in this database fails."""
    yield
    marker = request.node.get_closest_marker("django_db")
    if not (
        (marker and marker.kwargs.get("transaction")) or {"transactional_db", "live_server"} & set(request.fixturenames)
    ):
        return
    from django.db import connection

    end = time.monotonic() + PATIENCE
    with connection.cursor() as cursor:
        while True:
            cursor.execute(STRAYS)
            left = cursor.fetchall()
            if not left or time.monotonic() > end:
                break
            time.sleep(0.02)
        for pid, *told in left:
            cursor.execute("SELECT pg_terminate_backend(%s, 2000)", [pid])
            request.node.user_properties.append(("left at work", " ".join(map(str, told))))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the tests that left a session at work in their database."""
    for report in (*terminalreporter.stats.get("", ()), *terminalreporter.getreports("error")):
        for name, told in getattr(report, "user_properties", ()) if report.when == "teardown" else ():
            if name == "left at work":
                terminalreporter.write_line(f"left at work by {report.nodeid}: {told}")
