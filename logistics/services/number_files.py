"""Waybill numbers from a carrier's file: which order got which. Set-based: the statements do not grow with the rows."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.audit import Actor
from core.errors import Invalid
from logistics.choices import NumberSource, NumberState
from logistics.models import DispatchNote, WaybillNumber
from logistics.rules import waybill
from logistics.selectors import dispatch as selectors
from logistics.services import numbers, stages

#: A longer file is taken in parts.
MOST_ROWS = 20_000
SAYS: dict[str, Any] = {
    **numbers.REFUSED,
    "note_missing": _("No open dispatch note of this order."),
    "twice": _("This note stands in row %(row)s already."),
}


@dataclass(frozen=True)
class FileRow:
    """One row of a file of numbers that was not taken."""

    row: int
    order: str
    number: str
    message: str


@dataclass
class _Row:
    """One row on its way: the note it means, and the stable code of why it is not taken."""

    row: int
    order: str
    number: str
    note: DispatchNote | None = None
    why: str = ""
    other: int = 0

    def said(self) -> FileRow:
        """The row as its sender reads it."""
        text = str(SAYS[self.why]) % {"number": self.number, "row": self.other}
        return FileRow(self.row, self.order[:80], self.number[:60], text)


@transaction.atomic
def add_from_file(*, content: str, actor: Actor, now: datetime) -> tuple[int, list[FileRow]]:
    """Tie numbers from a carrier's file to the notes of their orders: columns order number (or note number) and waybill
    number, with or without a heading. Answers (rows taken, rows refused with the reason); each row for itself, an earlier
    number of its note is torn up. Refuses a file that is no table, or longer than :data:`MOST_ROWS`."""
    numbers.need(actor)
    rows = _rows(content)
    _find_notes(rows)
    _judge(rows)
    taken = _give([row for row in rows if not row.why], actor, now)
    return taken, [row.said() for row in rows if row.why]


def _rows(content: str) -> list[_Row]:
    made: list[_Row] = []
    try:
        cells = [line for line in csv.reader(io.StringIO(content.replace("\t", ","))) if any(c.strip() for c in line)]
    except csv.Error as error:
        raise Invalid("unreadable", _("The file cannot be read as a table.")) from error
    if len(cells) > MOST_ROWS:
        raise Invalid("too_many", _("The file has more than %(n)s rows: take it in parts."), field="file", n=MOST_ROWS)
    for position, line in enumerate(cells, start=1):
        made.append(_Row(position, line[0].strip(), waybill.normalise(line[1]) if len(line) > 1 else ""))
    return made


def _find_notes(rows: list[_Row]) -> None:
    """The note each row means, locked; a heading is taken out."""
    asked = {row.order for row in rows}
    by_name: dict[str, set[int]] = defaultdict(set)
    found = DispatchNote.objects.filter(order__number__in=asked, state__in=selectors.OPEN_NOTES)
    for pk, name in found.values_list("pk", "order__number"):
        by_name[name].add(pk)
    for pk, name in DispatchNote.objects.filter(number__in=asked).values_list("pk", "number"):
        by_name[name] = {pk}
    held = {note.pk: note for note in selectors.lock_notes({pk for found in by_name.values() for pk in found})}
    for row in rows:
        meant = by_name.get(row.order, set())
        row.note = held.get(next(iter(meant))) if len(meant) == 1 else None
    if rows and rows[0].note is None and not any(c.isdigit() for c in rows[0].number):
        del rows[0]


def _judge(rows: Sequence[_Row]) -> None:
    """Why a row is not taken, as far as the row and its note tell."""
    seen: dict[int, int] = {}
    for row in rows:
        note = row.note
        if note is None:
            row.why = "note_missing"
        elif not waybill.is_number(row.number):
            row.why = "bad_number"
        elif note.state not in numbers.MAY_HAVE:
            row.why = "not_approved"
        elif note.service_id is None:
            row.why = "no_service"
        elif note.pk in seen:
            row.why, row.other = "twice", seen[note.pk]
        else:
            seen[note.pk] = row.row


def _give(rows: Sequence[_Row], actor: Actor, now: datetime) -> int:
    """Tie the numbers to their notes as far as they are free; answers how many rows were taken."""
    countries, fresh = selectors.postal_countries(), []
    for row in rows:
        assert row.note is not None and row.note.service is not None
        ok = waybill.check_ok(row.number, row.note.service.number_pattern, countries)
        fresh.append(
            WaybillNumber(
                service=row.note.service, number=row.number, source=NumberSource.FILE, added_at=now, check_ok=ok
            )
        )
    WaybillNumber.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=2000)
    wanted = {(one.service_id, one.number) for one in fresh}
    held = {
        (one.service_id, one.number): one
        for one in WaybillNumber.objects.select_for_update(of=("self",))
        .filter(
            service__in={service for service, _number in wanted}, number__in={number for _service, number in wanted}
        )
        .order_by("pk")
    }
    pairs, taken, given = [], 0, set()
    for row in rows:
        assert row.note is not None
        number = held[row.note.service_id or 0, row.number]
        mine = number.note_id == row.note.pk and number.state in selectors.LIVE_NUMBERS
        if number.state == NumberState.VOID:
            row.why = "number_void"
        elif number.pk in given or not (mine or number.state == NumberState.FREE):
            row.why = "number_taken"
        else:
            given.add(number.pk)
            taken += 1
            pairs += [] if mine else [(row.note, number)]
    notes = [note for note, _number in pairs]
    numbers.give_back(notes=notes, reason="replaced from a file", actor=actor, now=now)
    numbers.tie(pairs, actor, now)
    stages.push(order_ids=[note.order_id for note in notes], actor=actor, now=now)
    return taken
