"""The figures follow what happens."""

from __future__ import annotations

import logging

from core.clock import utcnow
from core.jobs import job
from reports import services

logger = logging.getLogger(__name__)


@job("reports.refresh", every=120, soft_limit=1500)
def refresh() -> int:
    """Count anew the days on which something changed."""
    return services.refresh(now=utcnow()).changed


@job("reports.recheck", every=6 * 3600, soft_limit=1500)
def recheck() -> int:
    """Count the last weeks anew; what differs was missed by the refresh and is worth knowing."""
    done = services.recheck(now=utcnow())
    if done.changed:
        logger.info("reports.recheck_found", extra={"days": done.changed, "looked": done.looked})
    return done.changed
