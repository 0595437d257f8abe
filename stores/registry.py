"""What upper apps hang onto the doors: effects of a settled call, reasons to send no more, readers of raw records.

    @on_settled(Ability.DECLARE_SHIPMENT)
    def shipment_declared(call, *, now): ...            # in the settling transaction; call.state is sent, failed or dropped

    @on_moved(Ability.SEND_MESSAGE)
    def mirror(call, *, now): ...                       # every change of state, settling ones included

    @still_wanted(Ability.SEND_MESSAGE)
    def buyer_still_waits(call, *, now): return ""      # "" = send; a sentence = do not, and why

    @inbound(Ability.ORDERS)
    def import_orders(*, store, remotes, actor, now): ...

    @carrier_door
    def door(call): return CarrierAccess(…) or None     # how the carrier of a call of the carriers' lane is reached

All of them write rows only: they run inside a database transaction and never touch the network. A reader of raw records
must be safe to run twice with the same ones.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

#: fn(call, *, now) -> None
Settled = Callable[..., None]
#: fn(call, *, now) -> reason or ""
Wanted = Callable[..., str]
#: fn(*, store, remotes, actor, now) -> anything
Reader = Callable[..., Any]

SETTLED: dict[str, list[Settled]] = defaultdict(list)
MOVED: dict[str, list[Settled]] = defaultdict(list)
WANTED: dict[str, list[Wanted]] = defaultdict(list)
READERS: dict[str, list[Reader]] = defaultdict(list)
#: fn(call) -> contracts.CarrierAccess or None
CARRIER_DOOR: list[Callable[[Any], Any]] = []


def on_settled(ability: str) -> Callable[[Settled], Settled]:
    """Call the function in the transaction that settles a call of ``ability`` (sent, failed for good, dropped)."""
    return _into(SETTLED, ability)


def on_moved(ability: str) -> Callable[[Settled], Settled]:
    """Call the function in the transaction of every change of state of a call of ``ability``."""
    return _into(MOVED, ability)


def still_wanted(ability: str) -> Callable[[Wanted], Wanted]:
    """Ask the function right before a call of ``ability`` leaves: a sentence drops it, "" lets it go."""
    return _into(WANTED, ability)


def inbound(kind: str) -> Callable[[Reader], Reader]:
    """Hand contract objects of ``kind`` (an Ability of reading) to the function."""
    return _into(READERS, kind)


def carrier_door(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Ask the function how the carrier of a call is reached (there is one such function in the house)."""
    CARRIER_DOOR[:] = [function]
    return function


def _into(table: dict[str, list[Any]], name: str) -> Callable[[Any], Any]:
    def register(function: Any) -> Any:
        if function not in table[str(name)]:
            table[str(name)].append(function)
        return function

    return register


def reason_against(call: Any, *, now: Any) -> str:
    """The first reason not to send ``call``, or ""."""
    for ask in WANTED.get(call.ability, ()):
        reason = ask(call, now=now)
        if reason:
            return str(reason)
    return ""
