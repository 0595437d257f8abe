"""Many rows with one statement: COPY for inserts, one JSON document for updates. The statements do not grow with the rows.

For services that write sets. Statement-level triggers fire as for any other write, so the table history stays complete.
Text with NUL or half a surrogate pair must have been refused before: the database cannot keep it.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson
from django.db import connection, models

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _cell(value: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return value.translate(_ESCAPES)
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, int | Decimal):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict | list):
        return orjson.dumps(value).decode().translate(_ESCAPES)
    return str(value).translate(_ESCAPES)


def copy_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Insert ``rows`` (one value per database column named in ``columns``) with COPY; answers how many.

    Raises ``IntegrityError`` as a whole when one of them breaks a constraint.
    """
    return copy_into(model._meta.db_table, columns, rows)


def copy_into(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """:func:`copy_rows` for a table by name, e.g. a temporary one."""
    body = "".join(["\t".join([_cell(value) for value in row]) + "\n" for row in rows])
    if not body:
        return 0
    quote = connection.ops.quote_name
    names = ", ".join(quote(name) for name in columns)
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(f"COPY {quote(table)} ({names}) FROM STDIN", io.StringIO(body))
        return int(cursor.rowcount)


def copy_records(model: type[models.Model], rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert ``rows`` (column name -> value) with COPY. A column that the first row does not name gets the field's default, so
    a new column needs no change here. All rows name the same columns.
    """
    if not rows:
        return 0
    fields = [f for f in model._meta.concrete_fields if f.column in rows[0] or not f.primary_key]
    blanks = {f.column: f.get_default() for f in fields}
    columns = list(blanks)
    return copy_rows(model, columns, ([(blanks | row)[name] for name in columns] for row in rows))


def take_ids(model: type[models.Model], count: int) -> list[int]:
    """``count`` new primary keys of the table, ascending."""
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [model._meta.db_table, model._meta.pk.column, count],
        )
        return [row[0] for row in cursor.fetchall()]


def _document(rows: Sequence[Mapping[str, Any]]) -> str:
    return orjson.dumps(list(rows), default=str).decode()


def update_rows(model: type[models.Model], columns: Sequence[str], rows: Sequence[Mapping[str, Any]], where: str = "") -> int:
    """Write ``columns`` of the rows named by their ``id`` with one UPDATE; answers how many changed.

    Each row is a mapping with ``id`` and all ``columns`` (database names). ``where`` is a further SQL condition over the
    alias ``t`` (the table) and ``r`` (the new values).
    """
    if not rows:
        return 0
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    sets = ", ".join(f"{quote(name)} = r.{quote(name)}" for name in columns)
    more = f" AND ({where})" if where else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} t SET {sets} FROM json_populate_recordset(NULL::{table}, %s) r WHERE t.id = r.id{more}",  # noqa: S608
            [_document(rows)],
        )
        return int(cursor.rowcount)


def insert_missing(
    model: type[models.Model], columns: Sequence[str], rows: Sequence[Mapping[str, Any]], unique: Sequence[str]
) -> list[tuple[Any, ...]]:
    """Insert the rows that do not exist yet; answers ``(id, *unique)`` of those that were made.

    ``unique`` names the columns of the unique constraint that decides. Rows are inserted in the order given: give them
    sorted, so that two writers cannot lock each other out.
    """
    if not rows:
        return []
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    names = ", ".join(quote(name) for name in columns)
    keys = ", ".join(quote(name) for name in unique)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {names} FROM json_populate_recordset(NULL::{table}, %s)"  # noqa: S608
            f" ON CONFLICT ({keys}) DO NOTHING RETURNING id, {keys}",
            [_document(rows)],
        )
        return cursor.fetchall()


def lock(name: str, number: int = 0) -> None:
    """Wait for the house-wide lock ``name`` (of object ``number``); it is held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s), %s)", [name, number])
