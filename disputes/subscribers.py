"""What feedback hears."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from core.audit import Actor
from disputes import services
from stores.choices import Ability
from stores.contracts import RemoteFeedback
from stores.registry import inbound


@inbound(Ability.FEEDBACK)
def ratings_came(*, store: Any, remotes: Sequence[RemoteFeedback], actor: Actor, now: datetime) -> None:
    """A channel told ratings."""
    services.record_feedback(store=store, remotes=remotes, actor=actor, now=now)
