"""What every connector is. A connector talks to one channel and knows none of our tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from stores.choices import Ability
from stores.connectors.errors import Permanent
from stores.contracts import Receipt


@dataclass(frozen=True)
class Account:
    """How one store is reached, as plain values. ``secrets`` are in clear here and nowhere else."""

    code: str
    name: str
    base_url: str = ""
    secrets: dict[str, str] = field(default_factory=dict)
    time_zone: str = "UTC"
    currency: str = "USD"
    reply_email: str = ""


@dataclass(frozen=True)
class Effect:
    """One outgoing call as plain values. ``key`` names the effect: the same key is the same effect, so it is the client
    reference where the channel takes one. ``begun_at`` is when the doubtful attempt left (for reading back)."""

    ability: str
    key: str
    payload: dict[str, Any]
    attempt: int
    now: datetime
    begun_at: datetime | None = None


@dataclass(frozen=True)
class RawRecord:
    """One raw thing of a channel with its id there."""

    remote_id: str
    payload: Any


@dataclass(frozen=True)
class RawPage:
    """One page of raw records, the cursor to ask with next time, and whether more is waiting now."""

    records: tuple[RawRecord, ...]
    cursor: dict[str, Any]
    more: bool = False


class Connector:
    """The base: offers nothing. Subclasses name their ``abilities`` and write the methods these need."""

    kind: ClassVar[str] = ""
    abilities: ClassVar[frozenset[str]] = frozenset()
    #: Reading these consumes them at the channel: the raw answer is stored before anything else, and compared with history.
    read_once: ClassVar[frozenset[str]] = frozenset()
    #: Whether an unclear outcome can be read back. Where it cannot, a copy is sent with the same identity.
    reads_back: ClassVar[bool] = True

    def __init__(self, account: Account) -> None:
        self.account = account

    # --- outgoing ----------------------------------------------------------------------------------------------------

    def send(self, effect: Effect) -> Receipt:
        """Carry out ``effect`` and answer the channel's receipt. Raises one of ``errors``."""
        method = getattr(self, str(effect.ability), None)
        if effect.ability not in self.abilities or method is None:
            raise Permanent(f"the channel cannot do {effect.ability}", code="no_ability")
        receipt: Receipt = method(effect)
        return receipt

    def find_effect(self, effect: Effect) -> Receipt | None:
        """The receipt of an earlier attempt of ``effect`` if it worked, None if it certainly did not."""
        raise NotImplementedError

    # --- incoming ----------------------------------------------------------------------------------------------------

    def pull(self, kind: str, cursor: dict[str, Any], *, now: datetime, subjects: Sequence[str] = ()) -> RawPage:
        """One page of raw records of ``kind`` since ``cursor``; ``subjects`` are the numbers asked for (tracking)."""
        raise NotImplementedError

    def history(self, kind: str, since: datetime, *, now: datetime) -> RawPage:
        """Everything of ``kind`` since a time, whether it was read before or not (kinds of ``read_once``)."""
        raise NotImplementedError

    def read(self, kind: str, payload: Any) -> Any:
        """The contract object that a raw ``payload`` means. Raises ``ValueError`` with the reason when it cannot."""
        raise NotImplementedError

    def check(self, now: datetime) -> None:
        """Raise one of ``errors`` when the store cannot be reached with its settings."""


#: Abilities that change the world and go through the outbox.
OUTGOING = frozenset({
    Ability.SEND_MESSAGE, Ability.SEND_EMAIL, Ability.DECLARE_SHIPMENT, Ability.EXTEND_DELIVERY, Ability.ANSWER_CANCEL,
    Ability.WAYBILL, Ability.ANSWER_CASE, Ability.REPLY_FEEDBACK, Ability.CARRIER_WAYBILL, Ability.CARRIER_VOID,
})  # fmt: skip
#: Abilities that read, in the order in which a pull asks for them.
INCOMING = (Ability.ORDERS, Ability.MESSAGES_IN, Ability.FEEDBACK, Ability.CASES)
