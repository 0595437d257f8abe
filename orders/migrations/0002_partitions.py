"""Hot tables are partitioned by month before they hold a row."""

from django.db import migrations

from core.partitions import PartitionByMonth


class Migration(migrations.Migration):
    """Partition the tables that grow for ever."""

    dependencies = [("orders", "0001_initial")]

    operations = [
        PartitionByMonth("orders_orderhistory", "pgh_created_at"),
        PartitionByMonth("orders_orderlinehistory", "pgh_created_at"),
    ]
