"""The list of carrier accounts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.audit import Actor
from core.listing import Action, Column, Listing, View, register
from logistics.forms.dispatch import ReasonForm
from logistics.listings.house import YES_NO
from logistics.models import CarrierAccount
from logistics.selectors import carriers
from logistics.services import carriers as services


class AccountRow(serializers.Serializer):
    """An account with a carrier; its key is never shown."""

    id = serializers.CharField()
    code = serializers.CharField(label=_("Short name"))
    name = serializers.CharField(label=_("Name"))
    kind = serializers.CharField(label=_("Program"))
    base_url = serializers.CharField(label=_("Address"))
    own_label = serializers.BooleanField(label=_("Its own label"))
    active = serializers.BooleanField(label=_("In use"))
    created_at = serializers.DateTimeField(label=_("Added"))
    ended_at = serializers.DateTimeField(label=_("Ended"), allow_null=True)
    end_reason = serializers.CharField(label=_("Why"))


class EndAccount(Action):
    """End the account with a carrier."""

    name, label, permission = "end", _("End the account"), "logistics.change_service"
    form, icon, order, tone, bulk, done_text = ReasonForm, "trash", 60, "danger", False, _("Ended. The key is wiped.")
    confirm = _("Its key is wiped. To use the carrier again somebody has to give a key.")

    def apply(self, obj: CarrierAccount, actor: Actor, now: datetime, **data: Any) -> None:
        """End one."""
        services.end_account(account=obj, reason=data["reason"], actor=actor, now=now)

    def shown_for(self, obj: CarrierAccount) -> bool:
        """While it is not ended."""
        return obj.ended_at is None


@register
class AccountListing(Listing):
    """Accounts with carriers that have an API of their own."""

    name, title, permission = "carrier-accounts", _("Carrier accounts"), "logistics.view_service"
    model, row = CarrierAccount, AccountRow
    columns = [
        Column("code", link="logistics:carrier-account", mono=True, sortable=True), Column("name"), Column("kind", mono=True),
        Column("own_label", badge=YES_NO), Column("active", badge=YES_NO), Column("base_url", default=False, mono=True),
        Column("created_at", default=False), Column("ended_at", default=False), Column("end_reason", default=False),
    ]  # fmt: skip
    actions = [EndAccount()]
    views = [View("all", _("All"), default=True)]
    url, detail_url, default_order, label_field, small = (
        "logistics:carrier-accounts",
        "logistics:carrier-account",
        "code",
        "code",
        True,
    )
    empty = (
        _("No carrier accounts."), _("With an account, numbers and labels come from the carrier by themselves."),
        _("Add an account"), "logistics:carrier-account-new",
    )  # fmt: skip
    icon = "truck"

    def queryset(self, actor: Actor) -> QuerySet[CarrierAccount]:
        """All accounts of the house."""
        return carriers.accounts_for(actor)
