"""The pretend shop: one SQLite file with orders, messages, parcels and everything that was ever asked of it.

It stands in for a real channel in demonstrations, simulations and tests, so it behaves like one: it has its own states, it
shows unread messages once, it knows no idempotency keys (a second message is a second message), and it remembers every
effect in a journal that tests read. Nothing here touches our tables.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS shop (code TEXT PRIMARY KEY, token TEXT UNIQUE NOT NULL);
CREATE TABLE IF NOT EXISTS orders (shop TEXT, id TEXT, status TEXT, updated_at TEXT, body TEXT, receive_by TEXT, PRIMARY KEY (shop, id));
CREATE INDEX IF NOT EXISTS orders_updated ON orders (shop, updated_at, id);
CREATE TABLE IF NOT EXISTS shipment (id INTEGER PRIMARY KEY, shop TEXT, order_id TEXT, number TEXT, service TEXT, at TEXT, ref TEXT);
CREATE TABLE IF NOT EXISTS message (id INTEGER PRIMARY KEY, shop TEXT, buyer TEXT, order_id TEXT, direction TEXT, body TEXT, at TEXT, unread INTEGER, ref TEXT);
CREATE INDEX IF NOT EXISTS message_at ON message (shop, at);
CREATE TABLE IF NOT EXISTS feedback (id INTEGER PRIMARY KEY, shop TEXT, order_id TEXT, stars INTEGER, body TEXT, at TEXT);
CREATE TABLE IF NOT EXISTS event (id INTEGER PRIMARY KEY, number TEXT, at TEXT, stage TEXT, body TEXT, place TEXT);
CREATE INDEX IF NOT EXISTS event_number ON event (number, at);
CREATE TABLE IF NOT EXISTS waybill (number TEXT PRIMARY KEY, shop TEXT, service TEXT, ref TEXT, at TEXT);
CREATE TABLE IF NOT EXISTS journal (id INTEGER PRIMARY KEY, shop TEXT, kind TEXT, subject TEXT, ref TEXT, at TEXT, body TEXT);
CREATE INDEX IF NOT EXISTS journal_ref ON journal (shop, kind, ref);
CREATE TABLE IF NOT EXISTS fault (id INTEGER PRIMARY KEY, path TEXT, kind TEXT, times INTEGER, wait REAL);
CREATE TABLE IF NOT EXISTS serial (name TEXT PRIMARY KEY, last INTEGER NOT NULL);
"""

#: First letters of the waybill numbers of each family (UPU S10).
PREFIX = {"CP_REG": "RB", "CP_ORD": "UA", "CP_ORD_PLUS": "UB", "CP_EUB": "LX", "EMS": "EA", "CP_ETK": "EB", "CP_EPARCEL": "CP"}
#: Receiving time of an order after shipment, days.
RECEIVE_DAYS = 60


class Refused(Exception):
    """The shop says no: ``code`` and words, as the channel would answer inside HTTP 200."""

    def __init__(self, code: int, message: str):
        super().__init__(message)
        self.code, self.message = code, message


def s10(prefix: str, serial: int, country: str = "CN") -> str:
    """A valid postal item number (UPU S10 with check digit)."""
    digits = f"{serial:08d}"
    total = sum(int(d) * w for d, w in zip(digits, (8, 6, 4, 2, 3, 5, 9, 7), strict=True))
    check = 11 - total % 11
    return f"{prefix}{digits}{ {10: 0, 11: 5}.get(check, check) }{country}"


