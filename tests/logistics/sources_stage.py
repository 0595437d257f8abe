"""What tests of tracking sources stand on: a source that reaches a stand-in on a real port, numbers, events, pushes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django_scopes import scopes_disabled

from core.models import PolicyValue
from logistics.connectors.seventeentrack import signature
from logistics.connectors.seventeentrack_standin import Office, running
from logistics.models import FollowedNumber, TrackingSource
from logistics.services.seeding_tracking import load_tracking
from tests.factories import parcels as make
from tests.factories import sources as factory
from worklist import registry

NOW = make.NOW
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def tracking_house(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Reference tables; calls need not be slow here; nothing leaves the house."""
    monkeypatch.setattr(registry, "drain", [])
    with scopes_disabled():
        load_tracking(now=NOW)
        PolicyValue.objects.create(
            key="logistics.source_calls_per_second",
            value=1000,
            valid_from=NOW.date() - DAY,
            created_by="",
            created_at=NOW,
        )
        yield


@pytest.fixture
def office() -> Office:
    """The other side, in no hurry to refuse calls that come fast."""
    return Office(factory.KEY, limited=False)


@pytest.fixture
def source(office: Office) -> Iterator[TrackingSource]:
    """A source of the house that reaches the stand-in."""
    office.clock = lambda: NOW
    with running(office) as server:
        yield factory.make_source("t17", base_url=server.url)


def s10(serial: int, letters: str = "RB", country: str = "CN") -> str:
    from logistics.rules.waybill import check_digit

    return f"{letters}{serial:08d}{check_digit(f'{serial:08d}')}{country}"


def event(at: Any, text: str, **more: Any) -> dict[str, Any]:
    return {
        "time_utc": at.isoformat(),
        "time_iso": None,
        "description": text,
        "location": "Leipzig",
        "stage": None,
        **more,
    }


def states() -> dict[str, str]:
    return dict(FollowedNumber.objects.order_by("pk").values_list("number", "state"))


def push(body: bytes, *, code: str = "t17", sign: str | None = None) -> int:
    given = signature(body, factory.KEY) if sign is None else sign
    return Client().post(
        f"/tracking/push/{code}/", body, content_type="application/json", headers={"sign": given}
    ).status_code  # fmt: skip


def told(number: str, *events: dict[str, Any], carrier: int | None = 3011, kind: str = "TRACKING_UPDATED") -> bytes:
    info = {"tracking": {"providers": [{"provider": {"key": carrier}, "events": list(events)}]}}
    return json.dumps({"event": kind, "data": {"number": number, "carrier": carrier, "track_info": info}}).encode()
