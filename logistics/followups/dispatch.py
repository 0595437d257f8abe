"""Duties about notes: to sign in time, goods that are missing, problems of the warehouse, missed pick-ups."""

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
from logistics.choices import BlockReason, NoteState
from logistics.events import NotesReleased
from logistics.models import DispatchNote
from logistics.policies.dispatch import MISSING_DAYS
from logistics.rules.clocks import working_days_later
from logistics.selectors import clerks
from logistics.selectors import dispatch as selectors
from worklist import services as worklist
from worklist.choices import Band, Doer, Group
from worklist.registry import FollowUpRule, register

#: Notes that left the desk and have not left the house.
WITH_WAREHOUSE = [NoteState.RELEASED, NoteState.BLOCKED, NoteState.PACKED]


class NoteRule(FollowUpRule):
    """What all rules about a note share."""

    target, group = DispatchNote, Group.DISPATCH

    def load(self, ids: Iterable[int]) -> list[DispatchNote]:
        """Notes with order, store and warehouse."""
        rows = DispatchNote._base_manager.filter(pk__in=list(ids)).order_by("pk")
        return list(rows.select_related("order", "store", "warehouse", "service"))

    def subject_of(self, event: Any) -> Iterable[int] | int | None:
        """Starts on no event unless a rule says so."""
        return None

    def stake(self, subject: DispatchNote) -> tuple[Decimal, str]:
        """What the buyer paid."""
        return subject.order.total, subject.order.currency

    def facts(self, subject: DispatchNote) -> dict[str, Any]:
        """Number, buyer, country, page."""
        return {
            "number": subject.number, "who": subject.order.buyer_name, "country": subject.country,
            "order": subject.order.number, "url": reverse("logistics:note", args=[subject.pk]),
            "panel": reverse("logistics:note-pane", args=[subject.pk]), "block": subject.block_reason,
            "block_note": subject.block_note,
        }  # fmt: skip


@register
class NoteInTime(NoteRule):
    """A note reaches the warehouse the same morning (DSP-02): signed and released by its time."""

    key, title, doer, role = "logistics.note_in_time", _("Sign the dispatch note"), Doer.PERSON, Role.SUPERVISOR
    band, minutes = Band.WAITING, Decimal("1")
    bulk_line = _("%(count)s dispatch notes to sign")

    def candidates(self, now: datetime) -> QuerySet[DispatchNote]:
        """Notes that are not with the warehouse."""
        return DispatchNote.objects.filter(state__in=[NoteState.DRAFT, NoteState.SIGNED])

    def due_at(self, subject: DispatchNote, round: int, now: datetime) -> datetime | None:
        """The note's own time (noon, half past four, or next morning)."""
        return subject.due_at

    def over(self, subject: DispatchNote, now: datetime) -> bool:
        """Released or withdrawn; or its order waits for something else."""
        return subject.state not in (NoteState.DRAFT, NoteState.SIGNED) or subject.order.state not in (
            "ready",
            "part_shipped",
        )

    def facts(self, subject: DispatchNote) -> dict[str, Any]:
        """The note, and the address that signs it."""
        sign = reverse("core:act", args=["dispatch-notes", subject.pk, "sign"])
        return {**super().facts(subject), "do": sign, "do_form": True}

    def next_step(self, facts: dict[str, Any]) -> str:
        """Sign."""
        return gettext("Sign")

    def sentence(self, facts: dict[str, Any]) -> str:
        """The order."""
        return gettext("Order %(order)s waits for its signatures.") % {"order": facts.get("order", "")}

    def bulk_url(self) -> str:
        """All of them on one page."""
        return f"{reverse('logistics:notes')}?view=to-sign"


@register
class BlockedNote(NoteRule):
    """The warehouse reported a problem upward (DSP-06)."""

    key, title, doer, role = "logistics.blocked_note", _("Problem in the warehouse"), Doer.PERSON, Role.SUPERVISOR
    band, minutes, chance = Band.WAITING, Decimal("4"), Decimal("0.5")

    def candidates(self, now: datetime) -> QuerySet[DispatchNote]:
        """Blocked notes."""
        return DispatchNote.objects.filter(state=NoteState.BLOCKED)

    def due_at(self, subject: DispatchNote, round: int, now: datetime) -> datetime | None:
        """Before the pick-up that was aimed at, else today."""
        late = end_of_day(subject.blocked_at or now, subject.warehouse.time_zone)
        return min(subject.pickup_at, late) if subject.pickup_at and subject.pickup_at > now else late

    def over(self, subject: DispatchNote, now: datetime) -> bool:
        """The warehouse may go on, or the note was taken back."""
        return subject.state != NoteState.BLOCKED

    def sentence(self, facts: dict[str, Any]) -> str:
        """What the warehouse said."""
        label = str(dict(BlockReason.choices).get(facts.get("block", ""), ""))
        return " · ".join(part for part in (label, facts.get("block_note", "")) if part)

    def next_step(self, facts: dict[str, Any]) -> str:
        """Decide."""
        return gettext("Decide")


