"""What upper apps hang onto texts: facts, checks of their truth, reasons to send no more, things a buyer wrote about.

    @placeholders("orders.order")
    def order_facts(ids, language): return {id: {"order_no": "…", "ship_by_date": date(…), "paid_method": None}}

Values may be text, numbers, dates, ``Decimal`` or :class:`Country`; dates and numbers are written out in the buyer's
language. None or "" = not known: a text that shows it is refused, so never make one up.

    @guardrail("extension_made")
    def extension_made(about, facts): return "" or "why the text would not be true"

    @still_wanted("T03")
    def parcel_still_late(message, *, now): return "" or "why it is no longer sent"

    @subjects("orders.order")
    def orders_of(buyer_ids, limit): return {buyer_id: [About("orders.order", 7, "8011…", "/orders/7/", at, {...})]}

    @stops_telling("logistics.parcel")
    def arrived(ids, *, now): return {parcel_id: "why its buyer is told nothing about it any more"}

    @told_from("logistics.lane")
    def of_lane(lane, actor): return ToldFrom("logistics.parcel", [7, 8], "EMS → BR")

    @disputes
    def disputed(order_ids, *, since=None): return {order ids with an open case, or with one opened since then}

    @finder
    def find_orders(store, external_ids): return {external_id: order_id}
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

#: fn(ids, language) -> {id: {name: value}}
PlaceholderSet = Callable[[Iterable[int], str], Mapping[int, Mapping[str, Any]]]
#: fn(about, facts) -> reason or ""
Guardrail = Callable[[Any, Mapping[str, Any]], str]


@dataclass(frozen=True)
class Country:
    """A country by its ISO-2 code, named in the buyer's language when it is shown."""

    code: str


@dataclass(frozen=True)
class About:
    """A thing a conversation may be about: an order or a parcel, with the facts shown beside the thread (label -> words in
    the reader's language)."""

    type: str
    id: int
    label: str
    url: str
    at: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ToldFrom:
    """The buyers of which things are told from an object (a lane, an incident), what the object is called, the usual text."""

    about_type: str
    ids: list[int]
    label: str
    code: str = ""


FACTS: dict[str, list[PlaceholderSet]] = defaultdict(list)
#: Placeholders that no text of the house uses yet, and that staff may use.
NAMES: set[str] = set()
GUARDRAILS: dict[str, Guardrail] = {}
WANTED: dict[str, list[Callable[..., str]]] = defaultdict(list)
SUBJECTS: dict[str, Callable[[Iterable[int], int], Mapping[int, list[About]]]] = {}
SOURCES: dict[str, Callable[[Any, Any], ToldFrom]] = {}
STOPS: dict[str, Callable[..., Mapping[int, str]]] = {}
DISPUTES: list[Callable[..., set[int]]] = []
FINDERS: list[Callable[[Any, Iterable[str]], Mapping[str, int]]] = []


def placeholders(subject_type: str) -> Callable[[PlaceholderSet], PlaceholderSet]:
    """Give facts for texts about objects of ``subject_type``; several sets are merged, later ones win where they know."""

    def register(function: PlaceholderSet) -> PlaceholderSet:
        FACTS[subject_type].append(function)
        return function

    return register


def names(*given: str) -> None:
    """Let staff use placeholders that no text of the house uses."""
    NAMES.update(given)


def guardrail(name: str) -> Callable[[Guardrail], Guardrail]:
    """Give the check called ``name``; an upper app replaces the house's own."""

    def register(function: Guardrail) -> Guardrail:
        GUARDRAILS[name] = function
        return function

    return register


def still_wanted(base_code: str) -> Callable[[Callable[..., str]], Callable[..., str]]:
    """Ask ``fn(message, *, now)`` right before a text of ``base_code`` leaves."""

    def register(function: Callable[..., str]) -> Callable[..., str]:
        WANTED[base_code].append(function)
        return function

    return register


def stops_telling(subject_type: str) -> Callable[[Any], Any]:
    """Give the reasons for which the buyers of some objects are told nothing about them (they have arrived, for instance)."""

    def register(function: Any) -> Any:
        STOPS[subject_type] = function
        return function

    return register


def disputes(function: Callable[..., set[int]]) -> Callable[..., set[int]]:
    """Give the orders in dispute among some, in one query: ``fn(order_ids, *, since=None)``."""
    DISPUTES.append(function)
    return function


def disputed(order_ids: Iterable[int], *, since: datetime | None = None) -> set[int]:
    """The orders among these about which a dispute is open, or (``since``) was opened since then, as upper apps know."""
    wanted, found = list(order_ids), set[int]()
    for ask in DISPUTES:
        found |= ask(wanted, since=since)
    return found


def told_from(subject_type: str) -> Callable[[Any], Any]:
    """Give what ``fn(object, actor)`` says is told from objects of ``subject_type``."""

    def register(function: Any) -> Any:
        SOURCES[subject_type] = function
        return function

    return register


def subjects(subject_type: str) -> Callable[[Any], Any]:
    """Give the things of ``subject_type`` a buyer may write about, newest first."""

    def register(function: Any) -> Any:
        SUBJECTS[subject_type] = function
        return function

    return register


def finder(
    function: Callable[[Any, Iterable[str]], Mapping[str, int]],
) -> Callable[[Any, Iterable[str]], Mapping[str, int]]:
    """Give the orders of a store by the channel's ids, so that a message finds its order."""
    FINDERS.append(function)
    return function


__all__ = [
    "DISPUTES", "FACTS", "FINDERS", "GUARDRAILS", "NAMES", "SOURCES", "STOPS", "SUBJECTS", "WANTED", "About", "Country", "ToldFrom",
    "disputed", "disputes", "finder",
    "guardrail", "names", "placeholders", "still_wanted", "stops_telling", "subjects", "told_from",
]  # fmt: skip
