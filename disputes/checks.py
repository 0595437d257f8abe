"""Promises about cases and ratings that any database can prove."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, Sum

from core.invariants import invariant
from disputes import selectors
from disputes.choices import OPEN_CASES, STANDING, AnswerState, CaseState, ReplyState
from disputes.models import Answer, Case, Feedback, Remedy
from orders.models import Order
from stores.choices import CallState
from worklist.choices import ALIVE
from worklist.models import Duty

#: What was planned by news may be found by the sweep so much later.
PATIENCE = timedelta(minutes=30)
#: What was committed so long before an attempt must have stopped it.
NOTICED = timedelta(seconds=5)


def _alive(rule: str, subject: str) -> Exists:
    mine = Duty._base_manager.filter(rule=rule, subject_id=OuterRef(subject)).filter(
        Q(state__in=ALIVE) | Q(state="done", owner__isnull=False)
    )
    return Exists(mine)


@invariant("G4", "every case that waits for us has a living duty, or its answer is on its way")
def cases_without_duty(now: datetime) -> Iterable[Any]:
    """Owed for longer than a sweep, and nobody is asked."""
    return selectors.owed().filter(~_alive("disputes.answer", "pk"), turned_at__lt=now - PATIENCE)


@invariant("G4", "every offer that waits for approval or for a person has a living duty")
def answers_without_duty(now: datetime) -> Iterable[Any]:
    """Proposed or by hand, and nobody is asked."""
    late = {"created_at__lt": now - PATIENCE}
    asked = selectors.to_approve().filter(~_alive("disputes.approve", "pk"), **late)
    return [*asked, *selectors.by_hand().filter(~_alive("disputes.answer_by_hand", "pk"), **late)]


@invariant("G4", "every open case says when it is looked at again")
def cases_without_check(now: datetime) -> Iterable[Any]:
    """Open, waiting for somebody else, its time long past, and nobody is asked."""
    rows = selectors.standing_still(now - PATIENCE)
    return rows.filter(~_alive("disputes.follow_case", "pk"))


@invariant("G1", "no turn of a case is answered twice")
def answered_twice(now: datetime) -> Iterable[Any]:
    """Two standing answers of one turn, or two calls that were sent for one turn."""
    rows = Answer._base_manager.filter(Q(state__in=STANDING) | Q(call__state=CallState.SENT))
    return rows.values("case_id", "turn").annotate(n=Count("pk")).filter(n__gt=1).order_by()


@invariant("G1", "what is being sent has its call, and a call that was sent was given")
def answers_beside_outbox(now: datetime) -> Iterable[Any]:
    """An answer or a reply out of step with the outbox."""
    lost = Answer._base_manager.filter(state=AnswerState.QUEUED).filter(
        Q(call__isnull=True) | Q(call__state__in=[CallState.SENT, CallState.FAILED, CallState.DROPPED])
    )
    replies = Feedback._base_manager.filter(reply_state=ReplyState.QUEUED).filter(
        Q(reply_call__isnull=True) | Q(reply_call__state__in=[CallState.SENT, CallState.FAILED, CallState.DROPPED])
    )
    return [*lost, *replies]


@invariant("G1", "a rating has one reply at most")
def replied_twice(now: datetime) -> Iterable[Any]:
    """More than one call of a reply to the same rating was sent."""
    return Feedback._base_manager.filter(pk__in=_sent_replies())


def _sent_replies() -> list[int]:
    rows = selectors.sent_replies().annotate(n=Count("pk")).filter(n__gt=1).order_by()
    return [row["subject_id"] for row in rows]


@invariant("G6", "nobody is paid back more than he paid")
def refunded_too_much(now: datetime) -> Iterable[Any]:
    """Remedies of an order together above its total."""
    sums = (
        Remedy._base_manager.filter(order_id=OuterRef("pk")).order_by().values("order_id").annotate(sum=Sum("amount"))
    )
    return (
        Order._base_manager.filter(remedies__isnull=False)
        .annotate(back=Subquery(sums.values("sum")))
        .filter(back__gt=F("total"))
        .distinct()
    )


@invariant("G1c", "an ended case has no answer on its way")
def ended_with_answer(now: datetime) -> Iterable[Any]:
    """Closed, and an answer still waits to leave."""
    waiting = [AnswerState.PROPOSED, AnswerState.QUEUED, AnswerState.BY_HAND]
    return Answer._base_manager.filter(case__state=CaseState.CLOSED, state__in=waiting)


@invariant("G1c", "no answer leaves once its case has ended")
def answered_after_the_end(now: datetime) -> Iterable[Any]:
    """An attempt begun more than some seconds after the case was closed here."""
    late = F("case__turned_at") + NOTICED
    return Answer._base_manager.filter(case__state=CaseState.CLOSED, call__begun_at__gt=late)


@invariant("G1c", "an order is marked as disputed only while a case about it is open")
def marks_out_of_step(now: datetime) -> Iterable[Any]:
    """A mark whose cases have all ended."""
    is_open = Exists(Case._base_manager.filter(order_id=OuterRef("pk"), state__in=OPEN_CASES))
    had_case = Exists(Case._base_manager.filter(order_id=OuterRef("pk")))
    return Order._base_manager.filter(had_case, ~is_open, intercept="dispute")
