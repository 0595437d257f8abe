"""What is owed around orders, by the clock and by people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Store
from core import clock, policies
from core.audit import system
from orders import selectors
from orders.choices import TO_SHIP, HoldReason, OrderState, Stage
from orders.events import OrdersImported
from orders.models import Order
from orders.policies import (
    CANCEL_REPLY_HOURS,
    GREET_WITHIN_HOURS,
    UNPAID_DAYS,
    UNPAID_HOURS,
    WISH_TELL_HOURS,
)
from orders.rules.clocks import add_span
from orders.services import greeting
from stores import selectors as stores
from worklist import services as worklist
from worklist.choices import Band, Doer, Group
from worklist.registry import AsDue, FollowUpRule, register

CLOCK = system("clock")


@lru_cache(maxsize=1)
def _page() -> tuple[str, str]:
    """The address of an order around its id: an import plans thousands of duties."""
    head, _mark, tail = reverse("orders:detail", args=[987654321]).partition("987654321")
    return head, tail


def address(pk: int) -> str:
    """The page of an order."""
    head, tail = _page()
    return f"{head}{pk}{tail}"


class OrderRule(FollowUpRule):
    """A rule about an order: what all of them share."""

    target = Order
    group = Group.ORDERS

    def load(self, ids: Iterable[int]) -> list[Order]:
        """Orders with store and buyer."""
        return list(Order._base_manager.filter(pk__in=list(ids)).select_related("store", "buyer").order_by("pk"))

    def facts(self, subject: Order) -> dict[str, Any]:
        """Number, buyer, country and the page."""
        return {
            "number": subject.number, "who": subject.buyer_name, "country": subject.country,
            "url": address(subject.pk), "fields": {"store": subject.store.name},
        }  # fmt: skip

    def stake(self, subject: Order) -> tuple[Decimal, str] | None:
        """What the buyer paid."""
        return (subject.total, subject.currency) if subject.total else None


#: Asked for each line of Today.
_REASONS = dict(HoldReason.choices)


@register
class Greet(OrderRule):
    """Paid orders are greeted at once, by the clock; the payment check is waited for."""

    key, title, doer = "orders.greet", _("Greet the buyer"), Doer.CLOCK
    starts_on = OrdersImported

    def candidates(self, now: datetime) -> models.QuerySet[Order]:
        """Ungreeted orders of the last days; older ones stand on the store's line on Today."""
        hours = int(policies.value(GREET_WITHIN_HOURS, now))
        return selectors.ungreeted().filter(imported_at__gte=now - timedelta(hours=hours))

    def subject_of(self, event: OrdersImported) -> Iterable[int]:
        """The imported orders that were not planned as they came in."""
        return [pk for pk in event.order_ids if pk not in set(event.planned)]

    def due_at(self, subject: Order, round: int, now: datetime) -> datetime | None:
        """At once."""
        return now

    def over(self, subject: Order, now: datetime) -> bool:
        """Greeted, on its way, ended, or under payment check (it is planned again when that is over)."""
        waits = subject.state == OrderState.HELD and subject.hold_reason == HoldReason.PAYMENT_RISK
        return subject.greeted_at is not None or subject.history or subject.state not in TO_SHIP or waits

    def stake(self, subject: Order) -> tuple[Decimal, str] | None:
        """The clock needs no price."""
        return None

    def act_many(self, subjects: list[Order], *, now: datetime, rounds: dict[int, int]) -> None:
        """Send the greeting; what is refused is on a person's list."""
        greeting.greet_many(orders=subjects, actor=CLOCK, now=now)


@register
class NewOrders(FollowUpRule):
    """One line per store: new orders whose greeting the clock could not send."""

    key, title = "orders.new_orders", _("Greet new orders")
    target, doer, group, band, minutes = Store, Doer.PERSON, Group.ORDERS, Band.WAITING, Decimal("5")
    restarts = True

    def candidates(self, now: datetime) -> models.QuerySet[Store]:
        """Stores with orders that were not greeted in time."""
        late = now - timedelta(hours=1)
        return Store.objects.filter(pk__in=selectors.ungreeted().filter(imported_at__lt=late).values("store_id"))

    def due_at(self, subject: Store, round: int, now: datetime) -> datetime | None:
        """By the end of the day in the store's zone."""
        return clock.end_of_day(now, subject.time_zone)

    def over(self, subject: Store, now: datetime) -> bool:
        """Everybody is greeted."""
        return not selectors.ungreeted_of(subject.pk).exists()

    def store_of(self, subject: Store) -> int | None:
        """The store itself."""
        return subject.pk

    def facts(self, subject: Store) -> dict[str, Any]:
        """How many, and where."""
        count = selectors.ungreeted_of(subject.pk)[:1000].count()
        url = f"{reverse('orders:list')}?view=ungreeted&store={subject.code}"
        return {"number": subject.name, "url": url, "fields": {"count": count}}

    def sentence(self, facts: dict[str, Any]) -> str:
        """The second line."""
        return gettext("%(count)s new orders wait for a greeting") % facts["fields"]

    def next_step(self, facts: dict[str, Any]) -> str:
        """The button."""
        return gettext("Open the list")


