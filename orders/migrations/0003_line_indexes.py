"""Orders by SKU are read from an index alone; indexes that only repeat the beginning of another are gone."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """One index in, five out."""

    dependencies = [
        ("accounts", "0001_initial"),
        ("customers", "0001_initial"),
        ("orders", "0002_partitions"),
        ("products", "0001_initial"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="orderline",
            index=models.Index(fields=["item", "order"], name="line_item_order"),
        ),
        migrations.AlterField(
            model_name="order",
            name="buyer",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="orders", to="customers.buyer"
            ),
        ),
        migrations.AlterField(
            model_name="order",
            name="store",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="orders", to="accounts.store"
            ),
        ),
        migrations.AlterField(
            model_name="orderflag",
            name="order",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="flags", to="orders.order"
            ),
        ),
        migrations.AlterField(
            model_name="orderline",
            name="item",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="products.channelitem",
            ),
        ),
        migrations.AlterField(
            model_name="orderline",
            name="order",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="orders.order"
            ),
        ),
    ]
