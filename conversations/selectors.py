"""Reads about threads, messages and texts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet

from conversations import rules
from conversations.choices import DeliveryState, Direction, MessageState
from conversations.models import Conversation, Delivery, Message, Template
from core import audit
from core.audit import Actor
from core.errors import Missing


@dataclass(frozen=True)
class Party:
    """Who is written to about an object: store, buyer, and the order's id in the channel."""

    store: Any
    buyer: Any
    order_external_id: str


def party_of(about: models.Model) -> Party:
    """Store and buyer of an order, or of anything that belongs to one (``.order``)."""
    order = about if hasattr(about, "buyer_id") else about.order  # type: ignore[attr-defined]
    return Party(order.store, order.buyer, getattr(order, "external_id", "") or "")


def about_object(about_type: str, about_id: int | None) -> models.Model | None:
    """The object a message is about, inside the scope; None when there is none."""
    if not about_type or about_id is None:
        return None
    model = apps.get_model(about_type)
    related = [name for name in ("store", "buyer", "order__buyer", "order__store") if _has(model, name)]
    return model._default_manager.select_related(*related).filter(pk=about_id).first()


def _has(model: type[models.Model], path: str) -> bool:
    return path.split("__")[0] in {field.name for field in model._meta.get_fields()}


def conversations_for(actor: Actor) -> QuerySet[Conversation]:
    """The threads of the actor's stores."""
    return Conversation.objects.select_related("store", "buyer")


def conversation(pk: int) -> Conversation:
    """One thread inside the scope; raises ``Missing``."""
    found = Conversation.objects.select_related("store", "buyer").filter(pk=pk).first()
    if found is None:
        raise Missing("not_found", "There is no such conversation, or it is not yours to see.")
    return found


def waiting(actor: Actor) -> QuerySet[Conversation]:
    """Threads in which a buyer waits for us, longest first."""
    return conversations_for(actor).filter(waiting_since__isnull=False).order_by("waiting_since", "pk")


def thread_of(buyer_id: int) -> Conversation | None:
    """The thread with a buyer, if there is one."""
    return Conversation.objects.select_related("store", "buyer").filter(buyer_id=buyer_id).first()


def messages_for(actor: Actor) -> QuerySet[Message]:
    """The messages of the actor's stores."""
    return Message.objects.select_related("store", "conversation__buyer", "author")


def thread(found: Conversation, limit: int = 200) -> list[Message]:
    """The newest messages of a thread with their deliveries, oldest first."""
    rows = Message.objects.filter(conversation=found).select_related("author").prefetch_related("deliveries")
    return sorted(rows.order_by("-at", "-pk")[:limit], key=lambda message: (message.at, message.pk))


def drafts(actor: Actor) -> QuerySet[Message]:
    """Texts that wait for a person."""
    return messages_for(actor).filter(state=MessageState.DRAFT).order_by("at", "pk")


def by_hand(actor: Actor) -> QuerySet[Delivery]:
    """Texts to be copied into a channel's mailbox, oldest first."""
    return (
        Delivery.objects.filter(state=DeliveryState.BY_HAND)
        .select_related("store", "message__conversation__buyer")
        .order_by("created_at", "pk")
    )


def was_told(about: models.Model, base_code: str) -> bool:
    """Whether the buyer was told ``base_code`` about this object: handed to its routes and at least one not failed."""
    codes = [code for code in template_codes() if rules.base_code_of(code) == base_code] or [base_code]
    alive = Delivery._base_manager.filter(message=OuterRef("pk")).exclude(
        state__in=[DeliveryState.FAILED, DeliveryState.DROPPED]
    )
    return (
        Message._base_manager.filter(
            Exists(alive), about_type=audit.subject_type(about), about_id=about.pk, template_code__in=codes,
            direction=Direction.OUT, state=MessageState.READY,
        ).exists()
    )  # fmt: skip


def message_by_key(key: str) -> Message | None:
    """The message of a step, by its key."""
    return Message._base_manager.filter(key=key).select_related("store", "conversation__buyer").first()


def template_codes() -> list[str]:
    """Every code there is."""
    return sorted(set(Template.objects.values_list("code", flat=True)))


def templates_for(actor: Actor) -> QuerySet[Template]:
    """The texts of the house and of the actor's stores."""
    rows = Template.objects.select_related("store")
    if actor.store_ids is not None:
        rows = rows.filter(Q(store__isnull=True) | Q(store_id__in=actor.store_ids))
    return rows.order_by("base_code", "code", "language", "pk")


def live_templates(base_codes: Iterable[str]) -> dict[str, list[Template]]:
    """The active versions of these texts, by base code, in one query."""
    found: dict[str, list[Template]] = {}
    for row in Template.objects.filter(base_code__in=set(base_codes), active=True):
        found.setdefault(row.base_code, []).append(row)
    return found


def open_chasers(conversation_ids: Iterable[int], since: datetime) -> list[Message]:
    """Chasers of these threads since a time that were not cancelled."""
    return list(
        Message._base_manager.filter(conversation_id__in=list(conversation_ids), is_chaser=True, at__gte=since)
        .exclude(state=MessageState.CANCELLED)
        .only("conversation_id", "facts", "about_type", "about_id", "at", "key")
    )


def deliveries_about(subject_type: str, subject_id: int) -> QuerySet[Delivery]:
    """How the messages about an object travelled."""
    return Delivery.objects.filter(message__about_type=subject_type, message__about_id=subject_id).select_related("message")
