"""The tables staff edit: promises and decisions. A change is a new version from a day on; the past keeps its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core import audit
from core.audit import Actor
from core.errors import Invalid, NotAllowed
from core.reach import need_reach
from logistics.models import DecisionRule, PromiseRule
from logistics.rules.tracking import Facts

Row = TypeVar("Row", PromiseRule, DecisionRule)
#: Comparisons a condition may use.
BOUNDS = frozenset({"gte", "gt", "lte", "lt"})


def set_promise(
    *, promise: PromiseRule, actor: Actor, now: datetime, valid_from: date | None = None, **changes: Any
) -> PromiseRule:
    """Give a promise row new figures from a day on (today when not said). Refuses checks out of order, and people without
    the right."""
    days = [
        changes.get(name, getattr(promise, name))
        for name in ("first_check_days", "second_check_days", "lost_after_days")
    ]
    if days != sorted(days) or days[0] < 1:
        raise Invalid(
            "days_out_of_order", _("The first check comes before the second, the second before the parcel counts as lost."),
            errors={"second_check_days": [str(_("Out of order."))]},
        )  # fmt: skip
    return _version(promise, changes, valid_from, actor, now)


def set_decision(
    *, decision: DecisionRule, actor: Actor, now: datetime, valid_from: date | None = None, **changes: Any
) -> DecisionRule:
    """Give a row of a decision table a new content from a day on (today when not said). Refuses conditions that no parcel
    can answer, and people without the right."""
    wrong = faults(changes.get("conditions", decision.conditions))
    if wrong:
        raise Invalid(
            "bad_conditions", _("No parcel can answer: %(names)s"), names=", ".join(wrong), errors={"conditions": wrong}
        )
    return _version(decision, changes, valid_from, actor, now)


def faults(conditions: Any) -> list[str]:
    """What is wrong with conditions: unknown inputs, comparisons that do not exist."""
    if not isinstance(conditions, dict):
        return ["{}"]
    known = set(Facts.__dataclass_fields__)
    wrong = [name for name in conditions if name not in known]
    for name, wanted in conditions.items():
        if isinstance(wanted, dict) and (not wanted or set(wanted) - BOUNDS):
            wrong.append(name)
    return wrong


@transaction.atomic
def _version(row: Row, changes: Mapping[str, Any], valid_from: date | None, actor: Actor, now: datetime) -> Row:
    if not actor.has_perm("logistics.change_service"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    need_reach(actor, [None], now)
    changed = sorted(name for name, value in changes.items() if getattr(row, name) != value)
    if not changed:
        return row
    day = valid_from or now.date()
    model = type(row)
    held = model.objects.select_for_update().filter(rule_id=row.rule_id, valid_from=day).first()
    if held is None:
        held = model.objects.get(pk=row.pk)
        held.pk, held.valid_from = None, day
        held._state.adding = True
    for name in changed:
        setattr(held, name, changes[name])
    held.save()
    audit.record(
        held, f"{model._meta.model_name}.set", actor=actor, now=now,
            text=gettext_noop("%(rule)s from %(day)s: %(fields)s"), rule=held.rule_id,
        day=f"{day:%Y-%m-%d}", fields=", ".join(changed),
    )  # fmt: skip
    return held
