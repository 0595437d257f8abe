"""Duties about incidents: looked at before the expected end, prolonged or ended by a person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.choices import Role
from core import policies as house
from logistics.choices import IncidentKind, IncidentState
from logistics.models import Incident
from logistics.policies.incidents import REVIEW_DAYS
from logistics.rules.incidents import review_at
from logistics.selectors import incidents as selectors
from logistics.services.incidents import review_incidents
from worklist.choices import Band, Doer, Group
from worklist.registry import AsDue, FollowUpRule, register


@register
class IncidentDue(FollowUpRule):
    """The expected end of an incident comes near: somebody is asked to look at it (TRK-17)."""

    key, title, target = "logistics.incident_due", _("An incident is to be looked at"), Incident
    doer, group, again = Doer.CLOCK, Group.PARCELS, AsDue()

    def candidates(self, now: datetime) -> QuerySet[Incident]:
        """Open ones nobody was asked about yet."""
        return selectors.to_review(now)

    def subject_of(self, event: Any) -> None:
        """Starts on no event: opening and prolonging plan it."""

    def due_at(self, subject: Incident, round: int, now: datetime) -> datetime | None:
        """Some days before the expected end; never again for the same one."""
        if self.over(subject, now):
            return None
        return review_at(subject.expected_end, subject.starts_at, int(house.value(REVIEW_DAYS, now)))

    def over(self, subject: Incident, now: datetime) -> bool:
        """Ended, or asked about already."""
        return subject.state != IncidentState.OPEN or subject.reviewed_for == subject.expected_end

    def act_many(self, subjects: list[Incident], *, now: datetime, rounds: dict[int, int]) -> None:
        """Ask a supervisor."""
        review_incidents(incidents=subjects, now=now)

    def store_of(self, subject: Incident) -> int | None:
        """That of the incident."""
        return subject.store_id


@register
class IncidentReview(FollowUpRule):
    """Prolong an incident, or end it (TRK-17)."""

    key, title, target = "logistics.incident_review", _("Prolong or end an incident"), Incident
    doer, role, group, band = Doer.PERSON, Role.SUPERVISOR, Group.PARCELS, Band.WAITING
    minutes = Decimal("5")

    def candidates(self, now: datetime) -> QuerySet[Incident]:
        """Open ones that were asked about."""
        return selectors.under_review()

    def subject_of(self, event: Any) -> None:
        """Starts on no event: the clock opens it."""

    def load(self, ids: Iterable[int]) -> list[Incident]:
        """Incidents with their service."""
        return list(Incident.objects.filter(pk__in=list(ids)).select_related("service").order_by("pk"))

    def due_at(self, subject: Incident, round: int, now: datetime) -> datetime | None:
        """The expected end."""
        return subject.expected_end

    def warn_at(self, subject: Incident, due: datetime, now: datetime) -> datetime | None:
        """From the day it was asked for."""
        return review_at(due, subject.starts_at, int(house.value(REVIEW_DAYS, now)))

    def over(self, subject: Incident, now: datetime) -> bool:
        """Ended, or prolonged."""
        return subject.state != IncidentState.OPEN or subject.reviewed_for != subject.expected_end

    def store_of(self, subject: Incident) -> int | None:
        """That of the incident."""
        return subject.store_id

    def facts(self, subject: Incident) -> dict[str, Any]:
        """The incident and where it is."""
        return {
            "number": subject.number, "kind": subject.kind, "where": subject.countries or (subject.service.code if subject.service else ""),
            "country": subject.countries if len(subject.countries) == 2 else "", "until": subject.expected_end.isoformat(),
            "url": reverse("logistics:incident", args=[subject.pk]),
        }  # fmt: skip

    def sentence(self, facts: dict[str, Any]) -> str:
        """What it is."""
        kind = str(IncidentKind(facts["kind"]).label) if facts.get("kind") in IncidentKind.values else ""
        return gettext("%(kind)s · %(where)s: is it over?") % {"kind": kind, "where": facts.get("where", "")}

    def next_step(self, facts: dict[str, Any]) -> str:
        """Open it."""
        return gettext("Prolong or end")
