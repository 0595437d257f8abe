"""Stock on pages of apps below."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.audit import Actor
from core.panels import Panel, register
from inventory import selectors


def _stock(sku: Any, actor: Actor) -> dict[str, Any]:
    return {"balances": selectors.balances_of_sku(sku.pk)}


register(
    "skus.detail", Panel("stock", _("Stock"), "inventory.view_stock", "inventory/_sku_panel.html", _stock, order=10)
)
