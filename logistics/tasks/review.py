"""Jobs of the weekly review."""

from __future__ import annotations

from core.clock import utcnow
from core.jobs import job
from logistics.services import review


@job("logistics.open_reviews", every=900)
def open_reviews() -> int:
    """Open the weekly review of each store whose weekday and hour have come."""
    return len(review.open_reviews(now=utcnow()))
