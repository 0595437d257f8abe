"""The list of buyers and what can be done to them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core import format as f
from core.audit import Actor
from core.listing import Action, Column, Exact, Listing, Prefix, View, Words, register
from customers import selectors, services
from customers.filters import BuyerFilter
from customers.forms import BlacklistForm, EraseForm, LanguageForm
from customers.models import Buyer


class BuyerRow(serializers.Serializer):
    """A buyer as lists and programs see him."""

    id = serializers.CharField()
    store = serializers.CharField(source="store.code", label=_("Store"))
    name = serializers.CharField(label=_("Name"))
    login = serializers.CharField(label=_("Login"))
    email = serializers.CharField(label=_("E-mail"), allow_null=True)
    phone = serializers.CharField(label=_("Phone"), allow_null=True)
    country = serializers.CharField(label=_("Country"))
    language = serializers.CharField(label=_("Language"))
    first_order_at = serializers.DateTimeField(label=_("Buyer since"), allow_null=True)
    blacklisted_at = serializers.DateTimeField(label=_("Blacklisted"), allow_null=True)
    blacklist_reason = serializers.CharField(label=_("Reason"))
    erased_at = serializers.DateTimeField(label=_("Erased"), allow_null=True)


class Blacklist(Action):
    """Hold the next orders of a buyer."""

    name, label, permission, form = "blacklist", _("Blacklist"), "customers.blacklist_buyer", BlacklistForm
    icon, tone, undo = "ban", "danger", "lift"
    done_text = _("On the blacklist: the next orders are held.")

    def apply(self, obj: Buyer, actor: Actor, now: datetime, *, reason: str = "", **data: Any) -> None:
        services.blacklist(buyer=obj, reason=reason, actor=actor, now=now)

    def shown_for(self, obj: Buyer) -> bool:
        return obj.blacklisted_at is None and obj.erased_at is None


class Lift(Action):
    """Take a buyer off the blacklist."""

    name, label, permission, icon = "lift", _("Take off the blacklist"), "customers.blacklist_buyer", "circle-check"
    done_text = _("Off the blacklist.")

    def apply(self, obj: Buyer, actor: Actor, now: datetime, **data: Any) -> None:
        services.lift(buyer=obj, actor=actor, now=now)

    def shown_for(self, obj: Buyer) -> bool:
        return obj.blacklisted_at is not None


class ChangeLanguage(Action):
    """Say in which language a buyer is written to."""

    name, label, permission, form, icon = (
        "language",
        _("Language of letters"),
        "orders.change_order",
        LanguageForm,
        "language",
    )

    def apply(self, obj: Buyer, actor: Actor, now: datetime, **data: Any) -> None:
        services.change(buyer=obj, actor=actor, now=now, language=data["language"])

    def before(self, obj: Buyer) -> dict[str, Any]:
        return {"language": obj.language}

    def revert(self, obj: Buyer, actor: Actor, now: datetime, listing: Listing, before: Any) -> None:
        services.change(buyer=obj, actor=actor, now=now, language=before["language"])

    def shown_for(self, obj: Buyer) -> bool:
        return obj.erased_at is None


class Erase(Action):
    """Forget a buyer: nothing personal stays, amounts and goods do."""

    name, label, permission, form = "erase", _("Erase personal data"), "customers.erase_buyer", EraseForm
    icon, tone, bulk, order = "trash", "danger", False, 90
    confirm = _(
        "Name, address, phone, e-mail and messages of this buyer are gone for good, here and in every place that keeps them."
    )
    done_text = _("The personal data are erased.")

    def apply(self, obj: Buyer, actor: Actor, now: datetime, *, reason: str = "", **data: Any) -> dict[str, Any]:
        return {"changed": services.erase_buyer(buyer=obj, actor=actor, now=now, reason=reason)}

    def shown_for(self, obj: Buyer) -> bool:
        return obj.erased_at is None


def _called(row: Mapping[str, Any]) -> Any:
    """The name, else the login, else a number: something to open him by."""
    return f.buyer_text_html(row["name"] or row["login"] or f"#{row['id']}")


@register
class BuyerListing(Listing):
    """The buyers of the actor's stores."""

    name, title, permission = "customers", _("Customers"), "customers.view_buyer"
    model, row, filters = Buyer, BuyerRow, BuyerFilter
    columns = [
        Column("name", link="customers:detail", html=_called, needs=("login",)),
        Column("country", country=True),
        Column("store", mono=True),
        Column("login", buyer=True),
        Column("email", mono=True),
        Column("phone", mono=True, default=False),
        Column("language", default=False),
        Column("first_order_at", time="day"),
        Column("blacklisted_at", time="day"),
        Column("blacklist_reason", default=False),
    ]
    actions = [Blacklist(), Lift(), ChangeLanguage(), Erase()]
    views = [View("all", _("All"), default=True), View("blacklist", _("Blacklist"), "blacklisted=true")]
    url, detail_url, default_order, label_field = "customers:list", "customers:detail", "-id", "name"
    search_by = [Words("search__words"), Prefix("email__upper"), Exact("key", upper=False)]
    personal, personal_permission = frozenset({"email", "phone", "login"}), "orders.view_personal"
    scan_ok = {"blacklisted": "asked through the partial index of the blacklist"}
    icon = "users"
    empty = (_("No customers yet."), _("They come with their first order."), _("Import orders"), "orders:import")

    def queryset(self, actor: Actor) -> QuerySet[Buyer]:
        """Those of the actor's stores."""
        return selectors.buyers_for(actor).select_related("store")
