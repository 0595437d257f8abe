"""Duties about prices: the next list before one ends."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.choices import Role
from logistics.models import RateTable
from logistics.selectors import rates as selectors
from worklist.choices import Band, Doer, Group
from worklist.registry import FollowUpRule, register


@register
class RatesEnding(FollowUpRule):
    """A price list is about to end and there is none after it: parcels of its service would have no price."""

    key, title, target = "logistics.rates_ending", _("Price list ends"), RateTable
    doer, role, group, band = Doer.PERSON, Role.MANAGER, Group.DISPATCH, Band.ROUTINE
    minutes = Decimal("10")

    def candidates(self, now: datetime) -> QuerySet[RateTable]:
        """Lists that end within the days of the house rule without a version after them."""
        return selectors.ending(now.date())

    def subject_of(self, event: Any) -> None:
        """Starts on no event: only time passes."""

    def load(self, ids: Iterable[int]) -> list[RateTable]:
        """Lists with their service, and whether they still end without a next one."""
        rows = list(RateTable.objects.filter(pk__in=list(ids)).select_related("service").order_by("pk"))
        followed = selectors.followed([row.pk for row in rows])
        for row in rows:
            row.followed = row.pk in followed  # type: ignore[attr-defined]
        return rows

    def due_at(self, subject: RateTable, round: int, now: datetime) -> datetime | None:
        """Its last day."""
        return datetime.combine(subject.valid_to, time(12), ZoneInfo("UTC")) if subject.valid_to else None

    def over(self, subject: RateTable, now: datetime) -> bool:
        """A next version is there, its end was moved, or it is not used any more."""
        moved = subject.valid_to is None or subject.valid_to > selectors.soon(now.date())
        return moved or not subject.active or bool(subject.followed)  # type: ignore[attr-defined]

    def facts(self, subject: RateTable) -> dict[str, Any]:
        """The list and its last day."""
        return {
            "number": subject.name, "service": subject.service.code, "day": f"{subject.valid_to:%Y-%m-%d}",
            "url": reverse("logistics:rate-table", args=[subject.pk]),
        }  # fmt: skip

    def sentence(self, facts: dict[str, Any]) -> str:
        """When it ends."""
        return gettext("The prices of %(service)s end on %(day)s; there is no next list.") % facts

    def next_step(self, facts: dict[str, Any]) -> str:
        """Open it."""
        return gettext("Bring the next list in")
