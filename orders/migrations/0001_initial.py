"""The tables of orders as they stand at the first release."""

import core.lookups
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("pghistory", "0007_auto_20250421_0444"),  # its context function stands in every history trigger
        ("accounts", "0001_initial"),
        ("core", "0001_initial"),
        ("customers", "0001_initial"),
        ("inventory", "0001_initial"),
        ("products", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ImportProfile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80)),
                ("base", models.CharField(default="generic", max_length=20)),
                (
                    "mapping",
                    models.JSONField(default=dict, help_text="our field -> heading of the file, or {'fixed': value}"),
                ),
                (
                    "options",
                    models.JSONField(
                        default=dict, help_text="encoding, separator, date format, decimal mark, currency, filters"
                    ),
                ),
                ("created_at", models.DateTimeField()),
                (
                    "store",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.store",
                    ),
                ),
            ],
            options={
                "verbose_name": "import profile",
            },
        ),
        migrations.CreateModel(
            name="ImportProfileHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("name", models.CharField(max_length=80)),
                ("base", models.CharField(default="generic", max_length=20)),
                (
                    "mapping",
                    models.JSONField(default=dict, help_text="our field -> heading of the file, or {'fixed': value}"),
                ),
                (
                    "options",
                    models.JSONField(
                        default=dict, help_text="encoding, separator, date format, decimal mark, currency, filters"
                    ),
                ),
                ("created_at", models.DateTimeField()),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="orders.importprofile",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="accounts.store",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Order",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("external_id", models.CharField(help_text="the channel's id of the order", max_length=80)),
                ("number", models.CharField(help_text="what people read out", max_length=80)),
                (
                    "type",
                    models.CharField(
                        choices=[
                            ("sale", "Sale"),
                            ("promotion", "Promotion"),
                            ("resend", "Resend"),
                            ("exchange", "Exchange"),
                        ],
                        default="sale",
                        max_length=10,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("unpaid", "Unpaid"),
                            ("new", "New"),
                            ("held", "Held"),
                            ("ready", "Ready"),
                            ("part_shipped", "Partly shipped"),
                            ("shipped", "Shipped"),
                            ("delivered", "Delivered"),
                            ("completed", "Completed"),
                            ("cancelled", "Cancelled"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("unpaid", "Unpaid"),
                            ("risk", "Payment check"),
                            ("to_match", "To match"),
                            ("to_approve", "To approve"),
                            ("short", "Out of stock"),
                            ("to_number", "Needs a waybill number"),
                            ("to_print", "To print"),
                            ("to_hand_over", "To hand over"),
                            ("to_declare", "Not marked as shipped"),
                            ("shipped", "Shipped"),
                            ("held", "Held"),
                            ("completed", "Completed"),
                            ("cancelled", "Cancelled"),
                            ("history", "History"),
                        ],
                        max_length=14,
                    ),
                ),
                (
                    "history",
                    models.BooleanField(
                        default=False, help_text="old at import: no message, duty, reservation or note until taken up"
                    ),
                ),
                ("buyer_name", models.CharField(blank=True, max_length=200)),
                ("country", models.CharField(max_length=2)),
                ("currency", models.CharField(max_length=3)),
                ("goods_total", models.DecimalField(decimal_places=4, max_digits=14)),
                ("shipping_fee", models.DecimalField(decimal_places=4, default=0, max_digits=14)),
                ("discount", models.DecimalField(decimal_places=4, default=0, max_digits=14)),
                (
                    "total",
                    models.DecimalField(
                        decimal_places=4, help_text="goods + freight - discounts: what the buyer pays", max_digits=14
                    ),
                ),
                ("pieces", models.PositiveIntegerField(default=0)),
                (
                    "shipping_method",
                    models.CharField(
                        blank=True, help_text="the service the buyer paid for, in his words", max_length=120
                    ),
                ),
                (
                    "service_code",
                    models.CharField(blank=True, help_text="service chosen by rule or person", max_length=30),
                ),
                ("note", models.TextField(blank=True, help_text="the buyer's note, as written")),
                (
                    "hold_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("payment_risk", "Payment check"),
                            ("wish", "A wish cannot be met, buyer must answer"),
                            ("blacklist", "Buyer is on the blacklist"),
                            ("cancel_request", "Buyer asks to cancel"),
                            ("address", "Address must be checked"),
                            ("dispute", "Dispute is open"),
                            ("other", "Other reason"),
                        ],
                        max_length=20,
                    ),
                ),
                ("hold_note", models.CharField(blank=True, max_length=300)),
                ("hold_until", models.DateTimeField(blank=True, null=True)),
                (
                    "cleared",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="hold reasons a person has set aside: not held for them again",
                    ),
                ),
                (
                    "intercept",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("payment_risk", "Payment check"),
                            ("wish", "A wish cannot be met, buyer must answer"),
                            ("blacklist", "Buyer is on the blacklist"),
                            ("cancel_request", "Buyer asks to cancel"),
                            ("address", "Address must be checked"),
                            ("dispute", "Dispute is open"),
                            ("other", "Other reason"),
                        ],
                        help_text="stops the parcel at the next scan",
                        max_length=20,
                    ),
                ),
                ("placed_at", models.DateTimeField()),
                ("paid_at", models.DateTimeField(null=True)),
                (
                    "target_at",
                    models.DateTimeField(help_text="payment clock: leave the house by then (cut-off rule)", null=True),
                ),
                ("ship_by", models.DateTimeField(help_text="the channel's latest dispatch", null=True)),
                ("ready_at", models.DateTimeField(null=True)),
                ("greeted_at", models.DateTimeField(null=True)),
                ("shipped_at", models.DateTimeField(null=True)),
                ("declared_at", models.DateTimeField(help_text="the channel confirmed the shipment", null=True)),
                ("delivered_at", models.DateTimeField(null=True)),
                ("completed_at", models.DateTimeField(null=True)),
                ("cancelled_at", models.DateTimeField(null=True)),
                (
                    "channel_status",
                    models.CharField(blank=True, help_text="the channel's own word, kept as it came", max_length=60),
                ),
                (
                    "channel_updated_at",
                    models.DateTimeField(help_text="version of the channel; an older one never overwrites", null=True),
                ),
                (
                    "channel_version",
                    models.CharField(
                        blank=True, help_text="orders what the channel told; the greatest wins", max_length=100
                    ),
                ),
                ("channel_facts", models.JSONField(blank=True, default=dict)),
                ("search", models.CharField(blank=True, help_text="folded buyer words for search", max_length=300)),
                ("imported_at", models.DateTimeField()),
                (
                    "buyer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="orders", to="customers.buyer"
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="orders", to="accounts.store"
                    ),
                ),
                (
                    "warehouse",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.warehouse",
                    ),
                ),
            ],
            options={
                "verbose_name": "order",
            },
        ),
        migrations.CreateModel(
            name="OrderAddress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("recipient", models.CharField(blank=True, max_length=200)),
                ("phone", models.CharField(blank=True, max_length=60)),
                ("line1", models.CharField(blank=True, max_length=300)),
                ("line2", models.CharField(blank=True, max_length=300)),
                ("city", models.CharField(blank=True, max_length=120)),
                ("state", models.CharField(blank=True, max_length=120)),
                ("postcode", models.CharField(blank=True, max_length=30)),
                ("country", models.CharField(max_length=2)),
                ("changed_at", models.DateTimeField()),
                (
                    "order",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="address", to="orders.order"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OrderFlag",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "colour",
                    models.CharField(
                        choices=[
                            ("red", "Red: size or colour note"),
                            ("green", "Green: bank transfer paid"),
                            ("amber", "Amber: waits for somebody"),
                            ("blue", "Blue: own use"),
                        ],
                        max_length=6,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200)),
                ("author_label", models.CharField(max_length=150)),
                ("at", models.DateTimeField()),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="flags", to="orders.order"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OrderHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("external_id", models.CharField(help_text="the channel's id of the order", max_length=80)),
                ("number", models.CharField(help_text="what people read out", max_length=80)),
                (
                    "type",
                    models.CharField(
                        choices=[
                            ("sale", "Sale"),
                            ("promotion", "Promotion"),
                            ("resend", "Resend"),
                            ("exchange", "Exchange"),
                        ],
                        default="sale",
                        max_length=10,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("unpaid", "Unpaid"),
                            ("new", "New"),
                            ("held", "Held"),
                            ("ready", "Ready"),
                            ("part_shipped", "Partly shipped"),
                            ("shipped", "Shipped"),
                            ("delivered", "Delivered"),
                            ("completed", "Completed"),
                            ("cancelled", "Cancelled"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("unpaid", "Unpaid"),
                            ("risk", "Payment check"),
                            ("to_match", "To match"),
                            ("to_approve", "To approve"),
                            ("short", "Out of stock"),
                            ("to_number", "Needs a waybill number"),
                            ("to_print", "To print"),
                            ("to_hand_over", "To hand over"),
                            ("to_declare", "Not marked as shipped"),
                            ("shipped", "Shipped"),
                            ("held", "Held"),
                            ("completed", "Completed"),
                            ("cancelled", "Cancelled"),
                            ("history", "History"),
                        ],
                        max_length=14,
                    ),
                ),
                (
                    "history",
                    models.BooleanField(
                        default=False, help_text="old at import: no message, duty, reservation or note until taken up"
                    ),
                ),
                ("country", models.CharField(max_length=2)),
                ("currency", models.CharField(max_length=3)),
                ("goods_total", models.DecimalField(decimal_places=4, max_digits=14)),
                ("shipping_fee", models.DecimalField(decimal_places=4, default=0, max_digits=14)),
                ("discount", models.DecimalField(decimal_places=4, default=0, max_digits=14)),
                (
                    "total",
                    models.DecimalField(
                        decimal_places=4, help_text="goods + freight - discounts: what the buyer pays", max_digits=14
                    ),
                ),
                ("pieces", models.PositiveIntegerField(default=0)),
                (
                    "shipping_method",
                    models.CharField(
                        blank=True, help_text="the service the buyer paid for, in his words", max_length=120
                    ),
                ),
                (
                    "service_code",
                    models.CharField(blank=True, help_text="service chosen by rule or person", max_length=30),
                ),
                (
                    "hold_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("payment_risk", "Payment check"),
                            ("wish", "A wish cannot be met, buyer must answer"),
                            ("blacklist", "Buyer is on the blacklist"),
                            ("cancel_request", "Buyer asks to cancel"),
                            ("address", "Address must be checked"),
                            ("dispute", "Dispute is open"),
                            ("other", "Other reason"),
                        ],
                        max_length=20,
                    ),
                ),
                ("hold_note", models.CharField(blank=True, max_length=300)),
                ("hold_until", models.DateTimeField(blank=True, null=True)),
                (
                    "cleared",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="hold reasons a person has set aside: not held for them again",
                    ),
                ),
                (
                    "intercept",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("payment_risk", "Payment check"),
                            ("wish", "A wish cannot be met, buyer must answer"),
                            ("blacklist", "Buyer is on the blacklist"),
                            ("cancel_request", "Buyer asks to cancel"),
                            ("address", "Address must be checked"),
                            ("dispute", "Dispute is open"),
                            ("other", "Other reason"),
                        ],
                        help_text="stops the parcel at the next scan",
                        max_length=20,
                    ),
                ),
                ("placed_at", models.DateTimeField()),
                ("paid_at", models.DateTimeField(null=True)),
                (
                    "target_at",
                    models.DateTimeField(help_text="payment clock: leave the house by then (cut-off rule)", null=True),
                ),
                ("ship_by", models.DateTimeField(help_text="the channel's latest dispatch", null=True)),
                ("ready_at", models.DateTimeField(null=True)),
                ("greeted_at", models.DateTimeField(null=True)),
                ("shipped_at", models.DateTimeField(null=True)),
                ("declared_at", models.DateTimeField(help_text="the channel confirmed the shipment", null=True)),
                ("delivered_at", models.DateTimeField(null=True)),
                ("completed_at", models.DateTimeField(null=True)),
                ("cancelled_at", models.DateTimeField(null=True)),
                (
                    "channel_status",
                    models.CharField(blank=True, help_text="the channel's own word, kept as it came", max_length=60),
                ),
                (
                    "channel_updated_at",
                    models.DateTimeField(help_text="version of the channel; an older one never overwrites", null=True),
                ),
                ("imported_at", models.DateTimeField()),
                (
                    "buyer",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="customers.buyer",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="orders.order",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="accounts.store",
                    ),
                ),
                (
                    "warehouse",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="inventory.warehouse",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="OrderLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveIntegerField()),
                ("external_id", models.CharField(blank=True, max_length=80)),
                ("title", models.CharField(blank=True, max_length=300)),
                ("attributes", models.CharField(blank=True, max_length=300)),
                ("quantity", models.PositiveIntegerField()),
                ("unit_price", models.DecimalField(decimal_places=4, max_digits=14, null=True)),
                ("discount", models.DecimalField(decimal_places=4, default=0, max_digits=14)),
                (
                    "total",
                    models.DecimalField(
                        decimal_places=4, help_text="quantity x price - discount", max_digits=14, null=True
                    ),
                ),
                ("buyer_note", models.CharField(blank=True, max_length=500)),
                (
                    "assort",
                    models.BooleanField(default=False, help_text="no colour given: mix colours and styles evenly"),
                ),
                ("shipped_quantity", models.PositiveIntegerField(default=0)),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="products.channelitem"
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="orders.order"
                    ),
                ),
            ],
            options={
                "verbose_name": "order line",
            },
        ),
        migrations.CreateModel(
            name="OrderLineHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("position", models.PositiveIntegerField()),
                ("external_id", models.CharField(blank=True, max_length=80)),
                ("attributes", models.CharField(blank=True, max_length=300)),
                ("quantity", models.PositiveIntegerField()),
                ("unit_price", models.DecimalField(decimal_places=4, max_digits=14, null=True)),
                ("discount", models.DecimalField(decimal_places=4, default=0, max_digits=14)),
                (
                    "total",
                    models.DecimalField(
                        decimal_places=4, help_text="quantity x price - discount", max_digits=14, null=True
                    ),
                ),
                (
                    "assort",
                    models.BooleanField(default=False, help_text="no colour given: mix colours and styles evenly"),
                ),
                ("shipped_quantity", models.PositiveIntegerField(default=0)),
                (
                    "item",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="products.channelitem",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="orders.order",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="orders.orderline",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="OrderRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, unique=True)),
                ("position", models.PositiveIntegerField(default=0)),
                ("active", models.BooleanField(default=True)),
                (
                    "conditions",
                    models.JSONField(default=dict, help_text="input -> value, list, or {gte, lte}; all must hold"),
                ),
                (
                    "set_type",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("sale", "Sale"),
                            ("promotion", "Promotion"),
                            ("resend", "Resend"),
                            ("exchange", "Exchange"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "set_flag",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("red", "Red: size or colour note"),
                            ("green", "Green: bank transfer paid"),
                            ("amber", "Amber: waits for somebody"),
                            ("blue", "Blue: own use"),
                        ],
                        max_length=6,
                    ),
                ),
                ("set_service", models.CharField(blank=True, max_length=30)),
                (
                    "set_warehouse",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.warehouse",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.store",
                    ),
                ),
            ],
            options={
                "verbose_name": "order rule",
                "ordering": ["position", "id"],
            },
        ),
        migrations.CreateModel(
            name="OrderRuleHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("name", models.CharField(max_length=80)),
                ("position", models.PositiveIntegerField(default=0)),
                ("active", models.BooleanField(default=True)),
                (
                    "conditions",
                    models.JSONField(default=dict, help_text="input -> value, list, or {gte, lte}; all must hold"),
                ),
                (
                    "set_type",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("sale", "Sale"),
                            ("promotion", "Promotion"),
                            ("resend", "Resend"),
                            ("exchange", "Exchange"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "set_flag",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("red", "Red: size or colour note"),
                            ("green", "Green: bank transfer paid"),
                            ("amber", "Amber: waits for somebody"),
                            ("blue", "Blue: own use"),
                        ],
                        max_length=6,
                    ),
                ),
                ("set_service", models.CharField(blank=True, max_length=30)),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="orders.orderrule",
                    ),
                ),
                (
                    "set_warehouse",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="inventory.warehouse",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="accounts.store",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Wish",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("colour", "Colour"), ("size", "Size"), ("packing", "Packing"), ("other", "Other")],
                        max_length=8,
                    ),
                ),
                ("text", models.CharField(max_length=300)),
                ("value", models.CharField(blank=True, help_text="what was understood, e.g. red, M", max_length=100)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "To be met"),
                            ("cannot", "Cannot be met"),
                            ("told", "Buyer was told"),
                            ("dropped", "No longer wanted"),
                        ],
                        default="open",
                        max_length=8,
                    ),
                ),
                (
                    "by_hand",
                    models.BooleanField(default=False, help_text="entered by a person; else read from the note"),
                ),
                ("created_at", models.DateTimeField()),
                (
                    "line",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="wishes",
                        to="orders.orderline",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="wishes", to="orders.order"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="WishHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("colour", "Colour"), ("size", "Size"), ("packing", "Packing"), ("other", "Other")],
                        max_length=8,
                    ),
                ),
                ("value", models.CharField(blank=True, help_text="what was understood, e.g. red, M", max_length=100)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "To be met"),
                            ("cannot", "Cannot be met"),
                            ("told", "Buyer was told"),
                            ("dropped", "No longer wanted"),
                        ],
                        default="open",
                        max_length=8,
                    ),
                ),
                (
                    "by_hand",
                    models.BooleanField(default=False, help_text="entered by a person; else read from the note"),
                ),
                ("created_at", models.DateTimeField()),
                (
                    "line",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="orders.orderline",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="orders.order",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="orders.wish",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ImportFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("orders", "Orders"),
                            ("products", "Articles"),
                            ("stock", "Stock"),
                            ("matches", "SKU matches"),
                        ],
                        max_length=10,
                    ),
                ),
                ("name", models.CharField(help_text="as the person's machine called it", max_length=200)),
                (
                    "stored",
                    models.CharField(
                        blank=True, help_text="generated name in the private storage; empty = deleted", max_length=300
                    ),
                ),
                ("size", models.BigIntegerField()),
                ("plan", models.JSONField(default=dict, help_text="how it is read: base, mapping, options")),
                (
                    "seen",
                    models.JSONField(default=dict, help_text="what reading it showed: columns, examples, questions"),
                ),
                ("counts", models.JSONField(default=dict, help_text="created, updated, unchanged, rejected")),
                (
                    "errors",
                    models.JSONField(
                        default=list, help_text="the first rejected rows: [row, order, field, value, sentence]"
                    ),
                ),
                (
                    "rejected_file",
                    models.CharField(blank=True, help_text="rejected rows in the private storage", max_length=300),
                ),
                ("by_ref", models.BigIntegerField(help_text="the person, when a person handed it in", null=True)),
                ("by_label", models.CharField(max_length=150)),
                ("created_at", models.DateTimeField()),
                (
                    "job",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="core.job",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.store",
                    ),
                ),
            ],
            options={
                "verbose_name": "import",
                "indexes": [models.Index(fields=["-created_at", "-id"], name="import_newest")],
            },
        ),
        migrations.AddConstraint(
            model_name="importprofile",
            constraint=models.UniqueConstraint(fields=("name", "store"), name="profile_once", nulls_distinct=False),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="importprofile",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "orders_importprofilehistory" ("base", "created_at", "id", "mapping", "name", "options", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "store_id") SELECT new_values."base", new_values."created_at", new_values."id", new_values."mapping", new_values."name", new_values."options", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."store_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="07db1fa1460cc41240f65cf5857b5a79b67cc0c9",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_220e8",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="orders_importprofile",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="importprofile",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "orders_importprofilehistory" ("base", "created_at", "id", "mapping", "name", "options", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "store_id") SELECT new_values."base", new_values."created_at", new_values."id", new_values."mapping", new_values."name", new_values."options", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."store_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="0eea4873de89d179cdcf6d8e376b34b54bc7a708",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_02d00",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="orders_importprofile",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="importprofile",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "orders_importprofilehistory" ("base", "created_at", "id", "mapping", "name", "options", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "store_id") SELECT old_values."base", old_values."created_at", old_values."id", old_values."mapping", old_values."name", old_values."options", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."store_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="80926827a8a1934e4ba22e3c7b5cf5db9ece8a92",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_978b9",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="orders_importprofile",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="importprofilehistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="a4dc114c065ba2874569b4191eb50c946aad5df1",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_ee795",
                    table="orders_importprofilehistory",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["-placed_at", "-id"], name="order_newest"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["store", "-placed_at", "-id"], name="order_store_newest"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["stage", "-placed_at", "-id"], name="order_stage"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["state", "country", "-placed_at", "-id"], name="order_state_country"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["country", "-placed_at", "-id"], name="order_country"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["buyer", "-placed_at"], name="order_of_buyer"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("state__in", ["new", "held", "ready", "part_shipped"])),
                fields=["ship_by", "id"],
                name="order_ship_by",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["ship_by", "id"], name="order_ship_by_all"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("greeted_at__isnull", True), ("history", False)),
                fields=["imported_at"],
                name="order_ungreeted",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Upper("number"), name="text_pattern_ops"
                ),
                name="order_number_prefix",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=django.contrib.postgres.indexes.GinIndex(
                core.lookups.FoldedWords("search"), name="order_words"
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                django.db.models.functions.text.Right(django.db.models.functions.text.Upper("number"), 6),
                name="order_number_tail",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.UniqueConstraint(fields=("store", "external_id"), name="order_once"),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "held"), _negated=True),
                    models.Q(("hold_reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="held_has_reason",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="order",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "orders_orderhistory" ("buyer_id", "cancelled_at", "channel_status", "channel_updated_at", "cleared", "completed_at", "country", "currency", "declared_at", "delivered_at", "discount", "external_id", "goods_total", "greeted_at", "history", "hold_note", "hold_reason", "hold_until", "id", "imported_at", "intercept", "number", "paid_at", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pieces", "placed_at", "ready_at", "service_code", "ship_by", "shipped_at", "shipping_fee", "shipping_method", "stage", "state", "store_id", "target_at", "total", "type", "warehouse_id") SELECT new_values."buyer_id", new_values."cancelled_at", new_values."channel_status", new_values."channel_updated_at", new_values."cleared", new_values."completed_at", new_values."country", new_values."currency", new_values."declared_at", new_values."delivered_at", new_values."discount", new_values."external_id", new_values."goods_total", new_values."greeted_at", new_values."history", new_values."hold_note", new_values."hold_reason", new_values."hold_until", new_values."id", new_values."imported_at", new_values."intercept", new_values."number", new_values."paid_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."pieces", new_values."placed_at", new_values."ready_at", new_values."service_code", new_values."ship_by", new_values."shipped_at", new_values."shipping_fee", new_values."shipping_method", new_values."stage", new_values."state", new_values."store_id", new_values."target_at", new_values."total", new_values."type", new_values."warehouse_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="e6213522f8c1561c7402075f34163d8c094ecee7",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_eb763",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="orders_order",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="order",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "orders_orderhistory" ("buyer_id", "cancelled_at", "channel_status", "channel_updated_at", "cleared", "completed_at", "country", "currency", "declared_at", "delivered_at", "discount", "external_id", "goods_total", "greeted_at", "history", "hold_note", "hold_reason", "hold_until", "id", "imported_at", "intercept", "number", "paid_at", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pieces", "placed_at", "ready_at", "service_code", "ship_by", "shipped_at", "shipping_fee", "shipping_method", "stage", "state", "store_id", "target_at", "total", "type", "warehouse_id") SELECT new_values."buyer_id", new_values."cancelled_at", new_values."channel_status", new_values."channel_updated_at", new_values."cleared", new_values."completed_at", new_values."country", new_values."currency", new_values."declared_at", new_values."delivered_at", new_values."discount", new_values."external_id", new_values."goods_total", new_values."greeted_at", new_values."history", new_values."hold_note", new_values."hold_reason", new_values."hold_until", new_values."id", new_values."imported_at", new_values."intercept", new_values."number", new_values."paid_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."pieces", new_values."placed_at", new_values."ready_at", new_values."service_code", new_values."ship_by", new_values."shipped_at", new_values."shipping_fee", new_values."shipping_method", new_values."stage", new_values."state", new_values."store_id", new_values."target_at", new_values."total", new_values."type", new_values."warehouse_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."buyer_id" IS DISTINCT FROM (new_values."buyer_id") OR old_values."cancelled_at" IS DISTINCT FROM (new_values."cancelled_at") OR old_values."channel_status" IS DISTINCT FROM (new_values."channel_status") OR old_values."channel_updated_at" IS DISTINCT FROM (new_values."channel_updated_at") OR old_values."cleared" IS DISTINCT FROM (new_values."cleared") OR old_values."completed_at" IS DISTINCT FROM (new_values."completed_at") OR old_values."country" IS DISTINCT FROM (new_values."country") OR old_values."currency" IS DISTINCT FROM (new_values."currency") OR old_values."declared_at" IS DISTINCT FROM (new_values."declared_at") OR old_values."delivered_at" IS DISTINCT FROM (new_values."delivered_at") OR old_values."discount" IS DISTINCT FROM (new_values."discount") OR old_values."external_id" IS DISTINCT FROM (new_values."external_id") OR old_values."goods_total" IS DISTINCT FROM (new_values."goods_total") OR old_values."greeted_at" IS DISTINCT FROM (new_values."greeted_at") OR old_values."history" IS DISTINCT FROM (new_values."history") OR old_values."hold_note" IS DISTINCT FROM (new_values."hold_note") OR old_values."hold_reason" IS DISTINCT FROM (new_values."hold_reason") OR old_values."hold_until" IS DISTINCT FROM (new_values."hold_until") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."imported_at" IS DISTINCT FROM (new_values."imported_at") OR old_values."intercept" IS DISTINCT FROM (new_values."intercept") OR old_values."number" IS DISTINCT FROM (new_values."number") OR old_values."paid_at" IS DISTINCT FROM (new_values."paid_at") OR old_values."pieces" IS DISTINCT FROM (new_values."pieces") OR old_values."placed_at" IS DISTINCT FROM (new_values."placed_at") OR old_values."ready_at" IS DISTINCT FROM (new_values."ready_at") OR old_values."service_code" IS DISTINCT FROM (new_values."service_code") OR old_values."ship_by" IS DISTINCT FROM (new_values."ship_by") OR old_values."shipped_at" IS DISTINCT FROM (new_values."shipped_at") OR old_values."shipping_fee" IS DISTINCT FROM (new_values."shipping_fee") OR old_values."shipping_method" IS DISTINCT FROM (new_values."shipping_method") OR old_values."stage" IS DISTINCT FROM (new_values."stage") OR old_values."state" IS DISTINCT FROM (new_values."state") OR old_values."store_id" IS DISTINCT FROM (new_values."store_id") OR old_values."target_at" IS DISTINCT FROM (new_values."target_at") OR old_values."total" IS DISTINCT FROM (new_values."total") OR old_values."type" IS DISTINCT FROM (new_values."type") OR old_values."warehouse_id" IS DISTINCT FROM (new_values."warehouse_id")) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="45c3afb9abda514a72a684de1a6d86b7f1e9fcca",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_d4b84",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="orders_order",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="order",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "orders_orderhistory" ("buyer_id", "cancelled_at", "channel_status", "channel_updated_at", "cleared", "completed_at", "country", "currency", "declared_at", "delivered_at", "discount", "external_id", "goods_total", "greeted_at", "history", "hold_note", "hold_reason", "hold_until", "id", "imported_at", "intercept", "number", "paid_at", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pieces", "placed_at", "ready_at", "service_code", "ship_by", "shipped_at", "shipping_fee", "shipping_method", "stage", "state", "store_id", "target_at", "total", "type", "warehouse_id") SELECT old_values."buyer_id", old_values."cancelled_at", old_values."channel_status", old_values."channel_updated_at", old_values."cleared", old_values."completed_at", old_values."country", old_values."currency", old_values."declared_at", old_values."delivered_at", old_values."discount", old_values."external_id", old_values."goods_total", old_values."greeted_at", old_values."history", old_values."hold_note", old_values."hold_reason", old_values."hold_until", old_values."id", old_values."imported_at", old_values."intercept", old_values."number", old_values."paid_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."pieces", old_values."placed_at", old_values."ready_at", old_values."service_code", old_values."ship_by", old_values."shipped_at", old_values."shipping_fee", old_values."shipping_method", old_values."stage", old_values."state", old_values."store_id", old_values."target_at", old_values."total", old_values."type", old_values."warehouse_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="07b3875f4e089f7c0545412dfcb5d8d38f454dfc",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_709b4",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="orders_order",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="orderflag",
            constraint=models.UniqueConstraint(fields=("order", "colour"), name="flag_once"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="orderhistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="57f366fb48da3be6a7f9f4030cd5bbe81e72714a",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_a32c6",
                    table="orders_orderhistory",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.UniqueConstraint(fields=("order", "position"), name="line_once"),
        ),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.CheckConstraint(condition=models.Q(("quantity__gt", 0)), name="line_quantity_positive"),
        ),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.CheckConstraint(
                condition=models.Q(("shipped_quantity__lte", models.F("quantity"))), name="line_not_overshipped"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="orderline",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "orders_orderlinehistory" ("assort", "attributes", "discount", "external_id", "id", "item_id", "order_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "quantity", "shipped_quantity", "total", "unit_price") SELECT new_values."assort", new_values."attributes", new_values."discount", new_values."external_id", new_values."id", new_values."item_id", new_values."order_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."position", new_values."quantity", new_values."shipped_quantity", new_values."total", new_values."unit_price" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="6e1d72384c1375a4e8b6d388dbb19798f473542f",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_353b8",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="orders_orderline",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="orderline",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "orders_orderlinehistory" ("assort", "attributes", "discount", "external_id", "id", "item_id", "order_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "quantity", "shipped_quantity", "total", "unit_price") SELECT new_values."assort", new_values."attributes", new_values."discount", new_values."external_id", new_values."id", new_values."item_id", new_values."order_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."position", new_values."quantity", new_values."shipped_quantity", new_values."total", new_values."unit_price" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."assort" IS DISTINCT FROM (new_values."assort") OR old_values."attributes" IS DISTINCT FROM (new_values."attributes") OR old_values."discount" IS DISTINCT FROM (new_values."discount") OR old_values."external_id" IS DISTINCT FROM (new_values."external_id") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."item_id" IS DISTINCT FROM (new_values."item_id") OR old_values."order_id" IS DISTINCT FROM (new_values."order_id") OR old_values."position" IS DISTINCT FROM (new_values."position") OR old_values."quantity" IS DISTINCT FROM (new_values."quantity") OR old_values."shipped_quantity" IS DISTINCT FROM (new_values."shipped_quantity") OR old_values."total" IS DISTINCT FROM (new_values."total") OR old_values."unit_price" IS DISTINCT FROM (new_values."unit_price")) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="75d8aadb4a2f9177e97d768dd9299755b7d9bbec",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_e67df",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="orders_orderline",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="orderline",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "orders_orderlinehistory" ("assort", "attributes", "discount", "external_id", "id", "item_id", "order_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "quantity", "shipped_quantity", "total", "unit_price") SELECT old_values."assort", old_values."attributes", old_values."discount", old_values."external_id", old_values."id", old_values."item_id", old_values."order_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."position", old_values."quantity", old_values."shipped_quantity", old_values."total", old_values."unit_price" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="02243d23918ab7ba8f5678ef882bebc96bd4c71a",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_dfb51",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="orders_orderline",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="orderlinehistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="e134d5ba9fb18487b4841b005b83471c4f1ce2cf",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_f9c3c",
                    table="orders_orderlinehistory",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="orderrule",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "orders_orderrulehistory" ("active", "conditions", "id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "set_flag", "set_service", "set_type", "set_warehouse_id", "store_id") SELECT new_values."active", new_values."conditions", new_values."id", new_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."position", new_values."set_flag", new_values."set_service", new_values."set_type", new_values."set_warehouse_id", new_values."store_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="dd73e4d6f150c01bcb2a6dc0453b318843b56b95",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_380ee",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="orders_orderrule",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="orderrule",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "orders_orderrulehistory" ("active", "conditions", "id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "set_flag", "set_service", "set_type", "set_warehouse_id", "store_id") SELECT new_values."active", new_values."conditions", new_values."id", new_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."position", new_values."set_flag", new_values."set_service", new_values."set_type", new_values."set_warehouse_id", new_values."store_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="9259314737bd5581ab56f856f0695240cf8d32cc",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_9cb28",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="orders_orderrule",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="orderrule",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "orders_orderrulehistory" ("active", "conditions", "id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "set_flag", "set_service", "set_type", "set_warehouse_id", "store_id") SELECT old_values."active", old_values."conditions", old_values."id", old_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."position", old_values."set_flag", old_values."set_service", old_values."set_type", old_values."set_warehouse_id", old_values."store_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="5acc9cf8c1115938db979201a3679a7ca772b885",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_de81a",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="orders_orderrule",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="orderrulehistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="95415dc58c97ca3e95bed0d9fe2eee4104d8feb1",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_004ec",
                    table="orders_orderrulehistory",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="wish",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "orders_wishhistory" ("by_hand", "created_at", "id", "kind", "line_id", "order_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "value") SELECT new_values."by_hand", new_values."created_at", new_values."id", new_values."kind", new_values."line_id", new_values."order_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."state", new_values."value" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="0f0c4cee44a1d7b774422ea47b24f87441f79e9e",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_d8587",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="orders_wish",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="wish",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "orders_wishhistory" ("by_hand", "created_at", "id", "kind", "line_id", "order_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "value") SELECT new_values."by_hand", new_values."created_at", new_values."id", new_values."kind", new_values."line_id", new_values."order_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."state", new_values."value" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."by_hand" IS DISTINCT FROM (new_values."by_hand") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."kind" IS DISTINCT FROM (new_values."kind") OR old_values."line_id" IS DISTINCT FROM (new_values."line_id") OR old_values."order_id" IS DISTINCT FROM (new_values."order_id") OR old_values."state" IS DISTINCT FROM (new_values."state") OR old_values."value" IS DISTINCT FROM (new_values."value")) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="9270de4bfb307c8720985bb5e13b1848aa2bb503",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_893a9",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="orders_wish",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="wish",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "orders_wishhistory" ("by_hand", "created_at", "id", "kind", "line_id", "order_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "value") SELECT old_values."by_hand", old_values."created_at", old_values."id", old_values."kind", old_values."line_id", old_values."order_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."state", old_values."value" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="0559b36d43bf1e9e0de3f47b474718da5db75f80",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_27062",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="orders_wish",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="wishhistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="35eb8646a9d5b438f96e3a717d7bd75eafef13b8",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_866f3",
                    table="orders_wishhistory",
                    when="BEFORE",
                ),
            ),
        ),
    ]
