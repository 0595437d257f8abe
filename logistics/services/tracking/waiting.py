"""Texts about parcels that could not be said and wait for a person: one stands, and it goes when another step is advised."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from conversations import services as conversations
from conversations.models import Message
from core.audit import SYSTEM
from logistics.selectors import tracking as lookups


@dataclass
class Standing:
    """The refused drafts about some parcels, the newest of each text; older ones of the same text are superseded. One that a person
    has begun to complete stands too: it is neither filled anew nor followed by another."""

    drafts: dict[tuple[int, str], Message] = field(default_factory=dict)
    over: list[Message] = field(default_factory=list)

    def advised(self, parcel_id: int, code: str) -> None:
        """The step of a parcel says this text now: drafts of other ones are superseded. "" says nothing about them."""
        stale = [key for key in self.drafts if code and key[0] == parcel_id and key[1] != lookups.base_of(code)]
        self.over += [self.drafts.pop(key) for key in stale]

    def key_for(self, parcel_id: int, code: str, key: str, *, takes: bool) -> str:
        """Under which key a text is tried: that of the draft that stands, so that it is filled anew. ``takes``: the text waited for
        an extension, whose key the draft takes over, so that it counts as said."""
        draft = self.drafts.get((parcel_id, lookups.base_of(code)))
        if draft is None or draft.key == key:
            return key
        if not takes or draft.author_id is not None:
            return draft.key
        conversations.take_over(message=draft, key=key)
        return key

    def told_with(self, parcel_ids: Iterable[int], code: str) -> None:
        """These parcels are told of in the text about another one of their box: drafts of their own are superseded."""
        base = lookups.base_of(code)
        self.over += [self.drafts.pop((pk, base)) for pk in parcel_ids if (pk, base) in self.drafts]

    def discard(self, now: datetime) -> None:
        """What is superseded waits for nobody."""
        conversations.discard_standing(messages=self.over, actor=SYSTEM, now=now, reason="advice changed")


def standing(parcel_ids: Iterable[int]) -> Standing:
    """The drafts that stand about these parcels. One query, none for no parcels."""
    found = Standing()
    for draft in _of_checks(parcel_ids):
        key = (int(draft.about_id or 0), lookups.base_of(draft.template_code))
        if key in found.drafts:
            found.over.append(found.drafts[key])
        found.drafts[key] = draft
    return found


def nobody_waits(parcel_ids: Iterable[int], now: datetime) -> None:
    """These parcels have arrived: what could not be said of their way is not said any more."""
    conversations.discard_standing(messages=_of_checks(parcel_ids), actor=SYSTEM, now=now, reason="settled")


def _of_checks(parcel_ids: Iterable[int]) -> list[Message]:
    """The refused drafts that checks and extensions made; others about a parcel (that it was sent, a review) are not theirs."""
    ids = list(parcel_ids)
    rows = conversations.standing(about_type=lookups.PARCEL, about_ids=ids) if ids else []
    return [row for row in rows if f":parcel-{row.about_id}:" in row.key]
