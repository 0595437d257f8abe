"""Which notes need no person: approval rules (ORD-25), and what stops a signature at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

PRICE, NOTE = "price", "note"

#: Every input an approval rule may ask for, with its kind: flag, number, word.
INPUTS = {
    "in_stock": "flag", "margin_percent": "number", "has_wish": "flag", "held": "flag", "customs_review": "flag",
    "service_needs_look": "flag", "cost_known": "flag", "new_buyer": "flag", "country": "word", "value": "number",
    "currency": "word", "service": "word", "store": "word", "order_type": "word", "pieces": "number", "supply": "word",
}  # fmt: skip


@dataclass(frozen=True)
class SignFacts:
    """What stands in the way of any signature on a note."""

    state: str
    order_state: str
    intercept: str = ""
    unmatched: int = 0
    not_followed: int = 0
    lines: int = 1
    service: str = ""
    stopped_by: str = ""
    customs_blocks: int = 0
    address_changed: bool = False


def why_unsigned(facts: SignFacts) -> str:
    """The stable code of what stops a signature, or "". A short reservation stops none."""
    if facts.state not in ("draft", "signed"):
        return "not_to_sign"
    if facts.order_state not in ("ready", "part_shipped"):
        return "order_not_ready"
    if facts.intercept:
        return "intercepted"
    if facts.unmatched:
        return "unmatched"
    if facts.lines and facts.not_followed:
        return "incomplete"
    if not facts.lines:
        return "nothing_to_send"
    if not facts.service:
        return "no_service"
    if facts.stopped_by:
        return "service_incident"
    if facts.address_changed:
        return "address_changed"
    if facts.customs_blocks:
        return "customs_block"
    return ""


def fits(conditions: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
    """Whether every condition holds: a value, a list of values, or bounds {gte, lte, gt, lt}. A fact that is not known
    (None or absent) fits nothing: the rule then leaves the note to people. A rule without conditions fits nothing."""
    return bool(conditions) and all(_holds(wanted, facts.get(name)) for name, wanted in conditions.items())


def _holds(wanted: Any, fact: Any) -> bool:
    if fact is None:
        return False
    if isinstance(wanted, Mapping):
        return bool(wanted) and all(_compare(op, fact, bound) for op, bound in wanted.items())
    if isinstance(wanted, list | tuple | set):
        return str(fact) in {str(w) for w in wanted}
    if isinstance(fact, bool) or isinstance(wanted, bool):
        return bool(fact) is bool(wanted) if isinstance(wanted, bool) else False
    return str(fact) == str(wanted)


def _compare(op: str, fact: Any, bound: Any) -> bool:
    try:
        a, b = Decimal(str(fact)), Decimal(str(bound))
    except InvalidOperation:
        return False
    return {"gte": a >= b, "lte": a <= b, "gt": a > b, "lt": a < b}.get(op, False)


def faults(conditions: Mapping[str, Any]) -> list[str]:
    """Names of conditions that no note can ever answer, so that a typing error is seen when the rule is saved."""
    bad = [name for name in conditions if name not in INPUTS]
    for name, wanted in conditions.items():
        if isinstance(wanted, Mapping) and (
            INPUTS.get(name) != "number" or not set(wanted) <= {"gte", "lte", "gt", "lt"}
        ):
            bad.append(name)
    return bad


def margin_percent(value: Decimal, cost: Decimal | None) -> Decimal | None:
    """What is left of the price paid after the purchase price, in per cent of the price; None when the cost is unknown."""
    if cost is None or value <= 0:
        return None
    return ((value - cost) / value * 100).quantize(Decimal("0.1"))


def may_sign(*, kind: str, who: str, others: Mapping[str, str], one_signer: bool) -> bool:
    """Whether somebody may give ``kind``: the two signers differ unless the store allows one. ``who`` names the person or
    the program, ``others`` who gave the living signatures by kind; rules (an empty name) stand in nobody's way."""
    return one_signer or not who or all(other != who for k, other in others.items() if k != kind)
