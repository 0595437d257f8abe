"""Small tables are read apart: what would hang or swell a reader does not hang or swell who asked."""

from __future__ import annotations

import resource
import time
from typing import Any

import pytest

from core import apart, cells, tables
from core.errors import Invalid

COLUMNS = {"number": ["number", "运单号"], "time": ["time"], "text": ["text"]}


def read(raw: bytes) -> list[Any]:
    return [tuple(row) for row in tables.rows(raw, COLUMNS, ["number", "time"])]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_rows_by_name_in_each_encoding(encoding: str) -> None:
    raw = "运单号;time\nRB1 ;2026-01-01\n\n;;\nRB2;x\n".encode(encoding)
    assert read(raw) == [
        (2, {"number": "RB1", "time": "2026-01-01"}),
        (5, {"number": "RB2", "time": "x"}),
    ]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "columns_missing"), (b"number\n1\n", "columns_missing"), (b"\xff\xff\xff", "unreadable"),
        (b'number,time\n"' + b"x" * 200_000, "unreadable"), (b"number,time\n" + b"1,2\n" * 200_001, "too_many_rows"),
        (b"x" * 20_000_001, "file_too_large"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(raw: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read(raw)
    assert refusal.value.code == code and "%(" not in refusal.value.message


def test_nothing_is_parsed_here(monkeypatch: Any) -> None:
    monkeypatch.setattr(cells, "rows", lambda *given: pytest.fail("read in this process"))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    assert len(read(b"number,time\n" + b"RB1,2026-01-01\n" * 100_000)) == 100_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_utime - before < 2


def test_a_reader_that_hangs_is_ended(monkeypatch: Any) -> None:
    monkeypatch.setattr(tables, "WAIT", 0.01)
    began = time.monotonic()
    with pytest.raises(Invalid) as refusal:
        read(b"number,time\n" + b"1,2\n" * 150_000)
    assert refusal.value.code == "unreadable" and time.monotonic() - began < 5
    with apart.child("core.cells", b"{}\n") as answers:
        process = answers.process
    assert process.returncode is not None
