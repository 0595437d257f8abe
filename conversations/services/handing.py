"""Handing a text to its routes: the store's mailbox (by program or by hand) and e-mail, each with its own state."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext_lazy as _

from conversations import rules, selectors
from conversations.choices import Answers, DeliveryState, Direction, MessageState, Route
from conversations.models import Conversation, Delivery, Message
from conversations.policies import MAILBOX_BY_HAND
from conversations.selectors import Party
from core import audit, copying, policies
from core.audit import Actor
from core.errors import Conflict, Invalid, NotAllowed
from core.states import move
from stores import selectors as stores
from stores.choices import Ability
from stores.services import outbox
from worklist import services as worklist

ANSWER, SEND_BY_HAND = "conversations.answer", "conversations.send_by_hand"
REMIND = "conversations.remind"
REFUSED_TEXT, CHECK_DRAFT = "conversations.refused_text", "conversations.check_draft"
LONGEST_BODY, LONGEST_SUBJECT = 10_000, 300


@dataclass(frozen=True)
class Ready:
    """A written message and who it goes to; ``own_words``: a person wrote it, or changed what the template gave; ``tells``: it
    goes to many and answers nobody."""

    message: Message
    party: Party
    own_words: bool = False
    tells: bool = False


def may_send(actor: Actor) -> None:
    """Refuse actors whose role may not write to buyers."""
    if not actor.has_perm("conversations.send_message"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))


def held_threads(buyer_ids: Iterable[int]) -> dict[int, Conversation]:
    """The threads there are with these buyers, by buyer id."""
    return {row.buyer_id: row for row in Conversation._base_manager.filter(buyer_id__in=list(buyer_ids))}


def threads(parties: Iterable[Party], now: datetime) -> dict[int, Conversation]:
    """The threads with these buyers by buyer id, missing ones made; two queries, one more when there are new ones."""
    buyers = {party.buyer.pk: party for party in parties}
    manager = Conversation._base_manager
    found = held_threads(buyers)
    missing = [
        Conversation(store_id=party.store.pk, buyer_id=pk, created_at=now)
        for pk, party in sorted(buyers.items())
        if pk not in found
    ]
    if missing:
        copying.insert_objects(missing, ["store_id", "buyer_id"])
        found = {row.buyer_id: row for row in manager.filter(buyer_id__in=buyers)}
    return found


def hand_out(ready: Sequence[Ready], *, actor: Actor, now: datetime) -> None:
    """Give each message its deliveries and put what goes by program into the outbox; statements do not grow with them."""
    if not ready:
        return
    shops = {item.party.store.pk: item.party.store for item in ready}
    offered = {pk: stores.abilities(store) for pk, store in shops.items()}
    deliveries = [delivery for item in ready for delivery in _deliveries(item, offered[item.party.store.pk], now)]
    copying.copy_new(deliveries)
    parties = {item.message.pk: item.party for item in ready}
    messages = {item.message.pk: item.message for item in ready}
    by_program = [d for d in deliveries if d.state == DeliveryState.QUEUED]
    specs = {d.pk: _call(d, messages[d.message_id], parties[d.message_id]) for d in by_program}
    calls = outbox.enqueue_many(calls=list(specs.values()), now=now)
    for delivery in by_program:
        delivery.call = calls[specs[delivery.pk].key]
    copying.update_objects(by_program, ["call"])
    worklist.plan(
        rule_key=SEND_BY_HAND, subject_ids=[d.pk for d in deliveries if d.state == DeliveryState.BY_HAND], now=now
    )
    _written(ready, actor, now)


def routes_of(party: Party, offered: frozenset[str], now: datetime) -> list[tuple[str, str, str]]:
    """How a text would reach a buyer: route, first state, address. ``offered``: what the store does by program."""
    store, buyer = party.store, party.buyer
    routes: list[tuple[str, str, str]] = []
    if Ability.SEND_MESSAGE in offered:
        routes.append((Route.MAILBOX, DeliveryState.QUEUED, ""))
    elif policies.value(MAILBOX_BY_HAND, now, store.pk) or not buyer.email:
        routes.append((Route.MAILBOX, DeliveryState.BY_HAND, ""))
    if buyer.email and Ability.SEND_EMAIL in offered:
        routes.append((Route.EMAIL, DeliveryState.QUEUED, buyer.email))
    return routes


def _deliveries(item: Ready, offered: frozenset[str], now: datetime) -> list[Delivery]:
    return [
        Delivery(
            message=item.message,
            store_id=item.party.store.pk,
            route=route,
            state=state,
            address=address,
            created_at=now,
        )
        for route, state, address in routes_of(item.party, offered, now)
    ]


def _call(delivery: Delivery, message: Message, party: Party) -> outbox.CallSpec:
    base = {"text": message.body, "subject": rules.clean_header(message.subject)}
    if delivery.route == Route.EMAIL:
        title = base["subject"] or rules.clean_header(f"{party.store.name} {message.facts.get('order_no') or ''}")
        ability, payload = (
            Ability.SEND_EMAIL,
            {**base, "subject": title, "to": delivery.address, "from_name": party.store.name},
        )
    else:
        ability, payload = Ability.SEND_MESSAGE, {**base, "buyer": party.buyer.key, "order": party.order_external_id}
    kind = audit.subject_type(Delivery)
    return outbox.CallSpec(party.store, str(ability), f"{delivery.route}:{message.key}", kind, delivery.pk, payload)


def _sent(item: Ready, kinds: Mapping[tuple[str, int | None], str], actor: Actor) -> rules.Sent:
    """What goes out, as the rule of answers sees it; a store's own version of a text wins."""
    if item.tells:
        return rules.Sent(by_person=not actor.is_system, answers=str(Answers.NEVER))
    code, house = item.message.template_code, (item.message.template_code, None)
    answers = kinds.get((code, item.message.store_id), kinds.get(house, str(Answers.PERSON)))
    return rules.Sent(by_person=not actor.is_system, own_words=item.own_words, answers=answers)


