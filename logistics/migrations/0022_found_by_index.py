"""What lists sort by and the clock asks for among a million parcels under way is found by an index."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Made beside the traffic, so not in one transaction."""

    atomic = False

    dependencies = [("logistics", "0021_link_ended")]

    operations = [
        AddIndexConcurrently(
            model_name="parcel", index=models.Index(fields=["later_than", "id"], name="parcel_later_all")
        ),
        AddIndexConcurrently(
            model_name="parcel",
            index=models.Index(
                condition=models.Q(("receive_by__isnull", False), ("state", "shipped")),
                fields=["receive_by", "id"],
                name="parcel_receive",
            ),
        ),
        AddIndexConcurrently(
            model_name="parcel",
            index=models.Index(
                condition=models.Q(
                    ("state", "shipped"), ("tracking_state__in", ["in_transit", "customs", "out_for_delivery"])
                ),
                fields=["last_event_at", "id"],
                name="parcel_moving",
            ),
        ),
        AddIndexConcurrently(
            model_name="parcel",
            index=models.Index(
                condition=models.Q(
                    ("state", "shipped"),
                    ("tracking_state__in", ["awaiting_collection", "attempted"]),
                ),
                fields=["-shipped_at", "-id"],
                name="parcel_collect",
            ),
        ),
    ]
