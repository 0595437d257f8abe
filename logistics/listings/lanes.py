"""The list of lanes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core import format as f
from core.audit import Actor
from core.listing import Action, Column, Listing, View, register
from logistics.filters.lanes import LaneFilter
from logistics.forms.lanes import PromiseDaysForm, ReasonForm, SightForm
from logistics.listings import lane_words as words
from logistics.listings.naming import NAMES, service_cell
from logistics.models import Lane, LaneLevel, LaneSeason
from logistics.selectors import lanes as selectors
from logistics.services import lanes

LEVELS = {
    "lane": (LaneLevel.LANE.label, "leaf"), "country": (LaneLevel.COUNTRY.label, "amber"),
    "family": (LaneLevel.FAMILY.label, "amber"), "": (_("nothing yet"), "neutral"),
}  # fmt: skip
SLOWER = {True: (_("slower"), "lantern"), False: ("", "neutral")}


class LaneRow(serializers.Serializer):
    """A lane as lists and programs see it; days are null where the curve does not reach."""

    id = serializers.CharField()
    service = serializers.CharField(source="service.code", label=_("Service"))
    country = serializers.CharField(label=_("Country"))
    blind = serializers.BooleanField(label=_("Blind"))
    blind_by = serializers.ChoiceField(
        [("table", _("the table of coverage")), ("own", _("its own parcels")), ("hand", _("a person"))], label=_("Says")
    )
    blind_since = serializers.DateField(allow_null=True, label=_("So since"))
    old = serializers.IntegerField(label=_("Old enough"))
    said = serializers.IntegerField(label=_("Of these confirmed"))
    parcels = serializers.IntegerField(label=_("Parcels"))
    arrived = serializers.IntegerField(label=_("Arrived"))
    open = serializers.IntegerField(label=_("Under way"))
    lost = serializers.IntegerField(label=_("Lost"))
    returned = serializers.IntegerField(label=_("Came back"))
    unsaid = serializers.IntegerField(label=_("Without a word"))
    level = serializers.ChoiceField(LaneLevel.choices, allow_blank=True, label=_("Whose parcels answer"))
    season = serializers.ChoiceField(LaneSeason.choices, allow_blank=True, label=_("Season"))
    few = serializers.BooleanField(label=_("Too few"))
    basis_parcels = serializers.IntegerField(label=_("Parcels that answer"))
    basis_arrived = serializers.IntegerField(label=_("Arrivals that answer"))
    half_days = serializers.FloatField(allow_null=True, label=_("Half by day"))
    most_days = serializers.FloatField(allow_null=True, label=_("Most by day"))
    most_low = serializers.FloatField(allow_null=True, label=_("Most, earliest"))
    most_high = serializers.FloatField(allow_null=True, label=_("Most, latest"))
    lost_days = serializers.IntegerField(allow_null=True, label=_("Lost after"))
    lost_share = serializers.FloatField(allow_null=True, label=_("Not there when lost"))
    promise_days = serializers.IntegerField(allow_null=True, label=_("Days promised"))
    kept_share = serializers.FloatField(allow_null=True, label=_("Promise kept"))
    advised_days = serializers.IntegerField(allow_null=True, label=_("Suggested promise"))
    slower = serializers.BooleanField(label=_("Became slower"))
    slower_since = serializers.DateField(allow_null=True, label=_("Slower since"))
    drift_before = serializers.FloatField(allow_null=True, label=_("Day before"))
    drift_now = serializers.FloatField(allow_null=True, label=_("Day now"))
    disturbed_by = serializers.CharField(label=_("Disturbed by"))
    as_of = serializers.DateField(label=_("As of"))
    reckoned_at = serializers.DateTimeField(label=_("Reckoned"))


class AcceptLane(Action):
    """Take it as it is."""

    name, label, permission = "accept", _("Accept as it is"), "logistics.change_service"
    form, icon, bulk, order = ReasonForm, "circle-check", False, 20
    explain = _("From now on it is compared with its newest parcels only; the duty ends.")
    done_text = _("Accepted.")

    def apply(self, obj: Lane, actor: Actor, now: datetime, **data: Any) -> None:
        """Accept one."""
        lanes.accept_lane(lane=obj, reason=data["reason"], actor=actor, now=now)

    def shown_for(self, obj: Lane) -> bool:
        """While its alarm stands."""
        return obj.slower


class PromiseLane(Action):
    """Promise other days."""

    name, label, permission = "promise", _("Promise other days"), "logistics.change_service"
    form, icon, bulk, order = PromiseDaysForm, "calendar", False, 30
    explain = _("The lane gets a promise of its own, with the checks of the one that fits now.")
    done_text = _("Promised from that day on.")

    def apply(self, obj: Lane, actor: Actor, now: datetime, **data: Any) -> dict[str, Any]:
        """Promise on one."""
        row = lanes.promise_lane(lane=obj, days=data["days"], valid_from=data.get("valid_from"), actor=actor, now=now)
        return {"rule": row.rule_id, "promise_days": data["days"]}


class SetSight(Action):
    """Say how far it is scanned."""

    name, label, permission = "sight", _("Blind or scanned?"), "logistics.change_service"
    form, icon, bulk, order = SightForm, "eye", False, 40
    explain = _("Checks ask it at once; the curve counts by it from the next reckoning on.")
    done_text = _("Noted.")

    def apply(self, obj: Lane, actor: Actor, now: datetime, **data: Any) -> None:
        """Say it of one."""
        lanes.set_sight(lane=obj, sight=data["sight"], reason=data["reason"], actor=actor, now=now)


def days_cell(name: str) -> Any:
    """A day of the curve."""
    return lambda row: words.days_text(row[name]) if row["level"] else f.DASH


def most_cell(row: Mapping[str, Any]) -> str:
    """The day by which most have arrived, with its band."""
    if not row["level"]:
        return f.DASH
    band = words.band_text(row["most_low"], row["most_high"])
    day = words.days_text(row["most_days"])
    return gettext("%(day)s (%(band)s)") % {"day": day, "band": band} if band and row["most_days"] is not None else day


def share_cell(name: str) -> Any:
    """A share."""
    return lambda row: words.share_text(row[name]) if row["level"] and row[name] is not None else f.DASH


def level_cell(row: Mapping[str, Any]) -> Any:
    """Whose parcels answer, and whether they are few."""
    label, tone = LEVELS[row["level"] or ""]
    title = f"{row['basis_arrived']} / {row['basis_parcels']}"
    return f.badge_html(label, "lantern" if row["few"] and row["level"] else tone, title)


@register
class LaneListing(Listing):
    """Services x countries with their days."""

    name, title, permission = "lanes", _("Lanes"), "logistics.view_lane"
    model, row, filters, small = Lane, LaneRow, LaneFilter, True
    columns = [
        Column("service", link="logistics:lane", html=service_cell, text=lambda row: row["service"], needs=NAMES),
        Column("country", country=True, sortable=True), Column("slower", badge=SLOWER, label=_("Alarm")),
        Column("half_days", html=days_cell("half_days"), align="num", sortable=True, needs=("level",)),
        Column("most_days", html=most_cell, align="num", sortable=True, needs=("level", "most_low", "most_high")),
        Column("lost_share", html=share_cell("lost_share"), align="num", sortable=True, needs=("level",), roomy=True),
        Column("promise_days", align="num"),
        Column("kept_share", html=share_cell("kept_share"), align="num", sortable=True, needs=("level",)),
        Column("advised_days", html=days_cell("advised_days"), align="num", needs=("level",)),
        Column("parcels", align="num", sortable=True), Column("open", align="num", roomy=True),
        Column("level", html=level_cell, text=lambda row: row["level"], needs=("few", "basis_arrived", "basis_parcels")),
        Column("blind", badge={True: (_("blind"), "neutral"), False: ("", "neutral")}, roomy=True),
        Column("arrived", default=False, align="num"), Column("lost", default=False, align="num"),
        Column("returned", default=False, align="num"), Column("unsaid", default=False, align="num"),
        Column("blind_since", default=False), Column("old", default=False, align="num"), Column("said", default=False, align="num"),
        Column("slower_since", default=False), Column("disturbed_by", mono=True, default=False), Column("as_of", default=False),
    ]  # fmt: skip
    actions = [AcceptLane(), PromiseLane(), SetSight()]
    views = [
        View("slower", _("Became slower"), "slower=true"), View("all", _("All"), default=True),
        View("own", _("With enough parcels"), "level=lane", counted=False), View("blind", _("Blind"), "blind=true"),
    ]  # fmt: skip
    url, detail_url, default_order, label_field, needs = (
        "logistics:lanes",
        "logistics:lane",
        "-parcels",
        "service",
        NAMES,
    )
    empty = (
        _("No lanes yet."), _("They are reckoned some minutes after the first parcels were handed over."), "", "",
    )  # fmt: skip
    icon = "truck-delivery"

    def queryset(self, actor: Actor) -> QuerySet[Lane]:
        """All lanes."""
        return selectors.lanes_for(actor)
