"""The timeline of an object: the human record (ActivityEntry) merged with messages, tracking and whatever apps add.

register_source("orders.order", messages_of_order)      # fn(obj, actor, before, limit) -> list[Entry], newest first
register_related("orders.order", lambda obj: [("logistics.parcel", parcel_ids)])   # their record is shown here too
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core import audit
from core.audit import Actor
from core.errors import Invalid
from core.events import publish
from core.models import ActivityEntry
from core.states import MACHINES

PAGE = 50
#: What the parts of the house are called for people (see core.audit.system).
PARTS = {
    "approval rules": pgettext_lazy("actor", "approval rules"), "check": pgettext_lazy("actor", "check"),
    "clock": pgettext_lazy("actor", "clock"), "connector": pgettext_lazy("actor", "channel"),
    "demonstration": pgettext_lazy("actor", "demonstration"), "dispatch": pgettext_lazy("actor", "dispatch desk"),
    "import": pgettext_lazy("actor", "import"), "intake": pgettext_lazy("actor", "order intake"),
    "outbox": pgettext_lazy("actor", "outbox"), "privacy": pgettext_lazy("actor", "privacy"),
    "shipping": pgettext_lazy("actor", "shipping"), "sweep": pgettext_lazy("actor", "clock"),
    "tracking": pgettext_lazy("actor", "tracking"), "review": pgettext_lazy("actor", "weekly review"),
    "carriers": pgettext_lazy("actor", "carriers"), "lanes": pgettext_lazy("actor", "lanes"),
}  # fmt: skip
NOTE_LENGTH = 4000


@dataclass(frozen=True)
class Entry:
    """One line as the component shows it. ``kind``: event, message, audit, tracking, note."""

    at: datetime
    text: Any
    title: Any = ""
    who: str = ""
    tone: str = "neutral"
    icon: str = ""
    kind: str = "event"
    url: str = ""
    theirs: bool = False
    marks: tuple[Any, ...] = field(default=())


@dataclass(frozen=True)
class NoteWritten:
    """Somebody wrote an internal note and named colleagues in it."""

    entry_id: int
    subject_type: str
    subject_id: int
    mentions: tuple[str, ...]


Source = Callable[[Any, Actor, datetime | None, int], Iterable[Entry]]
_SOURCES: dict[str, list[Source]] = defaultdict(list)
_RELATED: dict[str, list[Callable[[Any], Iterable[tuple[str, Iterable[int]]]]]] = defaultdict(list)
_MENTION = re.compile(r"(?<![\w@])@([\w.+-]{2,150})")


def register_source(subject_type: str, source: Source) -> None:
    """Merge ``source`` into the timeline of every object of ``subject_type``."""
    _SOURCES[subject_type].append(source)


def register_related(subject_type: str, related: Callable[[Any], Iterable[tuple[str, Iterable[int]]]]) -> None:
    """Show the record of related objects too: ``related(obj)`` answers (subject type, ids) pairs."""
    _RELATED[subject_type].append(related)


#: Codes kept in the record that are worded when read: verb -> parameter -> labels by code, or what makes a value's words; and
#: codes used as reasons.
Words = Mapping[Any, Any] | Callable[[Any], Any]
_WORDS: dict[str, dict[str, Words]] = defaultdict(dict)
#: Reasons that the house itself writes; apps add their codes (:func:`register_reason`).
_REASONS: dict[str, Any] = {
    "handed over": pgettext_lazy("reason", "handed over"), "greeted": pgettext_lazy("reason", "greeted"),
    "released": pgettext_lazy("reason", "released"), "signed": pgettext_lazy("reason", "signed"),
    "settled": pgettext_lazy("reason", "settled"), "looked at": pgettext_lazy("reason", "looked at"),
    "confirmed": pgettext_lazy("reason", "confirmed"), "answered": pgettext_lazy("reason", "answered"),
    "answered anew": pgettext_lazy("reason", "answered anew"), "rated": pgettext_lazy("reason", "rated"),
    "labels are right": pgettext_lazy("reason", "labels are right"), "refused": pgettext_lazy("reason", "refused"),
    "the order has ended": pgettext_lazy("reason", "the order has ended"),
    "order ended": pgettext_lazy("reason", "order ended"), "order goes on": pgettext_lazy("reason", "order goes on"),
    "over": pgettext_lazy("reason", "over"), "over already": pgettext_lazy("reason", "over already"),
    "void": pgettext_lazy("reason", "void"), "revised": pgettext_lazy("reason", "revised"),
    "named": pgettext_lazy("reason", "named"), "withdrawn": pgettext_lazy("reason", "withdrawn"),
    "stopped": pgettext_lazy("reason", "stopped"), "solved": pgettext_lazy("reason", "solved"),
    "shipped": pgettext_lazy("reason", "shipped"), "reported": pgettext_lazy("reason", "reported"),
    "rejected": pgettext_lazy("reason", "rejected"), "read": pgettext_lazy("reason", "read"),
    "posted": pgettext_lazy("reason", "posted"), "opened again": pgettext_lazy("reason", "opened again"),
    "number reserved": pgettext_lazy("reason", "number reserved"), "moved on": pgettext_lazy("reason", "moved on"),
    "goods came": pgettext_lazy("reason", "goods came"), "given": pgettext_lazy("reason", "given"),
    "extended": pgettext_lazy("reason", "extended"), "enough numbers": pgettext_lazy("reason", "enough numbers"),
    "ended": pgettext_lazy("reason", "ended"), "declared": pgettext_lazy("reason", "declared"),
    "asked the buyer": pgettext_lazy("reason", "asked the buyer"), "approved": pgettext_lazy("reason", "approved"),
    "advice changed": pgettext_lazy("reason", "advice changed"),
    "not theirs any more": pgettext_lazy("reason", "not theirs any more"),
    "sent by hand instead": pgettext_lazy("reason", "sent by hand instead"),
    "the buyer asked to be forgotten": pgettext_lazy("reason", "the buyer asked to be forgotten"),
}  # fmt: skip


def register_words(verb: str, parameter: str, labels: Words) -> None:
    """The values of ``parameter`` in lines of ``verb`` are codes: show their label in the reader's language (``labels`` by code, or
    a function of the value)."""
    _WORDS[verb][parameter] = labels


def register_reason(code: str, label: Any) -> None:
    """A reason that a program writes as a code."""
    _REASONS[code] = label


def entries(obj: Any, actor: Actor, *, before: datetime | None = None, limit: int = PAGE) -> list[Entry]:
    """The newest ``limit`` lines before ``before``, newest first, of all sources."""
    kind = audit.subject_type(obj)
    found = list(_recorded(obj, kind, before, limit))
    for source in _SOURCES[kind]:
        found += list(source(obj, actor, before, limit))
    return sorted(found, key=lambda entry: entry.at, reverse=True)[:limit]


def _recorded(obj: Any, kind: str, before: datetime | None, limit: int) -> Iterable[Entry]:
    wanted = Q(subject_type=kind, subject_id=obj.pk)
    for related in _RELATED[kind]:
        for other, ids in related(obj):
            wanted |= Q(subject_type=other, subject_id__in=list(ids))
    lines = ActivityEntry.objects.filter(wanted)
    if before is not None:
        lines = lines.filter(at__lt=before)
    for line in lines.order_by("-at", "-pk")[:limit]:
        note = line.verb == "note"
        yield Entry(at=line.at, text=sentence(line) if not line.reason else f"{sentence(line)} · {reason(line)}",
                    who=who(line), kind="note" if note else "audit", icon="note" if note else "")  # fmt: skip


def reason(line: ActivityEntry) -> str:
    """Why it was done; what programs write as a code in the reader's language."""
    return str(_REASONS.get(line.reason, line.reason))