def _written(ready: Sequence[Ready], actor: Actor, now: datetime) -> None:
    """Note that we wrote; an answer ends the wait of the buyer (``rules.ends_waiting``)."""
    ids = sorted({item.message.conversation_id for item in ready})
    rows = Conversation._base_manager.filter(pk__in=ids)
    rows.update(last_out_at=now, last_at=Greatest(Coalesce("last_at", now), now))
    waiting = set(rows.filter(waiting_since__isnull=False).values_list("pk", flat=True))
    asked = [item for item in ready if item.message.conversation_id in waiting]
    kinds = selectors.answers_of({item.message.template_code for item in asked if item.message.template_code})
    answered = sorted({item.message.conversation_id for item in asked if rules.ends_waiting(_sent(item, kinds, actor))})
    if answered:
        rows.filter(pk__in=answered).update(waiting_since=None)
        worklist.close(rule_key=ANSWER, subject_ids=answered, actor=actor, now=now)


@transaction.atomic
def write(
    *, conversation: Conversation, body: str, subject: str = "", actor: Actor, now: datetime, about: models.Model | None = None,
    key: str = "", template_code: str = "", own_words: bool | None = None, as_draft: bool = False,
) -> Message:  # fmt: skip
    """Send a text a person wrote to the buyer of a thread, by both routes; own words count as the answer.

    ``key`` makes a repeated request one message; ``template_code`` says which text it was made from and ``own_words`` whether a
    person changed it (known without a template: they are); ``as_draft`` keeps it for later. Refuses an empty or too long
    text and one with unfilled marks.
    """
    may_send(actor)
    body = rules.plain_text(body)[:LONGEST_BODY] if as_draft else clean_body(body)
    subject = rules.clean_header(subject, LONGEST_SUBJECT)
    key = key or f"write:{uuid.uuid4().hex}"
    held = Message._base_manager.filter(key=key).first()
    if held is not None:
        return held
    message = Message._base_manager.create(
        conversation=conversation, store_id=conversation.store_id, direction=Direction.OUT, key=key,
        state=MessageState.DRAFT if as_draft else MessageState.READY, template_code=template_code, subject=subject, body=body,
        facts=_number(about), about_type=audit.subject_type(about) if about else "",
        about_id=about.pk if about else None, author_id=actor.user_id, language=conversation.buyer.language, at=now,
    )  # fmt: skip
    if as_draft:
        worklist.plan(rule_key=CHECK_DRAFT, subject_ids=[message.pk], now=now)
        return message
    party = Party(conversation.store, conversation.buyer, external_id_of(about))
    own = not template_code if own_words is None else own_words
    hand_out([Ready(message, party, own)], actor=actor, now=now)
    return message


