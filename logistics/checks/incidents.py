"""Promises about incidents that any database can prove."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q

from core.invariants import invariant
from logistics.choices import IncidentState
from logistics.models import Incident
from worklist.choices import ALIVE
from worklist.models import Duty

#: The rules that watch an incident (logistics.followups.incidents).
WATCH = ("logistics.incident_due", "logistics.incident_review")


@invariant("G4", "an open incident is looked at before its expected end")
def incidents_unwatched(now: datetime) -> Iterable[object]:
    """Open for more than a quarter of an hour, and no duty of the clock or of a person that ends or prolongs it."""
    told = Q(state__in=ALIVE) | Q(
        closed_at__gt=now - timedelta(days=1)
    )  # put off by a person: the nightly sweep asks again
    ids = Duty._base_manager.filter(told, rule__in=WATCH).values("subject_id")
    old = Incident.objects.filter(state=IncidentState.OPEN, opened_at__lt=now - timedelta(minutes=15))
    return old.exclude(pk__in=ids)
