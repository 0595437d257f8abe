"""House rules of tracking."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.policies import declare

FIRST_CHECK_EXTENDS = declare(
    "logistics.first_check_extends",
    True,
    _("The first check lengthens the receiving time before it writes to the buyer"),
    source="manual 002",
)
EXTEND_LEFT = declare(
    "logistics.extend_days_left",
    20,
    _("Later checks lengthen only when at most so many days of the receiving time are left"),
    source="chosen",
)
EXTENSION_HOURS = declare(
    "logistics.extension_hours",
    24,
    _("Hours a shop has to confirm a longer receiving time before a person looks"),
    source="chosen",
)
DEFAULT_CHECK_DAYS = declare(
    "logistics.default_check_days", 3, _("Days to the next check where the tables do not say"), source="chosen"
)
EVENT_FRESH_DAYS = declare(
    "logistics.event_fresh_days",
    3,
    _("A tracking event older than this is not told to the buyer any more (days)"),
    source="chosen",
)
COMPLETE_DAYS = declare(
    "logistics.complete_days", 15, _("Days after delivery at which an order counts as completed where the channel has no clock"),
    source="chosen",
)  # fmt: skip
PULL_HOURS = declare(
    "logistics.pull_tracking_hours",
    12,
    _("Hours between two questions to a channel for tracking events"),
    source="manual 002",
)
STEP_HOURS = declare(
    "logistics.step_hours", 24, _("Hours a person has for a step that the tables advise"), source="house"
)
STALLED_DAYS = declare(
    "logistics.stalled_days", 15, _("Days without an event after which a parcel stands still (where no deadline says)"), source="chosen"
)  # fmt: skip
ENDING_DAYS = declare(
    "logistics.ending_days", 5, _("A receiving time that ends within so many days stands out in the list of parcels"), source="chosen",
    per_store=False,
)  # fmt: skip
EXTENSION_DAYS = declare(
    "logistics.extension_days", 15, _("Days of one extension (where no deadline says)"), source="chosen"
)
POST_HOLD_DAYS = declare(
    "logistics.post_hold_days", 14, _("Days a post office keeps a parcel (where no deadline says)"), source="memory"
)
SLOW_PERCENT = declare(
    "logistics.slow_percent", 90, _("A parcel later than so many per cent of its lane stands out"), source="chosen", per_store=False
)  # fmt: skip
KEEP_CHANCE = declare(
    "logistics.late_chance", "0.25", _("Chance that the money of a late parcel is lost when nobody acts"), source="chosen", per_store=False
)  # fmt: skip
#: How figures are written to buyers, by country (STO-05).
IMPERIAL = declare(
    "logistics.imperial_countries", "US, LR, MM", _("Countries whose buyers read ounces, pounds and inches"), source="house",
    per_store=False,
)  # fmt: skip
FREIGHT_INSIDE = declare(
    "logistics.freight_inside_countries", "DE, AT, CH, FR, NL, BE, GB, SE, NO, DK, FI",
    _("Countries where prices are told with the freight in them"), source="house",
)  # fmt: skip
#: When buyers reach us, in the store's zone (PRM-07).
SERVICE_HOURS = declare(
    "logistics.service_hours", {"from": "09:00", "to": "18:00"}, _("Hours in which customer service answers (store's zone)"),
    source="house",
)  # fmt: skip
