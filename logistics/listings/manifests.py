"""The list of hand-over lists: one for each carrier and day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core import format as f
from core.audit import Actor
from core.listing import Action, Column, Listing, Prefix, View, register
from logistics.filters.manifests import ManifestFilter
from logistics.forms.dispatch import ReasonForm
from logistics.forms.manifests import SignListForm
from logistics.models import Manifest
from logistics.selectors import manifests as selectors
from logistics.selectors.naming import carrier_said
from logistics.services import manifests


class SignList(Action):
    """The carrier's person took the parcels over."""

    name, label, permission = "sign", _("Record the signature"), "logistics.hand_over_parcel"
    form, icon, order, key, bulk, done_text = SignListForm, "signature", 5, "s", False, _("Signed for.")
    explain = _("What leaves later that day comes onto the next list.")

    def apply(self, obj: Manifest, actor: Actor, now: datetime, **data: Any) -> None:
        """One list."""
        manifests.sign(manifest=obj, actor=actor, now=now, **data)

    def shown_for(self, obj: Manifest) -> bool:
        """Until it is signed."""
        return obj.signed_at is None


class UnsignList(Action):
    """The signature was recorded by mistake."""

    name, label, permission = "unsign", _("Take the signature back"), "logistics.hand_over_parcel"
    form, icon, order, bulk, done_text = ReasonForm, "arrow-back-up", 60, False, _("It waits for a signature again.")

    def apply(self, obj: Manifest, actor: Actor, now: datetime, **data: Any) -> None:
        """One list."""
        manifests.unsign(manifest=obj, reason=data["reason"], actor=actor, now=now)

    def shown_for(self, obj: Manifest) -> bool:
        """Once it is signed."""
        return obj.signed_at is not None


class ManifestRow(serializers.Serializer):
    """The list of one carrier on one day."""

    id = serializers.CharField()
    number = serializers.CharField(label=pgettext_lazy("hand-over", "List"))
    day = serializers.DateField(label=_("Day"))
    carrier = serializers.CharField(label=_("Carrier"))
    warehouse = serializers.CharField(source="warehouse.code", label=_("Warehouse"))
    count = serializers.IntegerField(label=_("Parcels"))
    weight_g = serializers.IntegerField(label=_("Weight (g)"), allow_null=True)
    untold = serializers.IntegerField(label=_("Number not online"))
    signed_at = serializers.DateTimeField(label=_("Signed"), allow_null=True)
    taken_by = serializers.CharField(label=_("Taken over by"))
    counted = serializers.IntegerField(label=_("Parcels counted"), allow_null=True)
    remark = serializers.CharField(label=_("Remark"))
    signed_label = serializers.CharField(label=_("Recorded by"))
    content_hash = serializers.CharField(label=_("Digest"))


def signed_html(row: Mapping[str, Any]) -> Any:
    """When it was signed; a mark while it was not, and where the counts differ."""
    if row["signed_at"] is None:
        return f.badge_html(gettext("not signed"), "amber")
    if row["counted"] != row["count"]:
        return f.badge_html(gettext("%(n)s counted") % {"n": row["counted"]}, "rose", row["remark"])
    return f.badge_html(f.moment(row["signed_at"]), "leaf")


def untold_html(row: Mapping[str, Any]) -> Any:
    """How many shops do not know the number yet."""
    return f.badge_html(str(row["untold"]), "lantern") if row["untold"] else f.DASH


@register
class ManifestListing(Listing):
    """What each carrier took, and who signed for it."""

    name, title, permission = "manifests", _("Hand-over lists"), "logistics.view_note"
    model, row, filters, small = Manifest, ManifestRow, ManifestFilter, True
    columns = [
        Column("number", link="logistics:manifest", mono=True), Column("day", sortable=True),
        Column("carrier", html=lambda row: carrier_said(row["carrier"]), text=lambda row: row["carrier"]),
        Column("count", align="num"),
        Column("weight_g", html=lambda row: f.weight(row["weight_g"] or 0) or f.DASH, align="num"),
        Column("untold", html=untold_html, text=lambda row: str(row["untold"])),
        Column("signed_at", html=signed_html, text=lambda row: f"{row['signed_at']:%Y-%m-%d %H:%M}" if row["signed_at"] else "",
               needs=("counted", "count", "remark")),
        Column("taken_by"), Column("signed_label", roomy=True), Column("warehouse", default=False, mono=True),
        Column("counted", default=False), Column("remark", default=False, width="wide"),
    ]  # fmt: skip
    actions = [SignList(), UnsignList()]
    views = [
        View("unsigned", _("Not signed"), "signed=false", default=True), View("signed", _("Signed"), "signed=true"),
        View("all", _("All"), counted=False),
    ]  # fmt: skip
    url, detail_url, default_order, label_field = "logistics:manifests", "logistics:manifest", "-day", "number"
    search_by = [Prefix("number", upper=True)]
    exact_by = ("number",)
    empty = (
        _("No lists here."), _("A list begins with the first parcel that is handed to a carrier that day."), _("Hand over"),
        "logistics:hand-over",
    )  # fmt: skip
    icon = "truck-delivery"

    def queryset(self, actor: Actor) -> QuerySet[Manifest]:
        """Lists with a parcel of the actor's stores."""
        return selectors.manifests_for(actor)

    def finish(self, rows: list[dict[str, Any]], actor: Actor) -> None:
        """A list that lost its lines has none."""
        for row in rows:
            row["count"], row["untold"] = row["count"] or 0, row["untold"] or 0
