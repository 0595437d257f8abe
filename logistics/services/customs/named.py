"""The name under which declared values are written: the database keeps it in the history, and refuses a change without it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import pghistory

from core.audit import Actor


def named(actor: Actor) -> AbstractContextManager[Any]:
    """Everything written inside carries ``actor``; the request of the door that opened a context stays in it."""
    made: AbstractContextManager[Any] = pghistory.context(actor=actor.label, actor_kind=actor.kind, actor_ref=actor.ref)
    return made
