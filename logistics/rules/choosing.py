"""Which of the quoted services a parcel should take, and why.

The service the buyer paid for counts first. Without one the first choosing rule that fits decides: the cheapest of its
services, or the first of them in its order (a default line with its fall-back). A service is passed over when it refuses
the parcel, when the house advises against it there, or when it would not keep the days promised; each with its reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from logistics.rules.quotes import Quote

CHEAPEST, FIRST = "cheapest", "first"


@dataclass(frozen=True)
class Choosing:
    """A choosing rule. Empty conditions always hold; ``services``: codes, ``kind:NAME`` or ``*``, in the order wanted."""

    name: str
    services: tuple[str, ...] = ("*",)
    strategy: str = CHEAPEST
    store_id: int | None = None
    countries: tuple[str, ...] = ()
    classes: frozenset[str] = frozenset()
    keep_promise: bool = True
    tracked: bool = False


@dataclass(frozen=True)
class Candidate:
    """A quote with what the choice asks beside it. ``cost``: in the house's currency; None cannot be compared."""

    quote: Quote
    kind: str = ""
    tracked: bool = True
    cost: Decimal | None = None
    promise_days: int | None = None
    against: str = ""
    #: Days by which its lane delivers all but the share that may be late, by the house's own parcels; None: not known.
    lane_days: int | None = None


@dataclass(frozen=True)
class Wanted:
    """What is known of the order: its store, country, goods, the service paid for, the days promised with it."""

    store_id: int | None
    country: str
    classes: frozenset[str] = frozenset()
    paid: str = ""
    promised_days: int | None = None


@dataclass(frozen=True)
class Picked:
    """The service ("" = none), why (paid, cheapest, first, none), by which rule, what was passed over: code -> reason."""

    code: str
    why: str
    rule: str = ""
    passed: Mapping[str, str] = field(default_factory=dict)


def rule_for(rules: Sequence[Choosing], wanted: Wanted) -> Choosing | None:
    """The first rule whose conditions hold."""
    for rule in rules:
        fits = rule.store_id in (None, wanted.store_id) and (not rule.countries or wanted.country in rule.countries)
        if fits and (not rule.classes or rule.classes & wanted.classes):
            return rule
    return None


def place_of(rule: Choosing, candidate: Candidate) -> int | None:
    """Where the service stands in the order of the rule; None = not in it."""
    for number, name in enumerate(rule.services):
        if name in ("*", candidate.quote.service, f"kind:{candidate.kind}"):
            return number
    return None


def keeps(candidate: Candidate, promised: int | None) -> bool:
    """Whether the slowest usual arrival lies within the days promised: that of its lane, else that of the price list; a service
    without known days keeps no promise."""
    limit = promised if promised is not None else candidate.promise_days
    slowest = candidate.lane_days if candidate.lane_days is not None else candidate.quote.days_max
    return limit is None or (slowest is not None and slowest <= limit)


def why_passed(rule: Choosing, candidate: Candidate, wanted: Wanted) -> str:
    """Why a candidate is not taken by the rule: "" when it may be."""
    quote = candidate.quote
    if quote.refusal:
        return quote.refusal
    if place_of(rule, candidate) is None:
        return "not_in_rule"
    if candidate.against:
        return "advice"
    if any(warning.startswith("ask:") for warning in quote.warnings):
        return "ask_carrier"
    if rule.tracked and not candidate.tracked:
        return "untracked"
    if rule.keep_promise and not keeps(candidate, wanted.promised_days):
        return "too_slow"
    if rule.strategy == CHEAPEST and candidate.cost is None:
        return "no_rate_of_exchange"
    return ""


def pick(candidates: Sequence[Candidate], rules: Sequence[Choosing], wanted: Wanted) -> Picked:
    """The service for one parcel with the reason for each that was passed over."""
    passed: dict[str, str] = {}
    by_code = {candidate.quote.service: candidate for candidate in candidates}
    if wanted.paid and wanted.paid in by_code:
        paid = by_code[wanted.paid].quote
        # Without a price list the paid service still counts: only what it cannot carry sends us to another one.
        if not paid.refusal or paid.refusal in UNPRICED:
            return Picked(wanted.paid, "paid")
    rule = rule_for(rules, wanted)
    if rule is None:
        return Picked("", "no_rule", passed={c.quote.service: c.quote.refusal for c in candidates if c.quote.refusal})
    good = []
    for candidate in candidates:
        reason = why_passed(rule, candidate, wanted)
        if reason:
            passed[candidate.quote.service] = reason
        else:
            good.append(candidate)
    if not good:
        return Picked("", "none", rule.name, passed)
    return Picked(min(good, key=lambda c: _rank(rule, c)).quote.service, rule.strategy, rule.name, passed)


#: Refusals that speak of our lists, not of what the service can carry.
UNPRICED = frozenset({"no_rates", "table_expired", "table_future", "rate_missing", "value_unknown", "weight_unknown"})


def instead_of(code: str, candidates: Sequence[Candidate], wanted: Wanted) -> list[str]:
    """Other services that may carry the parcel, the cheapest that keeps the days promised first; then those that would be
    late, then those whose price is not known. Advised against and to be asked about first: never proposed."""
    fit = [
        c for c in candidates
        if c.quote.service != code and not c.against and c.quote.refusal in ("", *UNPRICED)
        and not any(warning.startswith("ask:") for warning in c.quote.warnings)
    ]  # fmt: skip
    fit.sort(
        key=lambda c: (bool(c.quote.refusal) or c.cost is None, not keeps(c, wanted.promised_days), c.cost or Decimal(0),
                       c.quote.service)
    )  # fmt: skip
    return [c.quote.service for c in fit]


def _rank(rule: Choosing, candidate: Candidate) -> tuple[Decimal | int, str]:
    if rule.strategy == FIRST:
        return place_of(rule, candidate) or 0, candidate.quote.service
    return candidate.cost or Decimal(0), candidate.quote.service
