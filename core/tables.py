"""Small tables people hand in as text files: decoded, split, their columns found by name. Larger imports have readers of
their own that run apart (orders.reading)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from core.clock import zone
from core.errors import Invalid

MOST_BYTES, MOST_ROWS = 20_000_000, 200_000
_FORMATS = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y.%m.%d %H:%M", "%Y-%m-%d", "%Y/%m/%d",
)  # fmt: skip


def rows(
    raw: bytes, columns: Mapping[str, Sequence[str]], needed: Sequence[str]
) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a CSV (comma, semicolon or tab; UTF-8, UTF-16 or GB18030) with their line numbers.

    ``columns`` maps our name of a column to the headings it may have, lower case. Refuses files that are too large, not
    text, or lack a ``needed`` column. Blank rows are passed over.
    """
    if len(raw) > MOST_BYTES:
        raise Invalid("file_too_large", _("The file is too large: at most 20 MB."))
    text = _decoded(raw)
    reader = csv.reader(io.StringIO(text), delimiter=max(",;\t", key=text.split("\n", 1)[0].count))
    try:
        places = _places(next(reader, []), columns, needed)
        for line, cells in enumerate(reader, start=2):
            if line > MOST_ROWS + 1:
                raise Invalid("too_many_rows", _("The file has more than 200,000 rows."))
            if any(cell.strip() for cell in cells):
                yield line, {name: _cell(cells, at) for name, at in places.items()}
    except csv.Error as error:
        raise Invalid("unreadable", _("The file cannot be read as a table.")) from error


def _cell(cells: Sequence[str], at: int) -> str:
    return cells[at].replace("\x00", "").strip() if at < len(cells) else ""


def _decoded(raw: bytes) -> str:
    for name in ("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "gb18030"):
        try:
            return raw.decode(name)
        except UnicodeDecodeError:
            continue
    raise Invalid("unreadable", _("The file is not a text file in UTF-8 or GB18030."))


def _places(head: Sequence[str], columns: Mapping[str, Sequence[str]], needed: Sequence[str]) -> dict[str, int]:
    names = [cell.strip().lower() for cell in head]
    found = {}
    for name, known in columns.items():
        at = next((names.index(word) for word in known if word in names), None)
        if at is not None:
            found[name] = at
    if missing := [name for name in needed if name not in found]:
        raise Invalid("columns_missing", _("Columns are missing: %(names)s."), names=", ".join(missing))
    return found


def moment(text: str, time_zone: str) -> datetime | None:
    """The time a cell means, in UTC; one without an offset is in ``time_zone``. None when it is none of this century."""
    value = None
    for read in (parse_datetime, *(_reader(pattern) for pattern in _FORMATS)):
        try:
            value = read(text)
        except ValueError:
            continue
        if value is not None:
            break
    if value is None or not 2000 <= value.year < 2100:
        return None
    return (value if value.tzinfo else value.replace(tzinfo=zone(time_zone))).astimezone(UTC)


def _reader(pattern: str):  # type: ignore[no-untyped-def]
    return lambda text: datetime.strptime(text, pattern)  # noqa: DTZ007  the zone is added by the caller
