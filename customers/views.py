"""Pages of buyers."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import format as f
from core.listing.detail import DetailPage
from core.listing.html import ListPage
from core.pages import Page
from customers import rules, selectors, services
from customers.forms import LANGUAGES
from customers.models import Buyer


class BuyersPage(ListPage):
    """All buyers."""

    listing_name = "customers"


class BuyerPage(DetailPage):
    """One buyer: who he is; his orders, messages and ratings come from the apps above."""

    listing_name, title = "customers", _("Customer")

    def number(self, obj: Buyer) -> str:
        return obj.name or obj.login or f"#{obj.pk}"

    def more(self, obj: Buyer) -> dict[str, Any]:
        """A buyer has a name, not a number."""
        return {"is_name": True}

    def badges(self, obj: Buyer) -> list[dict[str, Any]]:
        made = []
        if obj.blacklisted_at:
            made.append({"label": _("Blacklisted"), "tone": "rose", "title": obj.blacklist_reason})
        if obj.erased_at:
            made.append({"label": _("Erased"), "tone": "neutral"})
        return made

    def alerts(self, obj: Buyer) -> list[dict[str, Any]]:
        if not obj.blacklisted_at:
            return []
        return [{"title": _("On the blacklist: new orders are held."), "text": obj.blacklist_reason, "tone": "rose"}]

    def sub(self, obj: Buyer) -> list[Any]:
        return [text for text in (f.country_html(obj.country) if obj.country else "", obj.store.name) if text]

    def extra_steps(self, obj: Buyer) -> list[dict[str, Any]]:
        if not self.actor.has_perm("customers.export_buyer"):
            return []
        url = reverse("customers:export", args=[obj.pk])
        return [{"label": _("Export personal data"), "url": url, "method": "post", "icon": "download", "plain": True}]

    def facts(self, obj: Buyer) -> list[dict[str, Any]]:
        opened = self.actor.has_perm("orders.view_personal")
        email = obj.email if opened else rules.masked_email(obj.email)
        phone = obj.phone if opened else rules.masked_phone(obj.phone)
        language = dict(LANGUAGES).get(obj.language, obj.language)
        return [{"title": _("Who it is"), "items": [
            (_("Name"), f.buyer_text_html(obj.name) if obj.name else f.DASH),
            (_("Login"), f.buyer_text_html(obj.login) if obj.login and opened else f.DASH),
            (_("E-mail"), email or f.DASH), (_("Phone"), phone or f.DASH), (_("Language"), language or f.DASH),
            (_("Buyer since"), f.day(obj.first_order_at) if obj.first_order_at else f.DASH),
        ]}]  # fmt: skip


class ExportBuyer(Page):
    """POST: everything the house holds of a buyer, as one JSON file."""

    permission = "customers.export_buyer"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The file."""
        found = services.export_buyer(buyer=selectors.buyer(pk), actor=self.actor, now=self.now)
        body = json.dumps(found, ensure_ascii=False, indent=1, default=str)
        name = f"customer-{pk}-{self.now:%Y%m%d}.json"
        return HttpResponse(
            body, content_type="application/json", headers={"Content-Disposition": f'attachment; filename="{name}"'}
        )