class MissingRule(NoteRule):
    """What the rules of the three-day branch share."""

    def over(self, subject: DispatchNote, now: datetime) -> bool:
        """Packed, handed over or withdrawn."""
        return subject.state not in (NoteState.RELEASED, NoteState.BLOCKED)

    def candidates(self, now: datetime) -> QuerySet[DispatchNote]:
        """Notes with the warehouse that are not packed."""
        return DispatchNote.objects.filter(state__in=[NoteState.RELEASED, NoteState.BLOCKED])


@register
class ThreeDays(MissingRule):
    """Three working days after release the goods are not packed: both clerks get a duty (DSP-07, DSP-08)."""

    key, title, doer = "logistics.three_days", _("Goods not found in three days"), Doer.CLOCK
    starts_on, restarts = NotesReleased, True

    def subject_of(self, event: NotesReleased) -> Iterable[int]:
        """The notes released."""
        return event.note_ids

    def due_at(self, subject: DispatchNote, round: int, now: datetime) -> datetime | None:
        """Release and three working days."""
        if subject.released_at is None:
            return None
        days = int(house.value(MISSING_DAYS, now, subject.store_id))
        return working_days_later(
            subject.released_at, days, calendar=house.work_calendar(now), zone_name=subject.warehouse.time_zone
        )

    def act(self, subject: DispatchNote, *, now: datetime, round: int) -> None:
        """Open both duties."""
        self.act_many([subject], now=now, rounds={subject.pk: round})

    def act_many(self, subjects: list[DispatchNote], *, now: datetime, rounds: dict[int, int]) -> None:
        """Open both duties of each."""
        ids = [subject.pk for subject in subjects]
        for rule in ("logistics.goods_missing", "logistics.find_goods"):
            worklist.plan(rule_key=rule, subject_ids=ids, now=now)
        numbered = selectors.live_numbers(ids)
        worklist.plan(rule_key="logistics.number_waiting", subject_ids=numbered, now=now)


@register
class GoodsMissing(MissingRule):
    """The clerk decides with the buyer: longer handling time, a substitute, cancel; or reserves a number and goes on looking
    (Decision 3: a number never declares a shipment)."""

    key, title, doer, role = "logistics.goods_missing", _("Goods are missing: ask the buyer"), Doer.PERSON, Role.SERVICE
    band, minutes, chance = Band.WAITING, Decimal("5"), Decimal("0.6")

    def candidates(self, now: datetime) -> QuerySet[DispatchNote]:
        """None by itself: the clock opens it after three days."""
        return DispatchNote.objects.none()

    def due_at(self, subject: DispatchNote, round: int, now: datetime) -> datetime | None:
        """The shop's latest dispatch when it is near, else the end of the day."""
        late = end_of_day(now, subject.warehouse.time_zone)
        return min(late, subject.order.ship_by) if subject.order.ship_by and subject.order.ship_by > now else late

    def sentence(self, facts: dict[str, Any]) -> str:
        """What can be done."""
        return gettext("Ask for a longer handling time, offer a substitute, cancel, or reserve a number.")

    def next_step(self, facts: dict[str, Any]) -> str:
        """Decide."""
        return gettext("Decide")


@register
class FindGoods(MissingRule):
    """The dispatch clerk's half of the third day: find the goods or report why not."""

    key, title, doer, role = (
        "logistics.find_goods",
        _("Goods are missing: find them or report"),
        Doer.PERSON,
        Role.WAREHOUSE,
    )
    band, minutes = Band.WAITING, Decimal("10")

    def candidates(self, now: datetime) -> QuerySet[DispatchNote]:
        """None by itself: the clock opens it after three days."""
        return DispatchNote.objects.none()

    def due_at(self, subject: DispatchNote, round: int, now: datetime) -> datetime | None:
        """Today."""
        return end_of_day(now, subject.warehouse.time_zone)

    def over(self, subject: DispatchNote, now: datetime) -> bool:
        """Packed, withdrawn, or reported upward."""
        return subject.state != NoteState.RELEASED

    def sentence(self, facts: dict[str, Any]) -> str:
        """What to do."""
        return gettext("Pack it today, or report the problem on the note.")

    def next_step(self, facts: dict[str, Any]) -> str:
        """Open."""
        return gettext("Open the note")


