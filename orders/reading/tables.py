"""Files as rows: the headings, then (row number, cells). Rows are numbered as a spreadsheet shows them."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import chain, islice
from pathlib import Path
from typing import Any

import python_calamine

from orders.reading import sniffing
from orders.reading.errors import Refused
from orders.reading.plan import Limits, Plan
from orders.reading.values import Cell

Row = tuple[int, list[Cell]]

#: So many rows are looked at for the headings.
ABOVE = 20


@dataclass
class Table:
    """An opened file: what it is and its rows."""

    format: str
    headings: list[str]
    rows: Iterator[Row]
    encoding: str = ""
    separator: str = ""
    sheet: str = ""
    sheets: list[str] = field(default_factory=list)


@contextmanager
def opened(path: Path, plan: Plan, limits: Limits) -> Iterator[Table]:
    """The table in ``path``, read as ``plan`` says and detected where it says nothing. Refuses what cannot be read."""
    if path.stat().st_size > limits.file_bytes:
        raise Refused("too_large", most=limits.file_bytes // 1024 // 1024)
    kind = sniffing.file_type(path, limits)
    if kind in ("xlsx", "xls"):
        yield _workbook(path, kind, plan, limits)
        return
    encoding = str(plan.options.get("encoding") or "") or _guarded(lambda: sniffing.encoding_of(path, kind, limits))
    with sniffing.text_stream(path, kind, encoding, limits) as source:
        sample = _guarded(lambda: source.read(200_000), encoding)
        separator = str(plan.options.get("separator") or "") or sniffing.separator_of(sample)
    with sniffing.text_stream(path, kind, encoding, limits) as source:
        rows = _csv_rows(source, separator, encoding, limits)
        first, rows = _past_the_title(rows)
        headings = _headings(first)
        yield Table(kind, headings, rows, encoding=encoding, separator=separator)


def _guarded(read: Any, encoding: str = "") -> Any:
    try:
        return read()
    except UnicodeError:
        raise Refused("wrong_encoding", encoding=encoding, row=1) from None
    except (gzip.BadGzipFile, EOFError, zlib.error, OSError):
        raise Refused("broken_archive") from None


def _csv_rows(source: Any, separator: str, encoding: str, limits: Limits) -> Iterator[Row]:
    if len(separator) != 1:
        raise Refused("bad_separator")
    csv.field_size_limit(limits.cell + 1)
    reader = csv.reader(source, delimiter=separator, strict=True)
    number = 0
    try:
        for cells in reader:
            number += 1
            if number > limits.rows:
                raise Refused("too_many_rows", most=limits.rows)
            if len(cells) > limits.columns and any(cells[limits.columns :]):
                raise Refused("too_many_columns", most=limits.columns, row=number)
            if any(cells):
                yield number, list(cells)
    except csv.Error as error:
        code = "cell_too_large" if "field larger" in str(error) else "bad_quotes"
        raise Refused(code, row=number + 1, line=reader.line_num) from None
    except UnicodeError:
        raise Refused("wrong_encoding", encoding=encoding, row=number + 1) from None
    except (gzip.BadGzipFile, EOFError, zlib.error, OSError):
        raise Refused("broken_archive") from None


def _past_the_title(rows: Iterator[Row]) -> tuple[Row | None, Iterator[Row]]:
    """The row of the headings and the rows behind it. Carriers put a title, a date or a remark above their tables: of the first
    rows those with a single cell, or with two where others have five and more, stand above the headings."""
    first = list(islice(rows, ABOVE))
    if not first:
        return None, rows
    filled = [sum(cell not in ("", None) for cell in cells) for _number, cells in first]
    at = next((i for i, n in enumerate(filled) if n > (2 if max(filled) > 4 else 1)), 0)
    return first[at], chain(first[at + 1 :], rows)


def _headings(found: Row | None) -> list[str]:
    """The cells of the first row. Refuses a file without one, or with a single column."""
    first = found
    if first is None:
        raise Refused("empty")
    headings = ["" if cell is None else str(cell).replace("\ufeff", "").strip() for cell in first[1]]
    while headings and not headings[-1]:
        headings.pop()
    if len(headings) < 2:
        raise Refused("one_column")
    if any(len(heading) > 300 or "\x00" in heading for heading in headings):
        raise Refused("bad_headings", row=first[0])
    return headings


# --- workbooks -----------------------------------------------------------------------------------------------------


def _workbook(path: Path, kind: str, plan: Plan, limits: Limits) -> Table:
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        names = [str(name) for name in book.sheet_names]
        wanted = str(plan.options.get("sheet") or "")
        if not names:
            raise Refused("empty")
        name = wanted if wanted in names else names[0]
        sheet = book.get_sheet_by_name(name)
        if sheet.total_height > limits.rows:
            raise Refused("too_many_rows", most=limits.rows)
        if sheet.total_width > limits.columns:
            raise Refused("too_many_columns", most=limits.columns, row=1)
        first, rows = _past_the_title(_sheet_rows(sheet, sheet.start[0] if sheet.start else 0))
        headings = _headings(first)
    except python_calamine.PasswordError:
        raise Refused("password") from None
    except (python_calamine.CalamineError, python_calamine.XmlError, python_calamine.ZipError, ValueError, OSError):
        raise Refused("broken_workbook") from None
    return Table(kind, headings, rows, sheet=name, sheets=names)


def _sheet_rows(sheet: Any, first: int) -> Iterator[Row]:
    for offset, cells in enumerate(sheet.iter_rows()):
        if any(cell not in ("", None) for cell in cells):
            yield first + offset + 1, [_shaped(cell) for cell in cells]


def _shaped(cell: Any) -> Cell:
    """A workbook's value as it travels: dates as [text], everything else as it is."""
    if isinstance(cell, str | bool | int | float) or cell is None:
        return cell
    if isinstance(cell, datetime):
        return [cell.replace(microsecond=0).isoformat()]
    if isinstance(cell, date):
        return [f"{cell.isoformat()}T00:00:00"]
    if isinstance(cell, time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell)
