"""The clock and the sweep."""

from __future__ import annotations

import time

from core.clock import utcnow
from core.jobs import job, later
from worklist import services

#: A runner stays at work this long (seconds) before it lets others have the worker.
TURN = 60


@job("worklist.run_due", every=15, soft_limit=240)
def run_due(helper: bool = False) -> int:
    """Act on what is due until nothing is. A full first batch calls one more runner to share the work."""
    began, acted = time.monotonic(), 0
    while time.monotonic() - began < TURN:
        ran = services.run_due(now=utcnow())
        if ran.total >= 500 and not acted and not helper:
            later("worklist.run_due", helper=True)
        acted += ran.total
        if not ran.total:
            break
    return acted


@job("worklist.sweep", every=600, soft_limit=540)
def sweep() -> dict[str, object]:
    """Plan what events missed, end what is over, let the time left count."""
    return services.sweep(now=utcnow()).as_json()
