"""Small tables people hand in as text files: read in a process apart (core.cells). Larger imports have readers of their own
(orders.reading)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

import orjson
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from core import apart
from core.cells import MOST_BYTES
from core.clock import zone
from core.errors import Invalid

#: Seconds somebody waits for the rows.
WAIT = 40
_CODES = {"not_a_text": "unreadable", "not_a_table": "unreadable"}
_SENTENCES = {
    "file_too_large": _("The file is too large: at most 20 MB."),
    "too_many_rows": _("The file has more than 200,000 rows."),
    "not_a_text": _("The file is not a text file in UTF-8 or GB18030."),
    "not_a_table": _("The file cannot be read as a table."),
    "columns_missing": _("Columns are missing: %(names)s."),
    "too_slow": _("The file takes too long to read."),
    "too_large_unpacked": _("The file is too large: at most 20 MB."),
    "out_of_memory": _("The file is too large: at most 20 MB."),
}  # fmt: skip
_FORMATS = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y.%m.%d %H:%M", "%Y-%m-%d", "%Y/%m/%d",
)  # fmt: skip


def rows(
    raw: bytes, columns: Mapping[str, Sequence[str]], needed: Sequence[str]
) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a CSV (comma, semicolon or tab; UTF-8, UTF-16 or GB18030) with their line numbers.

    ``columns`` maps our name of a column to the headings it may have, lower case. Refuses files that are too large, not
    text, or lack a ``needed`` column. Blank rows are passed over. A file that would eat time or memory ends its reader only.
    """
    if len(raw) > MOST_BYTES:
        raise Invalid("file_too_large", _SENTENCES["file_too_large"])
    request = orjson.dumps({"columns": columns, "needed": needed}) + b"\n" + raw
    try:
        with apart.child("core.cells", request, wait=WAIT) as answers:
            for answer in answers:
                if answer["t"] == "refused":
                    code = answer["code"]
                    raise Invalid(_CODES.get(code, code), _SENTENCES[code], **answer["params"])
                yield from answer.get("rows", ())
    except apart.Broken as error:
        raise Invalid("unreadable", _SENTENCES[error.code]) from None


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
