"""What managers set: carrier services and approval rules."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core import audit
from core.audit import Actor
from core.errors import Invalid, NotAllowed
from core.reach import need_reach
from logistics.models import ApprovalRule, Service
from logistics.rules.approval import faults


def _need(actor: Actor, permission: str) -> None:
    if not actor.has_perm(permission):
        raise NotAllowed("not_allowed", _("Your role may not do this."))


def _apply(row: Any, changes: Mapping[str, Any]) -> list[str]:
    changed = [name for name, value in changes.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, changes[name])
    return sorted(changed)


SERVICE_CODE = re.compile(r"[A-Z0-9][A-Z0-9_]{1,29}")


@transaction.atomic
def make_service(*, code: str, actor: Actor, now: datetime, **facts: Any) -> Service:
    """A carrier service of our own beside those of the reference list; its code stays for ever. Refuses a code that is taken or
    that no label could name, people without the right, and those who do not work in all stores."""
    _need(actor, "logistics.change_service")
    need_reach(actor, [None], now)
    if not SERVICE_CODE.fullmatch(code):
        text = _("Capitals, digits and _ only, at least two.")
        raise Invalid("bad_code", text, errors={"code": [str(text)]})
    if Service.objects.filter(code=code).exists():
        text = _("There is a service with this code already.")
        raise Invalid("code_taken", text, errors={"code": [str(text)]})
    made = Service(code=code)
    _apply(made, {name: value for name, value in facts.items() if name != "id"})
    words = [made.name_en, made.name_zh]
    made.match_words = list(dict.fromkeys(word for word in [*(made.match_words or []), *words] if word))
    made.save()
    audit.record(made, "service.make", actor=actor, now=now, text=gettext_noop("Service made"))
    return made


@transaction.atomic
def change_service(*, service: Service, changes: Mapping[str, Any], actor: Actor, now: datetime) -> Service:
    """Change a carrier service; its code stays for ever. Notes that are drafted later follow it. Refuses people without the
    right, those who do not work in all stores (a service is everybody's), and a pattern of numbers that cannot be read."""
    _need(actor, "logistics.change_service")
    need_reach(actor, [None], now)
    held = Service.objects.select_for_update().get(pk=service.pk)
    given = {name: value for name, value in changes.items() if name not in ("id", "code")}
    changed = _apply(held, given)
    if "number_pattern" in changed:
        _read_pattern(held.number_pattern)
    if changed:
        held.save(update_fields=changed)
        audit.record(
            held,
            "service.change",
            actor=actor,
            now=now,
            text=gettext_noop("Changed: %(fields)s"),
            fields=", ".join(changed),
        )
    return held


def _read_pattern(text: str) -> None:
    try:
        re.compile(text)
    except re.error as error:
        said = _("This pattern cannot be read: %(why)s")
        raise Invalid("bad_pattern", said, field="number_pattern", why=str(error)) from error


@transaction.atomic
def save_rule(*, rule: ApprovalRule, changes: Mapping[str, Any], actor: Actor, now: datetime) -> ApprovalRule:
    """Make or change an approval rule. Refuses conditions that no note can answer, people without the right, and
    rules for stores in which they do not work (without a store: for all)."""
    _need(actor, "orders.change_automation")
    wrong = faults(changes.get("conditions") or {})
    if wrong:
        raise Invalid(
            "bad_conditions", _("No note can answer: %(names)s"), names=", ".join(wrong), errors={"conditions": wrong}
        )
    new = rule.pk is None
    held = rule if new else ApprovalRule.objects.select_for_update(of=("self",)).get(pk=rule.pk)
    was = [] if new else [held.store_id]
    changed = _apply(held, changes)
    need_reach(actor, [*was, held.store_id], now)
    if new or changed:
        held.save()
        text = gettext_noop("Approval rule made") if new else gettext_noop("Changed: %(fields)s")
        audit.record(held, "rule.change", actor=actor, now=now, text=text, fields=", ".join(changed))
    return held
