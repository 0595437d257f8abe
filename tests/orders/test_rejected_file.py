"""The file of rejected rows is opened in a spreadsheet: nothing in it may run, and it can be handed in again."""

from __future__ import annotations

import csv
from pathlib import Path

from orders.reading.values import id_of
from orders.services.importing.keeping import RejectedFile

LIVE = ["=cmd|'/c calc'!A0", "@SUM(1)", "+1+1", "-2+3", "\t=1", "＝1"]


def test_nothing_in_the_file_of_rejected_rows_runs(tmp_path: Path) -> None:
    kept = RejectedFile(tmp_path / "rejected.csv")
    kept.headings(["order_no", "=title"])
    kept.rejected([[text, "-12.50", "2", "title", "x"] for text in LIVE])
    rows = list(csv.reader(Path(kept.close()).open(encoding="utf-8-sig", newline="")))
    assert all(not cell.startswith(("=", "@", "+", "\t", "＝")) for row in rows for cell in row)
    assert rows[0][1] == "'=title"
    assert [row[0] for row in rows[1:]] == [f"'{text}" for text in LIVE]
    assert {row[1] for row in rows[1:]} == {"-12.50"}
    assert id_of("'+8613800138000", "phone") == "+8613800138000"
