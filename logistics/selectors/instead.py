"""Which service to take when the one of a note may not carry what is in it: the value is never lowered to fit a service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from logistics.models import DispatchNote
from logistics.rules.choosing import instead_of
from logistics.rules.customs.book import Convert
from logistics.selectors import quotes

#: So many are named.
MOST = 3


def over_value(note: DispatchNote, convert: Convert) -> bool:
    """Whether the goods are worth more than the service of the note may carry."""
    service = note.service
    if service is None or service.value_max is None or not service.value_max_currency:
        return False
    value = convert(note.declared_value, note.declared_currency, service.value_max_currency)
    return value is not None and value > service.value_max


def services_instead(notes: Sequence[DispatchNote], convert: Convert, day: date) -> Mapping[int, tuple[str, ...]]:
    """For notes whose value is too high for their service: the others that may carry them, the cheapest that keeps the days
    promised first. Reads the prices only when there is such a note; the queries do not grow with them."""
    asked = [note for note in notes if over_value(note, convert)]
    if not asked:
        return {}
    held = quotes.book(day, {note.country for note in asked})
    return {
        case.note.pk: tuple(instead_of(case.current, held.price(case).candidates, case.wanted)[:MOST])
        for case in quotes.cases_of_notes(asked, held)
        if case.note is not None
    }
