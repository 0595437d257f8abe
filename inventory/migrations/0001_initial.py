"""The tables of inventory as they stand at the first release."""

import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("pghistory", "0007_auto_20250421_0444"),  # its context function stands in every history trigger
        ("products", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="WarehouseHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("code", models.SlugField(db_index=False, max_length=20)),
                ("name", models.CharField(max_length=100)),
                ("time_zone", models.CharField(default="Asia/Shanghai", max_length=60)),
                ("country", models.CharField(default="CN", max_length=2)),
                ("sender_name", models.CharField(blank=True, max_length=100)),
                ("address", models.CharField(blank=True, max_length=300)),
                ("phone", models.CharField(blank=True, max_length=60)),
                ("is_default", models.BooleanField(default=False)),
                ("active", models.BooleanField(default=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Reservation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line_ref", models.BigIntegerField(help_text="id of the order line")),
                ("order_ref", models.BigIntegerField(help_text="id of the order")),
                ("wanted", models.PositiveIntegerField()),
                ("held", models.PositiveIntegerField(default=0)),
                ("consumed", models.PositiveIntegerField(default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("consumed", "Shipped"), ("released", "Released")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "sku",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reservations", to="products.sku"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Warehouse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=20, unique=True)),
                ("name", models.CharField(max_length=100)),
                ("time_zone", models.CharField(default="Asia/Shanghai", max_length=60)),
                ("country", models.CharField(default="CN", max_length=2)),
                ("sender_name", models.CharField(blank=True, max_length=100)),
                ("address", models.CharField(blank=True, max_length=300)),
                ("phone", models.CharField(blank=True, max_length=60)),
                ("is_default", models.BooleanField(default=False)),
                ("active", models.BooleanField(default=True)),
            ],
            options={
                "verbose_name": "warehouse",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_default", True)), fields=("is_default",), name="one_default_warehouse"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReservationHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("line_ref", models.BigIntegerField(help_text="id of the order line")),
                ("order_ref", models.BigIntegerField(help_text="id of the order")),
                ("wanted", models.PositiveIntegerField()),
                ("held", models.PositiveIntegerField(default=0)),
                ("consumed", models.PositiveIntegerField(default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("consumed", "Shipped"), ("released", "Released")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="inventory.reservation",
                    ),
                ),
                (
                    "sku",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="products.sku",
                    ),
                ),
                (
                    "warehouse",
                    models.ForeignKey(
                        db_constraint=False,
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
        migrations.AddField(
            model_name="reservation",
            name="warehouse",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="inventory.warehouse"
            ),
        ),
        migrations.CreateModel(
            name="Movement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("opening", "Opening count"),
                            ("receipt", "Goods receipt"),
                            ("issue", "Shipped"),
                            ("return", "Came back"),
                            ("count", "Count difference"),
                            ("scrap", "Scrapped"),
                        ],
                        max_length=10,
                    ),
                ),
                ("quantity", models.IntegerField(help_text="plus in, minus out")),
                (
                    "reference",
                    models.CharField(blank=True, help_text="waybill, receipt or count number", max_length=80),
                ),
                ("key", models.CharField(help_text="the same key is the same movement", max_length=120, unique=True)),
                (
                    "note",
                    models.CharField(blank=True, help_text="why, in the words of whoever booked it", max_length=200),
                ),
                ("actor_label", models.CharField(max_length=150)),
                ("at", models.DateTimeField()),
                (
                    "sku",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="movements", to="products.sku"
                    ),
                ),
                (
                    "warehouse",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="inventory.warehouse"
                    ),
                ),
            ],
            options={
                "verbose_name": "stock movement",
            },
        ),
        migrations.CreateModel(
            name="Bin",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=30)),
                ("sort", models.CharField(blank=True, help_text="walking order; empty = the code", max_length=60)),
                (
                    "warehouse",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="bins", to="inventory.warehouse"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Balance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on_hand", models.IntegerField(default=0)),
                ("reserved", models.IntegerField(default=0)),
                ("reorder_point", models.PositiveIntegerField(default=0)),
                (
                    "sku",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="balances", to="products.sku"
                    ),
                ),
                (
                    "bin",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.bin",
                    ),
                ),
                (
                    "warehouse",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="balances", to="inventory.warehouse"
                    ),
                ),
            ],
            options={
                "verbose_name": "stock",
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="warehouse",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "inventory_warehousehistory" ("active", "address", "code", "country", "id", "is_default", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "sender_name", "time_zone") SELECT new_values."active", new_values."address", new_values."code", new_values."country", new_values."id", new_values."is_default", new_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."phone", new_values."sender_name", new_values."time_zone" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="3d92a12274d5644f4e45675cb34c5ae3211a2d58",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_fd09b",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="inventory_warehouse",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="warehouse",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "inventory_warehousehistory" ("active", "address", "code", "country", "id", "is_default", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "sender_name", "time_zone") SELECT new_values."active", new_values."address", new_values."code", new_values."country", new_values."id", new_values."is_default", new_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."phone", new_values."sender_name", new_values."time_zone" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="9ea57e6ae5034fef9d35e03ec745060a5461e81d",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_a3b25",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="inventory_warehouse",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="warehouse",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "inventory_warehousehistory" ("active", "address", "code", "country", "id", "is_default", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "sender_name", "time_zone") SELECT old_values."active", old_values."address", old_values."code", old_values."country", old_values."id", old_values."is_default", old_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."phone", old_values."sender_name", old_values."time_zone" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="94050c5ad9340a35327b3bb45e7337f20fd3b6b6",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_c1b4a",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="inventory_warehouse",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="warehousehistory",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="inventory.warehouse",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="reservationhistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="81795d9ae05e0dc60ec29331b58264d481143a99",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_b167e",
                    table="inventory_reservationhistory",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="reservation",
            index=models.Index(
                condition=models.Q(("held__lt", models.F("wanted")), ("state", "open")),
                fields=["sku", "warehouse", "id"],
                name="reservation_short",
            ),
        ),
        migrations.AddIndex(
            model_name="reservation",
            index=models.Index(fields=["order_ref"], name="reservation_order"),
        ),
        migrations.AddConstraint(
            model_name="reservation",
            constraint=models.UniqueConstraint(fields=("line_ref", "sku", "warehouse"), name="reservation_once"),
        ),
        migrations.AddConstraint(
            model_name="reservation",
            constraint=models.CheckConstraint(
                condition=models.Q(("held__lte", models.F("wanted"))), name="reservation_within_wanted"
            ),
        ),
        migrations.AddConstraint(
            model_name="reservation",
            constraint=models.CheckConstraint(
                condition=models.Q(("consumed__lte", models.F("held"))), name="reservation_ships_what_it_holds"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="reservation",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "inventory_reservationhistory" ("closed_at", "consumed", "created_at", "held", "id", "line_ref", "order_ref", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sku_id", "state", "wanted", "warehouse_id") SELECT new_values."closed_at", new_values."consumed", new_values."created_at", new_values."held", new_values."id", new_values."line_ref", new_values."order_ref", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."sku_id", new_values."state", new_values."wanted", new_values."warehouse_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="5020e2f23d8cee78521ed56318e6e2b59acc6a68",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_97bfb",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="inventory_reservation",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="reservation",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "inventory_reservationhistory" ("closed_at", "consumed", "created_at", "held", "id", "line_ref", "order_ref", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sku_id", "state", "wanted", "warehouse_id") SELECT new_values."closed_at", new_values."consumed", new_values."created_at", new_values."held", new_values."id", new_values."line_ref", new_values."order_ref", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."sku_id", new_values."state", new_values."wanted", new_values."warehouse_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="e876253d60866001a1e5be8567f5de9b91cc1a34",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_188c4",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="inventory_reservation",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="reservation",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "inventory_reservationhistory" ("closed_at", "consumed", "created_at", "held", "id", "line_ref", "order_ref", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sku_id", "state", "wanted", "warehouse_id") SELECT old_values."closed_at", old_values."consumed", old_values."created_at", old_values."held", old_values."id", old_values."line_ref", old_values."order_ref", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."sku_id", old_values."state", old_values."wanted", old_values."warehouse_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="1fb6819ebb48913d2cc8d9cc87f435d86f11bf11",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_1f927",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="inventory_reservation",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="movement",
            index=models.Index(fields=["sku", "warehouse", "-at"], name="movement_of_sku"),
        ),
        migrations.AddIndex(
            model_name="movement",
            index=models.Index(fields=["-at", "-id"], name="movement_newest"),
        ),
        migrations.AddConstraint(
            model_name="movement",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity", 0), _negated=True), name="movement_moves"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="movement",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="1ea6aa37fa4e2092cb5d72f5f0a885d11411d86b",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_a4fa5",
                    table="inventory_movement",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="bin",
            constraint=models.UniqueConstraint(fields=("warehouse", "code"), name="bin_once"),
        ),
        migrations.AddConstraint(
            model_name="balance",
            constraint=models.UniqueConstraint(fields=("sku", "warehouse"), name="balance_once"),
        ),
        migrations.AddConstraint(
            model_name="balance",
            constraint=models.CheckConstraint(condition=models.Q(("on_hand__gte", 0)), name="stock_not_negative"),
        ),
        migrations.AddConstraint(
            model_name="balance",
            constraint=models.CheckConstraint(
                condition=models.Q(("reserved__gte", 0), ("reserved__lte", models.F("on_hand"))),
                name="stock_not_oversold",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="warehousehistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="4ea6b075a5dade82523ccc2b146901d712d38253",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_48a39",
                    table="inventory_warehousehistory",
                    when="BEFORE",
                ),
            ),
        ),
    ]
