"""Jobs of quotes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from core.clock import utcnow
from core.jobs import job
from logistics.selectors import estimates as selectors
from logistics.services import quoting

#: How far back a lost piece of news is made good, and how many parcels at once.
BACK, MOST = timedelta(days=3), 2000


@job("logistics.estimate_parcels")
def estimate_parcels(parcel_ids: Sequence[int]) -> int:
    """Keep the expected freight of parcels that left a moment ago."""
    return quoting.estimate_parcels(parcel_ids=parcel_ids, now=utcnow())


@job("logistics.expect_freight", every=3600)
def expect_freight() -> int:
    """Keep the expected freight of parcels that left while nobody listened."""
    now = utcnow()
    if not selectors.has_rates():
        return 0
    return quoting.estimate_parcels(parcel_ids=selectors.parcels_to_estimate(now - BACK, MOST), now=now)