@register
class Unpaid(OrderRule):
    """Orders that are not paid: the clock suggests a text after a day and after three, and hands the order to a person when
    even then nobody paid and the channel did not close it."""

    key, title, doer = "orders.unpaid", _("Ask about the payment"), Doer.CLOCK
    again = AsDue()

    def candidates(self, now: datetime) -> models.QuerySet[Order]:
        """Unpaid orders."""
        return selectors.unpaid()

    def due_at(self, subject: Order, round: int, now: datetime) -> datetime | None:
        """So many hours after the order was placed; after the last text so many days; then never."""
        hours = policies.value(UNPAID_HOURS, subject.placed_at, subject.store_id)
        if round < len(hours):
            return subject.placed_at + timedelta(hours=float(hours[round]))
        days = float(policies.value(UNPAID_DAYS, now, subject.store_id))
        return subject.placed_at + timedelta(days=days) if round == len(hours) else None

    def over(self, subject: Order, now: datetime) -> bool:
        """Paid or cancelled."""
        return subject.state != OrderState.UNPAID or subject.history

    def stake(self, subject: Order) -> tuple[Decimal, str] | None:
        """The clock needs no price."""
        return None

    def act_many(self, subjects: list[Order], *, now: datetime, rounds: dict[int, int]) -> None:
        """Suggest the text, or give the order to a person."""
        texts = {s.pk: len(policies.value(UNPAID_HOURS, s.placed_at, s.store_id)) for s in subjects}
        greeting.ask_unpaid(
            orders=[s for s in subjects if rounds[s.pk] < texts[s.pk]], rounds=rounds, actor=CLOCK, now=now
        )
        worklist.plan(
            rule_key=StillUnpaid.key, subject_ids=[s.pk for s in subjects if rounds[s.pk] >= texts[s.pk]], now=now
        )


@register
class StillUnpaid(OrderRule):
    """Nobody paid, nobody cancelled, the channel is silent: a person ends it, so that no order is left lying."""

    key, title = "orders.still_unpaid", _("End an unpaid order")
    doer, band, minutes, chance = Doer.PERSON, Band.ROUTINE, Decimal("1"), Decimal("0")

    def candidates(self, now: datetime) -> models.QuerySet[Order]:
        """None by itself: the last round of the unpaid rule opens it."""
        return selectors.unpaid().none()

    def due_at(self, subject: Order, round: int, now: datetime) -> datetime | None:
        """Tomorrow."""
        return now + timedelta(days=1)

    def over(self, subject: Order, now: datetime) -> bool:
        """Paid or cancelled."""
        return subject.state != OrderState.UNPAID or subject.history

    def sentence(self, facts: dict[str, Any]) -> str:
        """What is true."""
        return gettext("Not paid, and the channel has not closed it. Cancel it, or ask the buyer once more.")

    def next_step(self, facts: dict[str, Any]) -> str:
        """The button."""
        return gettext("Open the order")


@register
class Held(OrderRule):
    """A held order whose date has come: look at it again."""

    key, title = "orders.held", _("Look at a held order")
    doer, band, minutes, chance = Doer.PERSON, Band.WAITING, Decimal("3"), Decimal("0.2")

    def candidates(self, now: datetime) -> models.QuerySet[Order]:
        """Held orders whose date has come."""
        return selectors.held_until(now)

    def due_at(self, subject: Order, round: int, now: datetime) -> datetime | None:
        """By the end of that day."""
        return clock.end_of_day(max(subject.hold_until or now, now), subject.store.time_zone)

    def over(self, subject: Order, now: datetime) -> bool:
        """It goes on, ended, or waits until a later date."""
        return subject.state != OrderState.HELD or (subject.hold_until is not None and subject.hold_until > now)

    def facts(self, subject: Order) -> dict[str, Any]:
        """With the reason."""
        found = super().facts(subject)
        found["fields"].update(reason=subject.hold_reason, note=subject.hold_note)
        return found

    def sentence(self, facts: dict[str, Any]) -> str:
        """The second line."""
        fields = facts["fields"]
        label = str(_REASONS.get(fields["reason"], ""))
        return f"{label} · {fields['note']}" if fields["note"] and fields["note"] != label else label

    def next_step(self, facts: dict[str, Any]) -> str:
        """The button."""
        return gettext("Release or hold on")


