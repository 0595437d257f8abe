"""Answers to cases: proposed, approved where the amount asks for it, given through the outbox or by hand, settled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core import audit
from core.audit import SYSTEM, Actor
from core.errors import Conflict, Invalid, NotAllowed
from core.money import Money
from core.states import move
from disputes import selectors
from disputes.choices import STANDING, AnswerState, CaseKind, CaseState
from disputes.models import Answer, Case
from disputes.services import remedies
from disputes.services.turning import APPROVE, BY_HAND, check_at, turned
from logistics.selectors import dispatch_record
from stores import selectors as doors
from stores.choices import Ability, CallState
from stores.models import OutboundCall
from stores.services import outbox
from worklist import services as worklist

LONGEST_TEXT = 4000


@dataclass(frozen=True)
class Plan:
    """What would become of an answer: its amount, who must approve it (``unpriced``: because no rate of the day is known),
    whether a program or a person gives it."""

    kind: str
    amount: Decimal | None
    currency: str
    text: str
    needs: str
    by_program: bool
    unpriced: bool = False


def plan_answer(
    *, case: Case, kind: str, text: str, actor: Actor, now: datetime, amount: Decimal | None = None, record: str = ""
) -> Plan:
    """What :func:`answer` would do, with the same refusals; writes nothing."""
    _need(actor, "disputes.offer_remedy")
    body = text.replace("\x00", "").strip()
    if not body or len(body) > LONGEST_TEXT:
        raise Invalid(
            "bad_text", _("Write 1 to 4,000 characters."), errors={"text": [str(_("1 to 4,000 characters."))]}
        )
    if not case.owed:
        raise Conflict("not_our_turn", _("This case does not wait for an answer of ours."))
    need_record(case=case, record=record, now=now)
    of_turn = [row for row in selectors.answers_of(case) if row.turn == case.turn]
    if any(row.state == AnswerState.FAILED and row.call is not None and row.call.doubtful for row in of_turn):
        raise Conflict("doubtful", _("Nobody knows whether the last answer arrived. Look into the failed call first."))
    standing = [row for row in of_turn if row.state in STANDING]
    if standing:
        raise Conflict("answered", _("This turn of the case has its answer already: %(state)s."),
                       state=standing[0].get_state_display())  # fmt: skip
    amount = remedies.checked_amount(case=case, kind=kind, amount=amount)
    needs = remedies.needed_permission(amount=amount, case=case, now=now)
    by_program = bool(case.external_id) and doors.offers(case.store, Ability.ANSWER_CASE)
    needs = "" if not needs or actor.has_perm(needs) else needs
    unpriced = bool(needs) and amount is not None and remedies.in_house(amount, case.currency, now) is None
    return Plan(kind, amount, case.currency, body, needs, by_program, unpriced)


def need_record(*, case: Case, record: str, now: datetime) -> None:
    """Pieces said to be missing are answered with the packing record in front (RMD-03): ``record`` is its digest as it is now.
    Refuses an answer without it, or with one that has changed since."""
    if case.kind != CaseKind.SHORT:
        return
    if record != dispatch_record.digest_of(dispatch_record.records_of_order(case.order_id, now)):
        text = _("Look at the packing record first: scale, articles scanned, photos. It stands beside the answer.")
        raise Conflict("record_unseen", text, field="record")


@transaction.atomic
def answer(
    *, case: Case, kind: str, text: str, actor: Actor, now: datetime, amount: Decimal | None = None, record: str = ""
) -> Answer:
    """Answer a case with an offer or a refusal. ``record``: the packing record that was looked at, where pieces are said to be
    missing.

    Within the actor's limit it leaves at once: through the outbox where the channel takes answers, else a person gives it
    in the shop and confirms. Beyond the limit it waits for somebody who may approve it. Refuses a case that does not wait
    for us, a turn that has its answer, an empty text, and amounts that cannot be given.
    """
    held = selectors.lock_case(case.pk)
    selectors.lock_order(held.order_id)
    plan = plan_answer(case=held, kind=kind, text=text, amount=amount, actor=actor, now=now, record=record)
    earlier = [row for row in selectors.answers_of(held) if row.turn == held.turn]
    _take_back(earlier, actor, now)
    attempt = len(earlier) + 1
    state = AnswerState.PROPOSED if plan.needs else AnswerState.QUEUED if plan.by_program else AnswerState.BY_HAND
    row = Answer._base_manager.create(
        store_id=held.store_id, case=held, turn=held.turn, attempt=attempt, kind=kind, amount=plan.amount, currency=held.currency,
        text=plan.text, state=state, needs=plan.needs, author_label=actor.label[:150], author_ref=actor.person_id, created_at=now,
    )  # fmt: skip
    audit.record(
        held, "case.answered", actor=actor, now=now, text=gettext_noop("Answer written: %(what)s %(money)s"),
        what=str(kind), money=_money(row),
    )  # fmt: skip
    if record and held.kind == CaseKind.SHORT:
        audit.record(
            held, "case.record_seen", actor=actor, now=now, text=gettext_noop("Answered with the packing record seen (%(record)s)"),
            record=record[:24],
        )  # fmt: skip
    if state == AnswerState.PROPOSED:
        worklist.plan(rule_key=APPROVE, subject_ids=[row.pk], now=now)
    else:
        _leave(row, held, now)
    turned(cases=[held], actor=actor, now=now)
    return row


@transaction.atomic
def approve(*, answer: Answer, actor: Actor, now: datetime) -> Answer:
    """Stand for an answer beyond its author's limit: it leaves as it was written. Refuses people whose own limit is too
    low, the author, and an answer nobody waits for any more."""
    case = selectors.lock_case(answer.case_id)
    selectors.lock_order(case.order_id)
    row = selectors.lock_answer(answer.pk)
    if row.state == AnswerState.PROPOSED:
        _need(actor, row.needs or "disputes.approve_remedy")
        if _is_author(actor, row):
            raise NotAllowed("own_answer", _("Somebody else approves your answer."))
        remedies.checked_amount(case=case, kind=row.kind, amount=row.amount, but=row.pk)
    by_program = bool(case.external_id) and doors.offers(case.store, Ability.ANSWER_CASE)
    if move(
        row, "approve" if by_program else "approve_by_hand", actor=actor, now=now, approved_label=actor.label[:150]
    ):
        audit.record(case, "case.answer_approved", actor=actor, now=now, text=gettext_noop("Answer approved"))
        worklist.close(rule_key=APPROVE, subject_ids=[row.pk], actor=actor, now=now, reason="approved")
        _leave(row, case, now)
        turned(cases=[case], actor=actor, now=now)
    return row


@transaction.atomic
def reject(*, answer: Answer, reason: str, actor: Actor, now: datetime) -> Answer:
    """Do not approve an answer: its author is asked for another one. Needs a reason."""
    case = selectors.lock_case(answer.case_id)
    row = selectors.lock_answer(answer.pk)
    if move(row, "reject", actor=actor, now=now, reason=reason, refused=reason[:300]):
        text = gettext_noop("Answer not approved")
        audit.record(case, "case.answer_rejected", actor=actor, now=now, text=text, reason=reason)
        worklist.close(rule_key=APPROVE, subject_ids=[row.pk], actor=actor, now=now, reason="rejected")
        turned(cases=[case], actor=actor, now=now)
    return row


@transaction.atomic
def confirm(*, answer: Answer, actor: Actor, now: datetime) -> Answer:
    """A person gave the answer in the shop. Refuses answers that the program gives or that are given already."""
    _need(actor, "disputes.offer_remedy")
    case = selectors.lock_case(answer.case_id)
    row = selectors.lock_answer(answer.pk)
    if row.state != AnswerState.BY_HAND:
        raise Conflict("not_by_hand", _("There is no answer to be given by hand."))
    given(row=row, case=case, actor=actor, now=now)
    return row


def given(*, row: Answer, case: Case, actor: Actor, now: datetime) -> None:
    """The answer has reached the channel: it is the buyer's turn. Call with both rows locked."""
    move(row, "send", actor=actor, now=now)
    worklist.close(rule_key=BY_HAND, subject_ids=[row.pk], actor=actor, now=now, reason="given")
    if case.state in (CaseState.OPENED, CaseState.FOR_US, CaseState.ESCALATED) and row.turn == case.turn:
        if case.state == CaseState.ESCALATED:  # the platform has our evidence; it still decides
            Case._base_manager.filter(pk=case.pk).update(
                respond_by=None, clock_source="", answered_at=now, next_check_at=check_at(case, now, None)
            )
            case.refresh_from_db()
        else:
            move(case, "answer", actor=actor, now=now, respond_by=None, clock_source="", turned_at=now,
                 next_check_at=check_at(case, now, None))  # fmt: skip
    turned(cases=[case], actor=actor, now=now)


