"""The clock and the sweep."""

from __future__ import annotations

import time

from core.audit import SYSTEM
from core.clock import utcnow
from core.jobs import job, later
from core.scope import acting_scope
from worklist import services
from worklist.services import mentions

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


@job("worklist.find_mentions", every=600, soft_limit=240)
def find_mentions() -> int:
    """Tell those whom a note names and whom the event missed; end the lines of people who may not read them any more."""
    now = utcnow()
    with acting_scope(SYSTEM):
        return mentions.take_up(entry_ids=None, now=now) + mentions.drop_ownerless(now=now)
