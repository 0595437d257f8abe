"""The file of the pretend shops: its tables, its counters, its journal, and the refusal that all its sides raise. SQLite below."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

TABLES = """
CREATE TABLE IF NOT EXISTS shops (token TEXT PRIMARY KEY, code TEXT NOT NULL, seq INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS orders (code TEXT, id TEXT, version INTEGER, data TEXT, PRIMARY KEY (code, id));
CREATE TABLE IF NOT EXISTS messages (code TEXT, id TEXT, buyer TEXT, direction TEXT, at TEXT, seen INTEGER, ref TEXT, data TEXT,
    PRIMARY KEY (code, id));
CREATE TABLE IF NOT EXISTS events (number TEXT, id TEXT, data TEXT, PRIMARY KEY (number, id));
CREATE TABLE IF NOT EXISTS waybills (code TEXT, reference TEXT, number TEXT, at TEXT);
CREATE TABLE IF NOT EXISTS journal (id INTEGER PRIMARY KEY AUTOINCREMENT, code TEXT, kind TEXT, ref TEXT, at TEXT, data TEXT);
CREATE TABLE IF NOT EXISTS late (id INTEGER PRIMARY KEY AUTOINCREMENT, due TEXT, code TEXT, kind TEXT, data TEXT);
CREATE TABLE IF NOT EXISTS faults (id INTEGER PRIMARY KEY AUTOINCREMENT, code TEXT, path TEXT, kind TEXT, skip INTEGER, times INTEGER,
    data TEXT);
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, last INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS orders_version ON orders (code, version);
CREATE INDEX IF NOT EXISTS messages_ref ON messages (code, ref);
CREATE INDEX IF NOT EXISTS waybills_reference ON waybills (code, reference);
"""


class Refused(Exception):
    """The shop's own refusal: HTTP 200 with ``ok: false``."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Ledger:
    """What all sides of a pretend shop write in; a side adds its own ``tables``. Its callers hold ``lock``."""

    tables: ClassVar[str] = ""

    def __init__(self, path: Path | str) -> None:
        self.lock = threading.RLock()
        self.db = sqlite3.connect(str(path), check_same_thread=False, isolation_level=None)
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute("PRAGMA synchronous=NORMAL")
        self.db.executescript(TABLES + "".join(vars(side).get("tables", "") for side in type(self).__mro__))

    def close(self) -> None:
        """Let the file go."""
        with self.lock:
            self.db.close()

    def reset(self) -> None:
        """Forget everything."""
        with self.lock:
            for (name,) in self.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"):
                self.db.execute(f"DELETE FROM {name}")  # noqa: S608 (our own table names)

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """All rows of a question."""
        return list(self.db.execute(sql, values))

    def next(self, name: str) -> int:
        """The next number of a series."""
        self.db.execute("INSERT INTO counters VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET last = last + 1", (name,))
        return int(self.rows("SELECT last FROM counters WHERE name = ?", name)[0][0])

    def open_shop(self, token: str, code: str) -> str:
        """The shop a key belongs to. A key nobody has seen opens the shop it names."""
        if len(token) < 16 or not code:
            raise PermissionError("the key is not known")
        with self.lock:
            found = self.rows("SELECT code FROM shops WHERE token = ?", token)
            if not found:
                self.db.execute("INSERT INTO shops VALUES (?, ?, ?)", (token, code, self.next("shop")))
                return code
            if found[0][0] == "":
                raise PermissionError("the key was taken back")
            return str(found[0][0])

    def revoke(self, code: str) -> None:
        """Take back the keys of a shop."""
        with self.lock:
            self.db.execute("UPDATE shops SET code = '' WHERE code = ?", (code,))

    def note(self, code: str, kind: str, ref: str, now: datetime, data: Mapping[str, Any]) -> int:
        """Write the journal: something happened at the shop."""
        row = (code, kind, ref, now.isoformat(), json.dumps(dict(data), ensure_ascii=False))
        return int(
            self.db.execute("INSERT INTO journal (code, kind, ref, at, data) VALUES (?, ?, ?, ?, ?)", row).lastrowid
            or 0
        )

    def journal(self, code: str, kind: str = "") -> list[dict[str, Any]]:
        """Everything that happened at a shop, oldest first."""
        with self.lock:
            found = self.rows(
                "SELECT id, kind, ref, at, data FROM journal WHERE code = ? AND (? = '' OR kind = ?) ORDER BY id",
                code,
                kind,
                kind,
            )
        return [{"id": row[0], "kind": row[1], "ref": row[2], "at": row[3], **json.loads(row[4])} for row in found]

    def order(self, code: str, order_id: str) -> dict[str, Any]:
        """One order; refuses one that does not exist."""
        found = self.rows("SELECT data FROM orders WHERE code = ? AND id = ?", code, order_id)
        if not found:
            raise Refused("unknown_order", f"there is no order {order_id}")
        data: dict[str, Any] = json.loads(found[0][0])
        return data