def _number(about: Any) -> dict[str, Any]:
    order = getattr(about, "order", about)
    number = getattr(order, "number", "")
    return {"order_no": number, "order_ref": getattr(order, "pk", None)} if number else {}


def external_id_of(about: Any) -> str:
    """The channel's id of the order an object is, or belongs to."""
    order = about if hasattr(about, "external_id") else getattr(about, "order", None)
    return str(getattr(order, "external_id", "") or "")


def clean_body(body: str) -> str:
    """The text as it may be sent. Refuses an empty one, one over 10,000 characters, and one with unfilled marks."""
    clean = rules.plain_text(body.replace("\r\n", "\n"))
    if not clean or len(clean) > LONGEST_BODY:
        raise Invalid(
            "bad_text", _("A message has 1 to 10,000 characters."), errors={"body": [str(_("1 to 10,000 characters."))]}
        )
    if unfilled := rules.marks(clean):
        raise Invalid("unfilled", _("Fill in first: %(facts)s."), facts=", ".join(unfilled), errors={"body": unfilled})
    return clean


@transaction.atomic
def confirm_sent(*, delivery: Delivery, actor: Actor, now: datetime) -> Delivery:
    """A person copied the text into the channel and says so. Refuses deliveries that are not by hand; twice is once."""
    may_send(actor)
    if move(delivery, "confirm", actor=actor, now=now, confirmed_by_id=actor.user_id):
        worklist.close(rule_key=SEND_BY_HAND, subject_ids=[delivery.pk], actor=actor, now=now)
    return delivery


@transaction.atomic
def hand_over_to_person(*, delivery: Delivery, actor: Actor, now: datetime) -> Delivery:
    """Let a person send what the program could not: the call is taken back and the text waits for copy and paste.

    Refuses e-mail (nobody copies mail) and deliveries that did not fail.
    """
    may_send(actor)
    if delivery.route != Route.MAILBOX:
        raise Conflict("mail_by_hand", _("An e-mail is not copied by hand: correct the address and write again."))
    if delivery.state == DeliveryState.FAILED and delivery.call is not None:
        outbox.drop(call=delivery.call, actor=actor, now=now, reason="sent by hand instead")
        delivery.refresh_from_db()
    move(delivery, "by_hand", actor=actor, now=now)
    worklist.plan(rule_key=SEND_BY_HAND, subject_ids=[delivery.pk], now=now)
    return delivery


@transaction.atomic
def confirm_message(*, message: Message, actor: Actor, now: datetime) -> Message:
    """A person copied a message into its channel: every route that waits for a person is sent. Refuses one with none."""
    may_send(actor)
    waiting = Delivery._base_manager.filter(
        message=message, state__in=[DeliveryState.BY_HAND, DeliveryState.SENT]
    ).order_by("pk")
    rows = list(waiting.select_related("message"))
    if not rows:
        raise Conflict("not_by_hand", _("No route of this message waits for a person."))
    for delivery in rows:
        if delivery.state == DeliveryState.BY_HAND:
            confirm_sent(delivery=delivery, actor=actor, now=now)
    return message
