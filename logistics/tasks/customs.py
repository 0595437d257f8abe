"""Jobs of customs."""

from __future__ import annotations

from core.clock import utcnow
from core.jobs import job
from logistics.services.customs import medians


@job("logistics.reckon_medians", every=6 * 3600)
def reckon_medians() -> int:
    """What a kilogram of each heading was worth lately in each store."""
    return medians.reckon(now=utcnow())
