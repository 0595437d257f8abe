"""Rules of the house that sort orders as they come in (ORD-08): the first rule that fits sets type, flag, warehouse, service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

#: What a condition may ask about: name -> "text", "number", "yes" (true or false) or "texts" (any of several).
INPUTS = {
    "store": "text", "channel": "text", "country": "text", "currency": "text", "total": "number", "pieces": "number",
    "lines": "number", "shipping_method": "text", "sku": "texts", "title": "texts", "has_note": "yes", "has_wish": "yes",
    "unmatched": "yes", "repeat_buyer": "yes",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as data; ``store_id`` None = every store. Empty results change nothing."""

    id: int
    name: str
    conditions: Mapping[str, Any]
    store_id: int | None = None
    type: str = ""
    flag: str = ""
    warehouse_id: int | None = None
    service: str = ""


def first_fitting(rules: Sequence[Rule], facts: Mapping[str, Any], store_id: int) -> Rule | None:
    """The first rule (in order) whose conditions all hold; None when none fits. A rule without conditions fits every order."""
    for rule in rules:
        if rule.store_id in (None, store_id) and all(
            _holds(facts.get(name), wanted) for name, wanted in rule.conditions.items()
        ):
            return rule
    return None


def _holds(fact: Any, wanted: Any) -> bool:
    if isinstance(fact, list | tuple | set | frozenset):
        return any(_holds(one, wanted) for one in fact)
    if isinstance(wanted, Mapping):
        return all(_compares(fact, how, value) for how, value in wanted.items())
    if isinstance(wanted, list | tuple):
        return any(_holds(fact, one) for one in wanted)
    if isinstance(wanted, bool) or isinstance(fact, bool):
        return bool(fact) is wanted
    if fact is None:
        return False
    number = _number(wanted)
    if isinstance(fact, int | Decimal) and number is not None:
        return Decimal(fact) == number
    return str(fact).casefold() == str(wanted).casefold()


def _compares(fact: Any, how: str, value: Any) -> bool:
    if how == "contains":
        return fact is not None and str(value).casefold() in str(fact).casefold()
    left, right = _number(fact), _number(value)
    if left is None or right is None:
        return False
    return left >= right if how == "gte" else left <= right


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def faults(conditions: Any) -> list[str]:
    """What is wrong with conditions before they are saved; names of inputs and comparisons that do not exist."""
    if not isinstance(conditions, Mapping):
        return ["conditions"]
    wrong = []
    for name, wanted in conditions.items():
        kind = INPUTS.get(name)
        if kind is None or not _fits(kind, wanted):
            wrong.append(str(name))
    return wrong


def _fits(kind: str, wanted: Any) -> bool:
    if kind == "yes":
        return isinstance(wanted, bool)
    if isinstance(wanted, Mapping):
        known = {"gte", "lte"} if kind == "number" else {"contains"}
        return (
            bool(wanted)
            and set(wanted) <= known
            and all(kind != "number" or _number(v) is not None for v in wanted.values())
        )
    if isinstance(wanted, list):
        return bool(wanted) and all(_fits(kind, one) and not isinstance(one, Mapping | list) for one in wanted)
    return _number(wanted) is not None if kind == "number" else isinstance(wanted, str) and bool(wanted.strip())
