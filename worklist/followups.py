"""The follow-up of the house itself: somebody was named in a note."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import policies as house
from core.models import ActivityEntry
from worklist.choices import Band, Doer
from worklist.policies import MENTION_DAYS, MENTION_HOURS
from worklist.registry import FollowUpRule, register


@register
class Mention(FollowUpRule):
    """A colleague named somebody in an internal note: that person reads it.

    The subject is the note, the round the person named, the owner as well. They are found by
    ``services.mentions.take_up``, which knows who may see what: the sweep plans none.
    """

    key, title, target = "worklist.mention", _("Read a note"), ActivityEntry
    doer, band, minutes = Doer.PERSON, Band.WAITING, Decimal("1")

    def candidates(self, now: datetime) -> models.QuerySet[ActivityEntry]:
        """None: a duty of this kind is somebody's from the start."""
        return ActivityEntry.objects.none()

    def due_at(self, subject: ActivityEntry, round: int, now: datetime) -> datetime | None:
        """Some hours after it was written."""
        return subject.at + timedelta(hours=float(house.value(MENTION_HOURS, now)))

    def over(self, subject: ActivityEntry, now: datetime) -> bool:
        """When nobody has cared for so long that it matters no more."""
        return now - subject.at > timedelta(days=float(house.value(MENTION_DAYS, now)))

    def store_of(self, subject: ActivityEntry) -> int | None:
        """The store of what the note is about."""
        return subject.store_ref

    def facts(self, subject: ActivityEntry) -> dict[str, Any]:
        """Who wrote what."""
        return {"fields": {"by": subject.actor_label, "note": str(subject.params.get("note", ""))[:300]}}

    def sentence(self, facts: dict[str, Any]) -> str:
        """The second line."""
        return gettext("%(by)s: %(note)s") % facts["fields"]

    def next_step(self, facts: dict[str, Any]) -> str:
        """The button."""
        return gettext("Read it")
