"""REST for outgoing calls, raw records and clocks. Connecting is an action of ``stores``."""

from __future__ import annotations

from core.listing.rest import Resource


class CallResource(Resource):
    """``/api/v1/settings/outgoing-calls/``."""

    listing, path, tag = "calls", "settings/outgoing-calls", "settings"
    version_fields = ("state", "attempts")


class RecordResource(Resource):
    """``/api/v1/settings/inbound-records/``."""

    listing, path, tag = "inbound", "settings/inbound-records", "settings"
    version_fields = ("state",)


class DeadlineResource(Resource):
    """``/api/v1/settings/deadlines/``."""

    listing, path, tag = "deadlines", "settings/deadlines", "settings"


RESOURCES = [CallResource, RecordResource, DeadlineResource]
