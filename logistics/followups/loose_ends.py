"""Duties for what would otherwise drop out of everybody's sight."""

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
from core.clock import end_of_day
from logistics.events import ParcelSettled
from logistics.followups.parcels import ParcelRule
from logistics.models import Parcel
from logistics.selectors import loose_ends as selectors
from orders.choices import OrderState
from orders.models import Order
from worklist.choices import Band, Doer, Group
from worklist.registry import FollowUpRule, register


@register
class ParcelNotArrived(ParcelRule):
    """A parcel was lost, came back or was closed on its way: somebody decides what the buyer gets, once."""

    key, title = "logistics.parcel_not_arrived", _("Parcel did not arrive: refund or send again")
    doer, role, band = Doer.PERSON, Role.SUPERVISOR, Band.WAITING
    starts_on, chance, minutes = ParcelSettled, Decimal("0.8"), Decimal("5")

    def candidates(self, now: datetime) -> QuerySet[Parcel]:
        """Those for which nobody has said it yet."""
        return selectors.parcels_not_arrived()

    def subject_of(self, event: ParcelSettled) -> int:
        """The parcel."""
        return event.parcel_id

    def due_at(self, subject: Parcel, round: int, now: datetime) -> datetime:
        """The end of the day."""
        return end_of_day(now, subject.store.time_zone)

    def load(self, ids: Iterable[int]) -> list[Parcel]:
        """Parcels with all they need, and whether somebody must still decide."""
        rows = super().load(ids)
        waiting = set(selectors.parcels_not_arrived().filter(pk__in=[p.pk for p in rows]).values_list("pk", flat=True))
        for parcel in rows:
            parcel.undecided = parcel.pk in waiting  # type: ignore[attr-defined]
        return rows

    def over(self, subject: Parcel, now: datetime) -> bool:
        """It is under way again, another one is, the order has ended, or somebody decided."""
        return not subject.undecided  # type: ignore[attr-defined]

    def sentence(self, facts: dict[str, Any]) -> str:
        """What is asked."""
        return gettext("Decide what the buyer gets, tell him, and write down what it was.")

    def next_step(self, facts: dict[str, Any]) -> str:
        """Open it."""
        return gettext("Decide")


@register
class NoteWanted(FollowUpRule):
    """A ready order has no dispatch note: it was withdrawn, or there was nothing to put on it."""

    key, title, target = "logistics.note_wanted", _("Ready order without a dispatch note"), Order
    doer, role, group, band = Doer.PERSON, Role.SUPERVISOR, Group.DISPATCH, Band.WAITING
    chance, minutes = Decimal("0.5"), Decimal("2")

    def load(self, ids: Iterable[int]) -> list[Order]:
        """Orders with store, and whether a note is under way."""
        return selectors.orders_with_open_note(ids)

    def candidates(self, now: datetime) -> QuerySet[Order]:
        """Those without."""
        return selectors.orders_without_open_note(now)

    def subject_of(self, event: Any) -> None:
        """Starts on no event: a note drafts itself first."""

    def due_at(self, subject: Order, round: int, now: datetime) -> datetime:
        """The end of the day, the latest dispatch when it is sooner."""
        late = end_of_day(now, subject.store.time_zone)
        return min(late, subject.ship_by) if subject.ship_by and subject.ship_by > now else late

    def over(self, subject: Order, now: datetime) -> bool:
        """There is one, or the order does not wait for one."""
        waits = subject.state in (OrderState.READY, OrderState.PART_SHIPPED) and not subject.history
        return not waits or bool(subject.has_note)  # type: ignore[attr-defined]

    def stake(self, subject: Order) -> tuple[Decimal, str]:
        """What the buyer paid."""
        return subject.total, subject.currency

    def facts(self, subject: Order) -> dict[str, Any]:
        """The order."""
        return {
            "number": subject.number, "who": subject.buyer_name, "country": subject.country,
            "url": reverse("orders:detail", args=[subject.pk]),
        }  # fmt: skip

    def sentence(self, facts: dict[str, Any]) -> str:
        """What is asked."""
        return gettext("Draft a new note, hold the order or cancel it.")

    def next_step(self, facts: dict[str, Any]) -> str:
        """Open it."""
        return gettext("Open the order")
