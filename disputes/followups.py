"""What is owed around cases and ratings."""

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
from core import format as f
from core import policies as house
from core.clock import end_of_day, plus_days
from core.listing.columns import address
from disputes import policies, selectors, services
from disputes.choices import AnswerState, CaseKind, CaseState, RemedyKind, ReplyState
from disputes.models import Answer, Case, Feedback
from disputes.rules.cases import duty_due
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


def _page(name: str, pk: int) -> str:
    head, tail = address(name)
    return f"{head}{pk}{tail}"


class CaseRule(FollowUpRule):
    """A duty about a case: what all of them share."""

    target, doer, group, band = Case, Doer.PERSON, Group.MESSAGES, Band.TODAY

    def load(self, ids: Iterable[int]) -> list[Case]:
        """Cases with store, order, buyer and whether an answer is on its way."""
        return selectors.with_answers(ids)

    def stake(self, subject: Case) -> tuple[Decimal, str] | None:
        """What the buyer claims, else what he paid."""
        money = subject.claimed or subject.order.total
        return (money, subject.currency) if money else None

    def facts(self, subject: Case) -> dict[str, Any]:
        """The case, its order, its kind and its clock."""
        return {
            "number": subject.number, "who": subject.order.buyer_name, "country": subject.order.country,
            "url": _page("disputes:case", subject.pk), "panel": _page("disputes:case-pane", subject.pk),
            "order": subject.order.number, "kind": subject.kind, "state": subject.state,
            "until": subject.respond_by.isoformat() if subject.respond_by else "",
        }  # fmt: skip

    def sentence(self, facts: dict[str, Any]) -> str:
        """What it is about."""
        kind = str(CaseKind(facts["kind"]).label) if facts.get("kind") in CaseKind.values else ""
        return gettext("%(kind)s, order %(order)s") % {"kind": kind, "order": facts.get("order", "")}


@register
class AnswerCase(CaseRule):
    """The buyer or the platform waits for our answer; when the clock ends the channel decides without us (RET-11)."""

    key, title, minutes, chance = "disputes.answer", _("Answer a case"), Decimal("6"), Decimal("0.6")

    def candidates(self, now: datetime) -> QuerySet[Case]:
        """Cases that wait for us and have no answer on its way."""
        return selectors.owed()

    def due_at(self, subject: Case, round: int, now: datetime) -> datetime | None:
        """A margin before the channel decides."""
        if subject.respond_by is None:
            return None
        return duty_due(subject.respond_by, subject.turned_at, services.margin(subject.store_id, now))

    def over(self, subject: Case, now: datetime) -> bool:
        """Answered, the buyer's turn, or ended."""
        return not subject.is_open or not subject.owed or bool(subject.is_going)  # type: ignore[attr-defined]

    def sentence(self, facts: dict[str, Any]) -> str:
        """What it is about, and when the channel decides."""
        words = super().sentence(facts)
        if not facts.get("until"):
            return words
        until = f.moment(datetime.fromisoformat(facts["until"]))
        return gettext("%(what)s · the channel decides %(until)s") % {"what": words, "until": until}

    def next_step(self, facts: dict[str, Any]) -> str:
        """The button."""
        return gettext("Answer the case")


@register
class FollowCase(CaseRule):
    """A case that waits for somebody else: look whether it moved. An agreed one is followed until it is closed (RMD-13)."""

    key, title, minutes, chance = "disputes.follow_case", _("Look at a waiting case"), Decimal("2"), Decimal("0.2")
    band = Band.RANKED

    def candidates(self, now: datetime) -> QuerySet[Case]:
        """Cases whose next check has come."""
        return selectors.standing_still(now)

    def due_at(self, subject: Case, round: int, now: datetime) -> datetime | None:
        """By the end of that day."""
        return end_of_day(max(subject.next_check_at or now, now), subject.store.time_zone)

    def over(self, subject: Case, now: datetime) -> bool:
        """It moved, or somebody looked."""
        return not subject.is_open or subject.owed or subject.next_check_at is None or subject.next_check_at > now

    def sentence(self, facts: dict[str, Any]) -> str:
        """Whom it waits for."""
        state = str(CaseState(facts["state"]).label) if facts.get("state") in CaseState.values else ""
        return f"{super().sentence(facts)} · {state}"

    def next_step(self, facts: dict[str, Any]) -> str:
        """The button."""
        return gettext("Look at the case")


