"""Health, readiness, metrics, error pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from core import views
from core.clock import utcnow
from core.models import Heartbeat
from core.selectors import last_swept
from core.tasks import beat


def test_healthz_asks_nothing(client: Client, django_assert_num_queries: Any, db: None) -> None:
    with django_assert_num_queries(0):
        assert client.get("/healthz").json() == {"status": "ok"}


def test_readyz_tells_each_part(client: Client, db: None) -> None:
    assert client.get("/readyz").json()["checks"] == {
        "database": "ok",
        "broker": "ok",
        "migrations": "ok",
        "scheduler": "starting",
    }
    beat()
    assert client.get("/readyz").json()["status"] == "ready"
    Heartbeat.objects.update(at=utcnow() - timedelta(minutes=5))
    late = client.get("/readyz")
    assert (late.status_code, late.json()["status"], late.json()["checks"]["scheduler"]) == (200, "degraded", "late")


@pytest.mark.parametrize(("check", "answer"), [("_broker", "down"), ("_migrations", "missing"), ("_database", "down")])
def test_readyz_is_503_when_a_part_is_missing(
    client: Client, db: None, monkeypatch: Any, check: str, answer: str
) -> None:
    def gone() -> str:
        if answer == "down":
            raise ConnectionError
        return answer

    monkeypatch.setattr(views, check, gone)
    found = client.get("/readyz")
    assert found.status_code == 503 and answer in found.json()["checks"].values()


@pytest.mark.parametrize(
    ("address", "role", "forwarded", "status"),
    [
        ("127.0.0.1", "", "", 200),
        ("10.0.0.9", "", "", 401),
        ("127.0.0.1", "", "10.0.0.9", 401),
        ("10.0.0.9", "manager", "", 200),
        ("10.0.0.9", "service", "", 401),
    ],
)
def test_metrics_are_for_this_machine_or_a_permission(
    db: None, make_token: Callable[..., str], address: str, role: str, forwarded: str, status: int
) -> None:
    headers = {"Authorization": f"Bearer {make_token(role)}"} if role else {}
    if forwarded:
        headers["X-Forwarded-For"] = forwarded
    answer = Client(REMOTE_ADDR=address, headers=headers).get("/metrics")
    assert answer.status_code == status
    assert (b"sampan_scheduler_age_seconds" in answer.content) == (status == 200)


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("/nothing/", "text/html"),
        ("/api/v1/nothing/", "application/problem+json"),
        ("/api/v9/", "application/problem+json"),
    ],
)
def test_unknown_addresses_are_not_found_in_the_form_of_their_door(
    client: Client, db: None, url: str, kind: str
) -> None:
    answer = client.get(url)
    assert answer.status_code == 404 and answer["Content-Type"].startswith(kind)


def test_a_fault_of_ours_tells_nothing(rf: Any) -> None:
    assert views.server_error(rf.get("/api/v1/x/")).status_code == 500
    assert b"Traceback" not in views.server_error(rf.get("/x/")).content


def test_promises_are_judged_as_of_the_last_round_of_the_clocks(db: Any) -> None:
    now = utcnow()
    assert last_swept(now) == now, "nothing is known of a house that never ran"
    for ago, expected in ((60, 0), (7200, 7200), (-600, 0)):
        Heartbeat.objects.update_or_create(name="beat", defaults={"at": now - timedelta(seconds=ago)})
        assert last_swept(now) == now - timedelta(seconds=expected)
    out = StringIO()
    Heartbeat.objects.filter(name="beat").update(at=datetime(2026, 1, 2, 3, 4, tzinfo=UTC))
    call_command("check_invariants", stdout=out)
    assert "as of 2026-01-02 03:04 UTC, 0 violations" in out.getvalue()
