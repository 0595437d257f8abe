"""Stock on pages of apps below."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from core import guide
from core.audit import Actor
from core.panels import Panel, register
from inventory import selectors
from inventory.models import Balance


def _stock(sku: Any, actor: Actor) -> dict[str, Any]:
    return {"balances": selectors.balances_of_sku(sku.pk)}


register(
    "skus.detail", Panel("stock", _("Stock"), "inventory.view_stock", "inventory/_sku_panel.html", _stock, order=10)
)

guide.register(guide.Step(
    "stock", _("Receive stock"), _("What lies on the shelf can be promised to orders."), "inventory:receive",
    "inventory.receive_stock", Balance._base_manager.filter(on_hand__gt=0).exists, 30,
))  # fmt: skip
