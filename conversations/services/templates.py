"""Texts of the house: own ones are added, all can be changed; what names unknown placeholders is refused."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.models import Store
from conversations import registry, rules
from conversations.models import Template
from conversations.rules.cards import CARD, rewards_in
from core import audit
from core.audit import Actor
from core.errors import Conflict, Invalid, NotAllowed
from core.reach import need_reach

_FIELDS = (
    "purpose",
    "kind",
    "trigger",
    "send_mode",
    "subject",
    "body",
    "when_zh",
    "when_en",
    "answers",
    "active",
    "checks",
)
HOUSE_NAMES = frozenset(
    {"agent_name", "buyer_name", "store_name", "help_url", "store_url", "bank_account", "return_address"}
)


def known_names() -> frozenset[str]:
    """Every placeholder there is: those of the house and all that the texts of the house use."""
    used: set[str] = {*HOUSE_NAMES, *registry.NAMES}
    for subject, body in Template.objects.values_list("subject", "body"):
        used |= {*rules.names(subject), *rules.names(body)}
    return frozenset(used)


@transaction.atomic
def create_template(
    *, code: str, language: str, actor: Actor, now: datetime, store: Store | None = None, **fields: Any
) -> Template:
    """Add a text. Refuses a code that exists in that language, unknown placeholders, and roles that may not.

    A text that goes out by itself (``send_mode`` auto) needs ``conversations.approve_template``.
    """
    _may(actor, store.pk if store else None, now)
    _may_go_alone(fields, "", actor)
    return _add(code, language, store, fields, actor, now)


def _add(
    code: str, language: str, store: Store | None, fields: dict[str, Any], actor: Actor, now: datetime
) -> Template:
    values = _clean(fields)
    _refuse_rewards(code, values)
    row = Template(
        code=code, base_code=rules.base_code_of(code), language=language, store=store, updated_at=now, **values
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise Conflict("template_exists", _("There is already a text %(code)s in this language."), code=code) from None
    audit.record(row, "template.create", actor=actor, now=now, text=gettext_noop("Text %(code)s added"), code=code)
    return row


@transaction.atomic
def change_template(*, template: Template, actor: Actor, now: datetime, **fields: Any) -> Template:
    """Change a text; the next message uses it, sent ones keep theirs. Refuses unknown placeholders and roles that may not.

    Making a text go out by itself (``send_mode`` auto) needs ``conversations.approve_template``.
    """
    _may(actor, template.store_id, now)
    held = Template.objects.select_for_update(of=("self",)).get(pk=template.pk)
    values = _clean(fields)
    _refuse_rewards(held.code, values)
    _may_go_alone(values, held.send_mode, actor)
    changed = {name: value for name, value in values.items() if getattr(held, name) != value}
    if changed:
        for name, value in changed.items():
            setattr(held, name, value)
        held.updated_at = now
        held.save(update_fields=[*changed, "updated_at"])
        audit.record(
            held,
            "template.change",
            actor=actor,
            now=now,
            text=gettext_noop("Text changed: %(names)s"),
            names=", ".join(sorted(changed)),
        )
    return held


def _may_go_alone(values: dict[str, Any], was: str, actor: Actor) -> None:
    if values.get("send_mode") == "auto" and was != "auto" and not actor.has_perm("conversations.approve_template"):
        raise NotAllowed("not_allowed", _("A supervisor decides which texts go out by themselves."))


@transaction.atomic
def copy_for_store(*, template: Template, store: Store, actor: Actor, now: datetime) -> Template:
    """Give a store its own version of a text of the house, to be changed there. Refuses a second one. It goes out as the text of
    the house does."""
    _may(actor, store.pk, now)
    fields = {name: getattr(template, name) for name in _FIELDS}
    return _add(template.code, template.language, store, fields, actor, now)


def _refuse_rewards(code: str, values: dict[str, Any]) -> None:
    """The card in the parcel asks for an honest rating and pays for none, and it is never sent as a message."""
    if rules.base_code_of(code) != CARD:
        return
    found = {name: rewards_in(values.get(name, "")) for name in ("subject", "body")}
    errors = {
        name: [_("promises something: %(words)s") % {"words": ", ".join(words)}]
        for name, words in found.items()
        if words
    }
    if errors:
        raise Invalid("card_rewards", _("A card in the parcel never promises anything for a rating."), errors=errors)
    if values.get("send_mode") == "auto":
        raise Invalid("card_is_printed", _("A card is printed, not sent."), field="send_mode")


def _clean(fields: dict[str, Any]) -> dict[str, Any]:
    unknown = set(fields) - set(_FIELDS)
    if unknown:
        raise Invalid("unknown_field", _("This cannot be changed here."), errors={name: ["?"] for name in unknown})
    errors: dict[str, list[str]] = {}
    known = known_names()
    for name in ("subject", "body"):
        if name in fields:
            fields[name] = rules.plain_text(fields[name].replace("\r\n", "\n"))
            if wrong := rules.check(fields[name], known):
                errors[name] = wrong
    if "body" in fields and not fields["body"]:
        errors["body"] = [str(_("A text cannot be empty."))]
    if unknown_checks := [name for name in fields.get("checks", ()) if name not in registry.GUARDRAILS]:
        errors["checks"] = unknown_checks
    if errors:
        what = "; ".join(f"{name}: {', '.join(wrong)}" for name, wrong in errors.items())
        raise Invalid("bad_template", _("The text cannot be kept like this. %(what)s"), errors=errors, what=what)
    return fields


def _may(actor: Actor, store_id: int | None, now: datetime) -> None:
    if not actor.has_perm("conversations.change_template"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    need_reach(actor, [store_id], now)
