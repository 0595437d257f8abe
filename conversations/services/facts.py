"""Gathering what texts may say: facts of the objects, of the house and of the buyer, in the buyer's language."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from conversations import registry, rules
from conversations.policies import AGENT_NAME, BANK_ACCOUNT, HELP_URL, RETURN_ADDRESS, STORE_URL
from conversations.selectors import Party
from core import audit, policies
from core.audit import Actor


@dataclass(frozen=True)
class Facts:
    """Facts of one object: as the apps gave them (``raw``) and as words of a language."""

    raw: Mapping[str, Any]
    words: Mapping[str, str | None]


def gather(wanted: Iterable[tuple[Any, str]]) -> dict[tuple[str, int, str], dict[str, Any]]:
    """The raw facts of (object, language) pairs; one call per set of placeholders and language."""
    by_kind: dict[tuple[str, str], set[int]] = defaultdict(set)
    for about, language in wanted:
        by_kind[audit.subject_type(about), language].add(about.pk)
    found: dict[tuple[str, int, str], dict[str, Any]] = {}
    for (kind, language), ids in by_kind.items():
        for pk in ids:
            found[kind, pk, language] = {}
        for placeholder_set in registry.FACTS.get(kind, ()):
            for pk, values in placeholder_set(sorted(ids), language).items():
                held = found.setdefault((kind, pk, language), {})
                held.update(
                    {name: value for name, value in values.items() if value not in (None, "") or name not in held}
                )
    return found


def complete(
    raw: Mapping[str, Any],
    party: Party,
    language: str,
    *,
    actor: Actor,
    now: datetime,
    extra: Mapping[str, Any] | None = None,
) -> Facts:
    """The facts of an object together with those of the house, the buyer and what the caller adds (it wins)."""
    house = {
        "store_name": party.store.name,
        "agent_name": _agent(party, language, actor, now),
        "buyer_name": party.buyer.name or party.buyer.login or rules.CUSTOMER.get(language, rules.CUSTOMER["en"]),
        "help_url": policies.value(HELP_URL, now, party.store.pk),
        "store_url": policies.value(STORE_URL, now, party.store.pk),
        "bank_account": policies.value(BANK_ACCOUNT, now, party.store.pk) or None,
        "return_address": policies.value(RETURN_ADDRESS, now, party.store.pk) or None,
    }
    merged: dict[str, Any] = {**house, **{name: value for name, value in raw.items() if value not in (None, "")}}
    for name in raw:
        merged.setdefault(name, None)
    merged.update(extra or {})
    return Facts(merged, {name: words(value, language) for name, value in merged.items()})


def words(value: Any, language: str) -> str | None:
    """A fact as words of ``language``."""
    if isinstance(value, registry.Country):
        return rules.country_name(value.code, language)
    return rules.as_text(value, language)


def untrue(checks: Iterable[str], about: Any, raw: Mapping[str, Any]) -> list[str]:
    """The reasons of the named checks that do not hold. A check nobody knows does not hold."""
    reasons = []
    for name in checks:
        ask = registry.GUARDRAILS.get(name)
        reason = ask(about, raw) if ask else f"the check “{name}” does not exist"
        if reason:
            reasons.append(str(reason))
    return reasons


def _agent(party: Party, language: str, actor: Actor, now: datetime) -> str:
    if actor.kind == "user":
        return actor.label
    return policies.value(AGENT_NAME, now, party.store.pk) or rules.TEAM.get(language, rules.TEAM["en"])
