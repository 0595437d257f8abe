"""The one reply to a rating: written once, posted through the outbox or by hand, and what lay at the root of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from conversations import selectors as threads
from conversations import services as conversations
from core import audit
from core import policies as house
from core.audit import SYSTEM, Actor
from core.clock import plus_days
from core.errors import Conflict, DomainError, Invalid, NotAllowed
from disputes import policies, selectors
from disputes.choices import ReplyState
from disputes.models import Feedback
from disputes.rules.feedback import may_reply, tone_of
from disputes.services import causes
from disputes.services.feedback import ANSWER_BAD, ANSWER_GOOD, FOLLOW_BAD, NAME_CAUSE
from stores import selectors as doors
from stores.choices import Ability, CallState
from stores.models import OutboundCall
from stores.services import outbox
from worklist import services as worklist

#: The house's text for a reply, by how the rating reads.
TEXTS = {"good": "T06B", "neutral": "T06CP", "bad": "T06DP"}
#: The private text that the public reply to a rating speaks of.
PRIVATE = {"neutral": "T06C", "bad": "T06D"}
POST_BY_HAND = "disputes.reply_by_hand"
_FAULTS = {
    "answered": _("This rating has its reply: there is only one."), "empty": _("Write a reply."),
    "too_long": _("The channel takes at most %(most)s characters; this has %(count)s."),
}  # fmt: skip


@transaction.atomic
def reply(*, feedback: Feedback, text: str, actor: Actor, now: datetime) -> Feedback:
    """Write the one reply to a rating; it leaves through the outbox, or a person posts it and confirms.

    Refuses a rating that has its reply, an empty text, one that is longer than the channel takes, and a reply of which
    nobody knows whether it arrived.
    """
    _need(actor)
    row, body = selectors.lock_feedback(feedback.pk), text.replace("\x00", "").strip()
    most = selectors.longest_reply(row.store_id, now)
    fault = may_reply(body, state=row.reply_state, longest=most)
    if fault == "answered":
        raise Conflict("answered", _FAULTS[fault])
    if fault:
        sentence = str(_FAULTS[fault]) % {"most": most, "count": len(body)}
        raise Invalid(fault, sentence.replace("%", "%%"), errors={"text": [sentence]})
    if row.reply_state == ReplyState.FAILED and row.reply_call is not None:
        _take_back(row.reply_call, actor, now)
    row.reply, row.reply_by, row.reply_refused = body, actor.label[:150], ""
    row.reply_attempt += 1
    by_program = doors.offers(row.store, Ability.REPLY_FEEDBACK)
    row.reply_state = ReplyState.QUEUED if by_program else ReplyState.BY_HAND
    row.reply_call = None
    if by_program:
        row.reply_call = outbox.enqueue(
            store=row.store, ability=Ability.REPLY_FEEDBACK, key=f"feedback-reply:{row.pk}:{row.reply_attempt}", subject=row, now=now,
            payload={"feedback": row.external_id, "order": row.order.external_id, "text": body},
        )  # fmt: skip
    _save(row)
    audit.record(row, "feedback.reply", actor=actor, now=now, text=gettext_noop("Reply written"))
    _close_duties(row, actor, now, "answered")
    if not by_program:
        worklist.plan(rule_key=POST_BY_HAND, subject_ids=[row.pk], now=now)
    return row


def thank(*, rows: Sequence[Feedback], actor: Actor, now: datetime) -> dict[int, DomainError]:
    """Reply to ratings with the house's own text for how they read, in the buyer's language; answers the refusals by id. A
    rating without such a text is refused."""
    refused: dict[int, DomainError] = {}
    for row in rows:
        text = house_text(feedback=row, actor=actor, now=now)
        try:
            if not text:
                raise Conflict("no_text", _("There is no text of the house that fits: write one yourself."))
            with transaction.atomic():
                reply(feedback=row, text=text, actor=actor, now=now)
        except DomainError as error:
            refused[row.pk] = error
    return refused


def house_text(*, feedback: Feedback, actor: Actor, now: datetime) -> str:
    """The house's reply to a rating in the buyer's language, filled; "" when there is none or something it says is not
    known or not true: the public replies to neutral and bad ratings say that the buyer was written to privately."""
    tone = tone_of(feedback.stars)
    code, private = TEXTS[tone], PRIVATE.get(tone)
    if private and not threads.was_told(feedback.order, private):
        return ""
    shown = conversations.suggestion(base_code=code, about=feedback.order, actor=actor, now=now)
    return "" if shown is None or shown.missing else shown.body


@transaction.atomic
def confirm_reply(*, feedback: Feedback, actor: Actor, now: datetime) -> Feedback:
    """A person posted the reply in the shop. Refuses when there is none to post."""
    _need(actor)
    row = selectors.lock_feedback(feedback.pk)
    if row.reply_state == ReplyState.SENT:
        return row
    if row.reply_state != ReplyState.BY_HAND:
        raise Conflict("not_by_hand", _("There is no reply to be posted by hand."))
    _posted(row, actor, now)
    return row


@transaction.atomic
def reply_settled(*, call: OutboundCall, now: datetime) -> None:
    """The outbox settled the call of a reply."""
    found = Feedback._base_manager.filter(reply_call=call).values_list("pk", flat=True).first()
    if found is None:
        return
    row = selectors.lock_feedback(found)
    if call.state == CallState.SENT:
        if row.reply_state in (ReplyState.QUEUED, ReplyState.FAILED):
            _posted(row, SYSTEM, now)
        return
    if row.reply_state != ReplyState.QUEUED:
        return
    if call.state == CallState.DROPPED and not doors.offers(row.store, Ability.REPLY_FEEDBACK):
        row.reply_state = ReplyState.BY_HAND
        _save(row)
        worklist.plan(rule_key=POST_BY_HAND, subject_ids=[row.pk], now=now)
        return
    row.reply_state, row.reply_refused = ReplyState.FAILED, (call.error or "The shop did not take it")[:300]
    _save(row)
    text = gettext_noop("The shop did not take the reply")
    audit.record(row, "feedback.reply_failed", actor=SYSTEM, now=now, text=text, reason=row.reply_refused)
    for rule in (ANSWER_BAD, ANSWER_GOOD):
        worklist.plan(rule_key=rule, subject_ids=[row.pk], now=now)


def why_not_reply(*, call: OutboundCall) -> str:
    """Why a reply that waits in the outbox must not leave any more; "" when it may."""
    wanted = Feedback._base_manager.filter(reply_call=call, reply_state__in=[ReplyState.QUEUED, ReplyState.FAILED])
    return "" if wanted.exists() else "the rating has its reply"


@transaction.atomic
def set_cause(*, feedback: Feedback, cause: str, actor: Actor, now: datetime, note: str = "") -> Feedback:
    """Say what lay at the root of a rating (RMD-08). Refuses causes that are not on the list of the house today."""
    _need(actor)
    row = selectors.lock_feedback(feedback.pk)
    if (row.cause, row.cause_note) != (cause, note[:300]):
        named = causes.offered_cause(cause, now, keep=row.cause)
        row.cause, row.cause_note = cause, note[:300]
        row.save(update_fields=["cause", "cause_note"])
        text = gettext_noop("Root cause: %(cause)s")
        audit.record(row, "feedback.cause", actor=actor, now=now, text=text, reason=note, cause=named.code)
        worklist.close(rule_key=NAME_CAUSE, subject_ids=[row.pk], actor=actor, now=now, reason="named")
    return row


@transaction.atomic
def look_again(*, rows: Iterable[Feedback], actor: Actor, now: datetime, note: str = "") -> list[Feedback]:
    """Somebody looked at answered bad ratings that are not revised yet: they come back the next day (house rule). Others stay
    as they are. Answers those that changed."""
    _need(actor)
    changed = []
    for feedback in sorted(rows, key=lambda row: row.pk):
        row = selectors.lock_feedback(feedback.pk)
        if row.next_look_at is None:
            continue
        row.next_look_at = next_look(row, now)
        row.save(update_fields=["next_look_at"])
        audit.record(
            row, "feedback.looked", actor=actor, now=now, text=gettext_noop("Looked at; nothing to do yet"), reason=note
        )
        changed.append(row)
    ids = [row.pk for row in changed]
    worklist.close(rule_key=FOLLOW_BAD, subject_ids=ids, actor=actor, now=now, reason="looked at")
    return changed


def next_look(row: Feedback, now: datetime) -> datetime | None:
    """When an answered rating is looked at again: the next day while it is neutral or bad, never when it is good."""
    if row.stars > 3:
        return None
    return plus_days(now, int(house.value(policies.LOOK_RATING_DAYS, now, row.store_id)), row.store.time_zone)


def _posted(row: Feedback, actor: Actor, now: datetime) -> None:
    row.reply_state, row.replied_at, row.reply_refused = ReplyState.SENT, now, ""
    row.next_look_at = next_look(row, now)
    _save(row)
    audit.record(row, "feedback.replied", actor=actor, now=now, text=gettext_noop("The reply is posted"))
    worklist.close(rule_key=POST_BY_HAND, subject_ids=[row.pk], actor=actor, now=now, reason="posted")
    _close_duties(row, actor, now, "answered")


def _close_duties(row: Feedback, actor: Actor, now: datetime, reason: str) -> None:
    for rule in (ANSWER_BAD, ANSWER_GOOD):
        worklist.close(rule_key=rule, subject_ids=[row.pk], actor=actor, now=now, reason=reason)


def _take_back(call: OutboundCall, actor: Actor, now: datetime) -> None:
    """A reply that was refused is not tried again beside the new one; one of unknown fate is cleared up first."""
    if call.doubtful:
        raise Conflict("doubtful", _("Nobody knows whether the last reply arrived. Look into the failed call first."))
    if call.state == CallState.FAILED:
        outbox.drop(call=call, actor=actor, now=now, reason="answered anew")


def _save(row: Feedback) -> None:
    row.save(
        update_fields=[
            "reply",
            "reply_by",
            "reply_state",
            "reply_attempt",
            "reply_call",
            "reply_refused",
            "replied_at",
            "next_look_at",
        ]
    )


def _need(actor: Actor) -> None:
    if not actor.has_perm("disputes.reply_feedback"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
