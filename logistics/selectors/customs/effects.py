"""What the rules of a day say of the open notes, and what changes from one day's rules to another's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from logistics.models import DispatchNote
from logistics.rules import customs
from logistics.selectors import dispatch, signing
from logistics.selectors.customs import book as books
from logistics.selectors.customs import parcels
from logistics.selectors.drafting import converter
from logistics.selectors.instead import services_instead

#: More open notes than this are not listed one by one.
MOST = 2000


def open_notes(countries: Sequence[str]) -> list[DispatchNote]:
    """Notes that have not left the house, to these countries (``XL``, ``ZZ``: to all that have no row of their own)."""
    rows = DispatchNote.objects.filter(state__in=dispatch.OPEN_NOTES)
    if not set(countries) & {"XL", "ZZ"}:
        rows = rows.filter(country__in=countries)
    return list(rows.select_related("order", "store", "service", "warehouse").order_by("due_at", "pk")[:MOST])


def findings_on(notes: Sequence[DispatchNote], day: date, now: datetime) -> dict[int, list[customs.Finding]]:
    """The findings about each note by the rules of ``day``, with the rates of now. The queries do not grow with the notes."""
    convert = converter(now.date())
    lines = signing.lines_of([note.pk for note in notes])
    places = frozenset(dispatch.addresses(note.order_id for note in notes))
    known = parcels.around(
        notes, lines, convert, day=day, with_address=places, instead=services_instead(notes, convert, day)
    )
    return {
        note.pk: customs.check(
            parcels.parcel_of(note, lines.get(note.pk, []), known, convert), books.book(day), convert=convert,
            limits=known.limits,
        )
        for note in notes
    }  # fmt: skip


def differences(
    notes: Sequence[DispatchNote],
    before: Mapping[int, Sequence[customs.Finding]],
    after: Mapping[int, Sequence[customs.Finding]],
) -> list[dict[str, Any]]:
    """Notes whose findings are others now: which are gone, which have come."""
    made = []
    for note in notes:
        old = {(f.key, f.level) for f in before[note.pk]}
        new = {(f.key, f.level) for f in after[note.pk]}
        if old != new:
            made.append({
                "note": note.pk, "number": note.number, "order": note.order.number, "order_id": note.order_id,
                "country": note.country, "store_id": note.store_id,
                "gone": sorted({key.split(":")[0] for key, _level in old - new}),
                "come": sorted({f"{key.split(':')[0]} ({level})" for key, level in new - old}),
            })  # fmt: skip
    return made