@transaction.atomic
def answer_settled(*, call: OutboundCall, now: datetime) -> None:
    """The outbox settled the call of an answer: the channel took it, refused it, or nobody wanted it any more."""
    found = Answer._base_manager.filter(call=call).values_list("pk", "case_id").first()
    if found is None:
        return
    case, row = selectors.lock_case(found[1]), selectors.lock_answer(found[0])
    if call.state == CallState.SENT:
        if row.state in (AnswerState.QUEUED, AnswerState.FAILED):
            given(row=row, case=case, actor=SYSTEM, now=now)
        elif row.state == AnswerState.VOID:
            text = gettext_noop("The answer had left before the case moved on")
            audit.record(case, "case.answer_late", actor=SYSTEM, now=now, text=text)
        return
    if row.state != AnswerState.QUEUED:
        return
    if call.state == CallState.DROPPED and not doors.offers(case.store, Ability.ANSWER_CASE):
        move(row, "by_hand", actor=SYSTEM, now=now)
        worklist.plan(rule_key=BY_HAND, subject_ids=[row.pk], now=now)
    else:
        why = (call.error or "The shop did not take it")[:300]
        move(row, "fail", actor=SYSTEM, now=now, refused=why)
        audit.record(
            case,
            "case.answer_failed",
            actor=SYSTEM,
            now=now,
            text=gettext_noop("The shop did not take the answer"),
            reason=why,
        )
    turned(cases=[case], actor=SYSTEM, now=now)


