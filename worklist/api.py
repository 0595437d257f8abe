"""REST: duties are read, claimed, let go, put away, ended."""

from __future__ import annotations

from core.listing.rest import Resource


class DutyResource(Resource):
    """Duties with the actions of their list (claim, unclaim, snooze, done, retry)."""

    listing = "duties"


RESOURCES: list[type] = [DutyResource]
