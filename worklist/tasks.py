"""The clock and the sweep."""

from __future__ import annotations

from core.clock import utcnow
from core.jobs import job, later
from worklist import services


@job("worklist.run_due", every=15, soft_limit=240)
def run_due() -> int:
    """Act on what is due; a full batch calls for the next one at once instead of waiting for the beat."""
    ran = services.run_due(now=utcnow())
    if ran.total >= 500:
        later("worklist.run_due")
    return ran.total


@job("worklist.sweep", every=600, soft_limit=540)
def sweep() -> dict[str, object]:
    """Plan what events missed, end what is over, let the time left count."""
    return services.sweep(now=utcnow()).as_json()
