"""Tracking events from a file: read and checked as a whole, recorded in pieces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from core import longwork, tables
from core.audit import Actor
from core.clock import utcnow
from core.errors import NotAllowed
from core.listing.export import safe_text
from core.models import Job
from logistics.choices import EventStage
from logistics.rules.tracking import AHEAD
from logistics.services.tracking import events
from stores.contracts import RemoteEvent

KIND = "logistics.events"
PIECE = 500
#: Names of a column in files, lower case.
COLUMNS = {
    "number": ("number", "tracking_number", "tracking number", "waybill", "运单号", "物流单号", "跟踪号", "单号"),
    "time": ("time", "date", "datetime", "occurred_at", "event time", "时间", "日期", "轨迹时间"),
    "text": ("text", "description", "event", "status", "details", "轨迹", "轨迹描述", "描述", "状态", "事件"),
    "place": ("place", "location", "city", "地点", "位置"),
    "stage": ("stage", "阶段"),
}  # fmt: skip


@dataclass
class EventFile:
    """What a file holds: events with their row, and refused rows (row, number, reason)."""

    events: list[tuple[int, RemoteEvent]] = field(default_factory=list)
    rejected: list[tuple[int, str, str]] = field(default_factory=list)


def read_event_file(*, raw: bytes, time_zone: str) -> EventFile:
    """Read a CSV of events: number, time, text, place, stage (Chinese headings too), UTF-8 or GB18030, comma, semicolon or
    tab. Times without an offset are in ``time_zone``. Refuses a file without the needed columns; bad rows are named."""
    found = EventFile()
    for line, cells in tables.rows(raw, COLUMNS, ("number", "time")):
        _read_row(line, cells, time_zone, found)
    return found


def _read_row(line: int, cells: dict[str, str], time_zone: str, found: EventFile) -> None:
    number, stage, text = cells["number"], cells.get("stage", "").lower(), cells.get("text", "")
    at = tables.moment(cells["time"], time_zone)
    if not number:
        found.rejected.append((line, "", _("The waybill number is missing.")))
    elif at is None:
        found.rejected.append((line, number, _("“%(text)s” is not a time.") % {"text": cells["time"][:40]}))
    elif stage and stage not in EventStage.values:
        found.rejected.append((line, number, _("“%(text)s” is not an event.") % {"text": stage[:40]}))
    elif not stage and not text:
        found.rejected.append((line, number, _("The row says nothing.")))
    else:
        found.events.append((line, RemoteEvent(number[:60], at, stage, text, cells.get("place", ""))))


def start_event_import(*, raw: bytes, name: str, time_zone: str, actor: Actor, now: datetime) -> Job:
    """Check the file and start recording it as long work. Refuses what cannot be read at all."""
    if not actor.has_perm("logistics.track_parcel"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    read = read_event_file(raw=raw, time_zone=time_zone)
    kept = longwork.private_storage().save("events/upload.csv", ContentFile(raw))
    return longwork.start(
        KIND, actor=actor, now=now, payload={"file": kept, "zone": time_zone}, total=len(read.events) + len(read.rejected),
        title=_("Tracking events from %(file)s") % {"file": name[:100]},
    )  # fmt: skip


@longwork.runner(KIND, _("Tracking events from a file"), permission="logistics.track_parcel")
def import_events(work: longwork.Work) -> None:
    """Record the file piece by piece; refused rows and unknown numbers come back as a file."""
    with longwork.private_storage().open(work.payload["file"]) as file:
        read = read_event_file(raw=file.read(), time_zone=work.payload["zone"])
    rejected = list(read.rejected)
    new = settled = 0
    for piece in _pieces(read.events):
        now = utcnow()
        with transaction.atomic():
            done = events.record_remote(
                store=None, remotes=[event for _line, event in piece], source="file", actor=work.actor, now=now
            )
            unknown, early = set(done.unknown), {id(event) for event in done.early}
            bad = [
                (line, e.tracking_number, _("No parcel has this number."))
                for line, e in piece
                if e.tracking_number in unknown
            ]
            bad += [
                (line, e.tracking_number, _("It happened before the parcel was handed over."))
                for line, e in piece
                if id(e) in early
            ]
            bad += [
                (line, e.tracking_number, _("This time is still to come."))
                for line, e in piece
                if e.at > now + AHEAD and e.tracking_number not in unknown
            ]
            work.step(len(piece), failed=len(bad))
        rejected += bad
        new, settled = new + done.events, settled + len(done.settled)
    work.result(events=new, settled=settled, rejected=len(rejected))
    if rejected:
        lines = [[safe_text(cell) for cell in row] for row in sorted(rejected)]
        work.file(work.joined_parts([["row", "number", "reason"]], [work.keep_part(lines)]), "rejected-events.csv")


def _pieces(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(rows), PIECE):
        yield rows[start : start + PIECE]
