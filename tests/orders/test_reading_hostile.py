"""Files that mean harm, or are merely broken: refused with a sentence or rejected by the row; nothing else happens."""

from __future__ import annotations

import gzip
import io
import random
import resource
import string
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders.reading.errors import Refused
from orders.reading.plan import MIB, Limits, Plan
from orders.reading.process import inspected, reading
from orders.services.importing.results import FILE_SENTENCES, SENTENCES, file_refusal

HEAD = "order_no,placed_at,currency,country,sku,quantity,unit_price,title"
LINE = "8001,2026-11-19 10:00,USD,BR,A-1,2,1.50,Cup"


def outcome(path: Path, base: str = "generic") -> tuple[str, int, list[str]]:
    """(code of the refusal or "", orders read, codes of rejected rows)."""
    orders, codes = 0, []
    try:
        inspected(path, Plan(base=base), zone="UTC")
        with reading(path, Plan(base=base), zone="UTC") as answers:
            for answer in answers:
                orders += len(answer.get("orders", []))
                codes += [row[3] for row in answer.get("rejected", [])]
    except Refused as refused:
        return refused.code, orders, codes
    return "", orders, codes


def _zip(names: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in names.items():
            archive.writestr(name, body)
    return held.getvalue()


def _book(rows: list[list[object]]) -> bytes:
    held = io.BytesIO()
    with xlsxwriter.Workbook(held) as book:
        sheet = book.add_worksheet()
        for r, row in enumerate(rows):
            for c, cell in enumerate(row):
                sheet.write(r, c, cell)
    return held.getvalue()


TYPES = b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
ENTITY = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><workbook>&a;</workbook>'
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "'
    + b"ha" * 5000
    + b'"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><workbook>&b;</workbook>'
)
GOOD = f"{HEAD}\n{LINE}\n".encode()

#: name -> (content, expected refusal or None for "read, perhaps with rejected rows")
HOSTILE: dict[str, tuple[Callable[[], bytes], str | None]] = {
    "empty": (lambda: b"", "empty"),
    "only blanks": (lambda: b"\n\n  \n", "empty"),
    "only a mark": (lambda: b"\xef\xbb\xbf", "empty"),
    "one column": (lambda: b"order_no\n1\n", "one_column"),
    "only headings": (lambda: HEAD.encode() + b"\n", None),
    "a web page": (lambda: b"<!DOCTYPE html><html><table><tr><td>1</td></tr></table></html>", "web_page"),
    "xml spreadsheet": (lambda: b'<?xml version="1.0"?><Workbook/>', "web_page"),
    "a pdf": (lambda: b"%PDF-1.7\n1 0 obj", "not_a_table"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, "not_a_table"),
    "rich text": (lambda: b"{\\rtf1 hello}", "not_a_table"),
    "an archive": (lambda: _zip({"orders.csv": GOOD}), "archive"),
    "a workbook of nothing": (lambda: _zip({"[Content_Types].xml": TYPES, "xl/workbook.xml": b""}), "broken_workbook"),
    "a cut workbook": (lambda: _book([HEAD.split(","), LINE.split(",")])[:900], "broken_workbook"),
    "a zip bomb": (lambda: _zip({"[Content_Types].xml": TYPES, "xl/worksheets/sheet1.xml": b"0" * (200 * MIB)}), "workbook_too_large"),
    "an external entity": (lambda: _zip({"[Content_Types].xml": TYPES, "xl/workbook.xml": ENTITY}), "broken_workbook"),
    "a billion laughs": (lambda: _zip({"[Content_Types].xml": TYPES, "xl/workbook.xml": LAUGHS}), "broken_workbook"),
    "a broken old workbook": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "broken_workbook"),
    "a packed bomb": (lambda: gzip.compress(b"a,b\n" + b"1,2\n" * (130 * MIB)), "too_large_unpacked"),
    "a cut packed file": (lambda: gzip.compress(GOOD * 200)[:60], "broken_archive"),
    "an open quotation mark": (lambda: f'{HEAD}\n8001,"2026-11-19 10:00,USD,BR,A-1,2,1.50,Cup\n'.encode(), "bad_quotes"),
    "text after a quotation mark": (lambda: f'{HEAD}\n"8001"x,2026-11-19,USD,BR,A-1,2,1.50,Cup\n'.encode(), "bad_quotes"),
    "an inch mark": (lambda: GOOD + b'8002,2026-11-19 10:00,USD,BR,A-1,2,1.50,Plate 5" wide\n', None),
    "a cell of a million": (lambda: GOOD + f"8002,2026-11-19 10:00,USD,BR,A-1,2,1.50,{'x' * 999_000}\n".encode(), None),
    "a cell of millions": (lambda: GOOD + f"8002,2026-11-19,USD,BR,A-1,2,1.50,{'x' * 3_000_000}\n".encode(), "cell_too_large"),
    "many columns": (lambda: (",".join(f"c{n}" for n in range(2000)) + "\n").encode(), "too_many_columns"),
    "a nul": (lambda: GOOD + b"8002,2026-11-19 10:00,USD,BR,A\x00B,2,1.50,Cup\n", None),
    "controls": (lambda: GOOD + b"8002,2026-11-19 10:00,USD,BR,A-1,2,1.50,\x01\x02\x1b[31m\n", None),
    "a half surrogate": (lambda: GOOD + b"8002,2026-11-19 10:00,USD,BR,A-1,2,1.50," + b"\xed\xa0\x80\n", None),
    "random bytes": (lambda: random.Random(7).randbytes(60_000), None),
    "formulas": (lambda: GOOD + b'8002,2026-11-19 10:00,USD,BR,"=cmd|\'/c calc\'!A0",2,1.50,"+1+1"\n', None),
    "a number of a thousand digits": (lambda: GOOD + f"8002,2026-11-19 10:00,USD,BR,A-1,2,{'9' * 1000},Cup\n".encode(), None),
    "a quantity of infinity": (lambda: GOOD + b"8002,2026-11-19 10:00,USD,BR,A-1,inf,nan,Cup\n", None),
    "a date of nonsense": (lambda: GOOD + b"8002,9999-99-99 99:99,USD,BR,A-1,1,1,Cup\n", None),
    "the same heading twice": (lambda: f"{HEAD},sku\n{LINE},B\n".encode(), None),
    "a heading of a kilobyte": (lambda: f"{'h' * 1000},b\n1,2\n".encode(), "bad_headings"),
    "carriage returns alone": (lambda: f"{HEAD}\r{LINE}\r".encode(), None),
    "an unknown order of bytes": (lambda: b"\xff\xfe\x00\xd8\x00\x00a\x00,\x00b\x00", None),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file_is_refused_or_rejected_by_row(tmp_path: Path, name: str) -> None:
    content, expected = HOSTILE[name]
    path = tmp_path / "orders.csv"
    path.write_bytes(content())
    started = time.monotonic()
    code, orders, codes = outcome(path)
    assert time.monotonic() - started < 30
    if expected is not None:
        assert code == expected
        assert str(file_refusal(Refused(code, row=1, line=1, most=1, encoding="x", value="x")))
        assert code in FILE_SENTENCES
    assert set(codes) <= set(SENTENCES)
    if name in ("an inch mark", "controls", "formulas"):
        assert (code, orders, codes) == ("", 2, [])
    if name in (
        "a nul",
        "a cell of a million",
        "a number of a thousand digits",
        "a quantity of infinity",
        "a date of nonsense",
    ):
        assert (code, orders, len(codes)) == ("", 1, 1)


