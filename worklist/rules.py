"""What comes first on Today, and who sees it. Pure: no clock, no database, no Django."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

#: Whose duties a role sees besides its own: a supervisor stands in for the clerks, a manager for everybody.
ALSO_SEES: dict[str, tuple[str, ...]] = {
    "supervisor": ("service",),
    "manager": ("service", "warehouse", "purchaser", "supervisor", "administrator"),
}

_FOUR = Decimal("0.0001")


@dataclass(frozen=True)
class Rank:
    """Expected loss avoided per minute of work, with the sum behind it (house currency)."""

    value: Decimal
    stake: Decimal
    chance: Decimal
    urgency: Decimal
    minutes: Decimal


def roles_seen(role: str) -> tuple[str, ...]:
    """The roles whose duties a person with ``role`` sees, the own one first."""
    return (role, *ALSO_SEES.get(role, ()))


def urgency(left: timedelta, steps: Sequence[Sequence[Any]]) -> Decimal:
    """The weight of the time left: ``steps`` are [hours, factor] rising, the last one without hours for all others."""
    hours = left.total_seconds() / 3600
    for limit, factor in steps:
        if limit is None or hours < float(limit):
            return Decimal(str(factor))
    return Decimal(str(steps[-1][1])) if steps else Decimal(1)


def rank(
    *, stake: Decimal | None, chance: Decimal, minutes: Decimal, left: timedelta, steps: Sequence[Sequence[Any]]
) -> Rank:
    """Stake x chance x urgency / minutes. No stake (or one that cannot be converted) ranks zero; minutes count at least 0.1."""
    weight = urgency(left, steps)
    amount = stake if stake is not None and stake > 0 else Decimal(0)
    effort = max(Decimal(minutes), Decimal("0.1"))
    value = (amount * Decimal(chance) * weight / effort).quantize(_FOUR, rounding=ROUND_HALF_UP)
    return Rank(value, amount, Decimal(chance), weight, effort)


def pause(attempt: int, pauses_minutes: Sequence[int]) -> timedelta:
    """How long the clock waits after its ``attempt``-th failure (the first is 1); the last pause repeats."""
    return timedelta(minutes=pauses_minutes[min(attempt, len(pauses_minutes)) - 1])


def next_round_at(last_due: datetime, days: int, now: datetime) -> datetime:
    """The next time of a rhythm of ``days`` after ``last_due`` that is still to come: missed rounds collapse into one."""
    step = timedelta(days=days)
    missed = max(0, (now - last_due) // step)
    return last_due + step * (missed + 1)


def later_choices(local: datetime) -> dict[str, datetime]:
    """The quick times to put something away until, from the wall clock of the person: an hour, this afternoon (while it is
    still to come), tomorrow at nine, next Monday at nine."""
    nine = local.replace(hour=9, minute=0, second=0, microsecond=0)
    afternoon = nine.replace(hour=14)
    found = {"hour": local + timedelta(hours=1)}
    if local + timedelta(minutes=30) < afternoon:
        found["afternoon"] = afternoon
    found["tomorrow"] = nine + timedelta(days=1)
    found["monday"] = nine + timedelta(days=7 - local.weekday())
    return found
