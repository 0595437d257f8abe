"""Duties about lanes: one became slower."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.choices import Role
from core import policies as house
from core.clock import plus_days
from logistics.models import Lane
from logistics.policies import lanes as policies
from logistics.selectors import lanes as selectors
from worklist.choices import Band, Doer, Group
from worklist.registry import FollowUpRule, register

NOON = time(12, tzinfo=UTC)
#: A manager who does nothing for so long is asked by the first band.
ALMOST = timedelta(days=1)


@register
class LaneSlower(FollowUpRule):
    """A lane became slower: promise other days on it, stop the service there, or accept it as it is (TRK-14)."""

    key, title, target = "logistics.lane_slower", _("A lane became slower"), Lane
    doer, role, group, band = Doer.PERSON, Role.MANAGER, Group.PARCELS, Band.WAITING
    minutes = Decimal("10")

    def candidates(self, now: datetime) -> QuerySet[Lane]:
        """Lanes with a standing alarm."""
        return selectors.slower_lanes()

    def subject_of(self, event: Any) -> None:
        """Starts on no event: the reckoning raises it."""

    def load(self, ids: Iterable[int]) -> list[Lane]:
        """Lanes with their service."""
        return selectors.with_service(ids)

    def due_at(self, subject: Lane, round: int, now: datetime) -> datetime | None:
        """Some days after the reckoning that raised it."""
        begun = datetime.combine(subject.slower_since or now.date(), NOON)
        return plus_days(begun, int(house.value(policies.ANSWER_DAYS, now)), "UTC")

    def warn_at(self, subject: Lane, due: datetime, now: datetime) -> datetime | None:
        """A day before."""
        return due - ALMOST

    def over(self, subject: Lane, now: datetime) -> bool:
        """Well again, or accepted as it is."""
        return not subject.slower

    def store_of(self, subject: Lane) -> int | None:
        """The house's."""
        return None

    def facts(self, subject: Lane) -> dict[str, Any]:
        """The lane, how much slower, how many parcels are out on it."""
        return {
            "number": subject.service.code, "country": subject.country, "before": _days(subject.drift_before),
            "now": _days(subject.drift_now), "level": round(100 * (subject.drift_level or 0)), "open": subject.open,
            **({"incident": subject.disturbed_by} if subject.disturbed_by else {}),
            "url": reverse("logistics:lane", args=[subject.pk]),
        }  # fmt: skip

    def sentence(self, facts: dict[str, Any]) -> str:
        """How much slower, and what disturbs it."""
        told = self._slower(facts)
        if not facts.get("incident"):
            return told
        return f"{told} {gettext('Disturbed by %(incident)s.') % {'incident': facts['incident']}}"

    def _slower(self, facts: dict[str, Any]) -> str:
        if facts.get("now") is None:
            return (
                gettext(
                    "%(level)s %% used to be there by day %(before)s; the newest parcels are not. %(open)s are under way."
                )
                % facts
            )
        return (
            gettext("%(level)s %% arrive by day %(now)s, before by day %(before)s. %(open)s parcels are under way.")
            % facts
        )

    def next_step(self, facts: dict[str, Any]) -> str:
        """Open it."""
        return gettext("Look at the lane")


def _days(value: float | None) -> int | None:
    return None if value is None else round(value)
