"""What waits for an article, beside the purchaser's Today."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core import format as f
from core.pages import Page
from logistics.selectors import buying as selectors


class BuyPane(Page):
    """The orders that lack one article, the most urgent first, and the way to book goods in."""

    permission = "inventory.view_stock"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The table."""
        found = selectors.balances_with_need([pk])
        if not found:
            raise Http404
        balance = found[0]
        need = balance.need  # type: ignore[attr-defined]
        seen = [(o, n) for o, n in need.orders if self.actor.may_see_store(o.store_id)]
        context = {
            "balance": balance, "need": need, "hidden": len(need.orders) - len(seen), "rows": [self.row(o, n) for o, n in seen],
            "columns": [
                {"label": pgettext("listing", "Order"), "css": ""}, {"label": _("Buyer"), "css": ""},
                {"label": _("Lacks"), "css": "num"}, {"label": _("Latest dispatch"), "css": ""},
            ],
            "receive_url": f"{reverse('inventory:receive')}?sku={balance.sku.code}"
            if self.actor.has_perm("inventory.receive_stock") else "",
        }  # fmt: skip
        return self.render("logistics/_buy_pane.html", context)

    def row(self, order: Any, pieces: int) -> dict[str, Any]:
        """One order."""
        due = f.due_html(order.ship_by, self.now) if order.ship_by else f.DASH
        name = order.buyer_name if self.actor.has_perm("orders.view_personal") else ""
        cells = [
            ("", f.link_html(reverse("orders:detail", args=[order.pk]), order.number, "mono")),
            ("", f.buyer_html(name, order.country)), ("num", f.number(pieces)), ("", due),
        ]  # fmt: skip
        return {"tds": f.tds_html(cells), "css": ""}
