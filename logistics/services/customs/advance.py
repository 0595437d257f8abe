"""The file of electronic customs data for a carrier or a print batch: long work, checked row by row."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core import audit, longwork
from core.audit import Actor
from core.errors import Conflict, Invalid, NotAllowed
from core.listing.export import safe_text
from core.models import Job
from logistics.rules.customs import advance as rules
from logistics.selectors import dispatch as selectors
from logistics.selectors.customs import advance as reads
from logistics.services.customs.filling import mark_sent

JOB = "logistics.advance_data"
FORMATS = ("csv", "json")
_PHONE = re.compile(r"\+[\d ()/.-]+")
PERMISSION, PERSONAL = "logistics.number_parcel", "orders.view_personal"


def start(*, note_ids: Sequence[int], actor: Actor, now: datetime, fmt: str = "csv", mark: bool = False) -> Job:
    """Begin the file for these notes. ``mark``: what stands in the file counts as given to the carrier once it is ready.
    Refuses people without the right (the file holds addresses), an unknown format and nothing to write."""
    if not (actor.has_perm(PERMISSION) and actor.has_perm(PERSONAL)):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    if fmt not in FORMATS:
        raise Invalid("bad_format", _("CSV or JSON."), errors={"format": [str(_("CSV or JSON."))]})
    if not note_ids:
        raise Conflict("nothing_waits", _("No parcel waits for its customs data."))
    return longwork.start(
        JOB, actor=actor, now=now, payload={"notes": list(note_ids), "format": fmt, "mark": bool(mark)}, total=len(note_ids),
        title=str(_("Customs data of %(n)s parcels")) % {"n": len(note_ids)},
    )  # fmt: skip


def content(told: reads.Told, fmt: str) -> bytes:
    """The file: one row for each article, or parcels with their articles."""
    if fmt == "json":
        return json.dumps(rules.nested(told.good), ensure_ascii=False, indent=1).encode()
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(rules.COLUMNS)
    writer.writerows([_harmless(cell) for cell in row] for row in rules.rows(told.good))
    return buffer.getvalue().encode("utf-8-sig")


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet runs; a phone number stays as it is."""
    return cell if _PHONE.fullmatch(cell) else safe_text(cell)


@transaction.atomic
def finish(*, told: reads.Told, name: str, mark: bool, actor: Actor, now: datetime) -> int:
    """Keep on each note that its data stood in a file; with ``mark`` it counts as given, unless it says something else by
    now. Answers how many were marked."""
    notes = selectors.lock_notes(told.note_ids)
    audit.record_many(
        audit.entry(
            note,
            "note.data_file",
            actor=actor,
            now=now,
            text=gettext_noop("Customs data written to %(file)s"),
            file=name,
        )
        for note in notes
    )
    if not mark:
        return 0
    fresh = reads.told(told.note_ids, now)
    same = {item.reference for item in fresh.good if item in told.good}
    return len(mark_sent(notes=[note for note in notes if note.number in same], actor=actor, now=now)[0])
