"""How often we may ask again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ChaserFacts:
    """Chasers about one order: how many today (the store's day) and how many since the buyer last wrote."""

    today: int
    unanswered: int


def may_chase(facts: ChaserFacts, *, a_day: int, unanswered: int) -> str:
    """ "" when one more chaser may go out; else why not: ``one_a_day`` or ``unanswered``."""
    if facts.today >= a_day:
        return "one_a_day"
    return "unanswered" if facts.unanswered >= unanswered else ""
