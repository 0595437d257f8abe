"""Cells become values: exact decimals, times in a zone, identifiers that keep every digit. Ambiguity is found, never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from orders.reading.errors import RowFault

#: A cell: text, a number of a workbook, a yes/no, or a true date of a workbook as [ISO text].
Cell = Any

DATE_FORMATS = ("ymd", "dmy", "mdy", "month")
_CLOCK = r"(?:[ T,]+(?P<h>\d{1,2}):(?P<mi>\d{2})(?::(?P<s>\d{2})(?:[.,]\d+)?)?\s*(?P<ap>[AaPp]\.?[Mm]\.?)?)?"
_ZONE = r"\s*(?P<z>Z|UTC|GMT|[+-]\d{2}:?\d{2})?$"
_SHAPES = {
    "ymd": re.compile(r"^(?P<y>\d{4})[-/.年](?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})日?" + _CLOCK + _ZONE),
    "dmy": re.compile(r"^(?P<d>\d{1,2})[-/.](?P<m>\d{1,2})[-/.](?P<y>\d{4}|\d{2})" + _CLOCK + _ZONE),
    "mdy": re.compile(r"^(?P<m>\d{1,2})[-/.](?P<d>\d{1,2})[-/.](?P<y>\d{4}|\d{2})" + _CLOCK + _ZONE),
    "month": re.compile(
        r"^(?:(?P<d>\d{1,2})[ -](?P<n>[A-Za-z]{3,9})\.?[ ,-]+|(?P<n2>[A-Za-z]{3,9})\.? (?P<d2>\d{1,2}),? )"
        r"(?P<y>\d{4}|\d{2})" + _CLOCK + _ZONE
    ),
}  # fmt: skip
_MONTHS = {name: number for number, name in enumerate(
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1)}  # fmt: skip
_EXPONENT = re.compile(r"^[+-]?\d+(?:[.,]\d+)?[eE][+-]?\d{1,3}$")
_EXCEL_TEXT = re.compile(r'^="([^"]*)"$')
_MONEY_NOISE = re.compile(r"[\s\u00a0\u202f'’]|[A-Za-z]+|[$€£¥￥₽₩₹]|元|円")
YES = frozenset({"1", "y", "yes", "true", "t", "是", "✓", "x"})
NO = frozenset({"", "0", "n", "no", "false", "f", "否"})
#: Digits a spreadsheet keeps of a number.
SPREADSHEET_DIGITS = 15


def text_of(cell: Cell) -> str:
    """A cell as text, without the blanks around it. Whole numbers of a workbook lose their false ".0"."""
    if isinstance(cell, str):
        return cell.strip()
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, list):
        return str(cell[0]).replace("T", " ")
    if isinstance(cell, int):
        return str(cell)
    return format(cell, ".15g") if abs(cell) < 1e15 else repr(cell)


def id_of(cell: Cell, name: str) -> str:
    """An identifier with every digit. Refuses a number that a spreadsheet may have rounded, and exponents.

    Marks that spreadsheets need to keep digits (a leading apostrophe, backtick or tab, ``="…"``) are taken off.
    """
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        if abs(cell) >= 10**SPREADSHEET_DIGITS:
            raise RowFault(name, "number_as_float", value=text_of(cell))
        if float(cell).is_integer():
            return str(int(cell))
        return text_of(cell)
    text = text_of(cell)
    wrapped = _EXCEL_TEXT.match(text)
    if wrapped:
        text = wrapped[1]
    text = text.strip("`'\t \u00a0\ufeff\u200b")
    if _EXPONENT.match(text):
        raise RowFault(name, "scientific", value=text)
    return text


# --- numbers -------------------------------------------------------------------------------------------------------


def decimal_marks(samples: Iterable[str]) -> list[str]:
    """The decimal marks under which all samples are numbers: ["."], [","] or both when that makes different amounts."""
    bare = [b for b in (_MONEY_NOISE.sub("", s).strip("()+-") for s in samples) if b]
    fitting = [mark for mark in (".", ",") if all(_fits(b, mark) for b in bare)]
    if len(fitting) == 2 and not any("," in b for b in bare):
        return ["."]  # a point alone is a decimal point: amounts have up to four decimals
    return fitting or ["."]


@lru_cache(maxsize=8)
def _number(mark: str) -> re.Pattern[str]:
    other = re.escape("," if mark == "." else ".")
    own = re.escape(mark)
    return re.compile(rf"^(?:\d+|\d{{1,3}}(?:{other}\d{{3}})+)?(?:{own}\d*)?$")


def _fits(bare: str, mark: str) -> bool:
    return bool(_number(mark).match(bare)) and any(c.isdigit() for c in bare)


@lru_cache(maxsize=65536)
def _decimal(text: str, mark: str) -> Decimal | None:
    bare = _MONEY_NOISE.sub("", text)
    negative = bare.startswith("-") or (bare.startswith("(") and bare.endswith(")"))
    bare = bare.strip("()+-")
    if len(bare) > 40 or not _fits(bare, mark):
        return None
    try:
        number = Decimal(bare.replace("," if mark == "." else ".", "").replace(mark, "."))
    except InvalidOperation:
        return None
    return -number if negative else number


def money_of(cell: Cell, name: str, mark: str) -> Decimal | None:
    """An exact amount; None for an empty cell. Currency signs, blanks and thousands marks are taken off."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        text = format(cell, ".15g")
        number = Decimal(text) if "n" not in text else None
    else:
        text = text_of(cell)
        if not text:
            return None
        number = None if _EXPONENT.match(text) else _decimal(text, mark)
    if number is None:
        raise RowFault(name, "bad_number", value=text[:40])
    return number


