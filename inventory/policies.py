"""Dated numbers of the stock."""

from django.utils.translation import gettext_lazy as _

from core.policies import declare

LOW_STOCK_DAYS = declare(
    "inventory.low_stock_days",
    3,
    _("Working days a purchaser has to answer a stock alert"),
    source="house",
    per_store=False,
)
