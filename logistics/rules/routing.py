"""Which service a parcel goes by.

The service the buyer paid for counts; else the one that a rule or a person set on the order; else the house's default.
A service that may not carry goods of this value or does not reach the country is passed over: the value is never lowered
to fit a service.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

_CODES = re.compile(r"^[A-Z]{2}(;[A-Z]{2})*$")


@dataclass(frozen=True)
class ServiceFacts:
    """What the choice needs to know of a service. ``destinations``: ISO codes by ";", or words that name no list."""

    code: str
    words: tuple[str, ...] = ()
    active: bool = True
    destinations: str = "ALL"
    value_max: Decimal | None = None
    value_max_currency: str = ""
    max_weight_g: int | None = None


@dataclass(frozen=True)
class Choice:
    """The service chosen ("" = none fits), why (method, assigned, default) and what was passed over: code -> reason."""

    code: str
    why: str
    passed: Mapping[str, str]
    method_code: str = ""

    @property
    def needs_look(self) -> bool:
        """Whether the buyer's paid service was not taken, or none was found: a person decides."""
        return not self.code or bool(self.method_code and self.method_code != self.code)


def fold(text: str) -> str:
    """Lower case, one blank between words, no punctuation; a plus sign is the word it stands for."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("+", " plus ")
    return re.sub(r"[\s\W_]+", " ", plain, flags=re.UNICODE).strip()


def match_method(text: str, services: Sequence[ServiceFacts]) -> str:
    """The code of the service that the buyer's words mean; "" when none is known. The longest word that fits wins.

    Latin words must stand as whole words; Chinese ones may stand anywhere.
    """
    asked = fold(text)
    if not asked:
        return ""
    best, code = 0, ""
    for service in services:
        for word in (*service.words, service.code):
            folded = fold(word)
            if not folded or len(folded) <= best:
                continue
            if folded in asked if not folded.isascii() else f" {folded} " in f" {asked} ":
                best, code = len(folded), service.code
    return code


def why_not(
    service: ServiceFacts, *, country: str, value_in: Callable[[str], Decimal | None], weight_g: int | None
) -> str:
    """Why a service cannot take the parcel: inactive, country, value, weight; "" when it can. An unknown value or weight
    refuses nothing."""
    if not service.active:
        return "inactive"
    if _CODES.match(service.destinations) and country not in service.destinations.split(";"):
        return "country"
    if service.value_max is not None and service.value_max_currency:
        value = value_in(service.value_max_currency)
        if value is not None and value > service.value_max:
            return "value"
    if service.max_weight_g and weight_g and weight_g > service.max_weight_g:
        return "weight"
    return ""


def choose(
    *, method: str, assigned: str, default: str, services: Sequence[ServiceFacts], country: str,
    value_in: Callable[[str], Decimal | None], weight_g: int | None = None, stopped: Collection[str] = (),
) -> Choice:  # fmt: skip
    """The service for one parcel: paid method, else assigned, else default; each only when it may carry it and no incident
    stops it there (``stopped``: codes)."""
    by_code = {service.code: service for service in services}
    paid = match_method(method, services)
    passed: dict[str, str] = {}
    for code, why in ((paid, "method"), (assigned, "assigned"), (default, "default")):
        if not code or code in passed:
            continue
        service = by_code.get(code)
        reason = why_not(service, country=country, value_in=value_in, weight_g=weight_g) if service else "unknown"
        reason = reason or ("incident" if code in stopped else "")
        if not reason:
            return Choice(code, why, passed, paid)
        passed[code] = reason
    return Choice("", "none", passed, paid)
