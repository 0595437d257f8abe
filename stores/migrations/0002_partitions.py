"""Hot tables are partitioned by month before they hold a row."""

from django.db import migrations

from core.partitions import PartitionByMonth


class Migration(migrations.Migration):
    """Partition the tables that grow for ever."""

    dependencies = [("stores", "0001_initial")]

    operations = [
        PartitionByMonth("stores_outboundcallhistory", "pgh_created_at"),
    ]