@register
class WishCannot(OrderRule):
    """A wish cannot be met: the buyer is told before anything is sent (ORD-04)."""

    key, title = "orders.wish_cannot", _("Tell the buyer that a wish cannot be met")
    doer, band, minutes, chance = Doer.PERSON, Band.WAITING, Decimal("4"), Decimal("0.3")

    def candidates(self, now: datetime) -> models.QuerySet[Order]:
        """Orders with such a wish."""
        return selectors.with_wish_that_cannot_be_met()

    def due_at(self, subject: Order, round: int, now: datetime) -> datetime | None:
        """Within a day, and before the latest dispatch."""
        hours = float(policies.value(WISH_TELL_HOURS, now, subject.store_id))
        told = now + timedelta(hours=hours)
        return min(told, subject.ship_by) if subject.ship_by and subject.ship_by > now else told

    def over(self, subject: Order, now: datetime) -> bool:
        """Told, dropped, or sent."""
        return subject.state not in TO_SHIP or not selectors.impossible_wishes(subject.pk)

    def facts(self, subject: Order) -> dict[str, Any]:
        """With the wish."""
        found = super().facts(subject)
        found["fields"]["wishes"] = ", ".join(selectors.impossible_wishes(subject.pk))[:200]
        return found

    def sentence(self, facts: dict[str, Any]) -> str:
        """The second line."""
        return str(facts["fields"].get("wishes", ""))

    def next_step(self, facts: dict[str, Any]) -> str:
        """The button."""
        return gettext("Tell the buyer")


@register
class CancelRequest(OrderRule):
    """The buyer asks to cancel: the channel decides for him when nobody answers."""

    key, title = "orders.cancel_request", _("Answer a cancel request")
    doer, band, minutes = Doer.PERSON, Band.TODAY, Decimal("3")

    def candidates(self, now: datetime) -> models.QuerySet[Order]:
        """Orders whose buyer asks."""
        return selectors.asking_to_cancel()

    def due_at(self, subject: Order, round: int, now: datetime) -> datetime | None:
        """By the channel's clock, counted from when we heard of it."""
        row = stores.deadline(subject.store, selectors.CANCEL_REPLY, now)
        if row is None:
            return now + timedelta(hours=float(policies.value(CANCEL_REPLY_HOURS, now, subject.store_id)))
        calendar = policies.work_calendar(now)
        return add_span(now, row.value, row.unit, row.calendar, zone_name=subject.store.time_zone, calendar=calendar)

    def over(self, subject: Order, now: datetime) -> bool:
        """Answered, or gone."""
        asks = HoldReason.CANCEL_REQUEST in (
            subject.intercept,
            subject.hold_reason if subject.state == OrderState.HELD else "",
        )
        return subject.state not in TO_SHIP or not asks

    def sentence(self, facts: dict[str, Any]) -> str:
        """The second line."""
        return gettext("The buyer asks to cancel")

    def next_step(self, facts: dict[str, Any]) -> str:
        """The button."""
        return gettext("Answer")


@register
class ShipByRisk(OrderRule):
    """The channel's latest dispatch is near and the goods are still in the house."""

    key, title = "orders.ship_by_risk", _("Latest dispatch is near")
    doer, band, group, minutes = Doer.PERSON, Band.TODAY, Group.DISPATCH, Decimal("10")
    chance = Decimal("0.9")

    def candidates(self, now: datetime) -> models.QuerySet[Order]:
        """Orders to be sent whose latest dispatch lies within the warning time."""
        return selectors.ship_by_before(now + selectors.longest_warning(now))

    def load(self, ids: Iterable[int]) -> list[Order]:
        """Each knows from when its latest dispatch is near (``near_from``): its clock says, else the house rule."""
        return selectors.with_warning(super().load(ids))

    def due_at(self, subject: Order, round: int, now: datetime) -> datetime | None:
        """The latest dispatch itself."""
        return subject.ship_by

    def over(self, subject: Order, now: datetime) -> bool:
        """It has left, ended, or got more time."""
        near = subject.near_from is not None and subject.near_from <= now  # type: ignore[attr-defined]
        return subject.state not in TO_SHIP or subject.stage == Stage.TO_DECLARE or not near

    def facts(self, subject: Order) -> dict[str, Any]:
        """With where it stands."""
        found = super().facts(subject)
        found["fields"]["stage"] = subject.stage
        return found

    def sentence(self, facts: dict[str, Any]) -> str:
        """The second line."""
        stage = facts["fields"].get("stage", "")
        return str(Stage(stage).label) if stage in Stage.values else ""

    def next_step(self, facts: dict[str, Any]) -> str:
        """The button."""
        return gettext("Open the order")
