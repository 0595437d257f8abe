"""Duties of parcels under way."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.choices import Role
from core import format as f
from core import policies as house
from core.audit import SYSTEM
from core.clock import plus_days
from core.listing.columns import address
from logistics.choices import SETTLED, Advice
from logistics.events import ParcelSettled, ParcelsShipped
from logistics.models import Extension, Parcel
from logistics.policies import parcels as policies
from logistics.registry import clocks_of
from logistics.rules.tracking import BY_PERSON, BY_SUPERVISOR
from logistics.selectors import lanes
from logistics.selectors import parcels as selectors
from logistics.services import tracking
from orders.choices import OrderState
from orders.models import Order
from worklist.choices import Band, Doer, Group
from worklist.registry import AsDue, FollowUpRule, register

#: A receiving time that ends within so many days without having been lengthened is a person's matter.
LAST_DAYS = 2


def page_of(pk: int, name: str = "logistics:parcel") -> str:
    """The address of a parcel's page; reversed once, not per row."""
    head, tail = address(name)
    return f"{head}{pk}{tail}"


def _when(text: str) -> str:
    return f.moment(datetime.fromisoformat(text))


def told_to_hear(day: str) -> str:
    """That a text told the buyer to hear from us by a day (ISO)."""
    return gettext(" · the buyer was told to hear from us on %(day)s") % {"day": f.day(date.fromisoformat(day))}


class ParcelRule(FollowUpRule):
    """What all rules about a parcel share."""

    target, group = Parcel, Group.PARCELS

    def load(self, ids: Iterable[int]) -> list[Parcel]:
        """Parcels with store, order and service."""
        return selectors.with_all(ids)

    def over(self, subject: Parcel, now: datetime) -> bool:
        """The parcel has arrived or is settled."""
        return subject.state in SETTLED

    def stake(self, subject: Parcel) -> tuple[Decimal, str]:
        """What the buyer paid."""
        return subject.order.total, subject.order.currency

    def chance_of(self, subject: Parcel) -> Decimal:
        """A late parcel loses its money with this chance: that it never comes, where its lane knows, else the house's (or less,
        where the lane knows that it is less)."""
        told = getattr(subject, "lane_told", None)
        usual = Decimal(str(house.value(policies.KEEP_CHANCE, subject.created_at)))
        comes = lanes.still_comes(*told) if told is not None else None
        if comes is None:
            return usual
        never = Decimal(str(round(1 - comes.share, 3)))
        return never if comes.exact else min(never, usual)

    def facts(self, subject: Parcel) -> dict[str, Any]:
        """Number, buyer, country, page."""
        return {
            "number": subject.tracking_number or subject.number, "who": subject.order.buyer_name, "country": subject.country,
            "order": subject.order.number, "url": page_of(subject.pk),
            "panel": page_of(subject.pk, "logistics:parcel_pane"), "advice": subject.advice,
            "rule": subject.advice_rule,
        }  # fmt: skip


@register
class ParcelCheck(ParcelRule):
    """Every parcel is looked at until it has arrived or is settled (TRK-01, TRK-02, TRK-11)."""

    key, title, doer = "logistics.parcel_check", _("Check the parcel"), Doer.CLOCK
    starts_on, again, band = ParcelsShipped, AsDue(), Band.RANKED

    def candidates(self, now: datetime) -> QuerySet[Parcel]:
        """All parcels under way."""
        return selectors.parcels_under_way()

    def subject_of(self, event: ParcelsShipped) -> Iterable[int]:
        """The parcels handed over."""
        return event.parcel_ids

    def due_at(self, subject: Parcel, round: int, now: datetime) -> datetime | None:
        """The next check the parcel itself carries."""
        return subject.next_check_at

    def act(self, subject: Parcel, *, now: datetime, round: int) -> None:
        """Check it."""
        self.act_many([subject], now=now, rounds={subject.pk: round})

    def act_many(self, subjects: list[Parcel], *, now: datetime, rounds: dict[int, int]) -> None:
        """Check them as a set."""
        tracking.check_many(parcels=subjects, actor=SYSTEM, now=now)


