"""House rules of tracking sources."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.policies import declare

SILENT_HOURS = declare(
    "logistics.source_silent_hours",
    24,
    _("Hours without news from a tracking source after which people look its parcels up"),
    source="chosen",
    per_store=False,
    least=1,
)
BLIND_AGAIN_DAYS = declare(
    "logistics.source_blind_again_days",
    3,
    _("Days after which a parcel of a silent source is looked up again"),
    source="chosen",
    per_store=False,
    least=1,
)
ASK_DAYS = declare(
    "logistics.source_ask_days",
    2,
    _("Days without a push after which a tracking source is asked about a number, daily"),
    source="chosen",
    per_store=False,
    least=1,
)
MARGIN_HOURS = declare(
    "logistics.event_margin_hours",
    72,
    _("Hours before the hand-over from which events of a number belong to the parcel"),
    source="chosen",
    per_store=False,
)
QUOTA_LOW = declare(
    "logistics.source_quota_low",
    50,
    _("A tracking source runs low when so few registrations are left"),
    source="chosen",
    per_store=False,
)
CALLS_PER_SECOND = declare(
    "logistics.source_calls_per_second",
    3,
    _("Calls to a tracking source per second, at most"),
    source="17TRACK",
    per_store=False,
    least=1,
)
PUSH_DAYS = declare(
    "logistics.source_push_days", 90, _("Days for which read pushes of tracking sources are kept"), source="chosen",
    per_store=False, least=1,
)  # fmt: skip
