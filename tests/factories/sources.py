"""Tracking sources with their numbers and pushes."""

from __future__ import annotations

import hashlib
import itertools
import json
from datetime import datetime, timedelta
from typing import Any

from core import crypto
from logistics.models import FollowedNumber, Parcel, TrackingPush, TrackingSource
from tests.factories import parcels as boxes
from tests.house.rows import Rows

_count = itertools.count(1)
KEY = "KEY-OF-THE-TEST"


def make_source(code: str = "", *, key: str = KEY, created: datetime = boxes.NOW, **facts: Any) -> TrackingSource:
    """A source with a key."""
    code = code or f"t{next(_count)}"
    given = {
        "name": code.upper(),
        "created_at": created,
        "whole_house": True,
        "secrets": crypto.encrypt(json.dumps({"key": key})),
    }
    return TrackingSource.objects.create(code=code, **{**given, **facts})


def make_followed(source: TrackingSource, parcel: Parcel, *, at: datetime = boxes.NOW, **facts: Any) -> FollowedNumber:
    """A number the source follows."""
    given = {
        "number": parcel.tracking_number,
        "state": "registered",
        "wanted_at": at,
        "registered_at": at,
        "asked_at": at,
    }
    return FollowedNumber.objects.create(source=source, parcel=parcel, **{**given, **facts})


def _sources(store: Any, count: int, person: Any) -> None:
    for i in range(count - TrackingSource.objects.count()):
        make_source(
            active=i % 4 != 3, paused_reason="the key is wrong" if i % 3 == 1 else "", quota_left=i * 7 if i % 2 else None,
            heard_at=boxes.NOW if i % 2 else None, silent_since=boxes.NOW if i % 5 == 4 else None, failures=i % 3,
        )  # fmt: skip


def _followed(store: Any, count: int, person: Any) -> None:
    source = TrackingSource.objects.first() or make_source()
    states = ["choose", "refused", "wanted", "registered", "stopped"]
    there = FollowedNumber.objects.filter(parcel__store=store).count()
    for i in range(count - there):
        state = states[i % 5]
        box = boxes.parcel(store, follow=False)
        make_followed(
            source, box, state=state, carrier=3011 if i % 2 else None, reason="" if i % 3 else "carrier undetected",
            next_try_at=boxes.NOW if state == "wanted" else None, heard_at=boxes.NOW if i % 2 else None,
            candidates=[{"carrier": "China Post", "key": 3011, "why": "check_fits"}] if i % 3 == 0 else [],
        )  # fmt: skip


def _pushes(store: Any, count: int, person: Any) -> None:
    source = TrackingSource.objects.first() or make_source()
    for i in range(count - TrackingPush.objects.count()):
        body = f"{{}} {next(_count)}".encode()
        TrackingPush.objects.create(
            source=source, body=body, digest=hashlib.sha256(body).hexdigest(), received_at=boxes.NOW + timedelta(minutes=i),
            state=["failed", "done", "new"][i % 3], number=f"RB{next(_count):09}CN" if i % 2 else "", error="not JSON" if i % 3 == 0 else "",
        )  # fmt: skip


LISTING_ROWS = {
    "tracking-sources": Rows(_sources, owned=False), "followed-numbers": Rows(_followed),
    "tracking-pushes": Rows(_pushes, owned=False),
}  # fmt: skip
