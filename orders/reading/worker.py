"""The reading process: one request as JSON on standard input, answers as JSON lines on standard output, nothing else.

It sets its own limits before it opens the file, imports no Django and no table, and may die at any moment without harm.
Answers: ``{"t": "inspected", …}``; or ``progress``, then ``orders`` / ``rows`` and ``rejected`` in pieces, then ``end``; or
``refused`` with a code.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson

from core import apart
from core.apart import say
from orders.reading import aliexpress, generic, values
from orders.reading.columns import Columns
from orders.reading.errors import Refused, RowFault
from orders.reading.generic import Fault
from orders.reading.inspecting import inspect
from orders.reading.plan import Limits, Plan
from orders.reading.spool import Spool
from orders.reading.tables import Row, Table, opened

PIECE_ORDERS = 1000
PIECE_LINES = 8000
PIECE_ROWS = 2000
#: Cells of a rejected row are handed back as they are, up to what a spreadsheet can hold.
_KEPT = 32_000
#: Keys of rows without a usable order number: they come last, each by itself.
_LOST = "\U0010ffff"


def limit(limits: Limits) -> None:
    """What this process may take."""
    apart.limit(memory=limits.memory, seconds=limits.seconds, file_bytes=limits.unpacked_bytes * 3)


def main() -> int:
    """Serve one request."""
    request = orjson.loads(sys.stdin.buffer.read())
    limits, plan = Limits(**request["limits"]), Plan.from_json(request["plan"])
    limit(limits)
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)  # rows hold no cycles; memory is bounded by the pieces
    os.chdir(request["folder"])
    os.environ["SQLITE_TMPDIR"] = request["folder"]
    path = Path(request["path"])
    try:
        if request["task"] == "inspect":
            say("inspected", **inspect(path, plan, limits, zone=request["zone"]))
        else:
            read(path, plan, limits, request)
    except Refused as refusal:
        say("refused", code=refusal.code, params=refusal.params)
    except MemoryError:
        say("refused", code="out_of_memory", params={})
    except BrokenPipeError:
        return 1
    return 0


def read(path: Path, plan: Plan, limits: Limits, request: dict[str, Any]) -> None:
    """Read the whole file and say its orders (or rows), rejected ones apart."""
    after = str(request.get("after") or "")
    with opened(path, plan, limits) as table:
        if plan.kind != "orders":
            columns = Columns.of(plan, table.headings, zone=request["zone"])
            read_rows(columns, table)
            return
        say("headings", headings=table.headings)
        spool = Spool(Path(request["folder"]))
        if plan.base == "aliexpress":
            sheet = aliexpress.Reader(plan, table.headings)
            fill(spool, ((f"{number:09}", number, cells) for number, cells in table.rows))
            pieces(_sheet_orders(sheet, spool, after))
        else:
            columns = Columns.of(plan, table.headings, zone=request["zone"])
            fill(spool, _keyed(columns, table.rows))
            pieces(_generic_orders(columns, spool, after))
        spool.close()


def fill(spool: Spool, rows: Iterable[tuple[str, int, list[Any]]]) -> None:
    """Put the rows in order, telling how far one is."""
    done = 0
    for done in spool.fill(rows):
        if done % 20_000 == 0:
            say("progress", rows=done)
    say("counted", rows=done)


def _keyed(columns: Columns, rows: Iterator[Row]) -> Iterator[tuple[str, int, list[Any]]]:
    for number, cells in rows:
        try:
            key = columns.get("order_no", cells)
        except RowFault:
            key = None
        yield key or f"{_LOST}{number:09}", number, cells


Told = tuple[str, dict[str, Any] | None, list[list[Any]], int]


def _generic_orders(columns: Columns, spool: Spool, after: str) -> Iterator[Told]:
    """(key, order or None, rejected rows, number of rows) of each order."""
    for key, rows in spool.groups(after):
        kept, rejected = _filtered(columns, key, rows)
        if not kept:
            yield key, None, rejected, len(rows)
            continue
        try:
            if key.startswith(_LOST):
                _lost(columns, kept[0])
            yield key, generic.read_order(columns, key, kept), rejected, len(rows)
        except Fault as fault:
            name = "" if key.startswith(_LOST) else key
            bad = [_reject(n, name, fault, cells) if n == fault.row else _other(n, name, cells) for n, cells in kept]
            yield key, None, rejected + bad, len(rows)


def _lost(columns: Columns, row: tuple[int, list[Any]]) -> None:
    """Say why a row has no order number."""
    try:
        columns.get("order_no", row[1])
    except RowFault as fault:
        raise Fault(row[0], fault) from None
    raise Fault(row[0], RowFault("order_no", "missing"))


def _filtered(columns: Columns, key: str, rows: list[Row]) -> tuple[list[Row], list[list[Any]]]:
    """Rows that the filters of the plan let pass, and the rejected ones. A filter rejects the whole order unless it says row only."""
    if not columns.filters:
        return rows, []
    name = "" if key.startswith(_LOST) else key
    kept, rejected, whole = [], [], False
    for number, cells in rows:
        hit = columns.rejecting(cells)
        if hit is None:
            kept.append((number, cells))
            continue
        whole = whole or not hit.row_only
        rejected.append([number, name, "", "filtered", {"value": hit.reason or f"{hit.op} {hit.value}"}, _cells(cells)])
    if whole:
        rejected += [_other(number, name, cells) for number, cells in kept]
        kept = []
    return kept, sorted(rejected, key=lambda r: r[0])


def _sheet_orders(sheet: aliexpress.Reader, spool: Spool, after: str) -> Iterator[Told]:
    for place, rows in spool.groups(after):
        number, cells = rows[0]
        key = ""
        try:
            key = sheet.key(cells)
            if not key:
                raise RowFault("order_no", "missing")
            yield place, sheet.order(key, number, cells), [], 1
        except RowFault as fault:
            yield place, None, [_reject(number, key, Fault(number, fault), cells)], 1


def _reject(number: int, key: str, fault: Fault, cells: list[Any]) -> list[Any]:
    return [number, key[:80], fault.field, fault.code, fault.params, _cells(cells)]


def _other(number: int, key: str, cells: list[Any]) -> list[Any]:
    return [number, key[:80], "", "other_row", {}, _cells(cells)]


def _cells(cells: list[Any]) -> list[str]:
    return [cell[:_KEPT] if isinstance(cell, str) else values.text_of(cell) for cell in cells]


def pieces(told: Iterator[Told]) -> None:
    """Say the orders in pieces of bounded size; ``place`` is the key after which another reader would go on."""
    orders: list[dict[str, Any]] = []
    rejected: list[list[Any]] = []
    lines = rows = refused = 0
    place = ""
    for place, order, bad, count in told:
        rows += count
        rejected += bad
        if order is None:
            refused += 1
        else:
            orders.append(order)
            lines += len(order["lines"])
        if len(orders) >= PIECE_ORDERS or lines >= PIECE_LINES or len(rejected) >= PIECE_ROWS:
            say("orders", orders=orders, rejected=rejected, refused=refused, rows=rows, place=place)
            orders, rejected, lines, rows, refused = [], [], 0, 0, 0
    if orders or rejected:
        say("orders", orders=orders, rejected=rejected, refused=refused, rows=rows, place=place)
    say("end")


def read_rows(columns: Columns, table: Table) -> None:
    """Say the rows of a file of articles, stock or matches, read field by field."""
    say("headings", headings=table.headings)
    good: list[list[Any]] = []
    rejected: list[list[Any]] = []
    for number, cells in table.rows:
        try:
            good.append([number, _fields(columns, cells), _cells(cells)])
        except RowFault as fault:
            rejected.append([number, "", fault.field, fault.code, fault.params, _cells(cells)])
        if len(good) + len(rejected) >= PIECE_ROWS:
            say("rows", rows=good, rejected=rejected)
            good, rejected = [], []
    if good or rejected:
        say("rows", rows=good, rejected=rejected)
    say("end")


def _fields(columns: Columns, cells: list[Any]) -> dict[str, Any]:
    """The values of a row by field; only those whose column exists. Amounts travel as text."""
    if len(cells) > columns.width and any(values.text_of(c) for c in cells[columns.width :]):
        raise RowFault("", "too_many_cells")
    hit = columns.rejecting(cells)
    if hit is not None:
        raise RowFault("", "filtered", value=hit.reason or f"{hit.op} {hit.value}")
    found: dict[str, Any] = {}
    for name, field in columns.fields.items():
        if not columns.has(name):
            continue
        value = columns.get(name, cells)
        if value is None and field.required:
            raise RowFault(name, "missing")
        found[name] = value if value is None or isinstance(value, str | int | bool) else str(value)
    return found


if __name__ == "__main__":
    sys.exit(main())
