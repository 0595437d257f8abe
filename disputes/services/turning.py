"""What follows when a case came, changed hands or ended: duties, the mark on its order, answers nobody wants any more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from core import policies as house
from core.audit import Actor
from core.events import publish
from core.states import move
from disputes import policies, selectors
from disputes.choices import AnswerState
from disputes.events import CaseSettled, CasesTurned
from disputes.models import Answer, Case
from disputes.rules import cases as rules
from orders.services.disputing import mark_dispute
from worklist import services as worklist

ANSWER, FOLLOW = "disputes.answer", "disputes.follow_case"
APPROVE, BY_HAND = "disputes.approve", "disputes.answer_by_hand"
#: Answers of people that have not reached the buyer.
WAITING = [AnswerState.PROPOSED, AnswerState.QUEUED, AnswerState.BY_HAND, AnswerState.FAILED]


def margin(store_id: int, now: datetime) -> float:
    """Hours before the end of a clock at which a case is answered at the latest."""
    return float(house.value(policies.ANSWER_MARGIN_HOURS, now, store_id))


def check_at(case: Case, now: datetime, respond_by: datetime | None) -> datetime:
    """When an open case is looked at again."""
    days = int(house.value(policies.LOOK_DAYS, now, case.store_id))
    return rules.next_check(now, days, respond_by, margin(case.store_id, now))


def turned(*, cases: Sequence[Case], actor: Actor, now: datetime) -> None:
    """Bring duties, answers and order marks into step with these cases. Twice is once; call it in the transaction of the
    change, with the rows as they are now."""
    ids = [case.pk for case in cases]
    if not ids:
        return
    _drop_answers(cases, actor=actor, now=now)
    fresh = {case.pk: case for case in selectors.with_answers(ids)}
    wanted = [pk for pk, case in fresh.items() if case.is_open and case.owed and not case.is_going]  # type: ignore[attr-defined]
    selectors.with_parcels([fresh[pk] for pk in wanted], now)
    worklist.plan(rule_key=ANSWER, subject_ids=wanted, now=now, loaded=fresh)
    worklist.refresh(rule_key=ANSWER, subject_ids=wanted, now=now)
    ended = [pk for pk, case in fresh.items() if not case.is_open]
    answered = [pk for pk in ids if pk not in wanted and pk not in ended]
    worklist.close(rule_key=ANSWER, subject_ids=answered, actor=actor, now=now, reason="answered")
    worklist.close(rule_key=ANSWER, subject_ids=ended, actor=actor, now=now, reason="ended", cancelled=True)
    still = [pk for pk, case in fresh.items() if case.is_open and not case.owed and (case.next_check_at or now) <= now]
    worklist.close(
        rule_key=FOLLOW, subject_ids=[pk for pk in ids if pk not in still], actor=actor, now=now, reason="moved on",
        cancelled=True,
    )  # fmt: skip
    for case in fresh.values():
        is_open = case.is_open or selectors.has_open_case(case.order_id, but=case.pk)
        mark_dispute(order_id=case.order_id, is_open=is_open, actor=actor, now=now)
        if not case.is_open:
            publish(CaseSettled(case.pk, case.order_id))
    publish(CasesTurned(tuple(ids)))


def _drop_answers(cases: Sequence[Case], *, actor: Actor, now: datetime) -> None:
    """Answers of a case that ended, or of an earlier turn, are no longer wanted; a call on its way is dropped by the outbox
    before it leaves."""
    by_pk = {case.pk: case for case in cases}
    rows = Answer._base_manager.filter(case_id__in=by_pk, state__in=WAITING).order_by("pk")
    for answer in rows:
        case = by_pk[answer.case_id]
        if case.is_open and answer.turn >= case.turn:
            continue
        move(answer, "void", actor=actor, now=now)
        worklist.close(rule_key=APPROVE, subject_ids=[answer.pk], actor=actor, now=now, reason="void", cancelled=True)
        worklist.close(rule_key=BY_HAND, subject_ids=[answer.pk], actor=actor, now=now, reason="void", cancelled=True)
