"""The weekly review as a duty: it stays until a person closes it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import format as f
from logistics.models import TransitReview
from logistics.selectors import review as selectors
from worklist.choices import Band, Doer, Group
from worklist.registry import FollowUpRule, register

#: From then on the line stands among what is due today.
SOON = timedelta(hours=2)


@register
class WeeklyReview(FollowUpRule):
    """Everything in transit that stands out is looked through once a week (TRK-12). A missed one stays due."""

    key, title, target = "logistics.transit_review", _("Weekly review of everything in transit"), TransitReview
    doer, group, band, minutes = Doer.PERSON, Group.PARCELS, Band.WAITING, Decimal("30")

    def candidates(self, now: datetime) -> QuerySet[TransitReview]:
        """Reviews nobody closed."""
        return selectors.open_reviews()

    def subject_of(self, event: Any) -> None:
        """Starts on no event: the clock opens it."""

    def load(self, ids: Iterable[int]) -> list[TransitReview]:
        """Reviews with their store."""
        return selectors.with_store(ids)

    def due_at(self, subject: TransitReview, round: int, now: datetime) -> datetime | None:
        """Some hours after its list was due."""
        return subject.due_at

    def warn_at(self, subject: TransitReview, due: datetime, now: datetime) -> datetime | None:
        """Some hours before."""
        return due - SOON

    def over(self, subject: TransitReview, now: datetime) -> bool:
        """Closed."""
        return subject.closed_at is not None

    def facts(self, subject: TransitReview) -> dict[str, Any]:
        """The store, the day, how many stand out."""
        return {
            "number": str(subject.store), "day": subject.day.isoformat(), "found": subject.found, "all": subject.in_transit,
            "url": reverse("logistics:review", args=[subject.pk]),
        }  # fmt: skip

    def sentence(self, facts: dict[str, Any]) -> str:
        """Which week, how many."""
        return gettext("Review of %(day)s: %(found)s of %(all)s parcels under way stand out") % {
            "day": f.day(date.fromisoformat(facts["day"])), "found": facts.get("found", 0), "all": facts.get("all", 0),
        }  # fmt: skip

    def next_step(self, facts: dict[str, Any]) -> str:
        """Open it."""
        return gettext("Go through them")
