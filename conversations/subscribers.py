"""What conversations hear from the doors: how a call went, whether a text is still wanted, what buyers wrote."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from accounts.models import Store
from conversations import services
from conversations.services import mirror
from core.audit import Actor
from stores import registry
from stores.choices import Ability
from stores.contracts import RemoteMessage
from stores.models import OutboundCall

for _ability in (Ability.SEND_MESSAGE, Ability.SEND_EMAIL):

    @registry.on_moved(_ability)
    def call_moved(call: OutboundCall, *, now: datetime) -> None:
        """The delivery shows what its call shows."""
        mirror.follow(call, now=now)

    @registry.still_wanted(_ability)
    def text_wanted(call: OutboundCall, *, now: datetime) -> str:
        """A text whose reason has gone is not sent."""
        return mirror.reason_against(call, now=now)


@registry.inbound(Ability.MESSAGES_IN)
def messages_came(*, store: Store, remotes: Sequence[RemoteMessage], actor: Actor, now: datetime) -> Any:
    """Put what buyers wrote into their threads."""
    return services.record_inbound(store=store, remotes=remotes, actor=actor, now=now)
