"""Export of exactly the view: the same question, the same columns in the same order, as CSV or XLSX.

Texts that a spreadsheet would run as a formula are made harmless; XLSX and more than 2,000 rows are made by a worker.
"""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from core import longwork
from core.audit import Actor
from core.errors import Invalid
from core.listing import paging
from core.listing.base import LISTINGS, Listing
from core.listing.columns import Column
from core.listing.query import ListQuery
from core.models import Job

FORMATS = ("csv", "xlsx")
DIRECT_ROWS = 2000
CHUNK = 1000
#: What a sheet of the format can hold.
XLSX_ROWS = 1_048_575

_FORMULA = re.compile(r"^[\s\x00-\x1f]*[=+\-@|%＝＋－＠]")
_NUMBER = re.compile(r"^[+-]?\d+([.,]\d+)*$")


def safe_text(value: Any) -> str:
    """Text that no spreadsheet takes for a formula: a leading apostrophe where it would. Plain numbers stay."""
    text = str(value)
    if (_FORMULA.match(text) and not _NUMBER.match(text)) or (text[:1] in "\t\r\n" and text):
        return f"'{text}"
    return text


def rows(query: ListQuery, columns: list[Column]) -> Iterator[list[list[Any]]]:
    """The export values of all rows that fit, in chunks, in the order of the view."""
    parts = query.listing.needed(columns)
    cursor: paging.Cursor | None = None
    while True:
        asked = ListQuery(query.listing, query.actor, query.params.copy(), strict=False, size=CHUNK)
        asked.params.pop("cursor", None)
        asked.__dict__["cursor"] = cursor
        page = asked.page(parts=parts)
        if page.rows:
            yield [[column.export(row) for column in columns] for row in page.rows]
        if page.next is None:
            return
        cursor = paging.Cursor.decode(page.next)


def csv_value(value: Any) -> str:
    """A value as CSV holds it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, int | float):
        return str(value)
    return safe_text(value)


def csv_lines(query: ListQuery, columns: list[Column]) -> Iterator[str]:
    """The CSV text in pieces, with a byte order mark so that spreadsheets read Chinese."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)

    def taken() -> str:
        text = buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
        return text

    writer.writerow([safe_text(query.listing.heading(c)) for c in columns])
    yield "\ufeff" + taken()
    for chunk in rows(query, columns):
        writer.writerows([[csv_value(value) for value in row] for row in chunk])
        yield taken()


def start(listing: Listing, query: str, columns: list[str], kind: str, *, actor: Actor, now: datetime) -> Job:
    """Queue an export as a job."""
    if kind not in FORMATS:
        raise Invalid("bad_format", _("Exports are made as CSV or XLSX."), errors={"format": list(FORMATS)})
    total = min(ListQuery.of(listing, actor, query).count(), paging.CAP)
    title = _("Export: %(list)s") % {"list": listing.title}
    payload = {"listing": listing.name, "query": query, "columns": columns, "format": kind}
    return longwork.start("core.export", actor=actor, now=now, payload=payload, total=total, title=str(title))


@longwork.runner("core.export", _("Export"))
def run_export(work: longwork.Work) -> None:
    """Write the file of an export job. Running it again writes the file again."""
    listing = LISTINGS[work.payload["listing"]]
    query = ListQuery.of(listing, work.actor, work.payload["query"])
    columns = listing.chosen(work.payload["columns"])
    kind = work.payload["format"]
    work.done = 0  # a run after a fault writes the whole file again
    with tempfile.NamedTemporaryFile(suffix=f".{kind}") as target:
        made = (
            _write_xlsx(target.name, query, columns, work)
            if kind == "xlsx"
            else _write_csv(target, query, columns, work)
        )
        target.seek(0)
        with open(target.name, "rb") as source:
            work.file(source, f"{listing.name}.{kind}")
    work.expect(made)
    work.result(rows=made)


def _write_csv(target: Any, query: ListQuery, columns: list[Column], work: longwork.Work) -> int:
    made = 0
    header = [safe_text(query.listing.heading(c)) for c in columns]
    text = io.TextIOWrapper(target, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(header)
    for chunk in rows(query, columns):
        writer.writerows([[csv_value(value) for value in row] for row in chunk])
        made += len(chunk)
        work.step(len(chunk))
    text.flush()
    text.detach()
    return made


def _write_xlsx(path: str, query: ListQuery, columns: list[Column], work: longwork.Work) -> int:
    import xlsxwriter  # some megabytes that only an export needs

    book = xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
                                      "strings_to_numbers": False})  # fmt: skip
    sheet = book.add_worksheet()
    bold, when, day = (book.add_format(f) for f in ({"bold": True}, {"num_format": "yyyy-mm-dd hh:mm"},
                                                    {"num_format": "yyyy-mm-dd"}))  # fmt: skip
    for x, column in enumerate(columns):
        sheet.write_string(0, x, safe_text(query.listing.heading(column)), bold)
    made = 0
    for chunk in rows(query, columns):
        for row in chunk:
            if made >= XLSX_ROWS:
                raise Invalid("too_many_rows", _("A sheet holds 1,048,575 rows; narrow the view or export CSV."))
            made += 1
            _xlsx_row(sheet, made, row, when, day)
        work.step(len(chunk))
    book.close()
    return made


def _xlsx_row(sheet: Any, y: int, row: list[Any], when: Any, day: Any) -> None:
    for x, value in enumerate(row):
        if value is None or value == "":
            continue
        if isinstance(value, datetime):
            sheet.write_datetime(y, x, value, when)
        elif isinstance(value, date):
            sheet.write_datetime(y, x, value, day)
        elif isinstance(value, Decimal | int | float) and abs(float(value)) < 1e15:
            sheet.write_number(y, x, value)
        else:
            sheet.write_string(y, x, safe_text(value)[:32767])