@register
class NumberWaiting(MissingRule):
    """A number was reserved for goods that are not there: it alarms until the parcel is handed over (Decision 3)."""

    key, title = "logistics.number_waiting", _("Number reserved, goods not handed over")
    doer, role, band, minutes, chance = Doer.PERSON, Role.SERVICE, Band.TODAY, Decimal("3"), Decimal("0.8")

    def candidates(self, now: datetime) -> QuerySet[DispatchNote]:
        """Notes it was opened for, or whose goods count as missing, while a number is reserved for them: a word does not end
        it, it comes back."""
        return clerks.number_without_goods()

    def over(self, subject: DispatchNote, now: datetime) -> bool:
        """Handed over or withdrawn; packing alone does not end it."""
        return subject.state not in WITH_WAREHOUSE

    def due_at(self, subject: DispatchNote, round: int, now: datetime) -> datetime | None:
        """The shop's latest dispatch, else tomorrow."""
        return subject.order.ship_by or now + timedelta(days=1)

    def sentence(self, facts: dict[str, Any]) -> str:
        """What is true."""
        return gettext("The shop is told only when the parcel has left. Hand it over, or settle it with the buyer.")

    def next_step(self, facts: dict[str, Any]) -> str:
        """Open."""
        return gettext("Open the note")


@register
class PickupMissed(NoteRule):
    """The carrier's pick-up passed and the note has not left: the clock tells the clerk (ORD-21, DSP-02, DSP-21)."""

    key, title, doer = "logistics.pickup_missed", _("Pick-up passed"), Doer.CLOCK
    starts_on, restarts = NotesReleased, True

    def candidates(self, now: datetime) -> QuerySet[DispatchNote]:
        """Notes with the warehouse."""
        return DispatchNote.objects.filter(state__in=WITH_WAREHOUSE)

    def subject_of(self, event: NotesReleased) -> Iterable[int]:
        """The notes released."""
        return event.note_ids

    def due_at(self, subject: DispatchNote, round: int, now: datetime) -> datetime | None:
        """The pick-up that was aimed at; once it was missed and told, only a later one counts."""
        missed_again = round > 0 and subject.pickup_at is not None and subject.pickup_at <= now
        return None if missed_again else subject.pickup_at

    def over(self, subject: DispatchNote, now: datetime) -> bool:
        """Handed over or withdrawn."""
        return subject.state not in WITH_WAREHOUSE

    def act(self, subject: DispatchNote, *, now: datetime, round: int) -> None:
        """Tell the clerk."""
        self.act_many([subject], now=now, rounds={subject.pk: round})

    def act_many(self, subjects: list[DispatchNote], *, now: datetime, rounds: dict[int, int]) -> None:
        """Tell the clerks."""
        worklist.plan(rule_key="logistics.not_handed_over", subject_ids=[s.pk for s in subjects], now=now)


@register
class NotHandedOver(NoteRule):
    """Released, not handed over after the cut-off: the clerk checks what the warehouse did (step 5 of the day)."""

    key, title, doer, role = "logistics.not_handed_over", _("Not handed over yet"), Doer.PERSON, Role.SERVICE
    band, minutes, chance = Band.RANKED, Decimal("2"), Decimal("0.3")
    bulk_line = _("%(count)s notes missed their pick-up")

    def candidates(self, now: datetime) -> QuerySet[DispatchNote]:
        """Notes with the warehouse whose pick-up has passed."""
        return DispatchNote.objects.filter(state__in=WITH_WAREHOUSE, pickup_at__lt=now)

    def due_at(self, subject: DispatchNote, round: int, now: datetime) -> datetime | None:
        """Today."""
        return end_of_day(now, subject.warehouse.time_zone)

    def over(self, subject: DispatchNote, now: datetime) -> bool:
        """Handed over or withdrawn."""
        return subject.state not in WITH_WAREHOUSE

    def sentence(self, facts: dict[str, Any]) -> str:
        """What is asked."""
        return gettext("The carrier came and the parcel stayed. Ask the warehouse why.")

    def next_step(self, facts: dict[str, Any]) -> str:
        """Open."""
        return gettext("Open the note")

    def bulk_url(self) -> str:
        """All of them on one page."""
        return f"{reverse('logistics:notes')}?view=late"