class AnswerRule(FollowUpRule):
    """A duty about an answer that waits for a person."""

    target, doer, group, band, minutes = Answer, Doer.PERSON, Group.MESSAGES, Band.TODAY, Decimal("3")

    def load(self, ids: Iterable[int]) -> list[Answer]:
        """Answers with case, order and store."""
        rows = Answer._base_manager.filter(pk__in=list(ids)).select_related("store", "case__order", "case__store")
        return list(rows.order_by("pk"))

    def due_at(self, subject: Answer, round: int, now: datetime) -> datetime | None:
        """As the case itself."""
        case = subject.case
        if case.respond_by is None:
            return now
        return duty_due(case.respond_by, case.turned_at, services.margin(case.store_id, now))

    def stake(self, subject: Answer) -> tuple[Decimal, str] | None:
        """What the buyer claims, else what he paid."""
        money = subject.case.claimed or subject.case.order.total
        return (money, subject.currency) if money else None

    def facts(self, subject: Answer) -> dict[str, Any]:
        """The case and what is offered."""
        case = subject.case
        return {
            "number": case.number, "who": case.order.buyer_name, "country": case.order.country, "order": case.order.number,
            "url": _page("disputes:case", case.pk), "panel": _page("disputes:case-pane", case.pk), "kind": subject.kind,
            "amount": str(subject.amount) if subject.amount is not None else "", "currency": subject.currency,
            "author": subject.author_label,
        }  # fmt: skip

    def sentence(self, facts: dict[str, Any]) -> str:
        """What is offered, and by whom."""
        kind = str(RemedyKind(facts["kind"]).label) if facts.get("kind") in RemedyKind.values else ""
        money = f" {f.money(Decimal(facts['amount']), facts['currency'])}" if facts.get("amount") else ""
        return gettext("%(what)s, written by %(who)s") % {"what": f"{kind}{money}", "who": facts.get("author", "")}


@register
class ApproveAnswer(AnswerRule):
    """An offer above its author's limit waits for somebody who may stand for it (RET-12)."""

    key, title, role = "disputes.approve", _("Approve an offer"), Role.SUPERVISOR

    def candidates(self, now: datetime) -> QuerySet[Answer]:
        """Proposed answers of the present turn."""
        return selectors.to_approve()

    def over(self, subject: Answer, now: datetime) -> bool:
        """Approved, rejected or no longer wanted."""
        return subject.state != AnswerState.PROPOSED

    def role_of(self, subject: Answer) -> str:
        """A manager above the supervisor's limit."""
        return Role.MANAGER if subject.needs == "disputes.approve_any_remedy" else Role.SUPERVISOR

    def next_step(self, facts: dict[str, Any]) -> str:
        """The button."""
        return gettext("Look and approve")


@register
class AnswerByHand(AnswerRule):
    """The shop takes no answers by program: a person gives it there and confirms."""

    key, title = "disputes.answer_by_hand", _("Give an answer in the shop")

    def candidates(self, now: datetime) -> QuerySet[Answer]:
        """Answers to be given by hand."""
        return selectors.by_hand()

    def over(self, subject: Answer, now: datetime) -> bool:
        """Given, or no longer wanted."""
        return subject.state != AnswerState.BY_HAND

    def next_step(self, facts: dict[str, Any]) -> str:
        """The button."""
        return gettext("Copy and confirm")


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
            "url": _page("disputes:rating", subject.pk), "panel": _page("disputes:rating-pane", subject.pk), "stars": subject.stars,
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
