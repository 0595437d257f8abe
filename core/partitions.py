"""Tables that grow for ever are partitioned by month, from the first migration on.

:class:`PartitionByMonth` turns a freshly created, empty table into a partitioned one with the same columns, constraints,
indexes and triggers. :func:`make_partitions` makes the months ahead; rows outside of all months land in the default part.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.migrations.operations import AddIndex
from django.db.migrations.operations.base import Operation

_CONVERT = """
DO $convert$
DECLARE
    keep text[]; part record; pk text; ids text;
BEGIN
    IF (SELECT relkind FROM pg_class WHERE oid = '{table}'::regclass) = 'p' THEN RETURN; END IF;
    IF EXISTS (SELECT 1 FROM {table}) THEN RAISE EXCEPTION '{table} is not empty'; END IF;
    SELECT array_agg(line) INTO keep FROM (
        SELECT format('ALTER TABLE {table} ADD CONSTRAINT %I %s', conname, pg_get_constraintdef(oid)) AS line, 1 AS rank
          FROM pg_constraint WHERE conrelid = '{table}'::regclass AND contype IN ('u', 'f', 'c')
        UNION ALL
        SELECT pg_get_indexdef(i.indexrelid), 2 FROM pg_index i
          WHERE i.indrelid = '{table}'::regclass AND NOT i.indisprimary
            AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype = 'u')
        UNION ALL
        SELECT pg_get_triggerdef(oid), 3 FROM pg_trigger WHERE tgrelid = '{table}'::regclass AND NOT tgisinternal
        ORDER BY 2) AS lines;
    SELECT a.attname INTO pk FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
      WHERE i.indrelid = '{table}'::regclass AND i.indisprimary;
    ALTER TABLE {table} RENAME TO {table}_whole;
    EXECUTE 'CREATE TABLE {table} (LIKE {table}_whole INCLUDING DEFAULTS) PARTITION BY RANGE ({column})';
    DROP TABLE {table}_whole;
    ids := '{table}_' || pk || '_seq';
    EXECUTE format('CREATE SEQUENCE %I OWNED BY {table}.%I', ids, pk);
    EXECUTE format('ALTER TABLE {table} ALTER COLUMN %I SET DEFAULT nextval(%L)', pk, ids);
    EXECUTE format('ALTER TABLE {table} ADD PRIMARY KEY (%I, {column})', pk);
    CREATE TABLE {table}_rest PARTITION OF {table} DEFAULT;
    IF keep IS NOT NULL THEN
        FOREACH ids IN ARRAY keep LOOP EXECUTE ids; END LOOP;
    END IF;
