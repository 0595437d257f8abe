"""House rules of the weekly review of everything in transit."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.policies import declare

WEEKDAY = declare("logistics.review_weekday", 5, _("Day of the weekly review (Monday is 0)"), source="manual 001")
HOUR = declare("logistics.review_hour", 10, _("Hour at which its list is taken (store's clock)"), source="chosen")
DUE_HOURS = declare("logistics.review_due_hours", 8, _("Hours until it should be closed"), source="chosen", least=1)
SILENT_DAYS = declare(
    "logistics.review_silent_days", 15, _("Days without an event after which a parcel stands out"), source="chosen", least=1
)  # fmt: skip
NEAR_DAYS = declare("logistics.review_near_days", 5, _("Days before its promise ends from which a parcel stands out"), source="chosen")
BLIND_DAYS = declare(
    "logistics.review_blind_days", 30, _("Days under way after which a parcel of a blind lane stands out"), source="manual 002", least=1
)  # fmt: skip
