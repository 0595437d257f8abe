"""The card in the parcel: its text in the buyer's language, as the house or the store wrote it (text C01)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import Store
from conversations import rules
from conversations.models import Template
from conversations.policies import RETURN_ADDRESS, STORE_URL
from conversations.rules.cards import CARD
from core import policies


@dataclass(frozen=True)
class Card:
    """A card ready to be printed."""

    heading: str
    body: str
    language: str
    link: str


@dataclass(frozen=True)
class Wanted:
    """For whom a card is wanted, and what is known of the order."""

    key: int
    store: Store
    language: str
    facts: Mapping[str, Any]


def insert_cards(*, wanted: Iterable[Wanted], now: datetime) -> dict[int, Card]:
    """The card of each; those whose text is not there, switched off, or names what is not known get none. One query."""
    rows = {row.pk: row for row in Template.objects.filter(base_code=CARD, active=True)}
    versions = [rules.Version(row.pk, row.code, row.language, row.store_id) for row in rows.values()]
    made = {}
    for one in wanted:
        chosen = rules.candidates(versions, store_id=one.store.pk, language=one.language)
        card = _filled(rows[chosen[0].pk], one, now) if chosen else None
        if card is not None:
            made[one.key] = card
    return made


def _filled(row: Template, one: Wanted, now: datetime) -> Card | None:
    link = str(policies.value(STORE_URL, now, one.store.pk) or "").strip()
    facts = {"store_name": one.store.name, "store_url": link or None, **one.facts}
    words = {name: None if value is None else str(value) for name, value in facts.items()}
    heading, body = rules.fill(row.subject, words), rules.fill(row.body, words)
    if heading.error or body.error or heading.missing or body.missing:
        return None
    return Card(heading.text.strip(), body.text.strip(), row.language, link)


def return_address(store: Store, now: datetime) -> str:
    """Where buyers of a store send things back, as the house or the store wrote it; "" when nobody has."""
    return str(policies.value(RETURN_ADDRESS, now, store.pk) or "").strip()
