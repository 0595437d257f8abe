"""Many rows with one statement: COPY for inserts, one JSON document for updates. The statements do not grow with the rows.

For services that write sets. Statement-level triggers fire as for any other write, so the table history stays complete.
Text with NUL or half a surrogate pair must have been refused before: the database cannot keep it.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any

import orjson
from django.db import connection, models
from django.utils.safestring import SafeString

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _text(value: str) -> str:
    return value if value.isprintable() and "\\" not in value else value.translate(_ESCAPES)


#: How a value of each type stands in COPY; others are written as their text.
_CELLS: dict[type, Callable[[Any], str]] = {
    str: _text,
    SafeString: _text,
    int: str,
    Decimal: str,
    type(None): lambda value: "\\N",
    bool: lambda value: "t" if value else "f",
    datetime: datetime.isoformat,
    dict: lambda value: _text(orjson.dumps(value, default=str).decode()) if value else "{}",
    list: lambda value: _text(orjson.dumps(value, default=str).decode()),
}


def _other(value: Any) -> str:
    return _text(str(value))


def _cells(values: Sequence[Any]) -> Iterable[str]:
    """A column as it stands in COPY. Columns are mostly of one type, so they are turned as a whole."""
    kinds = set(map(type, values))
    if len(kinds) > 1:
        made = _CELLS.get
        return [made(type(value), _other)(value) for value in values]
    kind = kinds.pop()
    if kind is str:
        whole = "".join(values)
        if whole.isprintable() and "\\" not in whole:
            return values
    return map(_CELLS.get(kind, _other), values)


def copy_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Insert ``rows`` (one value per database column named in ``columns``) with COPY; answers how many.

    Raises ``IntegrityError`` as a whole when one of them breaks a constraint.
    """
    return copy_into(model._meta.db_table, columns, rows)


def copy_into(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """:func:`copy_rows` for a table by name, e.g. a temporary one."""
    return _copy(table, columns, list(zip(*rows, strict=True)))


def _copy(table: str, columns: Sequence[str], values: Sequence[Sequence[Any]]) -> int:
    """``values``: for each column its values, row by row; none at all when there are no rows."""
    if not values:
        return 0
    quote = connection.ops.quote_name
    names = ", ".join(quote(name) for name in columns)
    body = io.StringIO("".join([f"{line}\n" for line in map("\t".join, zip(*map(_cells, values), strict=True))]))
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(f"COPY {quote(table)} ({names}) FROM STDIN", body)
        return int(cursor.rowcount)


def copy_records(model: type[models.Model], rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert ``rows`` (column name -> value) with COPY. A column that the first row does not name gets the field's default, so
    a new column needs no change here. All rows name the same columns in the same order.
    """
    if not rows:
        return 0
    named = list(rows[0])
    rest = [f for f in model._meta.concrete_fields if f.column not in rows[0] and not f.primary_key]
    given = list(zip(*(row.values() for row in rows), strict=True))
    blank = [[f.get_default()] * len(rows) for f in rest]
    return _copy(model._meta.db_table, [*named, *(str(f.column) for f in rest)], [*given, *blank])


def copy_objects(objs: Sequence[models.Model]) -> int:
    """Insert unsaved objects of one model with COPY: all have their ids, or all get them from the database (and are not told)."""
    if not objs:
        return 0
    known = objs[0].pk is not None
    fields = [f for f in type(objs[0])._meta.concrete_fields if known or not f.primary_key]
    values = attrgetter(*(f.attname for f in fields))
    return copy_rows(type(objs[0]), [str(f.column) for f in fields], map(values, objs))


def copy_new(objs: Sequence[models.Model]) -> None:
    """Insert unsaved objects of one model with COPY and tell them their ids, which are taken first: two statements."""
    if not objs:
        return
    for obj, pk in zip(objs, take_ids(type(objs[0]), len(objs)), strict=True):
        obj.pk, obj._state.adding, obj._state.db = pk, False, connection.alias
    copy_objects(objs)


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


def update_rows(
    model: type[models.Model], columns: Sequence[str], rows: Sequence[Mapping[str, Any]], where: str = ""
) -> int:
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


def update_objects(objs: Sequence[models.Model], names: Sequence[str]) -> int:
    """Write the fields ``names`` of loaded objects of one model with one UPDATE; answers how many changed."""
    if not objs:
        return 0
    model = type(objs[0])
    columns = [model._meta.get_field(name).attname for name in names]  # type: ignore[union-attr]
    rows = [{"id": obj.pk, **{column: getattr(obj, column) for column in columns}} for obj in objs]
    return update_rows(model, columns, rows)


def insert_objects(objs: Sequence[models.Model], unique: Sequence[str]) -> list[tuple[Any, ...]]:
    """Insert unsaved objects of one model that do not exist yet; see :func:`insert_missing`."""
    if not objs:
        return []
    fields = [f for f in type(objs[0])._meta.local_concrete_fields if not f.primary_key and not f.generated]
    columns = [f.attname for f in fields]
    rows = [{column: getattr(obj, column) for column in columns} for obj in objs]
    return insert_missing(type(objs[0]), columns, rows, unique)


def lock(name: str, number: int = 0) -> None:
    """Wait for the house-wide lock ``name`` (of object ``number``); it is held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(*lock_sql(name, number))


def lock_sql(name: str, number: int = 0) -> tuple[str, list[Any]]:
    """:func:`lock` as text to stand before another statement, which then sees what the holder before wrote."""
    return "SELECT pg_advisory_xact_lock(hashtext(%s), %s);", [name, number]
