"""Automatic texts that could not go out and wait as drafts: one about a thing stands, however often it is tried again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from conversations.choices import MessageState
from conversations.models import Message
from conversations.services.handing import CHECK_DRAFT, REFUSED_TEXT
from core.audit import Actor
from core.states import move_many
from worklist import services as worklist


def standing(*, about_type: str, about_ids: Iterable[int]) -> list[Message]:
    """The refused drafts about these things, the oldest first; those a person has changed among them. One query."""
    rows = Message._base_manager.filter(
        about_type=about_type, about_id__in=list(about_ids), state=MessageState.DRAFT, facts__has_key="refused"
    )  # fmt: skip
    return list(rows.order_by("pk"))


def take_over(*, message: Message, key: str) -> None:
    """Let a standing draft be the text of another step: the next try under ``key`` fills it anew instead of writing a second.
    One that a person sends at this moment stays what it is."""
    if message.key != key and not Message._base_manager.filter(key=key).exists():
        Message._base_manager.filter(pk=message.pk, state=MessageState.DRAFT).update(key=key)


def discard_standing(*, messages: Sequence[Message], actor: Actor, now: datetime, reason: str) -> None:
    """Discard standing drafts that nobody needs any more, with their duties; what a person has changed stays with that person. The
    statements do not grow with them."""
    untouched = [row for row in messages if row.author_id is None]
    if not untouched:
        return
    with transaction.atomic():
        done, _refused = move_many(untouched, "cancel", actor=actor, now=now, reason=reason)
        for rule in (CHECK_DRAFT, REFUSED_TEXT):
            worklist.close(
                rule_key=rule, subject_ids=[row.pk for row in done], actor=actor, now=now, reason=reason, cancelled=True
            )
