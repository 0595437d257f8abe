"""House rules of the worklist."""

from django.utils.translation import gettext_lazy as _

from core.policies import declare

HOUSE_CURRENCY = declare(
    "worklist.house_currency", "CNY", _("Currency in which stakes are compared"), source="house", per_store=False
)
URGENCY = declare(
    "worklist.urgency",
    [[0, "3"], [24, "2"], [72, "1.5"], [168, "1"], [None, "0.5"]],
    _("Weight of a duty by hours left: [hours, factor], the last row for all others"),
    source="chosen",
    per_store=False,
)
MENTION_HOURS = declare(
    "worklist.mention_hours", 24, _("A note in which somebody is named is read within so many hours"), source="chosen",
    per_store=False, least=1,
)  # fmt: skip
MENTION_DAYS = declare(
    "worklist.mention_days", 30, _("A note nobody opened leaves Today after so many days"), source="chosen",
    per_store=False, least=1,
)  # fmt: skip
CLAIM_MINUTES = declare(
    "worklist.claim_minutes",
    15,
    _("A claim ends after so many minutes without a sign of life"),
    source="G1d",
    per_store=False,
    least=1,
)
TRIES = declare(
    "worklist.tries", 5, _("Tries of the clock before a duty is stuck"), source="house", per_store=False, least=1
)
PAUSES = declare(
    "worklist.pauses_minutes",
    [1, 5, 30, 120],
    _("Pauses between the tries of the clock (minutes)"),
    source="house",
    per_store=False,
)
REST_HOURS = declare(
    "worklist.done_rest_hours", 20, _("A duty marked as done by hand comes back after so many hours if its reason is still there"),
    source="chosen", per_store=False,
)  # fmt: skip