END $convert$
"""


class PartitionByMonth(Operation):
    """Migration step: partition an empty table by month of ``column`` (in UTC)."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, table: str, column: str):
        self.table, self.column = table, column

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The model stays as it is."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Convert the table."""
        schema_editor.execute(_CONVERT.format(table=self.table, column=self.column), params=None)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Nothing to undo: a partitioned table serves the same model."""

    def describe(self) -> str:
        """What the step does."""
        return f"Partition {self.table} by month of {self.column}"


class AddIndexByPart(AddIndex):
    """Migration step: an index of a partitioned table, made part by part beside the traffic. Needs ``atomic = False``. A step that
    was interrupted goes on where it ended."""

    atomic = False

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """The index of the whole, those of its parts, and each hung under the first; it counts once all are."""
        model = to_state.apps.get_model(app_label, self.model_name)
        table, made = model._meta.db_table, str(self.index.create_sql(model, schema_editor))
        head, on = f'CREATE INDEX "{self.index.name}"', f' ON "{table}"'
        if not made.startswith(f"{head}{on}"):
            raise ValueError(f"not an index of {table}: {made}")
        what = made.removeprefix(f"{head}{on}")
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(f'CREATE INDEX IF NOT EXISTS "{self.index.name}" ON ONLY "{table}"{what}')
            cursor.execute(_PARTS, [self.index.name, table])
            for part, own, valid in cursor.fetchall():
                name = own or f"{self.index.name}_{part.removeprefix(table + '_')}"
                if own and not valid:
                    cursor.execute(f'DROP INDEX CONCURRENTLY "{own}"')
                cursor.execute(f'CREATE INDEX CONCURRENTLY IF NOT EXISTS "{name}" ON "{part}"{what}')
                cursor.execute(f'ALTER INDEX "{self.index.name}" ATTACH PARTITION "{name}"')


#: The parts of a table with the index of each that was begun (an interrupted step leaves one that does not count).
_PARTS = """
SELECT part.relname, own.relname, i.indisvalid
  FROM pg_inherits h JOIN pg_class part ON part.oid = h.inhrelid JOIN pg_class whole ON whole.oid = h.inhparent
  LEFT JOIN pg_class own ON own.relname = %s || substr(part.relname, length(whole.relname) + 1) AND own.relkind = 'i'
       AND own.relnamespace = part.relnamespace
  LEFT JOIN pg_index i ON i.indexrelid = own.oid
 WHERE whole.relname = %s AND whole.relnamespace = 'public'::regnamespace ORDER BY 1"""


def month_start(day: date, plus: int = 0) -> date:
    """The first day of the month ``plus`` months after that of ``day``."""
    months = day.year * 12 + day.month - 1 + plus
    return date(months // 12, months % 12 + 1, 1)


#: Rows of one month that are moved out of the default part while others wait; more are left where they are.
MOST_MOVED = 20_000
#: Months looked back at for rows that lie in the default part.
BEHIND = 24


def make_partitions(today: date, ahead: int = 3) -> list[str]:
    """Make the parts of this month and ``ahead`` further ones for every partitioned table, and of past months whose rows lie in
    the default part (news of long ago, a month that began before its part was made); answers the new names.

    Rows of such a month move with it, if they are few enough and nothing is tied to their leaving; else the month is left there: it
    stays readable, only less well sorted.
    """
    made: list[str] = []
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        for table, column, guarded in cursor.fetchall():
            for first in _months(cursor, table, column, today, ahead):
                after = month_start(first, 1)
                name = f"{table}_{first:%Y_%m}"
                cursor.execute("SELECT to_regclass(%s)", [name])
                if cursor.fetchone()[0] is None and _make(cursor, table, column, name, (first, after), guarded):
                    made.append(name)
    return made


#: Partitioned tables with a default part: name, column, and whether something happens when one of their rows goes.
_TABLES = """
SELECT c.relname, a.attname,
       EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid IN (c.oid, rest.oid) AND NOT t.tgisinternal AND t.tgtype & 8 <> 0)
  FROM pg_class c JOIN pg_partitioned_table p ON p.partrelid = c.oid
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = p.partattrs[0]
  JOIN pg_class rest ON rest.relname = c.relname || '_rest' AND rest.relnamespace = c.relnamespace
 WHERE c.relnamespace = 'public'::regnamespace ORDER BY 1"""


def _months(cursor: Any, table: str, column: str, today: date, ahead: int) -> list[date]:
    """The months that should have a part of their own, oldest first."""
    coming = [month_start(today, plus) for plus in range(ahead + 1)]
    oldest = month_start(today, -BEHIND)
    statement = f'SELECT DISTINCT date_trunc(\'month\', "{column}" AT TIME ZONE \'UTC\')::date FROM "{table}_rest" WHERE "{column}" >= %s'  # noqa: S608
    cursor.execute(statement, [f"{oldest} 00:00:00+00"])
    return sorted({*coming, *(first for (first,) in cursor.fetchall() if first < coming[0])})


def _make(cursor: Any, table: str, column: str, name: str, span: tuple[date, date], guarded: bool) -> bool:
    bounds = [f"{day} 00:00:00+00" for day in span]
    mine = f'FROM "{table}_rest" WHERE "{column}" >= %s AND "{column}" < %s'
    cursor.execute(f"SELECT count(*) FROM (SELECT {mine} LIMIT {MOST_MOVED + 1}) AS counted", bounds)  # noqa: S608
    count = cursor.fetchone()[0]
    if count and (guarded or count > MOST_MOVED):
        return False
    with transaction.atomic():
        if not count:
            cursor.execute(f'CREATE TABLE "{name}" PARTITION OF "{table}" FOR VALUES FROM (%s) TO (%s)', bounds)
            return True
        cursor.execute(f'LOCK TABLE "{table}_rest" IN ACCESS EXCLUSIVE MODE')
        cursor.execute(f'CREATE TABLE "{name}" (LIKE "{table}" INCLUDING DEFAULTS)')
        cursor.execute(f'WITH gone AS (DELETE {mine} RETURNING *) INSERT INTO "{name}" SELECT * FROM gone', bounds)  # noqa: S608
        cursor.execute(f'ALTER TABLE "{table}" ATTACH PARTITION "{name}" FOR VALUES FROM (%s) TO (%s)', bounds)
    return True
