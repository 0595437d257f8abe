"""Who gets the goods: first come, first served; who loses them when a count finds less: the youngest promise first."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

Place = TypeVar("Place", bound=Hashable)
Ref = TypeVar("Ref", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody who waits for ``pieces`` at ``place`` (a SKU in a warehouse)."""

    ref: Any
    place: Any
    pieces: int


def allocate(free: Mapping[Place, int], claims: Iterable[Claim]) -> dict[Ref, int]:
    """How many pieces each claim gets from what is free, in the order given.

    A claim may get less than it wants; nobody gets more; the sum per place never exceeds what is free. Claims that get
    nothing are absent.
    """
    left = dict(free)
    given: dict[Ref, int] = {}
    for claim in claims:
        pieces = min(claim.pieces, left.get(claim.place, 0))
        if pieces > 0:
            left[claim.place] -= pieces
            given[claim.ref] = given.get(claim.ref, 0) + pieces
    return given


def take_back(missing: Mapping[Place, int], promises: Iterable[Claim]) -> dict[Ref, int]:
    """How many pieces each promise must give back when ``missing`` pieces per place are not there after all.

    ``promises`` come oldest first; the youngest gives first, so that whoever waited longest keeps his goods. Promises that
    keep everything are absent.
    """
    return allocate(missing, reversed(list(promises)))
