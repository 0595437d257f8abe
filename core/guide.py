"""The first steps of an empty shop: apps say what there is to do and when it is done; Today shows the list until all are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse

from core.audit import Actor
from core.clock import utcnow
from core.models import SystemMark

MARK = "guide-done"


@dataclass(frozen=True)
class Step:
    """One first step: ``url`` by name, the permission it needs, and one cheap question whether it is done."""

    key: str
    label: Any
    text: Any
    url: str
    permission: str
    done: Callable[[], bool]
    order: int


@dataclass(frozen=True)
class Shown:
    """A step as the page shows it."""

    label: Any
    text: Any
    url: str
    done: bool


STEPS: dict[str, Step] = {}
_finished = False


def register(step: Step) -> None:
    """Put a step on the list."""
    STEPS[step.key] = step


def is_finished() -> bool:
    """Whether this process knows that all is done; asks nothing."""
    return _finished


def forget() -> None:
    """Ask again (tests)."""
    global _finished
    _finished = False


def steps_for(actor: Actor) -> list[Shown]:
    """The steps this person may do, in order; empty once the whole house has done all of them, and for ever after."""
    global _finished
    if _finished or SystemMark.objects.filter(name=MARK).exists():
        _finished = True
        return []
    ordered = sorted(STEPS.values(), key=lambda step: step.order)
    done = {step.key: step.done() for step in ordered}
    if ordered and all(done.values()):
        SystemMark.objects.get_or_create(name=MARK, defaults={"value": {"at": utcnow().isoformat()}})
        _finished = True
        return []
    return [
        Shown(step.label, step.text, _address(step.url), done[step.key])
        for step in ordered
        if actor.has_perm(step.permission)
    ]


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
