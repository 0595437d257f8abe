"""Rejected rows on their way into a file."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path
from typing import IO

from core.listing.export import safe_text
from orders.services.importing.files import REASON_COLUMNS, Keeper


class RejectedFile(Keeper):
    """Writes rejected rows to ``path`` as they come; the file exists only when there are some."""

    def __init__(self, path: Path):
        self.path = path
        self.columns: list[str] = []
        self._file: IO[str] | None = None

    def headings(self, headings: list[str]) -> None:
        """Remember the columns of the original file."""
        self.columns = headings

    def rejected(self, rows: list[list[str]]) -> None:
        """Write the rows; each gets as many cells as there are headings, then row number, field and reason. A cell that a
        spreadsheet would run gets an apostrophe, which the reader takes off numbers again."""
        if self._file is None:
            self._file = self.path.open("w", encoding="utf-8-sig", newline="")
            csv.writer(self._file).writerow([*map(safe_text, self.columns), *REASON_COLUMNS])
        lines = fitted(rows, len(self.columns))
        csv.writer(self._file).writerows([safe_text(cell) for cell in line] for line in lines)

    def close(self) -> str:
        """Finish the file; answers its path, "" when nothing was rejected."""
        if self._file is None:
            return ""
        self._file.close()
        return str(self.path)


def fitted(rows: list[list[str]], width: int) -> list[list[str]]:
    """Rows padded (or cut) so that row number, field and reason stand under their headings."""
    extra = len(REASON_COLUMNS)
    return [[*(row[:-extra] + [""] * width)[:width], *row[-extra:]] for row in rows]


def place_beside(path: Path, now: datetime) -> Path:
    """Where the rejected rows of ``path`` are written: beside it, else in the working folder."""
    name = f"{path.name.split('.')[0]}-rejected-{now:%Y%m%d-%H%M%S}.csv"
    for folder in (path.parent, Path.cwd()):
        try:
            probe = folder / f".{name}"
            probe.touch()
            probe.unlink()
        except OSError:
            continue
        return folder / name
    return Path("/dev/null")
