"""The list of incidents and what is done with one; parcels by incident."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django_filters import NumberFilter
from rest_framework import serializers

from core import format as f
from core.audit import Actor
from core.listing import Action, Column, Listing, RowPart, View, register, register_part
from logistics.choices import IncidentKind, IncidentState
from logistics.filters.incidents import IncidentFilter, by_incident
from logistics.forms.incidents import EndForm, ExtendDaysForm, ProlongForm
from logistics.listings.naming import NAMES, service_cell
from logistics.models import Incident
from logistics.selectors import incidents as selectors
from logistics.services import incidents

MANAGE = "logistics.manage_incident"
STATES = {
    IncidentState.OPEN.value: (IncidentState.OPEN.label, "lantern"),
    IncidentState.ENDED.value: (IncidentState.ENDED.label, "neutral"),
}
KINDS = {kind.value: (kind.label, "neutral") for kind in IncidentKind}
FIGURES = {
    "concerned": _("Concerned"), "under_way": _("Under way"), "arrived": _("Arrived"), "returned": _("Came back"),
    "lost": _("Lost"), "asked": _("Extension asked"), "extended": _("Extended"), "told": _("Buyers told"),
    "rerouted": _("Notes sent another way"), "disputed": _("Disputed"), "waiting": _("Notes still waiting"),
}  # fmt: skip


class _OnIncident(Action):
    """Something done with an open incident."""

    permission, bulk = MANAGE, False

    def shown_for(self, obj: Incident) -> bool:
        """While it is open."""
        return obj.state == IncidentState.OPEN


class RerouteNotes(_OnIncident):
    """Send the notes that wait for a stopped service another way."""

    name, label, icon, order = "reroute", _("Send waiting notes another way"), "sitemap", 20
    confirm = _("Each note gets the next best service: signatures are void and printed labels torn up.")

    def shown_for(self, obj: Incident) -> bool:
        """Where it stops a service."""
        return obj.state == IncidentState.OPEN and obj.stops_new

    def apply(self, obj: Incident, actor: Actor, now: datetime, **data: Any) -> dict[str, Any]:
        """One service call."""
        made, job = incidents.reroute(incident=obj, actor=actor, now=now)
        if job is not None:
            return {"job_id": str(job.pk)}
        done, refused = len(made.changed), len(made.refused)
        text = ngettext("%(n)s note sent another way.", "%(n)s notes sent another way.", done) % {"n": done}
        if refused:
            text = f"{text} {gettext('%(n)s could not be: choose their service yourself.') % {'n': refused}}"
        return {"message": text, "changed": {str(pk): code for pk, code in made.changed.items()},
                "refused": {str(pk): error.message for pk, error in made.refused.items()}}  # fmt: skip


class ExtendParcels(_OnIncident):
    """Lengthen the receiving times of the concerned parcels."""

    name, label, icon, order, form = "extend", _("Lengthen receiving times"), "calendar", 22, ExtendDaysForm
    explain = _(
        "Connected shops are asked; elsewhere a duty asks somebody to do it. Once a parcel, and once more when prolonged."
    )

    def apply(self, obj: Incident, actor: Actor, now: datetime, **data: Any) -> dict[str, Any]:
        """One service call."""
        count, job = incidents.extend_parcels(incident=obj, days=data["days"], actor=actor, now=now)
        if job is not None:
            return {"job_id": str(job.pk)}
        text = ngettext("%(n)s longer receiving time asked.", "%(n)s longer receiving times asked.", count)
        return {"message": text % {"n": count}, "asked": count}


class Prolong(_OnIncident):
    """Another expected end."""

    name, label, icon, order, form, done_text = (
        "prolong",
        _("Change the expected end"),
        "clock",
        30,
        ProlongForm,
        _("The expected end is changed."),
    )

    def apply(self, obj: Incident, actor: Actor, now: datetime, **data: Any) -> None:
        """One service call."""
        incidents.prolong_incident(incident=obj, actor=actor, now=now, **data)


class EndIncident(_OnIncident):
    """End it."""

    name, label, icon, order, form, done_text = "end", _("End it"), "circle-check", 40, EndForm, _("Ended.")
    explain = _(
        "Services are open there again; the figures are kept. What was extended, told or sent another way stays."
    )

    def apply(self, obj: Incident, actor: Actor, now: datetime, **data: Any) -> None:
        """One service call."""
        incidents.end_incident(incident=obj, reason=data["reason"], actor=actor, now=now)


def country_chips(codes: str) -> Any:
    """The countries as chips; what has none holds everywhere."""
    found = [code for code in codes.split(";") if code]
    return f.joined_html([f.country_html(code) for code in found], " ") if found else gettext("everywhere")


class IncidentRow(serializers.Serializer):
    """An incident as lists and programs see it."""

    id = serializers.CharField()
    number = serializers.CharField(label=_("Number"))
    kind = serializers.ChoiceField(IncidentKind.choices, label=_("What happened"))
    state = serializers.ChoiceField(IncidentState.choices, label=_("State"))
    service = serializers.CharField(source="service.code", allow_null=True, label=_("Service"))
    countries = serializers.CharField(label=_("Countries"))
    store = serializers.CharField(source="store.code", allow_null=True, label=_("Store"))
    handed_from = serializers.DateField(allow_null=True, label=_("Handed over from"))
    handed_to = serializers.DateField(allow_null=True, label=_("Handed over until"))
    starts_at = serializers.DateTimeField(label=_("Since"))
    expected_end = serializers.DateTimeField(label=_("Expected to end"))
    reason = serializers.CharField(label=_("What is known"))
    stops_new = serializers.BooleanField(label=_("Stops new parcels"))
    ended_at = serializers.DateTimeField(allow_null=True, label=_("Ended"))
    ended_why = serializers.CharField(label=_("How it ended"))
    result = serializers.JSONField(label=_("Result"))


@register
class IncidentListing(Listing):
    """What disturbs lanes."""

    name, title, permission, small = "incidents", _("Incidents"), "logistics.view_lane", True
    model, row, filters = Incident, IncidentRow, IncidentFilter
    columns = [
        Column("number", link="logistics:incident", mono=True, sortable=True), Column("state", badge=STATES),
        Column("kind", badge=KINDS), Column("service", html=lambda row: service_cell(row) if row["service"] else gettext("All services"),
                               text=lambda row: row["service"], needs=NAMES),
        Column("countries", html=lambda row: country_chips(row["countries"]), text=lambda row: row["countries"]),
        Column("starts_at", time="day", sortable=True), Column("expected_end", time="day", sortable=True),
        Column("reason", width="wide"), Column("store", mono=True, default=False), Column("stops_new", default=False),
        Column("ended_at", time="day", default=False),
    ]  # fmt: skip
    actions = [RerouteNotes(), ExtendParcels(), Prolong(), EndIncident()]
    views = [View("open", IncidentState.OPEN.label, "state=open"), View("all", _("All"), default=True)]
    url, detail_url, default_order, label_field, needs = (
        "logistics:incidents", "logistics:incident", "-starts_at", "number", NAMES,
    )  # fmt: skip
    empty = (
        _("No incident."), _("When a strike, a flood or a stuck flight holds parcels up, open one here."), _("Open an incident"),
        "logistics:incident-new",
    )  # fmt: skip
    icon = "alert-triangle"

    def queryset(self, actor: Actor) -> QuerySet[Incident]:
        """Those of all stores and of the actor's."""
        return selectors.incidents_for(actor)


register_part(
    "parcels",
    RowPart(
        "incident", filters={"incident": NumberFilter(method=by_incident, label=_("Incident"))},
        scan_ok={"incident": "asks the parcels of one incident by country and hand-over (indexes parcel_country and parcel_newest)"},
    ),
)  # fmt: skip
