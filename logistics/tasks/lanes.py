"""Jobs of lanes."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from core.clock import utcnow
from core.jobs import job
from logistics.selectors import lanes as selectors
from logistics.services import lanes


@job("logistics.refresh_lanes", every=600, soft_limit=900)
def refresh_lanes() -> dict[str, Any]:
    """Reckon the lanes anew when their time has come (a house rule says how often)."""
    now = utcnow()
    return asdict(lanes.refresh_lanes(now=now)) if selectors.is_due(now) else {}


@job("logistics.refresh_lateness", every=900, soft_limit=900)
def refresh_lateness() -> int:
    """Write to the parcels under way how late they are on their lanes, when its time has come."""
    return lanes.refresh_when_due(now=utcnow())
