"""The tables of tracking: promises and decisions."""

from __future__ import annotations

import json
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.audit import Actor
from core.listing import Column, Listing, View, register
from logistics.choices import Advice
from logistics.models import DecisionRule, PromiseRule
from logistics.selectors import tracking as lookups

TABLES = [("NR", _("Not received")), ("CH", _("Held by customs")), ("PO", _("At the post office"))]


class PromiseRow(serializers.Serializer):
    """A promise."""

    id = serializers.CharField()
    rule_id = serializers.CharField(label=_("Rule"))
    priority = serializers.IntegerField(label=_("Tried in this order"))
    service_match = serializers.CharField(label=_("Services"))
    destination_match = serializers.CharField(label=_("Countries"))
    promise_days = serializers.IntegerField(label=_("Days promised"))
    first_check_days = serializers.IntegerField(label=_("First check"))
    second_check_days = serializers.IntegerField(label=_("Second check"))
    lost_after_days = serializers.IntegerField(label=_("Lost after"))
    extend_when_days_left = serializers.IntegerField(label=_("Lengthen when left"))
    note_zh = serializers.CharField(label=_("Note"))
    origin = serializers.CharField(label=_("Origin"))
    valid_from = serializers.DateField(label=_("From"))


@register
class PromiseListing(Listing):
    """Days promised and days of the checks, by service and destination; the first that fits counts."""

    name, title, permission = "promises", _("Delivery promises"), "logistics.view_service"
    model, row, small = PromiseRule, PromiseRow, True
    columns = [
        Column("rule_id", link="logistics:promise", mono=True), Column("priority", sortable=True), Column("service_match"),
        Column("destination_match"), Column("promise_days"), Column("first_check_days"), Column("second_check_days"),
        Column("lost_after_days"), Column("extend_when_days_left"), Column("valid_from"), Column("note_zh", default=False),
        Column("origin", default=False),
    ]  # fmt: skip
    views = [View("all", _("All"), default=True)]
    url, detail_url, default_order, label_field = "logistics:promises", "logistics:promise", "priority", "rule_id"
    icon = "clock"

    def queryset(self, actor: Actor) -> QuerySet[PromiseRule]:
        """All versions."""
        return lookups.promises_for(actor)


class DecisionRow(serializers.Serializer):
    """A row of a decision table."""

    id = serializers.CharField()
    rule_id = serializers.CharField(label=_("Rule"))
    table_code = serializers.ChoiceField(TABLES, label=_("Table"))
    priority = serializers.IntegerField(label=_("Tried in this order"))
    conditions = serializers.DictField(label=_("Conditions"))
    advice = serializers.ChoiceField(Advice.choices, label=_("Advice"))
    extend_confirm = serializers.CharField(label=_("Lengthen"))
    next_check_days = serializers.IntegerField(label=_("Next check"), allow_null=True)
    message_template = serializers.CharField(label=_("Template"))
    approval = serializers.CharField(label=_("Approval"))
    note_en = serializers.CharField(label=_("Note"))
    note_zh = serializers.CharField(label=_("Note (Chinese)"))
    active = serializers.BooleanField(label=_("In use"))
    valid_from = serializers.DateField(label=_("From"))


class DecisionFilter(django_filters.FilterSet):
    """Filters of the decisions."""

    table_code = django_filters.MultipleChoiceFilter(choices=TABLES, label=_("Table"))
    active = django_filters.BooleanFilter(label=_("In use"))

    class Meta:
        model = DecisionRule
        fields: list[str] = []


@register
class DecisionListing(Listing):
    """What is done when a parcel is late, held or waits; within a table the first row whose conditions hold counts."""

    name, title, permission = "decisions", _("Follow-up decisions"), "logistics.view_service"
    model, row, filters, small = DecisionRule, DecisionRow, DecisionFilter, True
    columns = [
        Column("rule_id", link="logistics:decision", mono=True, sortable=True), Column("table_code", badge=dict(TABLES)),
        Column("priority", sortable=True), Column("conditions", html=lambda row: shown(row), text=lambda row: shown(row)),
        Column("advice", badge=Advice), Column("extend_confirm"), Column("next_check_days"), Column("message_template", mono=True),
        Column("valid_from"), Column("active", default=False), Column("approval", default=False), Column("note_en", default=False),
        Column("note_zh", default=False),
    ]  # fmt: skip
    views = [View(code.lower(), label, f"table_code={code}", default=code == "NR") for code, label in TABLES]
    url, detail_url, default_order, label_field = "logistics:decisions", "logistics:decision", "rule_id", "rule_id"
    icon = "list-check"

    def queryset(self, actor: Actor) -> QuerySet[DecisionRule]:
        """All versions."""
        return lookups.decisions_for(actor)


def shown(row: dict[str, Any]) -> str:
    """Conditions as people read them."""
    parts = []
    for name, wanted in row["conditions"].items():
        if isinstance(wanted, list):
            parts.append(f"{name}: {' / '.join(map(str, wanted))}")
        elif isinstance(wanted, dict):
            signs = {"gte": "≥", "gt": ">", "lte": "≤", "lt": "<"}
            parts += [f"{name} {signs.get(sign, sign)} {value}" for sign, value in wanted.items()]
        else:
            parts.append(f"{name}: {json.dumps(wanted) if isinstance(wanted, bool) else wanted}")
    return " · ".join(parts)
