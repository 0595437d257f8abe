"""A first look at a file: what it is, its columns with examples, what is recognised, and what somebody must decide."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from orders.reading import aliexpress, values
from orders.reading.columns import Columns, country_of
from orders.reading.errors import RowFault
from orders.reading.fields import fields_of, mapping_of
from orders.reading.plan import Limits, Plan
from orders.reading.tables import Row, opened
from orders.reading.values import Cell

#: So many rows are looked at, or as many as some seconds allow; more are counted when the file is read.
ROWS = 1_000_000
SECONDS = 3.0
EXAMPLES = 4
_DISTINCT = 400
_LONGEST = 80


def inspect(path: Path, plan: Plan, limits: Limits, *, zone: str) -> dict[str, Any]:
    """What the page needs to ask its questions. Refuses a file that cannot be read at all."""
    with opened(path, plan, limits) as table:
        rows: list[Row] = []
        samples = _Samples(len(table.headings))
        count, more = 0, False
        for number, cells in table.rows:
            count += 1
            if len(rows) < 20:
                rows.append((number, cells))
            samples.see(cells)
            if count >= ROWS or (count % 5000 == 0 and time.process_time() > SECONDS):
                more = True
                break
        found: dict[str, Any] = {
            "format": table.format, "encoding": table.encoding, "separator": table.separator, "sheet": table.sheet,
            "sheets": table.sheets, "headings": table.headings, "rows": count, "more": more,
            "examples": samples.examples(), "first": [_texts(cells) for _number, cells in rows[:5]], "base": _base(plan, table.headings),
        }  # fmt: skip
    if found["base"] == "aliexpress":
        found |= {"mapping": {}, "questions": _aliexpress_questions(plan, table.headings, samples)}
        return found
    mapping = plan.mapping or mapping_of(plan.kind, found["headings"])
    columns = Columns.of(Plan(plan.kind, plan.base, mapping, plan.options), found["headings"], zone=zone, strict=False)
    found |= {"mapping": mapping, "lacking": columns.lacking(), "questions": _questions(plan, columns, samples)}
    return found


def _texts(cells: Sequence[Cell]) -> list[str]:
    return [values.text_of(cell)[:_LONGEST] for cell in cells]


def _base(plan: Plan, headings: Sequence[str]) -> str:
    if plan.kind == "orders" and plan.base != "generic":
        return plan.base
    return "aliexpress" if plan.kind == "orders" and not plan.mapping and aliexpress.fits(headings) else "generic"


class _Samples:
    """Distinct values of each column with their counts, bounded."""

    def __init__(self, width: int):
        self.counts: list[Counter[str]] = [Counter() for _ in range(width)]
        self.dates: list[set[str]] = [set() for _ in range(width)]

    def see(self, cells: Sequence[Cell]) -> None:
        """Take a row into account."""
        for counter, dates, cell in zip(self.counts, self.dates, cells, strict=False):
            text = values.text_of(cell)[:_LONGEST]
            if not text:
                continue
            if text in counter or len(counter) < _DISTINCT:
                counter[text] += 1
            if not isinstance(cell, list) and len(text) <= 40 and len(dates) < 5000 and text[0].isdigit():
                dates.add(text[:10] if len(text) > 10 and text[10:11] in " T" else text)

    def examples(self) -> list[list[str]]:
        """The first few values of each column."""
        return [list(counter)[:EXAMPLES] for counter in self.counts]


def _questions(plan: Plan, columns: Columns, samples: _Samples) -> dict[str, Any]:
    """What is not clear: the shape of dates, the decimal mark, countries nobody knows, statuses nobody knows."""
    asked: dict[str, Any] = {}
    fields = fields_of(plan.kind)
    timed = [columns.places[name] for name, f in fields.items() if f.kind == "time" and name in columns.places]
    texts = [text for index in timed for text in _dates(samples, index)]
    shapes = values.date_shapes(texts) if texts else ["ymd"]
    asked["date_shapes"] = shapes
    asked["date_example"] = texts[0] if texts else ""
    money = [
        columns.places[name] for name, f in fields.items() if f.kind in ("money", "whole") and name in columns.places
    ]
    asked["decimal_marks"] = values.decimal_marks(text for index in money for text in samples.counts[index])
    asked["unknown"] = {}
    for name, f in fields.items():
        if f.kind == "country" and name in columns.places:
            unknown = [
                [text, n]
                for text, n in samples.counts[columns.places[name]].most_common()
                if _unknown(text, columns, name)
            ]
            if unknown:
                asked["unknown"][name] = unknown[:40]
    return asked


def _dates(samples: _Samples, index: int) -> list[str]:
    if index >= len(samples.counts):
        return []
    found = sorted(samples.dates[index])
    return found or [text for text in list(samples.counts[index])[:200] if text not in ("-", "--")]


def _unknown(text: str, columns: Columns, name: str) -> bool:
    if columns.maps.get(name, {}).get(text.casefold()) == "":
        return False  # somebody decided: rejected
    try:
        country_of(text, columns.maps.get(name), name)
    except RowFault:
        return True
    return False


def _aliexpress_questions(plan: Plan, headings: Sequence[str], samples: _Samples) -> dict[str, Any]:
    at = aliexpress.places(headings)
    reader = aliexpress.Reader(plan, headings)
    unknown = []
    if "country" in at:
        for text, n in samples.counts[at["country"]].most_common():
            mapped = reader.country_map.get(text.casefold(), text)
            try:
                if mapped:
                    country_of(mapped, None, "country")
            except RowFault:
                unknown.append([text, n])
    return {
        "date_shapes": ["ymd"],
        "date_example": "",
        "decimal_marks": ["."],
        "unknown": {"country": unknown[:40]} if unknown else {},
    }
