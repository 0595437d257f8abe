"""The promises of the house, tested on any database: ``manage.py check_invariants``.

Apps declare in ``checks.py``::

    @invariant("G4", "every parcel under way has a next check")
    def parcels_without_check() -> QuerySet: ...

The function answers the violations: a queryset or an iterable of sentences. None is a kept promise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db.models import QuerySet


@dataclass(frozen=True)
class Invariant:
    """A declared promise: the guarantee it belongs to, its sentence, and the search for violations at a time."""

    guarantee: str
    title: str
    search: Callable[[datetime], Iterable[Any]]


@dataclass(frozen=True)
class Verdict:
    """What a search found: how many violations and the first of them in words."""

    invariant: Invariant
    count: int
    samples: list[str]


INVARIANTS: list[Invariant] = []


def invariant(
    guarantee: str, title: str
) -> Callable[[Callable[[datetime], Iterable[Any]]], Callable[[datetime], Iterable[Any]]]:
    """Declare a promise. The decorated function takes ``now`` and answers the violations."""

    def declare(search: Callable[[datetime], Iterable[Any]]) -> Callable[[datetime], Iterable[Any]]:
        INVARIANTS.append(Invariant(guarantee, title, search))
        return search

    return declare


def check_all(now: datetime) -> list[Verdict]:
    """Search every promise; the order is by guarantee and sentence."""
    verdicts = []
    for item in sorted(INVARIANTS, key=lambda i: (i.guarantee, i.title)):
        found = item.search(now)
        if isinstance(found, QuerySet):
            count = found.count()
            samples = [str(row) for row in found[:5]] if count else []
        else:
            listed = iter(found)
            samples = [str(row) for row in islice(listed, 5)]
            count = len(samples) + sum(1 for _ in listed)
        verdicts.append(Verdict(item, count, samples))
    return verdicts
