"""Asking again until the buyer answers: at most once a day, along a ladder that staff edit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.models import Store
from conversations import rules, selectors
from conversations.models import Conversation, ReminderStep, Template
from conversations.services.handing import REMIND, may_send
from conversations.services.outgoing import TextSpec, send_many
from core import audit
from core.audit import Actor
from core.errors import Conflict, Invalid, NotAllowed
from core.reach import need_reach
from worklist import services as worklist


@transaction.atomic
def ask_again(*, conversation: Conversation, actor: Actor, now: datetime) -> Conversation:
    """Remind the buyer of our last question along the ladder of the store until he answers. Asked already: nothing changes.

    Refuses while the buyer waits for us, and where nothing was asked about an order or parcel yet.
    """
    may_send(actor)
    held = _locked(conversation)
    if held.asked_at is not None:
        return held
    if held.waiting_since is not None:
        raise Conflict("buyer_waits", _("The buyer waits for us: answer first."))
    question = selectors.last_question(held)
    if question is None:
        raise Conflict("nothing_asked", _("Nothing was asked yet: write about an order or parcel first."))
    if held.last_in_at is not None and held.last_in_at > question.at:
        raise Conflict("answered", _("The buyer has answered."))
    held.asked_at, held.asked_type, held.asked_id, held.reminded = (
        question.at,
        question.about_type,
        question.about_id,
        0,
    )
    held.save(update_fields=["asked_at", "asked_type", "asked_id", "reminded"])
    audit.record(
        held, "thread.ask_again", actor=actor, now=now, text=gettext_noop("Asked again until the buyer answers")
    )
    worklist.plan(rule_key=REMIND, subject_ids=[held.pk], now=now)
    return held


@transaction.atomic
def stop_asking(*, conversation: Conversation, actor: Actor, now: datetime) -> Conversation:
    """No longer remind; a second time changes nothing."""
    may_send(actor)
    held = _locked(conversation)
    if held.asked_at is not None:
        held.asked_at = None
        held.save(update_fields=["asked_at"])
        audit.record(held, "thread.stop_asking", actor=actor, now=now, text=gettext_noop("No longer asked again"))
        worklist.close(rule_key=REMIND, subject_ids=[held.pk], actor=actor, now=now, reason="stopped", cancelled=True)
    return held


@transaction.atomic
def remind(*, threads: Sequence[Conversation], actor: Actor, now: datetime) -> int:
    """Send the next step of each thread (with its ``ladder``); answers how many texts were written. The caps of the house
    count here too; after the last step nobody asks any more."""
    specs, rows = [], []
    for thread in threads:
        step = rules.next_step(thread.ladder, thread.reminded)  # type: ignore[attr-defined]
        about = selectors.about_object(thread.asked_type, thread.asked_id)
        if thread.asked_at is None or step is None or about is None:
            continue
        key = f"remind:{thread.pk}:{thread.asked_at:%Y%m%d%H%M%S}:{step.position}"
        specs.append(TextSpec(step.base_code, about, key, is_chaser=True))
        rows.append(thread)
    outcomes = send_many(specs=specs, actor=actor, now=now)
    for thread in rows:
        thread.reminded += 1
        thread.save(update_fields=["reminded"])
        if rules.next_step(thread.ladder, thread.reminded) is None:  # type: ignore[attr-defined]
            thread.asked_at = None
            thread.save(update_fields=["asked_at"])
            text = gettext_noop("Asked %(count)s times; nobody asks any more")
            audit.record(thread, "thread.asked_enough", actor=actor, now=now, text=text, count=thread.reminded)
    return sum(1 for outcome in outcomes if outcome.code in ("sent", "draft"))


def _locked(conversation: Conversation) -> Conversation:
    return (
        Conversation._base_manager.select_for_update(of=("self",))
        .select_related("store", "buyer")
        .get(pk=conversation.pk)
    )


# --- the ladder ------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_step(
    *, position: int, after_days: int, base_code: str, actor: Actor, now: datetime, store: Store | None = None,
    inducement: bool = False, active: bool = True, lawful_note: str = "",
) -> ReminderStep:  # fmt: skip
    """A new step. Refuses a place that is taken, a text that is not there, an offer without store and reason, and people
    without the right."""
    row = ReminderStep(
        store=store, position=position, after_days=after_days, base_code=base_code, inducement=inducement, active=active,
        lawful_note=lawful_note.strip(),
    )  # fmt: skip
    _check(row, actor, now)
    if ReminderStep.objects.filter(store=store, position=position).exists():
        raise Conflict("place_taken", _("There is a step at this place."), field="position")
    row.save(force_insert=True)
    audit.record(
        row,
        "reminder.add",
        actor=actor,
        now=now,
        text=gettext_noop("Step %(place)s of the reminders added"),
        place=position,
    )
    return row


@transaction.atomic
def change_step(*, obj: ReminderStep, actor: Actor, now: datetime, **changes: Any) -> ReminderStep:
    """Change a step; its store and place stay. Refuses as :func:`add_step` does."""
    row = ReminderStep.objects.select_for_update(of=("self",)).get(pk=obj.pk)
    before = {name: getattr(row, name) for name in changes if name not in ("id", "store", "position")}
    for name in before:
        setattr(row, name, changes[name])
    _check(row, actor, now)
    changed = {name: [str(was), str(getattr(row, name))] for name, was in before.items() if was != getattr(row, name)}
    if changed:
        row.save(update_fields=list(changed))
        text = gettext_noop("Step %(place)s of the reminders changed")
        audit.record(row, "reminder.change", actor=actor, now=now, text=text, place=row.position, changes=changed)
    return row


@transaction.atomic
def remove_step(*, obj: ReminderStep, actor: Actor, now: datetime) -> None:
    """Take a step out of the ladder; again changes nothing."""
    for row in ReminderStep.objects.filter(pk=obj.pk):
        _may(row, actor, now)
        text = gettext_noop("Step %(place)s of the reminders removed")
        audit.record(row, "reminder.remove", actor=actor, now=now, text=text, place=row.position)
        row.delete()


def _may(row: ReminderStep, actor: Actor, now: datetime) -> None:
    if not actor.has_perm("core.change_policy"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    need_reach(actor, [row.store_id], now)


def _check(row: ReminderStep, actor: Actor, now: datetime) -> None:
    _may(row, actor, now)
    errors: dict[str, list[str]] = {}
    if not Template.objects.filter(base_code=row.base_code).exists():
        errors["base_code"] = [str(_("There is no such text."))]
    if row.after_days < 1:
        errors["after_days"] = [str(_("At least one day after the question."))]
    if row.inducement and row.active:
        if row.store_id is None:
            errors["store"] = [str(_("An offer is switched on for one store only."))]
        if not row.lawful_note:
            errors["lawful_note"] = [str(_("Say why an offer is lawful on this channel."))]
    if errors:
        raise Invalid("bad_step", _("Some fields need another value."), errors=errors)