def whole_of(cell: Cell, name: str, mark: str) -> int | None:
    """A whole number; None for an empty cell."""
    number = money_of(cell, name, mark)
    if number is None:
        return None
    if number != number.to_integral_value() or abs(number) > 10**15:
        raise RowFault(name, "bad_quantity", value=text_of(cell)[:40])
    return int(number)


# --- times ---------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=65536)
def moment(text: str, shape: str, zone: str) -> datetime | None:
    """The UTC time that ``text`` means in the shape (ymd, dmy, mdy, month) and zone; None when it means none.

    A wall time that a daylight-saving change skips moves forward by the gap; one that occurs twice means the first.
    """
    hit = _SHAPES[shape].match(text)
    if hit is None:
        return None
    found = hit.groupdict()
    try:
        naive = datetime(*_date(found), *_time(found))  # noqa: DTZ001  the zone is put on below
    except (ValueError, KeyError):
        return None
    mark = found["z"]
    if mark is None:
        return naive.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    if mark in ("Z", "UTC", "GMT"):
        return naive.replace(tzinfo=UTC)
    try:
        return datetime.strptime(f"{naive:%Y-%m-%d %H:%M:%S}{mark}", "%Y-%m-%d %H:%M:%S%z").astimezone(UTC)
    except ValueError:
        return None


def _date(found: dict[str, str | None]) -> tuple[int, int, int]:
    year = int(found["y"] or 0)
    if len(found["y"] or "") == 2:
        year += 2000 if year < 70 else 1900
    name = found.get("n") or found.get("n2")
    month = _MONTHS[name[:3].lower()] if name else int(found["m"] or 0)
    return year, month, int(found["d"] or found.get("d2") or 0)


def _time(found: dict[str, str | None]) -> tuple[int, int, int]:
    hour, half = int(found["h"] or 0), (found["ap"] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            raise ValueError(hour)
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    return hour, int(found["mi"] or 0), int(found["s"] or 0)


def date_shapes(samples: Iterable[str], zone: str = "UTC") -> list[str]:
    """The shapes in which every sample is a time; more than one means that somebody must say which."""
    left = list(DATE_FORMATS)
    for text in samples:
        left = [shape for shape in left if moment(text, shape, zone) is not None]
        if not left:
            return []
    return left


def time_of(cell: Cell, name: str, shape: str, zone: str) -> datetime | None:
    """A time; None for an empty cell. A true date of a workbook is a wall time in the zone."""
    if isinstance(cell, list):
        return moment(str(cell[0]).replace("T", " "), "ymd", zone)
    text = text_of(cell)
    if not text or text in ("-", "--"):
        return None
    found = moment(text, shape, zone)
    if found is None and shape != "ymd":  # a column may mix true dates, written the ISO way, with the others
        found = moment(text, "ymd", zone)
    if found is None:
        raise RowFault(name, "bad_time", value=text[:40], format=shape)
    return found


def yes_of(cell: Cell, name: str) -> bool | None:
    """Yes or no; None for an empty cell."""
    text = text_of(cell).lower()
    if not text:
        return None
    if text in YES:
        return True
    if text in NO:
        return False
    raise RowFault(name, "refused", value=text[:40])
