"""The list of sorting rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.audit import Actor
from core.listing import Action, Column, Listing, View, register
from orders import selectors
from orders.choices import FlagColour, OrderType
from orders.filters import RuleFilter
from orders.models import OrderRule
from orders.services import sorting


class RuleRow(serializers.Serializer):
    """A sorting rule as lists and programs see it."""

    id = serializers.CharField()
    name = serializers.CharField(label=_("Name"))
    position = serializers.IntegerField(label=_("Position"))
    active = serializers.BooleanField(label=_("In use"))
    store = serializers.CharField(source="store.code", label=_("Store"), allow_null=True)
    conditions = serializers.JSONField(label=_("When"))
    set_type = serializers.ChoiceField(OrderType.choices, label=_("Type"), allow_blank=True)
    set_flag = serializers.ChoiceField(FlagColour.choices, label=_("Flag"), allow_blank=True)
    set_warehouse = serializers.CharField(source="set_warehouse.code", label=_("Warehouse"), allow_null=True)
    set_service = serializers.CharField(label=_("Service"), allow_blank=True)


def _words(row: Mapping[str, Any]) -> str:
    return sorting.in_words(row["conditions"])


class Switch(Action):
    """Use a rule, or not."""

    name, label, permission = "switch", _("On or off"), "orders.change_automation"
    icon, bulk = "player-play", False

    def apply(self, obj: OrderRule, actor: Actor, now: datetime, **data: Any) -> None:
        """One rule."""
        sorting.save_rule(rule=obj, active=not obj.active, actor=actor, now=now)


class Remove(Action):
    """Delete a rule; orders it sorted stay as they are."""

    name, label, permission = "remove", _("Delete"), "orders.change_automation"
    icon, tone, confirm = "trash", "danger", _("Orders that it sorted stay as they are.")

    def apply(self, obj: OrderRule, actor: Actor, now: datetime, **data: Any) -> None:
        """One rule."""
        sorting.delete_rule(rule=obj, actor=actor, now=now)


@register
class RuleListing(Listing):
    """The sorting rules in their order."""

    name, title, permission = "order-rules", _("Order rules"), "orders.change_automation"
    model, row, filters = OrderRule, RuleRow, RuleFilter
    small = True
    columns = [
        Column("position", sortable=True),
        Column("name", link="orders:rule"),
        Column("conditions", html=_words, text=_words, width="wide"),
        Column("store", mono=True),
        Column("set_type", badge=OrderType),
        Column("set_flag", badge=FlagColour),
        Column("set_warehouse", mono=True),
        Column("set_service", mono=True),
        Column("active"),
    ]
    actions = [Switch(), Remove()]
    views = [View("all", _("All"), default=True)]
    url, detail_url, default_order = "orders:rules", "orders:rule", "position"
    label_field = "name"
    icon = "sitemap"
    empty = (
        _("No rules yet."),
        _("The first rule that fits sorts an order as it comes in."),
        _("New rule"),
        "orders:rule-new",
    )

    def queryset(self, actor: Actor) -> QuerySet[OrderRule]:
        """All rules."""
        return selectors.rules_for(actor)
