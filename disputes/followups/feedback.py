"""What is owed around ratings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import format as f
from core import policies as house
from core.clock import end_of_day, plus_days
from core.listing.columns import address
from disputes import policies, selectors, services
from disputes.choices import ReplyState
from disputes.followups.common import name_by, page
from disputes.models import Feedback
from orders.events import OrderCompleted
from orders.models import Order
from stores import selectors as doors
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
        days = selectors.ask_days(subject, now)
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


class RatingRule(FollowUpRule):
    """A duty about a rating."""

    target, doer, group, minutes = Feedback, Doer.PERSON, Group.FEEDBACK, Decimal("3")

    def load(self, ids: Iterable[int]) -> list[Feedback]:
        """Ratings with store and order."""
        rows = Feedback._base_manager.filter(pk__in=list(ids)).select_related("store", "order")
        return list(rows.order_by("pk"))

    def due_at(self, subject: Feedback, round: int, now: datetime) -> datetime | None:
        """Within a day of hearing of it."""
        return selectors.reply_due(subject, now)

    def facts(self, subject: Feedback) -> dict[str, Any]:
        """The order, the stars, the page."""
        return {
            "number": subject.order.number, "who": subject.order.buyer_name, "country": subject.order.country,
            "url": page("disputes:rating", subject.pk), "panel": page("disputes:rating-pane", subject.pk), "stars": subject.stars,
        }  # fmt: skip

    def sentence(self, facts: dict[str, Any]) -> str:
        """The stars."""
        return f.stars(facts.get("stars"))

    def next_step(self, facts: dict[str, Any]) -> str:
        """The button."""
        return gettext("Reply")


def _stale(subject: Feedback, now: datetime) -> bool:
    """Too old, or of history: nobody is asked."""
    days = timedelta(days=int(house.value(policies.REPLY_WITHIN_DAYS, now)))
    return subject.order.history or subject.given_at < now - days or subject.received_at < now - days


@register
class AnswerBadFeedback(RatingRule):
    """Neutral and bad ratings first, every day until answered or revised (FBK-02)."""

    key, title, band, chance = "disputes.answer_bad_feedback", _("Answer a bad rating"), Band.WAITING, Decimal("0.5")

    def warn_at(self, subject: Feedback, due: datetime, now: datetime) -> datetime | None:
        """As the clock warns: then it stands among what is due today."""
        return doors.near_from(subject.store, ["AE_FEEDBACK_REPLY"], due, subject.received_at)

    def candidates(self, now: datetime) -> QuerySet[Feedback]:
        """Unanswered ratings of one to three stars."""
        return selectors.unanswered(now).filter(stars__lte=3).exclude(reply_state=ReplyState.BY_HAND)

    def over(self, subject: Feedback, now: datetime) -> bool:
        """Answered, revised upwards, or too old."""
        return (
            subject.stars > 3 or subject.answered or subject.reply_state == ReplyState.BY_HAND or _stale(subject, now)
        )

    def stake(self, subject: Feedback) -> tuple[Decimal, str] | None:
        """What the buyer paid."""
        return (subject.order.total, subject.order.currency) if subject.order.total else None


@register
class AnswerFeedback(RatingRule):
    """Good ratings are answered too, together (FBK-01)."""

    key, title, band, minutes = "disputes.answer_feedback", _("Answer a rating"), Band.ROUTINE, Decimal("0.5")
    bulk_line = _("%(count)s good ratings: answer")

    def candidates(self, now: datetime) -> QuerySet[Feedback]:
        """Unanswered ratings of four and five stars."""
        return selectors.unanswered(now).filter(stars__gte=4).exclude(reply_state=ReplyState.BY_HAND)

    def over(self, subject: Feedback, now: datetime) -> bool:
        """Answered, revised downwards, or too old."""
        return (
            subject.stars <= 3 or subject.answered or subject.reply_state == ReplyState.BY_HAND or _stale(subject, now)
        )

    def bulk_url(self) -> str:
        """The list of them."""
        return f"{reverse('disputes:feedback')}?view=to-thank"


@register
class ReplyByHand(RatingRule):
    """The shop takes no replies by program: a person posts it there and confirms."""

    key, title, band, minutes = "disputes.reply_by_hand", _("Post a reply in the shop"), Band.WAITING, Decimal("1.5")

    def candidates(self, now: datetime) -> QuerySet[Feedback]:
        """Replies to be posted by hand."""
        return Feedback._base_manager.filter(reply_state=ReplyState.BY_HAND)

    def over(self, subject: Feedback, now: datetime) -> bool:
        """Posted."""
        return subject.reply_state != ReplyState.BY_HAND

    def next_step(self, facts: dict[str, Any]) -> str:
        """The button."""
        return gettext("Copy and confirm")


@register
class FollowBadFeedback(RatingRule):
    """A neutral or bad rating that was answered is looked at every day until it is revised (FBK-02)."""

    key, title = "disputes.follow_bad_feedback", _("Look at a bad rating again")
    band, minutes = Band.ROUTINE, Decimal("0.5")
    bulk_line = _("%(count)s bad ratings: not revised yet")

    def candidates(self, now: datetime) -> QuerySet[Feedback]:
        """Answered ratings of one to three stars whose next look has come."""
        return selectors.to_look_at(now)

    def due_at(self, subject: Feedback, round: int, now: datetime) -> datetime | None:
        """By the end of that day."""
        return end_of_day(max(subject.next_look_at or now, now), subject.store.time_zone)

    def over(self, subject: Feedback, now: datetime) -> bool:
        """Revised upwards, looked at, or too old to be revised."""
        seen = subject.next_look_at is None or subject.next_look_at > now
        return subject.stars > 3 or seen or _stale(subject, now)

    def stake(self, subject: Feedback) -> tuple[Decimal, str] | None:
        """What the buyer paid."""
        return (subject.order.total, subject.order.currency) if subject.order.total else None

    def next_step(self, facts: dict[str, Any]) -> str:
        """The button."""
        return gettext("Look at the rating")

    def bulk_url(self) -> str:
        """The list of them."""
        return f"{reverse('disputes:feedback')}?view=unrevised"


@register
class NameRatingCause(RatingRule):
    """A bad rating was answered and nobody said what lay at its root (RMD-08)."""

    key, title = "disputes.name_rating_cause", _("Name the root cause")
    band, minutes = Band.ROUTINE, Decimal("0.5")
    bulk_line = _("%(count)s bad ratings: name their root cause")

    def candidates(self, now: datetime) -> QuerySet[Feedback]:
        """Answered ratings of one to three stars without a cause."""
        return selectors.ratings_without_cause(now)

    def due_at(self, subject: Feedback, round: int, now: datetime) -> datetime | None:
        """Some days after the reply."""
        return name_by(subject.replied_at or now, subject.store, now)

    def over(self, subject: Feedback, now: datetime) -> bool:
        """Named, revised upwards, or long ago."""
        return bool(subject.cause) or subject.stars > 3 or not subject.answered or _stale(subject, now)

    def next_step(self, facts: dict[str, Any]) -> str:
        """The button."""
        return gettext("Name the cause")

    def bulk_url(self) -> str:
        """The list of them."""
        return f"{reverse('disputes:feedback')}?view=no-cause"
