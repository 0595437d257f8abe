"""Named in a note: each person who may see the object gets a line on Today, once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse

from accounts.models import User
from core.audit import SYSTEM, Actor
from core.models import ActivityEntry
from core.states import move_many
from core.timeline import mentioned
from worklist import selectors
from worklist.choices import DutyState
from worklist.models import Duty
from worklist.registry import RULES
from worklist.services import planning

RULE = "worklist.mention"
#: The sweep looks so far back for notes whose news was lost.
BACK = timedelta(days=2)
_PLAIN = re.compile(r"[A-Za-z0-9_.+-]+")


def take_up(*, entry_ids: Iterable[int] | None, now: datetime) -> int:
    """Give the people named in these notes their line (None: in all notes of the last two days); answers how many were made.

    Who may not see the object, has left, or wrote the note, gets none; a name nobody has is passed over. Twice is once.
    """
    notes = ActivityEntry.objects.filter(verb="note")
    if entry_ids is None:
        notes = notes.filter(at__gte=now - BACK, params__note__icontains="@")
    else:
        notes = notes.filter(pk__in=list(entry_ids))
    return sum(_take_up(note, now) for note in notes.order_by("pk"))


def _take_up(note: ActivityEntry, now: datetime) -> int:
    people = [p for p in _named(note) if selectors.sees(p.actor, note.subject_type, note.subject_id)]
    if not people:
        return 0
    rule = RULES[RULE]
    due = None if rule.over(note, now) else rule.due_at(note, 0, now)
    if due is None:
        return 0
    rows = []
    for person in people:
        duty = planning.blank(rule, note, person.pk, due, now)
        duty.role = person.role
        number = selectors.name_of(note.subject_type, note.subject_id)
        duty.facts |= {"number": number, "url": reverse("worklist:mention", args=[note.pk])}
        rows.append(duty)
    with transaction.atomic():
        planning.price(rows, rule, {note.pk: note}, now)
        made = planning.insert(rows)
        for person in people:
            fresh = _of(note.pk).filter(round=person.pk, state=DutyState.OPEN, owner__isnull=True)
            move_many(list(fresh), "claim", actor=SYSTEM, now=now, owner=person, claim_until=None)
    return made


def _named(note: ActivityEntry) -> list[User]:
    """The people whose logins stand behind an @ in the note. A name ends where a sentence goes on: "@ann." and "@ann看" are ann."""
    names = set()
    for word in mentioned(str(note.params.get("note", ""))):
        plain = _PLAIN.match(word)
        for name in (word, plain[0] if plain else ""):
            names |= {name.lower(), name.rstrip(".+-").lower()}
    found = selectors.people_called(names - {""})
    return [person for person in found if not (note.actor_kind == "user" and note.actor_ref == person.pk)]


def read(*, entry_id: int, actor: Actor, now: datetime) -> None:
    """The actor opened the note: the own line ends. Nobody else's does; again changes nothing."""
    with transaction.atomic():
        own = _of(entry_id).filter(owner_id=actor.user_id, closed_at__isnull=True).select_for_update(of=("self",))
        move_many(list(own), "done", actor=actor, now=now, reason="read")


def drop_ownerless(*, now: datetime) -> int:
    """A line whose person lost store or role is nobody else's business: it ends. Answers how many."""
    lost = Duty._base_manager.filter(rule=RULE, state__in=[DutyState.OPEN, DutyState.STUCK], owner__isnull=True)
    moved, _refused = move_many(list(lost[:1000]), "cancel", actor=SYSTEM, now=now, reason="not theirs any more")
    return len(moved)


def _of(entry_id: int):  # type: ignore[no-untyped-def]
    kind = RULES[RULE].subject_type
    return Duty._base_manager.filter(rule=RULE, subject_type=kind, subject_id=entry_id)
