"""Cases and answers that somebody owes something."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, QuerySet

from core import policies as house
from disputes import policies
from disputes.choices import OPEN_CASES, AnswerState, CaseKind, CaseState
from disputes.models import Answer, Case
from logistics.choices import ParcelState
from logistics.selectors import judging

#: Answers of this turn on which somebody else (or the outbox) works: nobody has to write another one.
GOING = [AnswerState.PROPOSED, AnswerState.QUEUED, AnswerState.BY_HAND]


def _going() -> Exists:
    return Exists(Answer._base_manager.filter(case_id=OuterRef("pk"), turn=OuterRef("turn"), state__in=GOING))


def owed() -> QuerySet[Case]:
    """Open cases that wait for an answer of ours which nobody has written yet."""
    return Case._base_manager.filter(~_going(), state__in=OPEN_CASES, respond_by__isnull=False)


def with_answers(ids: Iterable[int]) -> list[Case]:
    """Cases with store, order and buyer, each knowing whether an answer of this turn is on its way (``is_going``)."""
    rows = (
        Case._base_manager.filter(pk__in=list(ids)).select_related("store", "order__buyer").annotate(is_going=_going())
    )
    return list(rows.order_by("pk"))


def open_of_orders(order_ids: Iterable[int]) -> list[Case]:
    """The open cases of orders, those whose clock ends first before the others, each knowing whether an answer is on its way."""
    rows = Case._base_manager.filter(order_id__in=list(order_ids), state__in=OPEN_CASES).annotate(is_going=_going())
    return list(rows.order_by(F("respond_by").asc(nulls_last=True), "-pk"))


def case_parcel(case: Case, said: list[judging.Judged]) -> judging.Judged | None:
    """The parcel a case is about as far as its way matters: one still under way, or any when it was not received."""
    wanted = [one for one in said if one.parcel.state == ParcelState.SHIPPED or case.kind == CaseKind.NOT_RECEIVED]
    return min(wanted, key=lambda one: (one.parcel.state != ParcelState.SHIPPED, -one.parcel.pk), default=None)


def with_parcels(cases: Iterable[Case], now: datetime) -> None:
    """Let cases know what the tables ask for their parcel (``parcel_said``), in a fixed number of queries."""
    rows = list(cases)
    said = judging.of_orders({case.order_id for case in rows if case.is_open}, now, disputed=True)
    for case in rows:
        case.parcel_said = case_parcel(case, said.get(case.order_id, []))  # type: ignore[attr-defined]


def standing_still(now: datetime) -> QuerySet[Case]:
    """Open cases that wait for somebody else and whose next check has come."""
    return Case._base_manager.filter(state__in=OPEN_CASES, respond_by__isnull=True, next_check_at__lte=now)


def without_cause(now: datetime) -> QuerySet[Case]:
    """Cases that ended in the last weeks and of which nobody said what lay at the root."""
    since = now - timedelta(days=int(house.value(policies.REPLY_WITHIN_DAYS, now)))
    return Case._base_manager.filter(cause="", state=CaseState.CLOSED, closed_at__gte=since, order__history=False)


def long_ago(at: datetime | None, now: datetime) -> bool:
    """Whether it is too long ago to ask anybody."""
    return at is None or at < now - timedelta(days=int(house.value(policies.REPLY_WITHIN_DAYS, now)))


def _of_open_turn() -> QuerySet[Answer]:
    return Answer._base_manager.filter(case__state__in=OPEN_CASES, turn=F("case__turn"))


def to_approve() -> QuerySet[Answer]:
    """Answers that wait for somebody with a higher limit."""
    return _of_open_turn().filter(state=AnswerState.PROPOSED)


def by_hand() -> QuerySet[Answer]:
    """Answers that a person must give in the shop."""
    return _of_open_turn().filter(state=AnswerState.BY_HAND)