@register
class ParcelStep(ParcelRule):
    """The tables advise something only a person can do: ask the carrier, papers for customs, refund or send again."""

    key, title, doer, band = "logistics.parcel_step", _("Parcel needs a decision"), Doer.PERSON, Band.RANKED
    minutes = Decimal("5")

    def candidates(self, now: datetime) -> QuerySet[Parcel]:
        """None by itself: the check opens it, and the check never stops."""
        return Parcel._base_manager.none()

    def subject_of(self, event: Any) -> None:
        """Starts on no event."""

    def due_at(self, subject: Parcel, round: int, now: datetime) -> datetime:
        """Some hours after the check."""
        return now + timedelta(hours=float(house.value(policies.STEP_HOURS, now, subject.store_id)))

    def over(self, subject: Parcel, now: datetime) -> bool:
        """Settled, or a later check advised something the clock does alone."""
        return subject.state in SETTLED or subject.advice not in BY_PERSON

    def role_of(self, subject: Parcel) -> str:
        """Money and reships are decided by a supervisor."""
        return Role.SUPERVISOR if subject.advice in BY_SUPERVISOR else Role.SERVICE

    def load(self, ids: Iterable[int]) -> list[Parcel]:
        """Parcels that know the open dispute of their order."""
        rows = super().load(ids)
        disputes = clocks_of({parcel.order_id for parcel in rows})
        for parcel in rows:
            parcel.dispute = disputes.get(parcel.order_id)  # type: ignore[attr-defined]
        return rows

    def facts(self, subject: Parcel) -> dict[str, Any]:
        """With an open dispute both clocks: until when it was promised, until when we answer (TRK-16)."""
        dispute, found = getattr(subject, "dispute", None), super().facts(subject)
        if dispute is not None:
            found |= {
                "case": dispute.number, "until": dispute.at.isoformat() if dispute.at else "",
                "promised": subject.promised_by.isoformat() if subject.promised_by else "",
            }  # fmt: skip
        return found

    def sentence(self, facts: dict[str, Any]) -> str:
        """The advice with its rule and age; with an open dispute both clocks."""
        label = dict(Advice.choices).get(facts.get("advice", ""), "")
        told = gettext("%(advice)s · %(days)s days under way · rule %(rule)s")
        if facts.get("incident"):
            told = gettext("%(advice)s · %(days)s days under way · rule %(rule)s · %(incident)s")
        words = told % {
            "advice": label, "days": facts.get("days", "?"), "rule": facts.get("rule") or "–", "incident": facts.get("incident", ""),
        }  # fmt: skip
        if facts.get("word"):
            words += told_to_hear(facts["word"])
        if facts.get("promised"):
            words += gettext(" · promised by %(day)s") % {"day": _when(facts["promised"])}
        if facts.get("until"):
            words += gettext(" · the dispute is answered by %(day)s") % {"day": _when(facts["until"])}
        return words

    def next_step(self, facts: dict[str, Any]) -> str:
        """Open the parcel."""
        return str(dict(Advice.choices).get(facts.get("advice", ""), "")) or gettext("Decide")


@register
class PromiseEnding(ParcelRule):
    """The receiving time must be lengthened by hand: the channel does not do it by program, refused, or was silent
    (TRK-05)."""

    key, title, doer = "logistics.promise_ending", _("Lengthen the receiving time"), Doer.PERSON
    band, chance, minutes = Band.WAITING, Decimal("0.5"), Decimal("3")

    def load(self, ids: Iterable[int]) -> list[Parcel]:
        """Parcels with their open extension, and whether one was asked for that they have not got."""
        rows = selectors.with_all(ids)
        pending = selectors.pending_extensions([p.pk for p in rows])
        longer = selectors.asked_in_vain([p.pk for p in rows])
        for parcel in rows:
            parcel.waiting_extension = pending.get(parcel.pk)  # type: ignore[attr-defined]
            parcel.wants_longer = parcel.pk in longer  # type: ignore[attr-defined]
        return rows

    def candidates(self, now: datetime) -> QuerySet[Parcel]:
        """Parcels under way whose receiving time ends within days: lengthening by itself did not work."""
        return selectors.parcels_under_way().filter(selectors.ending_soon(now, LAST_DAYS))

    def subject_of(self, event: Any) -> None:
        """Starts on no event."""

    def due_at(self, subject: Parcel, round: int, now: datetime) -> datetime | None:
        """A day to enter what the check asked for; else the end of the receiving time."""
        if subject.receive_by is None:
            return None
        waiting = subject.waiting_extension  # type: ignore[attr-defined]
        if waiting is not None and waiting.call_id is None:
            hours = float(house.value(policies.EXTENSION_HOURS, now, subject.store_id))
            return min(waiting.asked_at + timedelta(hours=hours), subject.receive_by)
        return subject.receive_by

    def over(self, subject: Parcel, now: datetime) -> bool:
        """Settled; or nothing is asked for and the end is not near."""
        if subject.state in SETTLED or subject.receive_by is None:
            return True
        wanted: bool = subject.wants_longer  # type: ignore[attr-defined]
        return not wanted and subject.receive_by > now + timedelta(days=LAST_DAYS)

    def band_of(self, subject: Parcel) -> int:
        """The end cannot be undone once it is near."""
        return Band.WAITING

    def sentence(self, facts: dict[str, Any]) -> str:
        """Why a person."""
        if facts.get("refused"):
            return gettext("The shop did not do it: %(why)s") % {"why": facts["refused"]}
        return gettext("Lengthen it in the shop, then record it here; the buyer is told after that.")

    def next_step(self, facts: dict[str, Any]) -> str:
        """Record it."""
        return gettext("Record the longer time")


