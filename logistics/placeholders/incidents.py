"""Facts of incidents for texts: why a parcel is delayed, and until when it is expected."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_noop

from conversations.registry import ToldFrom, guardrail, names, placeholders, told_from
from core.audit import Actor
from core.clock import local_day, utcnow
from logistics.models import Incident
from logistics.rules.incident_words import reason_in
from logistics.selectors import incidents
from logistics.selectors import parcels as selectors

#: The text of the house about a disturbed lane.
TEXT = "T15"
names("incident_reason", "incident_end")


@placeholders("logistics.parcel")
def incident_facts(ids: Iterable[int], language: str) -> dict[int, dict[str, Any]]:
    """What delays each parcel; unknown where no incident is open. No query while none is."""
    now: datetime = utcnow()
    if not incidents.open_ones(now):
        return {}
    rows = {parcel.pk: parcel for parcel in selectors.with_all(ids)}
    found = incidents.of_parcels(rows.values(), now)
    return {
        pk: {
            "incident_reason": reason_in(one.kind, language),
            "incident_end": local_day(one.ends_at, rows[pk].store.time_zone),
        }
        for pk, one in found.items()
    }


@guardrail("incident_open")
def incident_open(about: Any, facts: Any) -> str:
    """An open incident delays the parcel."""
    return "" if facts.get("incident_reason") else gettext_noop("no incident delays this parcel")


@told_from("logistics.incident")
def concerned(incident: Incident, actor: Actor) -> ToldFrom:
    """The buyers of what an incident holds up."""
    return ToldFrom("logistics.parcel", incidents.under_way(incident, actor), incident.number, TEXT)
