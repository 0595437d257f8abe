"""The days of a figure are found by an index: times of lower tables that only reports ask by."""

from django.db import migrations

TIMES = {
    "orders_order": ("paid_at", "shipped_at", "cancelled_at"),
    "logistics_parcel": ("delivered_at", "settled_at", "promised_by", "packed_at"),
    "disputes_case": ("closed_at",),
}


def _index(table: str, column: str) -> migrations.RunSQL:
    name = f"report_{table.split('_')[1]}_{column}"
    return migrations.RunSQL(
        f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON {table} ({column}) WHERE {column} IS NOT NULL",
        f"DROP INDEX CONCURRENTLY IF EXISTS {name}",
    )


class Migration(migrations.Migration):
    """Made beside the traffic, so not in one transaction."""

    atomic = False

    dependencies = [
        ("reports", "0001_initial"),
        ("orders", "0002_partitions"),
        ("logistics", "0002_partitions"),
        ("disputes", "0002_cases"),
    ]

    operations = [_index(table, column) for table, columns in TIMES.items() for column in columns]
