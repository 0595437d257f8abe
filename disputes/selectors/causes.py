"""The house's list of root causes: what can be named today, and what each code is called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from core.audit import Actor
from core.clock import utcnow
from core.errors import Missing
from core.remembering import Remembered
from disputes.models import RootCause

#: The word that asks for what has no cause yet (the empty word cannot be asked in an address).
UNNAMED = "none"


def _read() -> dict[str, RootCause]:
    return {row.code: row for row in RootCause.objects.order_by("position", "code")}


#: Every cause by its code in the order of the list: they are few and stand in each row.
known = Remembered(_read, 5.0)


def forget() -> None:
    """Drop the short memory after a change (the other processes follow within some seconds)."""
    known.forget()


def offered(day: date | datetime) -> list[RootCause]:
    """The causes that can be named on a day, in the order of the list."""
    when = day.date() if isinstance(day, datetime) else day
    return [
        row
        for row in known().values()
        if row.valid_from <= when and (row.valid_until is None or when <= row.valid_until)
    ]


def name_of(code: str) -> str:
    """What a code is called in the reader's language; of no code: that nobody has named a cause."""
    if not code:
        return pgettext("cause", "Not named yet")
    found = known().get(code)
    return str(found) if found else code


def choices_today() -> list[tuple[str, str]]:
    """(code, name) of what can be named today."""
    return [(row.code, str(row)) for row in offered(utcnow())]


def choices_asked() -> list[tuple[str, str]]:
    """(code, name) of everything a list may be asked for, retired causes and "not named yet" included."""
    return [*((code, str(row)) for code, row in known().items()), (UNNAMED, name_of(""))]


def causes_for(actor: Actor) -> QuerySet[RootCause]:
    """The whole list: it is the house's, not a store's."""
    return RootCause.objects.all()


def root_cause(pk: int) -> RootCause:
    """One line of the list; raises ``Missing``."""
    found = RootCause.objects.filter(pk=pk).first()
    if found is None:
        raise Missing("not_found", _("There is no such entry, or it is not yours to see."))
    return found


class _Names(Mapping[str, str]):
    """Code -> name, read when it is shown."""

    def __getitem__(self, code: str) -> str:
        return name_of(code)

    def __iter__(self) -> Iterator[str]:
        return iter(known())

    def __len__(self) -> int:
        return len(known())

    def __contains__(self, code: object) -> bool:
        return code in known()


#: For the record: codes kept there are worded in the reader's language.
NAMES = _Names()
