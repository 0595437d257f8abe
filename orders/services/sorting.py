"""The rules that sort orders as they come in (ORD-08)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from core import audit
from core.audit import Actor
from core.errors import Conflict, Invalid, NotAllowed
from core.reach import need_reach
from orders.choices import FlagColour, OrderType
from orders.models import OrderRule
from orders.rules import automation

_FIELDS = ("name", "position", "active", "store", "conditions", "set_type", "set_flag", "set_warehouse", "set_service")

#: What the inputs of conditions are called.
INPUT_LABELS = {
    "store": _("store"), "channel": _("channel"), "country": _("country"), "currency": _("currency"), "total": _("amount"),
    "pieces": _("pieces"), "lines": _("lines"), "shipping_method": _("service paid for"), "sku": _("SKU"), "title": _("title"),
    "has_note": _("has a note"), "has_wish": _("has a wish"), "unmatched": _("to match"), "repeat_buyer": _("bought before"),
}  # fmt: skip


def _need(actor: Actor) -> None:
    if not actor.has_perm("orders.change_automation"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))


@transaction.atomic
def save_rule(*, actor: Actor, now: datetime, rule: OrderRule | None = None, **fields: Any) -> OrderRule:
    """A new rule, or other facts of one. Refuses an empty or taken name, conditions that ask about things that do not exist,
    a rule that would set nothing, and rules for stores in which the actor does not work (without a store: for all)."""
    _need(actor)
    unknown = set(fields) - set(_FIELDS)
    if unknown:
        raise Invalid(
            "unknown_field", _("Unknown field."), errors={name: [str(_("Unknown field."))] for name in unknown}
        )
    row = OrderRule.objects.select_for_update(of=("self",)).get(pk=rule.pk) if rule else OrderRule()
    was = [row.store_id] if rule else []
    for name, value in fields.items():
        setattr(row, name, value)
    need_reach(actor, [*was, row.store_id], now)
    errors: dict[str, list[str]] = {}
    if not row.name.strip():
        errors["name"] = [str(_("Give it a name."))]
    wrong = automation.faults(row.conditions)
    if wrong:
        errors["conditions"] = [gettext("Cannot be asked: %(names)s.") % {"names": ", ".join(wrong)}]
    if (row.set_type and row.set_type not in OrderType.values) or (
        row.set_flag and row.set_flag not in FlagColour.values
    ):
        errors["set_type"] = [str(_("Unknown value."))]
    if not (row.set_type or row.set_flag or row.set_warehouse_id or row.set_service):
        errors["set_service"] = [str(_("Say what the rule sets: type, flag, warehouse or service."))]
    if errors:
        raise Invalid("invalid_rule", _("The rule cannot be saved like this."), errors=errors)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Conflict("name_taken", _("Another rule has this name."), field="name") from error
    audit.record(row, "rule.save", actor=actor, now=now, text=gettext_noop("Rule saved"))
    return row


@transaction.atomic
def delete_rule(*, rule: OrderRule, actor: Actor, now: datetime) -> None:
    """Delete a rule; orders it sorted stay as they are. Refuses rules of stores in which the actor does not work."""
    _need(actor)
    need_reach(actor, [rule.store_id], now)
    audit.record(
        rule, "rule.delete", actor=actor, now=now, text=gettext_noop("Rule “%(name)s” deleted"), name=rule.name
    )
    rule.delete()


def in_words(conditions: Mapping[str, Any]) -> str:
    """Conditions as people read them; "" means every order."""
    parts = []
    for name, wanted in (conditions or {}).items():
        label = str(INPUT_LABELS.get(name, name))
        if isinstance(wanted, bool):
            parts.append(label if wanted else gettext("not: %(what)s") % {"what": label})
        elif isinstance(wanted, Mapping):
            signs = {"gte": "≥", "lte": "≤", "contains": "∋"}
            parts += [f"{label} {signs.get(how, how)} {value}" for how, value in wanted.items()]
        else:
            values = wanted if isinstance(wanted, list) else [wanted]
            parts.append(f"{label}: {', '.join(str(v) for v in values)}")
    return " · ".join(parts) or gettext("every order")
