"""Numbers of the house about orders."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.policies import declare

FRESH_DAYS = declare("orders.fresh_days", 14, _("Orders older than this at import are history (days)"), source="house")
IMPORT_DAYS = declare(
    "orders.import_days", 30, _("Files that were handed in and their rejected rows are kept so long (days)"), source="house",
    per_store=False,
)  # fmt: skip
PAY_CUTOFF = declare(
    "orders.pay_cutoff",
    "16:00",
    _("Paid before this time counts for the same working day (warehouse time)"),
    source="manual 003",
)
SHIP_BY_DAYS = declare(
    "orders.ship_by_days",
    7,
    _("Latest dispatch where the channel names none: working days after payment"),
    source="house",
)
SHIP_BY_WARN_HOURS = declare(
    "orders.ship_by_warn_hours", 24, _("A latest dispatch is near so many hours before, where its clock does not say"),
    source="house",
)  # fmt: skip
HOLD_LOOK_HOURS = declare(
    "orders.hold_look_hours",
    24,
    _("A held order without a date is looked at again after so many hours"),
    source="house",
)
CANCEL_REPLY_HOURS = declare(
    "orders.cancel_reply_hours", 48, _("A cancel request is answered within so many hours, where the channel names no clock"),
    source="reference",
)  # fmt: skip
UNPAID_HOURS = declare(
    "orders.unpaid_hours",
    [24, 72],
    _("An unpaid order is asked about so many hours after it was placed"),
    source="manual 002",
)
UNPAID_DAYS = declare(
    "orders.unpaid_days",
    15,
    _("After so many days without payment and without an end in the channel a person looks at the order"),
    source="house",
)
GREET_WITHIN_HOURS = declare(
    "orders.greet_within_hours", 24, _("A paid order is greeted within so many hours"), source="reference"
)
WISH_TELL_HOURS = declare(
    "orders.wish_tell_hours", 24, _("A buyer is told within so many hours that a wish cannot be met"), source="house"
)
SHIP_TARGET_DAYS = declare(
    "orders.ship_target_days", 3, _("Working days we tell a buyer for the dispatch, where the channel has no clock of its own"),
    source="manual 002",
)  # fmt: skip
