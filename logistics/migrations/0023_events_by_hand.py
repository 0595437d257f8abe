"""What people wrote down of parcels is found among millions of events: a silent source asks for it."""

from django.db import migrations, models

from core.partitions import AddIndexByPart


class Migration(migrations.Migration):
    """Made beside the traffic, so not in one transaction."""

    atomic = False

    dependencies = [("logistics", "0022_found_by_index")]

    operations = [
        AddIndexByPart(
            model_name="trackingevent",
            index=models.Index(
                condition=models.Q(("source", "hand")), fields=["parcel", "received_at"], name="event_by_hand"
            ),
        ),
    ]
