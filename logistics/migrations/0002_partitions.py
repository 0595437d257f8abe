"""Hot tables are partitioned by month before they hold a row."""

from django.db import migrations

from core.partitions import PartitionByMonth


class Migration(migrations.Migration):
    """Partition the tables that grow for ever."""

    dependencies = [("logistics", "0001_initial")]

    operations = [
        PartitionByMonth("logistics_trackingevent", "occurred_at"),
        PartitionByMonth("logistics_parcelhistory", "pgh_created_at"),
        PartitionByMonth("logistics_dispatchnotehistory", "pgh_created_at"),
        PartitionByMonth("logistics_notelinehistory", "pgh_created_at"),
    ]
