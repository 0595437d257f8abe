"""House rules of incidents."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.policies import declare

REVIEW_DAYS = declare(
    "logistics.incident_review_days", 2, _("An incident is looked at so many days before its expected end"), source="chosen",
    per_store=False,
)  # fmt: skip
EXTEND_DAYS = declare(
    "logistics.incident_extend_days", 15, _("Days by which parcels of an incident are extended, unless somebody says otherwise"),
    source="chosen", per_store=False, least=1,
)  # fmt: skip
WAITS = declare(
    "logistics.incident_waits", True,
    _("While an incident is open, its parcels wait instead of being refunded, sent again or asked after"), source="chosen",
)  # fmt: skip
