"""Incidents on lanes."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

from core.clock import utcnow
from logistics.models import Incident
from tests.factories import parcels as make
from tests.house.rows import Rows

_count = itertools.count(1)


def make_incident(**facts: Any) -> Incident:
    """An open strike on a lane."""
    number, now = next(_count), utcnow()
    given = {
        "number": f"INC-{8000 + number}", "kind": "strike", "service": make.service(), "countries": "ES", "starts_at": now - timedelta(days=2),
        "expected_end": now + timedelta(days=8 + number), "reason": "Strike", "opened_at": now - timedelta(days=2),
    }  # fmt: skip
    return Incident.objects.create(**{**given, **facts})


def _incidents(store: Any, count: int, person: Any) -> None:
    for n in range(count - Incident.objects.count()):
        ended = {"state": "ended", "ended_at": utcnow(), "ended_why": "over"} if n % 3 == 2 else {}
        make_incident(
            kind=["strike", "flight", "flood", "customs", "other"][n % 5], service=make.service() if n % 2 else None,
            starts_at=utcnow() - timedelta(days=2 + n), **ended,
        )  # fmt: skip


LISTING_ROWS = {"incidents": Rows(_incidents, owned=False)}
