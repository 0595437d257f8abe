"""What the tables of the house have in common; those of tracking: promises and decisions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core import format as f
from core.audit import Actor
from core.clock import utcnow
from core.listing import Column, Listing, View, register
from core.pickers import codes_in_words
from logistics.choices import Advice, ServiceKind
from logistics.forms.decisions import DECISION_FACTS, DECISION_VALUES
from logistics.listings.naming import by_code, own_text
from logistics.models import DecisionRule, PromiseRule
from logistics.selectors import payout
from logistics.selectors import tracking as lookups

TABLES = [("NR", _("Not received")), ("CH", _("Held by customs")), ("PO", _("At the post office"))]


class HouseTable(Listing):
    """What every table of the house has in common that staff edit and that holds in all stores: all rows in one view, read by
    whoever sees services. ``source``: the selector of its rows."""

    permission, small = "logistics.view_service", True
    views = [View("all", _("All"), default=True)]
    empty = (_("No rows."), _("The reference list is loaded with the installation."), "", "")
    source: ClassVar[Callable[[Actor], QuerySet[Any]]]

    def queryset(self, actor: Actor) -> QuerySet[Any]:
        """The rows the actor may see, with all their versions."""
        return type(self).source(actor)


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
    note = serializers.CharField(label=_("Note"))
    note_zh = serializers.CharField(label=_("Note (Chinese)"))
    origin = serializers.CharField(label=_("Origin"))
    origin_zh = serializers.CharField(label=_("Origin (Chinese)"))
    valid_from = serializers.DateField(label=_("Valid from"))
    paid_by = serializers.DateField(label=_("Paid out by"), help_text=_("For a parcel handed over today."))


def services_meant(match: str) -> str:
    """The services a promise counts for, by their names; kinds by theirs."""
    what, _colon, names = match.partition(":")
    if what == "kind":
        return gettext(", ").join(str(dict(ServiceKind.choices).get(name, name)) for name in names.split("|"))
    if not names:
        return gettext("all others") if match == "*" else match
    return gettext(", ").join(by_code(code) for code in names.split("|"))


def places_meant(match: str) -> str:
    """The countries a promise counts for."""
    return gettext("everywhere") if match == "*" else codes_in_words(match, f.country_name)


@register
class PromiseListing(HouseTable):
    """Days promised and days of the checks, by service and destination; the first that fits counts."""

    name, title = "promises", _("Delivery promises")
    model, row = PromiseRule, PromiseRow
    columns = [
        Column("rule_id", link="logistics:promise", mono=True), Column("priority", sortable=True),
        Column("service_match", html=lambda row: services_meant(row["service_match"]), width="wide"),
        Column("destination_match", html=lambda row: places_meant(row["destination_match"]), width="wide"),
        Column("promise_days"), Column("paid_by", time="day", needs=("promise_days",)),
        Column("first_check_days"), Column("second_check_days"),
        Column("lost_after_days"), Column("extend_when_days_left"), Column("valid_from"), own_text("note", default=False),
        own_text("origin", default=False),
    ]  # fmt: skip
    url, detail_url, default_order, label_field = "logistics:promises", "logistics:promise", "priority", "rule_id"
    icon = "clock"
    computed = ("paid_by",)
    source = staticmethod(lookups.promises_for)

    def finish(self, rows: list[dict[str, Any]], actor: Actor) -> None:
        """When the channel would pay out (PRM-05)."""
        today = utcnow().date()
        after = payout.days_after(today)
        for row in rows:
            row["paid_by"] = today + timedelta(days=row["promise_days"] + after)


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
    valid_from = serializers.DateField(label=_("Valid from"))


class DecisionFilter(django_filters.FilterSet):
    """Filters of the decisions."""

    table_code = django_filters.MultipleChoiceFilter(choices=TABLES, label=_("Table"))
    active = django_filters.BooleanFilter(label=_("In use"))

    class Meta:
        model = DecisionRule
        fields: list[str] = []


@register
class DecisionListing(HouseTable):
    """What is done when a parcel is late, held or waits; within a table the first row whose conditions hold counts."""

    name, title = "decisions", _("Follow-up decisions")
    model, row, filters = DecisionRule, DecisionRow, DecisionFilter
    columns = [
        Column("rule_id", link="logistics:decision", mono=True, sortable=True), Column("table_code", badge=dict(TABLES), default=False),
        Column("priority", sortable=True),
        Column("conditions", html=lambda row: shown(row), text=lambda row: shown(row), width="wide"), Column("advice", badge=Advice),
        Column("note_en", html=lambda row: note(row), needs=("note_zh",), width="wide"),
        Column("extend_confirm", html=lambda row: word(row["extend_confirm"])), Column("next_check_days"),
        Column("message_template", mono=True),
        Column("valid_from", default=False), Column("active", default=False), Column("approval", default=False),
        Column("note_zh", default=False),
    ]  # fmt: skip
    views = [View(code.lower(), label, f"table_code={code}", default=code == "NR") for code, label in TABLES]
    url, detail_url, default_order, label_field = "logistics:decisions", "logistics:decision", "rule_id", "rule_id"
    icon = "list-check"
    source = staticmethod(lookups.decisions_for)


def word(value: Any) -> str:
    """A value in words; a number as it is."""
    return str(DECISION_VALUES.get(value, value)) if isinstance(value, bool | str) else str(value)


def note(row: Mapping[str, Any]) -> str:
    """The note in the reader's language."""
    chinese = (get_language() or "").startswith("zh")
    return str((row["note_zh"] or row["note_en"]) if chinese else (row["note_en"] or row["note_zh"]))


def shown(row: Mapping[str, Any]) -> str:
    """Conditions as people read them."""
    parts = []
    for fact, wanted in row["conditions"].items():
        name = str(DECISION_FACTS.get(fact, fact))
        if isinstance(wanted, list):
            parts.append(gettext("%(name)s: %(value)s") % {"name": name, "value": " / ".join(map(word, wanted))})
        elif isinstance(wanted, dict):
            signs = {"gte": "≥", "gt": ">", "lte": "≤", "lt": "<"}
            parts += [f"{name} {signs.get(sign, sign)} {value}" for sign, value in wanted.items()]
        else:
            parts.append(gettext("%(name)s: %(value)s") % {"name": name, "value": word(wanted)})
    return " · ".join(parts) or gettext("always")
