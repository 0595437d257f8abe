"""The ladder by which an unanswered question is asked again. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """One step: its place, the days after the question, the text, whether it is in use, and whose it is (None = the house's)."""

    position: int
    after_days: int
    base_code: str
    active: bool
    store_id: int | None = None


def ladder(steps: Iterable[Step], store_id: int) -> list[Step]:
    """The steps that count for a store, in their order: its own one wins over the house's at the same place; those that are
    not in use are left out."""
    held: dict[int, Step] = {}
    for step in sorted(steps, key=lambda one: one.store_id is not None):
        if step.store_id in (None, store_id):
            held[step.position] = step
    return [held[place] for place in sorted(held) if held[place].active]


def next_step(steps: list[Step], done: int) -> Step | None:
    """The step after ``done`` of them; None at the end of the ladder."""
    return steps[done] if done < len(steps) else None
