"""House rules of quotes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.policies import declare

EXPIRY_DAYS = declare(
    "logistics.rates_expire_days", 14, _("Ask for the next rate table so many days before one ends"), source="house",
    per_store=False,
)  # fmt: skip
PAYOUT_DAYS = declare(
    "logistics.payout_days", 7, _("Days from the end of the promise until the channel pays out"), source="house"
)