def test_the_reader_stays_small(tmp_path: Path) -> None:
    """A file of a quarter of a million rows in no order passes in little memory."""
    rows = [f"{n},2026-11-19 10:00,USD,BR,A-{n % 97},1,1.00,Cup" for n in range(80_000)] * 3
    random.Random(1).shuffle(rows)
    path = tmp_path / "orders.csv"
    path.write_text("\n".join([HEAD, *rows]))
    orders = lines = 0
    with reading(path, Plan(), zone="UTC") as answers:
        for answer in answers:
            orders += len(answer.get("orders", []))
            lines += sum(len(order["lines"]) for order in answer.get("orders", []))
            status = Path(f"/proc/{answers.process.pid}/status").read_text() if answers.process.poll() is None else ""
            peak = next((int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0)
            assert peak < 110
    assert (orders, lines) == (80_000, 240_000)


def test_the_reader_dies_of_its_limits_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "orders.xlsx"
    path.write_bytes(_book([HEAD.split(","), *([[c * 20 for c in string.ascii_letters[:40]]] * 4000)]))
    with (
        pytest.raises(Refused, match="out_of_memory"),
        reading(path, Plan(), limits=Limits(memory=60 * MIB)) as answers,
    ):
        list(answers)
    slow = tmp_path / "slow.csv"
    slow.write_text(HEAD + "\n" + f"{LINE}\n" * 400_000)
    with pytest.raises(Refused, match="too_slow"), reading(slow, Plan(), limits=Limits(seconds=1)) as answers:
        list(answers)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # we are still here


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.text(max_size=12), min_size=8, max_size=8), max_size=12))
def test_any_text_is_read_back_exactly(tmp_path: Path, rows: list[list[str]]) -> None:
    """Whatever stands in the cells: no other end than orders, rejected rows or a refusal; accepted titles are kept exactly."""
    cells = [[c.replace("\x00", "") for c in row] for row in rows]
    body = [["".join(ch for ch in c if not 0xD800 <= ord(ch) <= 0xDFFF) for c in row] for row in cells]
    text = HEAD + "\n" + "\n".join(
        f"{n},2026-11-19 10:00,USD,BR,A-1,2,1.50," + '"' + row[7].replace('"', '""') + '"' for n, row in enumerate(body, 1)
    )  # fmt: skip
    path = tmp_path / "orders.csv"
    path.write_bytes(text.encode())
    titles: dict[str, str] = {}
    with reading(path, Plan(options={"encoding": "utf-8", "separator": ","}), zone="UTC") as answers:
        for answer in answers:
            for order in answer.get("orders", []):
                titles[order["order_no"]] = order["lines"][0][4]
    assert titles == {str(n): row[7].strip() for n, row in enumerate(body, 1)}
