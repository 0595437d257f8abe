"""The list of root causes, and how a cause stands in other lists."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core import format as f
from core.audit import Actor
from core.listing import Action, Column, Contains, Listing, View, register
from disputes import selectors, services
from disputes.filters import CauseFilter
from disputes.models import RootCause


def cause_cell(row: Mapping[str, Any]) -> Any:
    """The cause of a case or rating in the reader's language."""
    return selectors.causes.name_of(row["cause"]) if row["cause"] else f.DASH


class CauseRow(serializers.Serializer):
    """A root cause as lists and programs see it."""

    id = serializers.CharField()
    code = serializers.CharField(label=_("Code"))
    name = serializers.CharField(label=_("English name"))
    name_zh = serializers.CharField(label=_("Chinese name"))
    position = serializers.IntegerField(label=_("Position"))
    valid_from = serializers.DateField(label=_("From day"))
    valid_until = serializers.DateField(label=_("Until day"), allow_null=True)
    origin = serializers.CharField(label=_("Where it comes from"))


class Retire(Action):
    """No longer offer a cause, from tomorrow on."""

    name, label, permission, icon = "retire", _("Retire"), "core.change_policy", "archive"
    confirm = _("It is named for the last time today. What was named with it keeps it, and so do the reports.")
    done_text = _("Retired.")

    def apply(self, obj: RootCause, actor: Actor, now: datetime, **data: Any) -> None:
        """One cause."""
        services.change_cause(obj=obj, valid_until=max(now.date(), obj.valid_from), actor=actor, now=now)

    def shown_for(self, obj: RootCause) -> bool:
        """While it has no end."""
        return obj.valid_until is None


@register
class CauseListing(Listing):
    """What may lie at the root of a case or a bad rating."""

    name, title, permission = "root-causes", _("Root causes"), "core.change_policy"
    model, row, filters, small = RootCause, CauseRow, CauseFilter, True
    columns = [
        Column("position", sortable=True, align="num"),
        Column("code", link="disputes:cause", mono=True),
        Column("name_zh"),
        Column("name"),
        Column("valid_from", time="day"),
        Column("valid_until", time="day"),
        Column("origin", default=False),
    ]
    actions = [Retire()]
    views = [View("today", _("Can be named today"), "today=true", default=True), View("all", _("All"))]
    url, default_order, label_field = "disputes:causes", "position", "code"
    search_by = [Contains("code"), Contains("name"), Contains("name_zh")]
    scan_ok = {"today": "a short list"}
    empty = (
        _("No root causes yet."),
        _("The list is loaded with the installation."),
        _("Add a cause"),
        "disputes:cause-new",
    )
    icon = "tag"

    def queryset(self, actor: Actor) -> QuerySet[RootCause]:
        """All of them."""
        return selectors.causes.causes_for(actor)
