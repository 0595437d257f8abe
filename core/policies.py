"""House policy as data: every number from a manual or a law is a dated row with a declared default.

Apps declare in ``policies.py``::

    FRESH_DAYS = declare("orders.fresh_days", 14, _("Orders older than this at import are history (days)"))

and ask ``value(FRESH_DAYS, day, store_id)``. Rules get the answer as an argument; they never ask themselves.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from core import audit, likeness
from core.audit import Actor
from core.clock import WorkCalendar
from core.errors import Invalid, Missing, NotAllowed
from core.models import CalendarDay, PolicyValue
from core.reach import need_reach
from core.remembering import Remembered


@dataclass(frozen=True)
class Policy:
    """A declared house rule: key, default, label, and where the default comes from."""

    key: str
    default: Any
    label: Any
    source: str = ""
    per_store: bool = True
    #: The least a figure may be.
    least: int = 0
    #: The values there are; empty: any like the default.
    one_of: tuple[str, ...] = ()


POLICIES: dict[str, Policy] = {}


def declare(
    key: str, default: Any, label: Any, *, source: str = "", per_store: bool = True, least: int = 0,
    one_of: tuple[str, ...] = (),
) -> Policy:  # fmt: skip
    """Declare a policy with its default and the least a figure may be, or the values there are. Declared once, at import of
    the app."""
    if key in POLICIES:
        raise ValueError(f"policy {key} is declared twice")
    POLICIES[key] = Policy(key, default, label, source, per_store, least, one_of)
    return POLICIES[key]


def value(policy: Policy, day: date | datetime, store_id: int | None = None) -> Any:
    """The value of ``policy`` on ``day``: the store's own newest valid row, else the house's, else the default."""
    when = day.date() if isinstance(day, datetime) else day
    rows = [row for row in _rows().get(policy.key, ()) if row.valid_from <= when]
    for wanted in (store_id, None):
        fitting = [row for row in rows if row.store_ref == wanted]
        if fitting:
            return max(fitting, key=lambda row: row.valid_from).value
    return policy.default


def forget() -> None:
    """Drop the short memory after a change (the other processes follow within some seconds)."""
    _rows.forget()


def _read() -> dict[str, list[PolicyValue]]:
    """All policy rows by key: they are few and read on every decision."""
    grouped: dict[str, list[PolicyValue]] = {}
    for row in PolicyValue.objects.all():
        grouped.setdefault(row.key, []).append(row)
    return grouped


_rows = Remembered(_read, 5.0)


WORKDAYS = declare(
    "core.workdays", [0, 1, 2, 3, 4, 5], _("Worked weekdays (Monday is 0)"), source="house", per_store=False
)


def work_calendar(day: date | datetime) -> WorkCalendar:
    """The working calendar as known on ``day``: worked weekdays plus holidays and make-up days around it."""
    exceptions = dict(CalendarDay.objects.values_list("day", "working"))
    return WorkCalendar(frozenset(value(WORKDAYS, day)), exceptions)


def set_value(
    *, key: str, text: str, valid_from: date, actor: Actor, now: datetime, store_id: int | None = None, note: str = ""
) -> PolicyValue:
    """Give a house rule a new value from a day on; the past keeps its own. Refuses unknown rules, unfit values, and values
    for stores in which the actor does not work (without a store: for all)."""
    if not actor.has_perm("core.change_policy"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    policy = POLICIES.get(key)
    if policy is None:
        raise Missing("policy_missing", _("There is no house rule “%(key)s”."), key=key)
    need_reach(actor, [store_id if policy.per_store else None], now)
    try:
        fitting = likeness.read_like(policy.default, text, policy.least)
    except (ValueError, TypeError) as error:
        sentence = _("This is not a value like “%(example)s”.") % {"example": show(policy.default)}
        raise Invalid(
            "unfit_value", _("The value does not fit this rule."), errors={"value": [str(sentence)]}
        ) from error
    if policy.one_of and fitting not in policy.one_of:
        known = _("Only these are known: %(values)s.") % {"values": ", ".join(policy.one_of)}
        raise Invalid("unfit_value", _("The value does not fit this rule."), errors={"value": [str(known)]})
    row, _made = PolicyValue.objects.update_or_create(
        key=key, store_ref=store_id if policy.per_store else None, valid_from=valid_from,
        defaults={"value": fitting, "note": note, "created_by": actor.label, "created_at": now},
    )  # fmt: skip
    audit.record(row, "policy.set", actor=actor, now=now, text="House rule set", reason=note, key=key, value=fitting)
    forget()
    return row


def show(value: Any) -> str:
    """A policy value as people write it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def history(key: str) -> list[PolicyValue]:
    """All dated values of a rule, newest first."""
    return list(PolicyValue.objects.filter(key=key).order_by("-valid_from", "-id"))