def iso(moment: datetime) -> str:
    """A time as the shop writes it: UTC, to the millisecond, sortable as text."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


class Shop:
    """All pretend shops of one server. Safe from many threads: one connection a thread, one transaction a call."""

    def __init__(self, path: Path):
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._local = threading.local()
        with self._write() as db:
            for statement in SCHEMA.split(";"):
                if statement.strip():
                    db.execute(statement)

    def _db(self) -> sqlite3.Connection:
        held: sqlite3.Connection | None = getattr(self._local, "db", None)
        if held is None:
            held = sqlite3.connect(self.path, timeout=30, isolation_level=None)
            held.row_factory = sqlite3.Row
            held.execute("PRAGMA journal_mode=WAL")
            held.execute("PRAGMA synchronous=FULL")
            self._local.db = held
        return held

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        db = self._db()
        db.execute("BEGIN IMMEDIATE")
        try:
            yield db
        except BaseException:
            db.execute("ROLLBACK")
            raise
        db.execute("COMMIT")

    def _note(self, db: sqlite3.Connection, shop: str, kind: str, subject: str, ref: str, at: datetime, body: Any) -> int:
        cursor = db.execute(
            "INSERT INTO journal (shop, kind, subject, ref, at, body) VALUES (?, ?, ?, ?, ?, ?)",
            (shop, kind, subject, ref, iso(at), json.dumps(body, ensure_ascii=False)),
        )
        return int(cursor.lastrowid or 0)

    # --- shops ---------------------------------------------------------------------------------------------------

    def open(self, code: str, token: str = "") -> str:
        """Open a shop (or find it) and answer its token."""
        with self._write() as db:
            db.execute("INSERT OR IGNORE INTO shop (code, token) VALUES (?, ?)", (code, token or secrets.token_urlsafe(24)))
            return str(db.execute("SELECT token FROM shop WHERE code = ?", (code,)).fetchone()["token"])

    def by_token(self, token: str) -> str:
        """The shop whose key this is; refuses any other."""
        row = self._db().execute("SELECT code FROM shop WHERE token = ?", (token,)).fetchone()
        if row is None:
            raise Refused(401, "IllegalAccessToken")
        return str(row["code"])

    # --- what a seller asks ----------------------------------------------------------------------------------------

    def orders_since(self, shop: str, since: str, after: str, limit: int) -> dict[str, Any]:
        """Orders changed at or after ``since``, oldest change first; ``after`` goes on inside one moment."""
        rows = self._db().execute(
            "SELECT * FROM orders WHERE shop = ? AND (updated_at, id) > (?, ?) ORDER BY updated_at, id LIMIT ?",
            (shop, since, after, limit + 1),
        ).fetchall()  # fmt: skip
        more = len(rows) > limit
        found = [self._order(row) for row in rows[:limit]]
        return {"orders": found, "more": more}

    def order(self, shop: str, order_id: str) -> dict[str, Any]:
        """One order with its shipments."""
        row = self._db().execute("SELECT * FROM orders WHERE shop = ? AND id = ?", (shop, order_id)).fetchone()
        if row is None:
            raise Refused(404, "no such order")
        return self._order(row)

    def _order(self, row: sqlite3.Row) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(row["body"])
        shipments = self._db().execute(
            "SELECT number, service, at FROM shipment WHERE shop = ? AND order_id = ? ORDER BY id", (row["shop"], row["id"])
        ).fetchall()  # fmt: skip
        return {
            **body, "id": row["id"], "status": row["status"], "updated_at": row["updated_at"], "receive_by": row["receive_by"],
            "shipments": [dict(s) for s in shipments],
        }  # fmt: skip

    def ship(self, shop: str, order_id: str, number: str, service: str, ref: str, now: datetime) -> dict[str, Any]:
        """Take a declaration of shipment. The same number again is the same shipment; an order not paid is refused."""
        with self._write() as db:
            order = self.order(shop, order_id)
            for held in order["shipments"]:
                if held["number"] == number:
                    return {"shipment": f"{order_id}/{number}", "receive_by": order["receive_by"]}
            if order["status"] not in {"paid", "shipped", "part_shipped"}:
                raise Refused(210, f"an order that is {order['status']} cannot be shipped")
            db.execute(
                "INSERT INTO shipment (shop, order_id, number, service, at, ref) VALUES (?, ?, ?, ?, ?, ?)",
                (shop, order_id, number, service, iso(now), ref),
            )
            until = order["receive_by"] or iso(now + timedelta(days=RECEIVE_DAYS))
            db.execute(
                "UPDATE orders SET status = 'shipped', updated_at = ?, receive_by = ? WHERE shop = ? AND id = ?",
                (iso(now), until, shop, order_id),
            )
            self._note(db, shop, "ship", order_id, ref, now, {"number": number, "service": service})
        return {"shipment": f"{order_id}/{number}", "receive_by": until}

    def extend(self, shop: str, order_id: str, until: str, ref: str, now: datetime) -> dict[str, Any]:
        """Lengthen the receiving time to ``until``; a shorter one is refused, the same one changes nothing."""
        with self._write() as db:
            order = self.order(shop, order_id)
            if order["status"] != "shipped":
                raise Refused(210, "action not allowed now")
            if order["receive_by"] and until < order["receive_by"]:
                raise Refused(201, "the receiving time can only be lengthened")
            if until != order["receive_by"]:
                db.execute("UPDATE orders SET receive_by = ?, updated_at = ? WHERE shop = ? AND id = ?", (until, iso(now), shop, order_id))
                self._note(db, shop, "extend", order_id, ref, now, {"from": order["receive_by"], "until": until})
        return {"receive_by": until}

    def answer_cancel(self, shop: str, order_id: str, accept: bool, ref: str, now: datetime) -> dict[str, Any]:
        """Answer a buyer's cancel request."""
        with self._write() as db:
            order = self.order(shop, order_id)
            if not order.get("cancel_requested"):
                raise Refused(210, "nobody asked to cancel")
            self._change(db, shop, order_id, now, status="cancelled" if accept else order["status"], cancel_requested=False)
            self._note(db, shop, "answer_cancel", order_id, ref, now, {"accept": accept})
        return {"status": "cancelled" if accept else order["status"]}

    def send(self, shop: str, buyer: str, order_id: str, text: str, ref: str, now: datetime) -> dict[str, Any]:
        """Take a message to a buyer. Twice is twice: like real mailboxes it knows no keys."""
        if not text.strip():
            raise Refused(400, "empty message")
        with self._write() as db:
            cursor = db.execute(
                "INSERT INTO message (shop, buyer, order_id, direction, body, at, unread, ref) VALUES (?, ?, ?, 'out', ?, ?, 0, ?)",
                (shop, buyer, order_id, text, iso(now), ref),
            )
            self._note(db, shop, "message", order_id or buyer, ref, now, {"text": text})
        return {"message": str(cursor.lastrowid)}

    def unread(self, shop: str) -> list[dict[str, Any]]:
        """The unread messages of buyers, shown this once."""
        with self._write() as db:
            rows = db.execute("SELECT * FROM message WHERE shop = ? AND unread = 1 ORDER BY id LIMIT 100", (shop,)).fetchall()
            db.executemany("UPDATE message SET unread = 0 WHERE id = ?", [(row["id"],) for row in rows])
        return [dict(row) for row in rows]

    def messages(self, shop: str, since: str, ref: str = "") -> list[dict[str, Any]]:
        """The history of messages since a time, or those we sent under a reference."""
        if ref:
            rows = self._db().execute("SELECT * FROM message WHERE shop = ? AND ref = ? ORDER BY id", (shop, ref)).fetchall()
        else:
            rows = self._db().execute(
                "SELECT * FROM message WHERE shop = ? AND at >= ? ORDER BY id LIMIT 1000", (shop, since)
            ).fetchall()  # fmt: skip
        return [dict(row) for row in rows]

    def feedback(self, shop: str, since: str) -> list[dict[str, Any]]:
        """Ratings given since a time."""
        rows = self._db().execute("SELECT * FROM feedback WHERE shop = ? AND at >= ? ORDER BY id LIMIT 500", (shop, since)).fetchall()
        return [dict(row) for row in rows]

    def events(self, numbers: list[str]) -> list[dict[str, Any]]:
        """Tracking events of some numbers."""
        marks = ",".join("?" * len(numbers))
        rows = self._db().execute(
            f"SELECT * FROM event WHERE number IN ({marks}) ORDER BY number, at, id",  # noqa: S608 - only question marks
            numbers,
        ).fetchall()
        return [dict(row) for row in rows]

    def waybill(self, shop: str, service: str, ref: str, now: datetime) -> dict[str, Any]:
        """Give a waybill number for a reference; the carrier keeps the reference, so asking again is the same number."""
        with self._write() as db:
            held = db.execute("SELECT number FROM waybill WHERE shop = ? AND ref = ?", (shop, ref)).fetchone()
            if held is not None:
                return {"number": held["number"]}
            db.execute(
                "INSERT INTO serial (name, last) VALUES ('waybill', 40000001) ON CONFLICT (name) DO UPDATE SET last = last + 1"
            )
            serial = db.execute("SELECT last FROM serial WHERE name = 'waybill'").fetchone()["last"]
            number = s10(PREFIX.get(service, "LV"), serial)
            db.execute("INSERT INTO waybill VALUES (?, ?, ?, ?, ?)", (number, shop, service, ref, iso(now)))
            self._note(db, shop, "waybill", number, ref, now, {"service": service})
        return {"number": number}

    # --- what buyers, carriers and tests do --------------------------------------------------------------------------

    def place(self, shop: str, order: dict[str, Any], now: datetime) -> str:
        """A buyer orders. ``order`` is in the shop's own words (see ``mapping``); an id is made when it has none."""
        with self._write() as db:
            order_id = str(order.pop("id", "") or self._new_id(db))
            status = order.pop("status", "paid")
            db.execute(
                "INSERT OR REPLACE INTO orders (shop, id, status, updated_at, body, receive_by) VALUES (?, ?, ?, ?, ?, NULL)",
                (shop, order_id, status, iso(now), json.dumps(order, ensure_ascii=False)),
            )
        return order_id

    def _new_id(self, db: sqlite3.Connection) -> str:
        db.execute("INSERT INTO serial VALUES ('order', 8183000000000001) ON CONFLICT (name) DO UPDATE SET last = last + 7")
        return str(db.execute("SELECT last FROM serial WHERE name = 'order'").fetchone()["last"])

    def change(self, shop: str, order_id: str, now: datetime, **facts: Any) -> None:
        """Something happens to an order: paid, cancel_requested, address, delivered, completed …"""
        with self._write() as db:
            self._change(db, shop, order_id, now, **facts)

    def _change(self, db: sqlite3.Connection, shop: str, order_id: str, now: datetime, **facts: Any) -> None:
        order = self.order(shop, order_id)
        status = facts.pop("status", order["status"])
        body = {k: v for k, v in order.items() if k not in {"id", "status", "updated_at", "receive_by", "shipments"}} | facts
        stamp = {"paid": "paid_at", "delivered": "delivered_at", "completed": "completed_at", "cancelled": "cancelled_at"}.get(status)
        if stamp and status != order["status"]:
            body[stamp] = iso(now)
        db.execute(
            "UPDATE orders SET status = ?, updated_at = ?, body = ? WHERE shop = ? AND id = ?",
            (status, iso(now), json.dumps(body, ensure_ascii=False), shop, order_id),
        )

    def write(self, shop: str, buyer: str, order_id: str, text: str, now: datetime) -> int:
        """A buyer writes to the seller."""
        with self._write() as db:
            cursor = db.execute(
                "INSERT INTO message (shop, buyer, order_id, direction, body, at, unread, ref) VALUES (?, ?, ?, 'in', ?, ?, 1, '')",
                (shop, buyer, order_id, text, iso(now)),
            )
        return int(cursor.lastrowid or 0)

    def rate(self, shop: str, order_id: str, stars: int, text: str, now: datetime) -> int:
        """A buyer rates an order."""
        with self._write() as db:
            cursor = db.execute(
                "INSERT INTO feedback (shop, order_id, stars, body, at) VALUES (?, ?, ?, ?, ?)", (shop, order_id, stars, text, iso(now))
            )
        return int(cursor.lastrowid or 0)

    def happen(self, number: str, at: datetime, stage: str, text: str, place: str) -> None:
        """A carrier scans a parcel."""
        with self._write() as db:
            db.execute(
                "INSERT INTO event (number, at, stage, body, place) VALUES (?, ?, ?, ?, ?)", (number, iso(at), stage, text, place)
            )

    def journal(self, shop: str, kind: str = "") -> list[dict[str, Any]]:
        """Everything that was done here, in order."""
        rows = self._db().execute(
            "SELECT * FROM journal WHERE shop = ? AND (? = '' OR kind = ?) ORDER BY id", (shop, kind, kind)
        ).fetchall()  # fmt: skip
        return [{**dict(row), "body": json.loads(row["body"])} for row in rows]

    # --- faults ----------------------------------------------------------------------------------------------------

    def plan_faults(self, faults: list[dict[str, Any]]) -> None:
        """Misbehave: each entry names a path prefix, a kind, how often, and seconds where it waits. [] forgets all."""
        with self._write() as db:
            if not faults:
                db.execute("DELETE FROM fault")
            db.executemany(
                "INSERT INTO fault (path, kind, times, wait) VALUES (?, ?, ?, ?)",
                [(f.get("path", "/"), f["kind"], int(f.get("times", 1)), float(f.get("wait", 1))) for f in faults],
            )

    def next_fault(self, path: str) -> tuple[str, float] | None:
        """The fault this request meets, taken off the plan."""
        db = self._db()
        if db.execute("SELECT 1 FROM fault LIMIT 1").fetchone() is None:
            return None
        with self._write() as held:
            for row in held.execute("SELECT * FROM fault ORDER BY id").fetchall():
                if path.startswith(row["path"]):
                    if row["times"] <= 1:
                        held.execute("DELETE FROM fault WHERE id = ?", (row["id"],))
                    else:
                        held.execute("UPDATE fault SET times = times - 1 WHERE id = ?", (row["id"],))
                    return str(row["kind"]), float(row["wait"])
        return None
