"""Where orders stand on pages and exports of apps below."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from core import format as f
from core import guide
from core.audit import Actor
from core.panels import Panel, register
from customers.registry import personal_data
from orders import selectors
from orders.choices import STAGE_TONES, Stage
from orders.models import Order
from orders.services import privacy

#: So many orders of a buyer are shown on his page; the list has all.
SHOWN = 20


def _orders_of_buyer(obj: Any, actor: Actor) -> dict[str, Any]:
    rows = [
        {
            "pk": order.pk,
            "number": order.number,
            "placed_at": order.placed_at,
            "total": f.money(order.total, order.currency),
            "stage": order.get_stage_display(),
            "tone": STAGE_TONES[Stage(order.stage)],
        }
        for order in selectors.orders_of_buyer(obj.pk, actor)[:SHOWN]
    ]
    return {"orders": rows, "buyer": obj, "more": len(rows) == SHOWN}


register(
    "customers.detail",
    Panel("orders", _("Orders"), "orders.view_order", "orders/_buyer_orders.html", _orders_of_buyer, order=10),
)

personal_data("orders", export=privacy.export_buyer, erase=privacy.erase_buyer)

guide.register(guide.Step(
    "orders", _("Bring orders in"), _("Import a file of your channel, connect the shop, or type one."), "orders:import",
    "orders.import_order", Order._base_manager.exists, 20,
))  # fmt: skip