def why_not(*, call: OutboundCall) -> str:
    """Why an answer that waits in the outbox must not leave any more (G1c); "" when it may."""
    row = Answer._base_manager.filter(call=call).select_related("case").first()
    if row is None or row.state not in (AnswerState.QUEUED, AnswerState.FAILED):
        return "the answer is no longer wanted"
    newer = Answer._base_manager.filter(case_id=row.case_id, turn=row.turn, attempt__gt=row.attempt, state__in=STANDING)
    if row.turn != row.case.turn or row.case.state == CaseState.CLOSED or newer.exists():
        return "the case has moved on"
    return ""


def _is_author(actor: Actor, row: Answer) -> bool:
    """Whether the actor wrote the answer: a person, also through the key of a program of his, else a program by its name."""
    return actor.signer == audit.signer(row.author_ref, row.author_label)


def _take_back(earlier: list[Answer], actor: Actor, now: datetime) -> None:
    """Calls of this turn that were refused are not tried again beside the new answer."""
    for row in earlier:
        if row.state == AnswerState.FAILED and row.call is not None and row.call.state == CallState.FAILED:
            outbox.drop(call=row.call, actor=actor, now=now, reason="answered anew")


def _leave(row: Answer, case: Case, now: datetime) -> None:
    """Hand the answer to the outbox, or to a person."""
    if row.state == AnswerState.BY_HAND:
        worklist.plan(rule_key=BY_HAND, subject_ids=[row.pk], now=now)
        return
    payload: dict[str, Any] = {
        "case": case.external_id, "order": case.order.external_id, "kind": row.kind, "text": row.text, "turn": row.turn,
        "amount": Money(row.amount, row.currency).text() if row.amount is not None else None, "currency": row.currency,
    }  # fmt: skip
    row.call = outbox.enqueue(
        store=case.store, ability=Ability.ANSWER_CASE, key=f"case-answer:{case.pk}:{row.turn}:{row.attempt}", subject=case,
        payload=payload, now=now,
    )  # fmt: skip
    Answer._base_manager.filter(pk=row.pk).update(call=row.call)


def _money(row: Answer) -> str:
    return f"{Money(row.amount, row.currency).text()} {row.currency}" if row.amount is not None else ""


def _need(actor: Actor, permission: str) -> None:
    if not actor.has_perm(permission):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
