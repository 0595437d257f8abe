"""Tracking events from a file: read and checked as a whole, recorded in pieces."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from core import longwork
from core.audit import Actor
from core.clock import utcnow, zone
from core.errors import Invalid, NotAllowed
from core.models import Job
from logistics.choices import EventStage
from logistics.services.tracking import events
from stores.contracts import RemoteEvent

KIND = "logistics.events"
MOST_BYTES, MOST_ROWS = 20_000_000, 200_000
PIECE = 500
#: Names of a column in files, lower case.
COLUMNS = {
    "number": ("number", "tracking_number", "tracking number", "waybill", "运单号", "物流单号", "跟踪号", "单号"),
    "time": ("time", "date", "datetime", "occurred_at", "event time", "时间", "日期", "轨迹时间"),
    "text": ("text", "description", "event", "status", "details", "轨迹", "轨迹描述", "描述", "状态", "事件"),
    "place": ("place", "location", "city", "地点", "位置"),
    "stage": ("stage", "阶段"),
}  # fmt: skip
_FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y.%m.%d %H:%M", "%Y-%m-%d", "%Y/%m/%d")


@dataclass
class EventFile:
    """What a file holds: events with their row, and refused rows (row, number, reason)."""

    events: list[tuple[int, RemoteEvent]] = field(default_factory=list)
    rejected: list[tuple[int, str, str]] = field(default_factory=list)


def read_event_file(*, raw: bytes, time_zone: str) -> EventFile:
    """Read a CSV of events: number, time, text, place, stage (Chinese headings too), UTF-8 or GB18030, comma, semicolon or
    tab. Times without an offset are in ``time_zone``. Refuses a file without the needed columns; bad rows are named."""
    if len(raw) > MOST_BYTES:
        raise Invalid("file_too_large", _("The file is too large: at most 20 MB."))
    text = _decoded(raw)
    reader = csv.reader(io.StringIO(text), delimiter=_separator(text))
    places = _columns(next(reader, []))
    found = EventFile()
    for line, cells in enumerate(reader, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if line > MOST_ROWS + 1:
            raise Invalid("too_many_rows", _("The file has more than 200,000 rows."))
        _read_row(line, cells, places, time_zone, found)
    return found


def _read_row(line: int, cells: Sequence[str], places: dict[str, int], time_zone: str, found: EventFile) -> None:
    def cell(name: str) -> str:
        at = places.get(name)
        return cells[at].replace("\x00", "").strip() if at is not None and at < len(cells) else ""

    number, stage = cell("number"), cell("stage").lower()
    at = _time(cell("time"), time_zone)
    if not number:
        found.rejected.append((line, "", _("The waybill number is missing.")))
    elif at is None:
        found.rejected.append((line, number, _("“%(text)s” is not a time.") % {"text": cell("time")[:40]}))
    elif stage and stage not in EventStage.values:
        found.rejected.append((line, number, _("“%(text)s” is not an event.") % {"text": stage[:40]}))
    elif not stage and not cell("text"):
        found.rejected.append((line, number, _("The row says nothing.")))
    else:
        found.events.append((line, RemoteEvent(number[:60], at, stage, cell("text"), cell("place"))))


def _decoded(raw: bytes) -> str:
    for name in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else name)
        except UnicodeDecodeError:
            continue
    raise Invalid("unreadable", _("The file is not a text file in UTF-8 or GB18030."))


def _separator(text: str) -> str:
    head = text.split("\n", 1)[0]
    return max(",;\t", key=head.count)


def _columns(head: Sequence[str]) -> dict[str, int]:
    names = [cell.strip().lower() for cell in head]
    found = {}
    for name, known in COLUMNS.items():
        at = next((names.index(word) for word in known if word in names), None)
        if at is not None:
            found[name] = at
    if missing := [name for name in ("number", "time") if name not in found]:
        raise Invalid("columns_missing", _("Columns are missing: %(names)s."), names=", ".join(missing))
    return found


def _time(text: str, time_zone: str) -> datetime | None:
    try:
        value = parse_datetime(text)
    except ValueError:
        return None
    for pattern in () if value else _FORMATS:
        try:
            value = datetime.strptime(text, pattern)  # noqa: DTZ007  the zone follows below
            break
        except ValueError:
            continue
    if value is None:
        return None
    aware = value if value.tzinfo else value.replace(tzinfo=zone(time_zone))
    return aware.astimezone(UTC) if 2000 <= aware.year < 2100 else None


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
        with transaction.atomic():
            done = events.record_remote(
                store=None, remotes=[event for _line, event in piece], source="file", actor=work.actor, now=utcnow()
            )
            unknown = set(done.unknown)
            bad = [(line, e.tracking_number, _("No parcel has this number.")) for line, e in piece if e.tracking_number in unknown]
            work.step(len(piece), failed=len(bad))
        rejected += bad
        new, settled = new + done.events, settled + len(done.settled)
    work.result(events=new, settled=settled, rejected=len(rejected))
    if rejected:
        lines = [[str(cell) for cell in row] for row in sorted(rejected)]
        work.file(work.joined_parts([["row", "number", "reason"]], [work.keep_part(lines)]), "rejected-events.csv")


def _pieces(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(rows), PIECE):
        yield rows[start : start + PIECE]
