"""Small text tables, read in a process of their own (see core.apart): decoded, split, their columns found by name.

The request is one line of JSON and then the file as it came. Answers: ``rows`` in pieces, then ``end``; or ``refused``.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from core.apart import limit, say

MOST_BYTES, MOST_ROWS = 20_000_000, 200_000
MEMORY, SECONDS, PIECE = 400 * 1024 * 1024, 30, 2000


class Refused(Exception):
    """The file cannot be read; ``code`` and values, the sentence is the caller's."""

    def __init__(self, code: str, **params: Any):
        super().__init__(code)
        self.code, self.params = code, params


def main() -> int:
    """Serve one request."""
    limit(memory=MEMORY, seconds=SECONDS, file_bytes=0)
    try:
        request = orjson.loads(sys.stdin.buffer.readline())
        pieces(rows(sys.stdin.buffer.read(), request["columns"], request["needed"]))
    except Refused as refusal:
        say("refused", code=refusal.code, params=refusal.params)
    except MemoryError:
        say("refused", code="file_too_large", params={})
    except BrokenPipeError:
        return 1
    return 0


def pieces(told: Iterator[tuple[int, dict[str, str]]]) -> None:
    """Say the rows, some thousands at a time."""
    held: list[Any] = []
    for row in told:
        held.append(row)
        if len(held) >= PIECE:
            say("rows", rows=held)
            held = []
    say("rows", rows=held)
    say("end")


def rows(
    raw: bytes, columns: Mapping[str, Sequence[str]], needed: Sequence[str]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and cells by our name of the column; blank rows are passed over."""
    text = _decoded(raw)
    reader = csv.reader(io.StringIO(text), delimiter=max(",;\t", key=text.split("\n", 1)[0].count))
    try:
        places = _places(next(reader, []), columns, needed)
        for line, cells in enumerate(reader, start=2):
            if line > MOST_ROWS + 1:
                raise Refused("too_many_rows")
            if any(cell.strip() for cell in cells):
                yield line, {name: _cell(cells, at) for name, at in places.items()}
    except csv.Error as error:
        raise Refused("not_a_table") from error


def _cell(cells: Sequence[str], at: int) -> str:
    return cells[at].replace("\x00", "").strip() if at < len(cells) else ""


def _decoded(raw: bytes) -> str:
    for name in ("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "gb18030"):
        try:
            return raw.decode(name)
        except UnicodeDecodeError:
            continue
    raise Refused("not_a_text")


def _places(head: Sequence[str], columns: Mapping[str, Sequence[str]], needed: Sequence[str]) -> dict[str, int]:
    names = [cell.strip().lower() for cell in head]
    found = {}
    for name, known in columns.items():
        at = next((names.index(word) for word in known if word in names), None)
        if at is not None:
            found[name] = at
    if missing := [name for name in needed if name not in found]:
        raise Refused("columns_missing", names=", ".join(missing))
    return found


if __name__ == "__main__":
    sys.exit(main())