@register
class ExtensionCheck(FollowUpRule):
    """A longer receiving time was asked for: when no confirmation comes, the buyer is told without it and a person looks."""

    key, title, target, doer = "logistics.extension_check", _("Extension confirmed?"), Extension, Doer.CLOCK
    group, band = Group.PARCELS, Band.WAITING

    def load(self, ids: Iterable[int]) -> list[Extension]:
        """Extensions with parcel and store."""
        rows = Extension._base_manager.filter(pk__in=list(ids)).select_related("parcel__order", "store")
        return list(rows.order_by("pk"))

    def candidates(self, now: datetime) -> QuerySet[Extension]:
        """Those asked for and not settled."""
        return selectors.open_extensions()

    def subject_of(self, event: Any) -> None:
        """Starts on no event."""

    def due_at(self, subject: Extension, round: int, now: datetime) -> datetime:
        """Some hours after it was asked."""
        return subject.asked_at + timedelta(hours=float(house.value(policies.EXTENSION_HOURS, now, subject.store_id)))

    def over(self, subject: Extension, now: datetime) -> bool:
        """Confirmed, refused, or the parcel has arrived."""
        return subject.confirmed_at is not None or bool(subject.refused) or subject.parcel.state in SETTLED

    def act(self, subject: Extension, *, now: datetime, round: int) -> None:
        """Tell the buyer what is true, call a person."""
        tracking.extension_silent(extension=subject, now=now)

    def facts(self, subject: Extension) -> dict[str, Any]:
        """The parcel."""
        return {"number": subject.parcel.number, "url": page_of(subject.parcel_id)}


@register
class CompleteOrder(FollowUpRule):
    """A delivered order is completed when the buyer's time to object has passed (the channel may say so earlier)."""

    key, title, target, doer = "logistics.complete_order", _("Complete the order"), Order, Doer.CLOCK
    group, band, starts_on = Group.ORDERS, Band.ROUTINE, ParcelSettled
    restarts = True

    def load(self, ids: Iterable[int]) -> list[Order]:
        """Orders with store and the last receiving time of their parcels."""
        rows = Order._base_manager.filter(pk__in=list(ids)).select_related("store")
        return list(rows.annotate(last_receive_by=Max("parcels__receive_by")).order_by("pk"))

    def candidates(self, now: datetime) -> QuerySet[Order]:
        """Delivered orders that had a parcel of ours."""
        parcels = Parcel._base_manager.filter(order_id=OuterRef("pk"))
        return Order._base_manager.filter(Exists(parcels), Q(state=OrderState.DELIVERED), history=False)

    def subject_of(self, event: ParcelSettled) -> int | None:
        """The order of the settled parcel."""
        found = Parcel._base_manager.filter(pk=event.parcel_id).values_list("order_id", flat=True)
        return found.first()

    def due_at(self, subject: Order, round: int, now: datetime) -> datetime | None:
        """The channel's receiving time, else some days after delivery."""
        until: datetime | None = subject.last_receive_by  # type: ignore[attr-defined]
        if until is not None:
            return until
        days = int(house.value(policies.COMPLETE_DAYS, now, subject.store_id))
        return plus_days(subject.delivered_at or now, days, subject.store.time_zone)

    def over(self, subject: Order, now: datetime) -> bool:
        """It is not in the state "delivered" (any more)."""
        return subject.state != OrderState.DELIVERED

    def act(self, subject: Order, *, now: datetime, round: int) -> None:
        """Complete it."""
        tracking.complete_orders(order_ids=[subject.pk], actor=SYSTEM, now=now)

    def act_many(self, subjects: list[Order], *, now: datetime, rounds: dict[int, int]) -> None:
        """Complete them."""
        tracking.complete_orders(order_ids=[s.pk for s in subjects], actor=SYSTEM, now=now)

    def facts(self, subject: Order) -> dict[str, Any]:
        """The order."""
        return {"number": subject.number}
