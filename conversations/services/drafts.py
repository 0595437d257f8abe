"""Texts that wait for a person: change, send, discard."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conversations import rules, selectors
from conversations.choices import DeliveryState
from conversations.models import Delivery, Message
from conversations.selectors import Party
from conversations.services.handing import (
    CHECK_DRAFT,
    LONGEST_SUBJECT,
    REFUSED_TEXT,
    SEND_BY_HAND,
    Ready,
    clean_body,
    external_id_of,
    hand_out,
    may_send,
)  # fmt: skip
from core.audit import Actor
from core.clock import local_day
from core.errors import Conflict, Invalid
from core.states import move
from stores.choices import CallState
from stores.services import outbox
from worklist import services as worklist


@transaction.atomic
def change_draft(*, message: Message, body: str, subject: str, actor: Actor, now: datetime) -> Message:
    """Keep a person's changes to a draft; gaps may stay until it is sent. Refuses messages that left."""
    may_send(actor)
    held = _draft(message)
    held.body = rules.plain_text(body.replace("\r\n", "\n"))[:10_000]
    held.subject = rules.clean_header(subject, LONGEST_SUBJECT)
    held.author_id = actor.user_id
    held.save(update_fields=["body", "subject", "author"])
    return held


@transaction.atomic
def send_draft(
    *, message: Message, actor: Actor, now: datetime, body: str | None = None, subject: str | None = None
) -> Message:
    """Hand a draft to its routes, with a person's last changes. Refuses an empty text, one with unfilled marks, and one that
    still promises something by a day that has passed while it waited."""
    may_send(actor)
    held = _locked(message)
    if held.state != "draft":
        move(held, "hand_out", actor=actor, now=now)  # already there is success, else the table refuses
        return held
    text = clean_body(held.body if body is None else body)
    _still_to_come(held, text, now)
    own = not held.template_code or held.author_id is not None or not rules.same_words(held.body, text)
    held.body = text
    held.subject = rules.clean_header(held.subject if subject is None else subject, LONGEST_SUBJECT)
    facts = {name: value for name, value in held.facts.items() if name != "refused"}
    move(held, "hand_out", actor=actor, now=now, body=held.body, subject=held.subject, at=now, facts=facts,
         author_id=actor.user_id)  # fmt: skip
    about = selectors.about_object(held.about_type, held.about_id)
    thread = held.conversation
    party = Party(thread.store, thread.buyer, external_id_of(about))
    hand_out([Ready(held, party, own)], actor=actor, now=now)
    for rule in (CHECK_DRAFT, REFUSED_TEXT):
        worklist.close(rule_key=rule, subject_ids=[held.pk], actor=actor, now=now)
    return held


def _still_to_come(held: Message, text: str, now: datetime) -> None:
    if days := rules.passed(held.facts, text, local_day(now, held.conversation.store.time_zone)):
        said = ", ".join(days)
        raise Invalid(
            "day_passed", _("This day has passed, write another one: %(days)s."), days=said,
            errors={"body": [str(_("This day has passed, write another one: %(days)s.") % {"days": said})]},
        )  # fmt: skip


@transaction.atomic
def cancel(*, message: Message, actor: Actor, now: datetime, reason: str = "") -> Message:
    """Discard a draft, or stop a message where it has not left yet. Refuses one that reached a route."""
    held = _locked(message)
    gone = [
        d
        for d in held.deliveries.select_related("call")
        if d.state not in (DeliveryState.QUEUED, DeliveryState.BY_HAND)
    ]
    if [d for d in gone if d.state not in (DeliveryState.FAILED, DeliveryState.DROPPED)]:
        raise Conflict("already_sent", _("The message has already left by at least one route."))
    move(held, "cancel", actor=actor, now=now, reason=reason)
    for delivery in Delivery._base_manager.filter(message=held).select_related("call").order_by("pk"):
        if delivery.call is not None and delivery.call.state == CallState.QUEUED:
            outbox.drop(call=delivery.call, actor=actor, now=now, reason=reason or "discarded")
        elif delivery.state == DeliveryState.BY_HAND:
            move(delivery, "drop", actor=actor, now=now)
            worklist.close(rule_key=SEND_BY_HAND, subject_ids=[delivery.pk], actor=actor, now=now, cancelled=True)
    for rule in (CHECK_DRAFT, REFUSED_TEXT):
        worklist.close(rule_key=rule, subject_ids=[held.pk], actor=actor, now=now, cancelled=True)
    return held


def _locked(message: Message) -> Message:
    found: Message = (
        Message.objects.select_for_update(of=("self",))
        .select_related("conversation__store", "conversation__buyer")
        .get(pk=message.pk)
    )
    return found


def _draft(message: Message) -> Message:
    held = _locked(message)
    if held.state != "draft":
        raise Conflict("not_a_draft", _("Only a draft can be changed."))
    return held
