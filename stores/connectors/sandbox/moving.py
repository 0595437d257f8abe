"""Move a pretend shop from one file into another, so that a simulated past can be looked at where the installation keeps its own."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from stores.connectors.sandbox.shop import Shop

#: Numbers and counters are not a shop's own; faults and late effects end with the simulation.
_LEFT_BEHIND = {"counters", "faults", "late", "journal"}


def set_counters(shop: Shop, **counts: int) -> None:
    """Let series go on after these numbers, so that no order or waybill number is given twice."""
    for name, last in counts.items():
        shop.db.execute("INSERT OR REPLACE INTO counters VALUES (?, ?)", (name, last))


def adopt(*, into: Path, source: Path) -> int:
    """Copy every shop of ``source`` into the file ``into`` (made when missing); answers the rows copied. Series of both go on
    after the higher number. Rows that are there already stay as they are."""
    Shop(into).close()
    db = sqlite3.connect(str(into), timeout=30, isolation_level=None)
    copied = 0
    try:
        db.execute("ATTACH DATABASE ? AS other", (str(source),))
        db.execute("BEGIN IMMEDIATE")
        for (table,) in db.execute("SELECT name FROM other.sqlite_master WHERE type = 'table'").fetchall():
            if table in _LEFT_BEHIND or table.startswith("sqlite"):
                continue
            copied += db.execute(f"INSERT OR IGNORE INTO main.{table} SELECT * FROM other.{table}").rowcount  # noqa: S608 (our own names)
        db.execute(
            "INSERT INTO main.counters SELECT name, last FROM other.counters WHERE true"
            " ON CONFLICT (name) DO UPDATE SET last = max(last, excluded.last)"
        )
        db.execute("COMMIT")
    finally:
        db.close()
    return copied
