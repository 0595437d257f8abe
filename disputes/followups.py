"""What is owed around ratings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.clock import plus_days
from core.listing.columns import address
from disputes import selectors, services
from orders.events import OrderCompleted
from orders.models import Order
from worklist.choices import Band, Doer, Group
from worklist.registry import FollowUpRule, register


@register
class AskFeedback(FollowUpRule):
    """A buyer who received and stays silent is asked for an honest rating, once (FBK-08)."""

    key, title, target, doer = "disputes.ask_feedback", _("Ask for feedback"), Order, Doer.CLOCK
    group, band, starts_on, minutes = Group.FEEDBACK, Band.ROUTINE, OrderCompleted, Decimal("1")

    def load(self, ids: Iterable[int]) -> list[Order]:
        """Orders with store, buyer and whether they were rated."""
        return selectors.with_rating(ids)

    def candidates(self, now: datetime) -> QuerySet[Order]:
        """Orders completed lately without a rating."""
        return selectors.silent_orders(now)

    def subject_of(self, event: OrderCompleted) -> int:
        """The completed order."""
        return event.order_id

    def due_at(self, subject: Order, round: int, now: datetime) -> datetime | None:
        """Some days after completion, at the same time of day in the store's zone."""
        days = selectors.ask_days(subject.store, now)
        return plus_days(subject.completed_at or now, days, subject.store.time_zone)

    def over(self, subject: Order, now: datetime) -> bool:
        """Rated, disputed, no longer completed, or the window is closed."""
        return not selectors.may_be_asked(subject, now)

    def act(self, subject: Order, *, now: datetime, round: int) -> None:
        """Ask."""
        services.ask(orders=[subject], now=now)

    def act_many(self, subjects: list[Order], *, now: datetime, rounds: dict[int, int]) -> None:
        """Ask all."""
        services.ask(orders=subjects, now=now)

    def facts(self, subject: Order) -> dict[str, Any]:
        """The order."""
        head, tail = address("orders:detail")
        return {
            "number": subject.number,
            "who": subject.buyer_name,
            "country": subject.country,
            "url": f"{head}{subject.pk}{tail}",
        }
