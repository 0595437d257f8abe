"""Rows put in order by their key on disk, because the rows of one order need not stand together and a file may be large."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson

from orders.reading.values import Cell

_BATCH = 5000
NAME = "rows.sqlite3"


class Spool:
    """A file of (key, row number, cells). Memory stays within some megabytes whatever the number of rows."""

    def __init__(self, folder: Path, *, fresh: bool = True):
        import sqlite3  # only the process that reads a file loads it

        path = folder / NAME
        self.database = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-16000", "temp_store=FILE", "mmap_size=0"):
            self.database.execute(f"PRAGMA {pragma}")
        if fresh:
            self.database.execute("CREATE TABLE r (k TEXT, n INTEGER, c BLOB, PRIMARY KEY (k, n)) WITHOUT ROWID")

    def fill(self, rows: Iterable[tuple[str, int, list[Cell]]]) -> Iterator[int]:
        """Keep ``rows``; yields how many were kept after each batch."""
        done, batch = 0, []
        self.database.execute("BEGIN")
        for key, number, cells in rows:
            batch.append((key, number, orjson.dumps(cells)))
            if len(batch) >= _BATCH:
                done += self._keep(batch)
                batch = []
                yield done
        done += self._keep(batch)
        self.database.execute("COMMIT")
        yield done

    def _keep(self, batch: list[tuple[str, int, bytes]]) -> int:
        self.database.executemany("INSERT OR REPLACE INTO r VALUES (?, ?, ?)", batch)
        return len(batch)

    def groups(self, after: str = "") -> Iterator[tuple[str, list[tuple[int, list[Any]]]]]:
        """Key by key the rows of it, in the order of keys, then of rows; only keys greater than ``after``."""
        held = ""
        rows: list[tuple[int, list[Any]]] = []
        for key, number, cells in self.database.execute("SELECT k, n, c FROM r WHERE k > ? ORDER BY k, n", [after]):
            if key != held and rows:
                yield held, rows
                rows = []
            held = key
            rows.append((number, orjson.loads(cells)))
        if rows:
            yield held, rows

    def rows_of(self, keys: Iterable[str]) -> Iterator[tuple[str, int, list[Any]]]:
        """The rows of some keys."""
        for key in keys:
            for number, cells in self.database.execute("SELECT n, c FROM r WHERE k = ? ORDER BY n", [key]):
                yield key, number, orjson.loads(cells)

    def close(self) -> None:
        """Let go of the file."""
        self.database.close()