def who(line: ActivityEntry) -> str:
    """Who did it; the parts of the house in the reader's language."""
    return str(PARTS.get(line.actor_label, line.actor_label)) if line.actor_kind == "system" else line.actor_label


def sentence(line: ActivityEntry) -> str:
    """A recorded line in the reader's language."""
    if line.text:
        try:
            return _(line.text) % _worded(line) if line.params else _(line.text)
        except (KeyError, ValueError, TypeError):
            return line.text
    machine_name, _dot, move = line.verb.partition(".")
    for machine in MACHINES.values():
        if machine.name == machine_name and (found := machine.by_name.get(move)) and (found.text or found.label):
            return _(found.text) if found.text else str(found.label)
    return line.verb.replace("_", " ").replace(".", ": ")


def _worded(line: ActivityEntry) -> dict[str, Any]:
    """The parameters of a line, codes in words."""
    known = _WORDS.get(line.verb, {})
    return {name: _word(known[name], value) if name in known else value for name, value in line.params.items()}


def _word(labels: Words, value: Any) -> Any:
    return labels(value) if callable(labels) else labels.get(value, value)


def mentioned(text: str) -> tuple[str, ...]:
    """The words behind an @ in a note, each once."""
    return tuple(dict.fromkeys(_MENTION.findall(text)))


def write_note(*, subject: Any, text: str, actor: Actor, now: datetime) -> ActivityEntry:
    """Write an internal note on ``subject``; @names are told through the event ``NoteWritten``. Refuses an empty one."""
    body = text.replace("\x00", "").strip()
    if not body or len(body) > NOTE_LENGTH:
        raise Invalid("bad_note", gettext_lazy("A note has 1 to 4,000 characters."), field="text",
                      errors={"text": [_("1 to 4,000 characters.")]})  # fmt: skip
    line = audit.record(subject, "note", actor=actor, now=now, text="%(note)s", note=body)
    mentions = mentioned(body)
    if mentions:
        publish(NoteWritten(line.pk, line.subject_type, line.subject_id, mentions))
    return line
