"""Numbers of the house about orders."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.policies import declare

FRESH_DAYS = declare("orders.fresh_days", 14, _("Orders older than this at import are history (days)"), source="house")
IMPORT_DAYS = declare(
    "orders.import_days", 30, _("Files that were handed in and their rejected rows are kept so long (days)"), source="house",
    per_store=False,
)  # fmt: skip
