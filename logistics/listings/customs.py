"""Lists of customs: gaps before the label, and values that differ from the price paid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core import format as f
from core.audit import Actor
from core.listing import Column, Listing, View, register
from logistics.choices import DifferenceReason, DifferenceState, NoteState
from logistics.filters.customs import DifferenceFilter, GapFilter
from logistics.listings.customs_actions import Agree, CompleteArticles, Refuse
from logistics.listings.dispatch import STATES
from logistics.models import NoteLine, ValueDifference
from logistics.selectors.customs import lists

DIFFERENCES = {
    DifferenceState.WAITING.value: (DifferenceState.WAITING.label, "amber"),
    DifferenceState.APPLIED.value: (DifferenceState.APPLIED.label, "leaf"),
    DifferenceState.REFUSED.value: (DifferenceState.REFUSED.label, "rose"),
    DifferenceState.VOID.value: (DifferenceState.VOID.label, "neutral"),
}


class GapRow(serializers.Serializer):
    """A line of a note whose article lacks customs data."""

    id = serializers.CharField()
    note_id = serializers.CharField()
    note = serializers.CharField(source="note.number", label=pgettext_lazy("dispatch", "Note"))
    state = serializers.ChoiceField(NoteState.choices, source="note.state", label=_("State"))
    order_id = serializers.CharField(source="note.order_id")
    order = serializers.CharField(source="note.order.number", label=_("Order"))
    country = serializers.CharField(source="note.country", label=_("Country"))
    due_at = serializers.DateTimeField(source="note.due_at", label=_("Due"), allow_null=True)
    sku_id = serializers.CharField()
    sku = serializers.CharField(source="sku.code", label=_("Article"))
    customs_text = serializers.CharField(source="sku.customs_text", label=_("Customs text"))
    hs_code = serializers.CharField(source="sku.hs_code", label=_("HS code"))
    origin = serializers.CharField(source="sku.origin", label=_("Origin"))
    weight_g = serializers.DecimalField(10, 2, source="sku.weight_g", label=_("Weight (g)"), allow_null=True)
    short_code = serializers.BooleanField()
    missing = serializers.ListField(child=serializers.CharField(), label=_("Missing"))


def lacks(row: Mapping[str, Any]) -> list[str]:
    """What a line lacks, by stable names."""
    given = (
        ("text", not row["customs_text"]), ("hs", row["short_code"]), ("origin", not row["origin"]),
        ("weight", row["weight_g"] is None),
    )  # fmt: skip
    return [name for name, missing in given if missing]


def lack_words(row: Mapping[str, Any]) -> str:
    """What a line lacks, in words."""
    words = {
        "text": gettext("Customs text"),
        "hs": gettext("HS code"),
        "origin": gettext("Origin"),
        "weight": pgettext("customs", "Weight"),
    }
    return ", ".join(words[name] for name in row["missing"])


@register
class GapListing(Listing):
    """What must be completed before the label: one line for each article of each note that lacks something."""

    name, title, permission = "customs-gaps", _("Customs gaps"), "logistics.view_note"
    model, row, filters, small = NoteLine, GapRow, GapFilter, True
    columns = [
        Column("note", link="logistics:note", link_field="note_id", mono=True), Column("state", badge=STATES),
        Column("order", link="orders:detail", link_field="order_id", mono=True), Column("country", country=True), Column("due_at"),
        Column("sku", link="products:detail", link_field="sku_id", mono=True),
        Column("missing", html=lambda row: f.badge_html(lack_words(row), "amber"), text=lack_words),
        Column("customs_text", width="wide"), Column("hs_code", mono=True), Column("origin", default=False), Column("weight_g"),
    ]  # fmt: skip
    actions = [CompleteArticles()]
    computed = ("missing",)
    views = [
        View("all", _("All"), default=True), View("text", _("Customs text"), "missing=text"), View("hs", _("HS code"), "missing=hs"),
        View("weight", pgettext_lazy("customs", "Weight"), "missing=weight"),
    ]  # fmt: skip
    url, label_field = "logistics:customs-gaps", "sku_code"
    empty = (_("No gaps."), _("Every open note has what customs ask for."), _("Open the notes"), "logistics:notes")
    icon = "shield-check"

    def label_of(self, obj: Any) -> str:
        """The article on its note."""
        return f"{obj.note.number} · {obj.sku.code}"

    def queryset(self, actor: Actor) -> QuerySet[NoteLine]:
        """Lines before their label."""
        return lists.gaps_for(actor)

    def finish(self, rows: list[dict[str, Any]], actor: Actor) -> None:
        """What each lacks."""
        for row in rows:
            row["missing"] = lacks(row)


class DifferenceRow(serializers.Serializer):
    """A value that differs from the price paid."""

    id = serializers.CharField()
    note_id = serializers.CharField()
    note = serializers.CharField(source="note.number", label=pgettext_lazy("dispatch", "Note"))
    sku = serializers.CharField(source="sku.code", label=_("Article"))
    paid = serializers.DecimalField(14, 4, label=_("Paid"))
    value = serializers.DecimalField(14, 4, label=_("Declared"))
    currency = serializers.CharField(source="note.declared_currency")
    reason = serializers.ChoiceField(DifferenceReason.choices, label=_("Reason"))
    text = serializers.CharField(label=_("Why"))
    document = serializers.CharField(label=_("Paper"))
    state = serializers.ChoiceField(DifferenceState.choices, label=_("State"))
    entered_label = serializers.CharField(label=_("Entered by"))
    entered_at = serializers.DateTimeField(label=_("Entered"))
    agreed_label = serializers.CharField(label=_("Second person"))
    agreed_at = serializers.DateTimeField(label=_("Agreed"), allow_null=True)


@register
class DifferenceListing(Listing):
    """Declared values that differ from the price paid: who said so, why, and who agreed."""

    name, title, permission = "value-differences", _("Differing values"), "logistics.view_note"
    model, row, filters, small = ValueDifference, DifferenceRow, DifferenceFilter, True
    columns = [
        Column("note", link="logistics:note", link_field="note_id", mono=True), Column("sku", mono=True), Column("paid", money=True),
        Column("value", money=True), Column("reason", badge=DifferenceReason), Column("state", badge=DIFFERENCES),
        Column("text", width="wide"), Column("document"), Column("entered_label"), Column("entered_at"), Column("agreed_label"),
        Column("agreed_at", default=False),
    ]  # fmt: skip
    actions = [Agree(), Refuse()]
    views = [View("waiting", DifferenceState.WAITING.label, "state=waiting", default=True), View("all", _("All"))]
    url, label_field = "logistics:value-differences", "pk"
    empty = (
        _("Nothing differs."),
        _("Every open note declares the price paid."),
        _("Open the notes"),
        "logistics:notes",
    )
    icon = "scale"

    def label_of(self, obj: Any) -> str:
        """The article on its note."""
        return f"{obj.note.number} · {obj.sku.code}"

    def queryset(self, actor: Actor) -> QuerySet[ValueDifference]:
        """Of the actor's stores."""
        return lists.differences_for(actor)
