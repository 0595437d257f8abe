"""Duties about tracking sources: one that stands still, runs out or falls silent; numbers without a carrier; parcels that
only a person can look up."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.choices import Role
from core import policies as house
from core.clock import end_of_day
from core.format import ago
from logistics.choices import SETTLED, FollowState
from logistics.followups.parcels import ParcelRule, told_to_hear
from logistics.models import FollowedNumber, Parcel, TrackingSource
from logistics.policies import sources as policies
from logistics.selectors import sources as selectors
from worklist.choices import Band, Doer, Group
from worklist.registry import FollowUpRule, register

#: A number that waits for its carrier is a day's work, not an hour's.
PICK_HOURS, MEND_HOURS = 24, 4


class SourceRule(FollowUpRule):
    """What all rules about a source share."""

    target, doer, role, group, band = TrackingSource, Doer.PERSON, Role.MANAGER, Group.PARCELS, Band.WAITING
    minutes = Decimal(10)

    def due_at(self, subject: TrackingSource, round: int, now: datetime) -> datetime:
        """Soon: parcels are not followed meanwhile."""
        return now + timedelta(hours=MEND_HOURS)

    def store_of(self, subject: TrackingSource) -> None:
        """A matter of the house."""
        return

    def facts(self, subject: TrackingSource) -> dict[str, Any]:
        """Which source."""
        return {
            "number": subject.name, "url": reverse("logistics:source", args=[subject.pk]),
            "fields": {"why": subject.paused_reason, "left": subject.quota_left},
        }  # fmt: skip

    def next_step(self, facts: dict[str, Any]) -> str:
        """The button."""
        return gettext("Open the source")


@register
class SourceStopped(SourceRule):
    """A source that stands still because its key, its address or the account is wrong."""

    key, title = "logistics.source_stopped", _("Mend a tracking source")

    def candidates(self, now: datetime) -> QuerySet[TrackingSource]:
        """Every stopped source that is in use."""
        return TrackingSource.objects.filter(active=True).exclude(paused_reason="")

    def over(self, subject: TrackingSource, now: datetime) -> bool:
        """It works again, or is not used any more."""
        return not subject.paused_reason or not subject.active

    def sentence(self, facts: dict[str, Any]) -> str:
        """Why it stands still."""
        return gettext("Nothing is asked: %(why)s") % {"why": facts.get("fields", {}).get("why", "")}


@register
class SourceQuota(SourceRule):
    """The registrations that were bought run out."""

    key, title = "logistics.source_quota", _("Registrations of a tracking source run out")

    def candidates(self, now: datetime) -> QuerySet[TrackingSource]:
        """Sources with few left."""
        return TrackingSource.objects.filter(active=True, quota_left__lte=int(house.value(policies.QUOTA_LOW, now)))

    def due_at(self, subject: TrackingSource, round: int, now: datetime) -> datetime:
        """Within a day."""
        return now + timedelta(hours=24)

    def over(self, subject: TrackingSource, now: datetime) -> bool:
        """There are enough again, or the source is not used any more."""
        low = int(house.value(policies.QUOTA_LOW, now))
        return not subject.active or subject.quota_left is None or subject.quota_left > low

    def sentence(self, facts: dict[str, Any]) -> str:
        """How many are left."""
        return gettext("%(left)s left; without them new parcels are not followed.") % {
            "left": facts.get("fields", {}).get("left", 0)
        }  # fmt: skip


@register
class SourceSilent(SourceRule):
    """A source that tells nothing although it has numbers to follow."""

    key, title = "logistics.source_silent", _("A tracking source is silent")

    def candidates(self, now: datetime) -> QuerySet[TrackingSource]:
        """Silent ones that are in use."""
        return TrackingSource.objects.filter(active=True, silent_since__isnull=False)

    def over(self, subject: TrackingSource, now: datetime) -> bool:
        """It speaks again, or is not used any more."""
        return subject.silent_since is None or not subject.active

    def facts(self, subject: TrackingSource) -> dict[str, Any]:
        """Which source, since when."""
        since = subject.silent_since.isoformat() if subject.silent_since else ""
        return {**super().facts(subject), "fields": {"since": since}}

    def sentence(self, facts: dict[str, Any]) -> str:
        """Since when."""
        since = facts.get("fields", {}).get("since") or ""
        if not since:
            return gettext("Its parcels are looked up by hand until it speaks again.")
        return gettext("No news since %(when)s; its parcels are looked up by hand.") % {
            "when": ago(datetime.fromisoformat(since))
        }


@register
class NumberCarrier(FollowUpRule):
    """A number the source refuses, or whose carrier it does not know: a person picks one."""

    key, title, target = "logistics.number_carrier", _("Pick the carrier of a number"), FollowedNumber
    doer, role, group, band = Doer.PERSON, Role.SERVICE, Group.PARCELS, Band.ROUTINE
    minutes = Decimal(1)
    bulk_line = _("%(count)s numbers need a carrier")

    def candidates(self, now: datetime) -> QuerySet[FollowedNumber]:
        """Those that wait for somebody."""
        rows = FollowedNumber._base_manager.filter(state__in=[FollowState.CHOOSE, FollowState.REFUSED])
        return rows.filter(source__active=True)

    def load(self, ids: Iterable[int]) -> list[FollowedNumber]:
        """With parcel and order."""
        rows = FollowedNumber._base_manager.filter(pk__in=list(ids)).select_related("parcel__order", "source")
        return list(rows.order_by("pk"))

    def store_of(self, subject: FollowedNumber) -> int | None:
        """The store of the parcel."""
        return subject.parcel.store_id

    def due_at(self, subject: FollowedNumber, round: int, now: datetime) -> datetime:
        """Within a day."""
        return now + timedelta(hours=PICK_HOURS)

    def over(self, subject: FollowedNumber, now: datetime) -> bool:
        """Somebody decided, or the parcel has ended."""
        waits = subject.state in (FollowState.CHOOSE, FollowState.REFUSED) and subject.source.active
        return not waits or subject.parcel.state in SETTLED

    def facts(self, subject: FollowedNumber) -> dict[str, Any]:
        """The number, and the form that picks."""
        return {
            "number": subject.number, "who": subject.parcel.order.buyer_name, "country": subject.parcel.country,
            "url": reverse("logistics:followed-one", args=[subject.pk]),
            "do": reverse("core:act", args=["followed-numbers", subject.pk, "pick"]), "do_form": True,
            "fields": {"why": subject.reason},
        }  # fmt: skip

    def sentence(self, facts: dict[str, Any]) -> str:
        """What the source said."""
        return gettext("Not followed: %(why)s") % {"why": facts.get("fields", {}).get("why", "")}

    def next_step(self, facts: dict[str, Any]) -> str:
        """The button."""
        return gettext("Pick the carrier")

    def bulk_url(self) -> str:
        """All of them."""
        return f"{reverse('logistics:followed')}?view=waiting"


@register
class BlindParcel(ParcelRule):
    """Its tracking source is silent: somebody looks the parcel up at the carrier (TRK-11). The check of the parcel opens it."""

    key, title, doer, role = selectors.BLIND, _("Look the parcel up: its source is silent"), Doer.PERSON, Role.SERVICE
    band, minutes = Band.RANKED, Decimal(3)
    bulk_line = _("%(count)s parcels to look up: their source is silent")

    def candidates(self, now: datetime) -> QuerySet[Parcel]:
        """All parcels of silent sources that nobody has looked up lately."""
        return selectors.blind_parcels(now)

    def subject_of(self, event: Any) -> None:
        """Starts on no event."""

    def load(self, ids: Iterable[int]) -> list[Parcel]:
        """Parcels, and since when their source is silent."""
        rows = super().load(ids)
        silences = selectors.silences([parcel.pk for parcel in rows])
        for parcel in rows:
            parcel.silence = silences.get(parcel.pk)  # type: ignore[attr-defined]
        return rows

    def due_at(self, subject: Parcel, round: int, now: datetime) -> datetime:
        """The end of the day."""
        return end_of_day(now, subject.store.time_zone)

    def over(self, subject: Parcel, now: datetime) -> bool:
        """Settled, looked up, or its source speaks again."""
        silence = subject.silence  # type: ignore[attr-defined]
        return super().over(subject, now) or silence is None or not silence.blind(now, selectors.again(now))

    def facts(self, subject: Parcel) -> dict[str, Any]:
        """The parcel, and the button that says it was looked up."""
        return {**super().facts(subject), "do": reverse("core:act", args=["parcels", subject.pk, "looked-up"])}

    def sentence(self, facts: dict[str, Any]) -> str:
        """What to do."""
        words = gettext("Ask the carrier's page and record what it says.")
        return words + (told_to_hear(facts["word"]) if facts.get("word") else "")

    def next_step(self, facts: dict[str, Any]) -> str:
        """The button."""
        return gettext("Looked up")

    def bulk_url(self) -> str:
        """The parcels of silent sources."""
        return f"{reverse('logistics:parcels')}?lateness=blind"
