"""What cases and feedback hear."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from core.audit import Actor
from core.errors import NotYet
from disputes import services
from stores.choices import Ability
from stores.contracts import RemoteCase, RemoteFeedback
from stores.models import OutboundCall
from stores.registry import inbound, on_settled, still_wanted


@inbound(Ability.FEEDBACK)
def ratings_came(*, store: Any, remotes: Sequence[RemoteFeedback], actor: Actor, now: datetime) -> None:
    """A channel told ratings. One whose order is not known yet is tried again for a while, then a person looks."""
    told = services.record_feedback(store=store, remotes=remotes, actor=actor, now=now)
    if told.rejected:
        _row, _order, why = told.rejected[0]
        raise NotYet("rejected", why.replace("%", "%%"))


@inbound(Ability.CASES)
def cases_came(*, store: Any, remotes: Sequence[RemoteCase], actor: Actor, now: datetime) -> None:
    """A channel told cases. One whose order is not known yet is tried again for a while, then a person looks."""
    told = services.record_cases(store=store, remotes=remotes, actor=actor, now=now)
    if told.rejected:
        raise NotYet("rejected", told.rejected[0].message.replace("%", "%%"))


@on_settled(Ability.ANSWER_CASE)
def answer_settled(call: OutboundCall, *, now: datetime) -> None:
    """The outbox settled the call of an answer."""
    services.answer_settled(call=call, now=now)


@still_wanted(Ability.ANSWER_CASE)
def answer_wanted(call: OutboundCall, *, now: datetime) -> str:
    """A case that ended or moved on is not answered any more (G1c)."""
    return services.why_not(call=call)


@on_settled(Ability.REPLY_FEEDBACK)
def reply_settled(call: OutboundCall, *, now: datetime) -> None:
    """The outbox settled the call of a reply."""
    services.reply_settled(call=call, now=now)


@still_wanted(Ability.REPLY_FEEDBACK)
def reply_wanted(call: OutboundCall, *, now: datetime) -> str:
    """A rating has one reply only."""
    return services.why_not_reply(call=call)
