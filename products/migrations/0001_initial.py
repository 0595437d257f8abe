"""The tables of products as they stand at the first release."""

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
    ]

    operations = [
        migrations.CreateModel(
            name="SkuHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("code", models.CharField(max_length=60)),
                ("name_en", models.CharField(blank=True, max_length=200)),
                ("name_zh", models.CharField(blank=True, max_length=200)),
                ("variant", models.CharField(blank=True, help_text="colour, size, as people say it", max_length=200)),
                (
                    "barcode",
                    models.CharField(blank=True, help_text="what the scanner reads; empty = the code", max_length=60),
                ),
                ("image_url", models.URLField(blank=True, max_length=500)),
                ("weight_g", models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True)),
                ("cost", models.DecimalField(blank=True, decimal_places=4, max_digits=14, null=True)),
                ("cost_currency", models.CharField(default="CNY", max_length=3)),
                (
                    "customs_text",
                    models.CharField(
                        blank=True, help_text="English description for customs, at least three words", max_length=200
                    ),
                ),
                ("hs_code", models.CharField(blank=True, max_length=12)),
                ("origin", models.CharField(blank=True, default="CN", max_length=2)),
                ("material", models.CharField(blank=True, max_length=100)),
                ("goods_class", models.CharField(blank=True, max_length=40)),
                ("fragile", models.BooleanField(default=False)),
                (
                    "made_in_house",
                    models.BooleanField(
                        default=False, help_text="own production instead of purchase when it is missing"
                    ),
                ),
                ("active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SkuMatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("quantity", models.PositiveIntegerField(default=1)),
            ],
        ),
        migrations.CreateModel(
            name="SkuMatchHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("quantity", models.PositiveIntegerField(default=1)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ChannelItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("channel_sku", models.CharField(max_length=100)),
                ("title", models.CharField(blank=True, max_length=300)),
                ("attributes", models.CharField(blank=True, max_length=300)),
                ("image_url", models.URLField(blank=True, max_length=500)),
                ("matched", models.BooleanField(default=False, help_text="has at least one SkuMatch")),
                (
                    "not_goods",
                    models.BooleanField(default=False, help_text="a service line (postage, voucher): nothing to pack"),
                ),
                (
                    "needed_at",
                    models.DateTimeField(
                        help_text="first needed by an order that is not history; only then it is a duty", null=True
                    ),
                ),
                ("first_seen_at", models.DateTimeField()),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="items", to="accounts.store"
                    ),
                ),
            ],
            options={
                "verbose_name": "channel SKU",
            },
        ),
        migrations.CreateModel(
            name="ChannelItemHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("channel_sku", models.CharField(max_length=100)),
                ("title", models.CharField(blank=True, max_length=300)),
                ("attributes", models.CharField(blank=True, max_length=300)),
                ("image_url", models.URLField(blank=True, max_length=500)),
                ("matched", models.BooleanField(default=False, help_text="has at least one SkuMatch")),
                (
                    "not_goods",
                    models.BooleanField(default=False, help_text="a service line (postage, voucher): nothing to pack"),
                ),
                (
                    "needed_at",
                    models.DateTimeField(
                        help_text="first needed by an order that is not history; only then it is a duty", null=True
                    ),
                ),
                ("first_seen_at", models.DateTimeField()),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="products.channelitem",
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
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Sku",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=60, unique=True)),
                ("name_en", models.CharField(blank=True, max_length=200)),
                ("name_zh", models.CharField(blank=True, max_length=200)),
                ("variant", models.CharField(blank=True, help_text="colour, size, as people say it", max_length=200)),
                (
                    "barcode",
                    models.CharField(blank=True, help_text="what the scanner reads; empty = the code", max_length=60),
                ),
                ("image_url", models.URLField(blank=True, max_length=500)),
                ("weight_g", models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True)),
                ("cost", models.DecimalField(blank=True, decimal_places=4, max_digits=14, null=True)),
                ("cost_currency", models.CharField(default="CNY", max_length=3)),
                (
                    "customs_text",
                    models.CharField(
                        blank=True, help_text="English description for customs, at least three words", max_length=200
                    ),
                ),
                ("hs_code", models.CharField(blank=True, max_length=12)),
                ("origin", models.CharField(blank=True, default="CN", max_length=2)),
                ("material", models.CharField(blank=True, max_length=100)),
                ("goods_class", models.CharField(blank=True, max_length=40)),
                ("fragile", models.BooleanField(default=False)),
                (
                    "made_in_house",
                    models.BooleanField(
                        default=False, help_text="own production instead of purchase when it is missing"
                    ),
                ),
                ("search", models.CharField(blank=True, max_length=600)),
                ("active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "SKU",
                "indexes": [
                    models.Index(
                        condition=models.Q(("barcode", ""), _negated=True), fields=["barcode"], name="sku_barcode"
                    ),
                    models.Index(
                        django.contrib.postgres.indexes.OpClass(
                            django.db.models.functions.text.Upper("code"), name="text_pattern_ops"
                        ),
                        name="sku_code_prefix",
                    ),
                    models.Index(fields=["active", "code"], name="sku_active"),
                    models.Index(fields=["goods_class", "code"], name="sku_class"),
                    django.contrib.postgres.indexes.GinIndex(core.lookups.FoldedWords("search"), name="sku_words"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("weight_g__isnull", True), ("weight_g__gt", 0), _connector="OR"),
                        name="sku_weight_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("cost__isnull", True), ("cost__gte", 0), _connector="OR"),
                        name="sku_cost_not_negative",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="sku",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "products_skuhistory" ("active", "barcode", "code", "cost", "cost_currency", "created_at", "customs_text", "fragile", "goods_class", "hs_code", "id", "image_url", "made_in_house", "material", "name_en", "name_zh", "origin", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "variant", "weight_g") SELECT new_values."active", new_values."barcode", new_values."code", new_values."cost", new_values."cost_currency", new_values."created_at", new_values."customs_text", new_values."fragile", new_values."goods_class", new_values."hs_code", new_values."id", new_values."image_url", new_values."made_in_house", new_values."material", new_values."name_en", new_values."name_zh", new_values."origin", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."variant", new_values."weight_g" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="2e6c46f8460838d07ceb0e5dbcfdc8b5dd820797",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_dde9c",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="products_sku",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="sku",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "products_skuhistory" ("active", "barcode", "code", "cost", "cost_currency", "created_at", "customs_text", "fragile", "goods_class", "hs_code", "id", "image_url", "made_in_house", "material", "name_en", "name_zh", "origin", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "variant", "weight_g") SELECT new_values."active", new_values."barcode", new_values."code", new_values."cost", new_values."cost_currency", new_values."created_at", new_values."customs_text", new_values."fragile", new_values."goods_class", new_values."hs_code", new_values."id", new_values."image_url", new_values."made_in_house", new_values."material", new_values."name_en", new_values."name_zh", new_values."origin", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."variant", new_values."weight_g" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."active" IS DISTINCT FROM (new_values."active") OR old_values."barcode" IS DISTINCT FROM (new_values."barcode") OR old_values."code" IS DISTINCT FROM (new_values."code") OR old_values."cost" IS DISTINCT FROM (new_values."cost") OR old_values."cost_currency" IS DISTINCT FROM (new_values."cost_currency") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."customs_text" IS DISTINCT FROM (new_values."customs_text") OR old_values."fragile" IS DISTINCT FROM (new_values."fragile") OR old_values."goods_class" IS DISTINCT FROM (new_values."goods_class") OR old_values."hs_code" IS DISTINCT FROM (new_values."hs_code") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."image_url" IS DISTINCT FROM (new_values."image_url") OR old_values."made_in_house" IS DISTINCT FROM (new_values."made_in_house") OR old_values."material" IS DISTINCT FROM (new_values."material") OR old_values."name_en" IS DISTINCT FROM (new_values."name_en") OR old_values."name_zh" IS DISTINCT FROM (new_values."name_zh") OR old_values."origin" IS DISTINCT FROM (new_values."origin") OR old_values."variant" IS DISTINCT FROM (new_values."variant") OR old_values."weight_g" IS DISTINCT FROM (new_values."weight_g")) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="5de5a16c47edd1017b1a93477bd4616f96f780f2",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_7388a",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="products_sku",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="sku",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "products_skuhistory" ("active", "barcode", "code", "cost", "cost_currency", "created_at", "customs_text", "fragile", "goods_class", "hs_code", "id", "image_url", "made_in_house", "material", "name_en", "name_zh", "origin", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "variant", "weight_g") SELECT old_values."active", old_values."barcode", old_values."code", old_values."cost", old_values."cost_currency", old_values."created_at", old_values."customs_text", old_values."fragile", old_values."goods_class", old_values."hs_code", old_values."id", old_values."image_url", old_values."made_in_house", old_values."material", old_values."name_en", old_values."name_zh", old_values."origin", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."variant", old_values."weight_g" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="685532053b4b75b074dee82f2aab28ceb2e0fc80",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_b60e5",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="products_sku",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="skuhistory",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="products.sku",
            ),
        ),
        migrations.AddField(
            model_name="skumatch",
            name="item",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="matches", to="products.channelitem"
            ),
        ),
        migrations.AddField(
            model_name="skumatch",
            name="sku",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="matches", to="products.sku"
            ),
        ),
        migrations.AddField(
            model_name="skumatchhistory",
            name="item",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="products.channelitem",
            ),
        ),
        migrations.AddField(
            model_name="skumatchhistory",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="products.skumatch",
            ),
        ),
        migrations.AddField(
            model_name="skumatchhistory",
            name="sku",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="products.sku",
            ),
        ),
        migrations.AddIndex(
            model_name="channelitem",
            index=models.Index(
                condition=models.Q(("matched", False), ("not_goods", False)),
                fields=["store", "id"],
                name="item_to_match",
            ),
        ),
        migrations.AddIndex(
            model_name="channelitem",
            index=models.Index(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Upper("channel_sku"), name="text_pattern_ops"
                ),
                name="item_sku_prefix",
            ),
        ),
        migrations.AddIndex(
            model_name="channelitem",
            index=django.contrib.postgres.indexes.GinIndex(core.lookups.FoldedWords("title"), name="item_words"),
        ),
        migrations.AddIndex(
            model_name="channelitem",
            index=models.Index(
                condition=models.Q(("matched", False), ("needed_at__isnull", False), ("not_goods", False)),
                fields=["store", "needed_at"],
                name="item_needed",
            ),
        ),
        migrations.AddConstraint(
            model_name="channelitem",
            constraint=models.UniqueConstraint(fields=("store", "channel_sku"), name="channel_sku_once"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="channelitem",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "products_channelitemhistory" ("attributes", "channel_sku", "first_seen_at", "id", "image_url", "matched", "needed_at", "not_goods", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "store_id", "title") SELECT new_values."attributes", new_values."channel_sku", new_values."first_seen_at", new_values."id", new_values."image_url", new_values."matched", new_values."needed_at", new_values."not_goods", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."store_id", new_values."title" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="7e0ecdd986ea4c7a9616a3840ac38ee5f4456f5f",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_bf243",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="products_channelitem",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="channelitem",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "products_channelitemhistory" ("attributes", "channel_sku", "first_seen_at", "id", "image_url", "matched", "needed_at", "not_goods", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "store_id", "title") SELECT new_values."attributes", new_values."channel_sku", new_values."first_seen_at", new_values."id", new_values."image_url", new_values."matched", new_values."needed_at", new_values."not_goods", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."store_id", new_values."title" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="949e5fdfb3dd0eb890cccfc9ac7857e6a78f9871",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_e679a",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="products_channelitem",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="channelitem",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "products_channelitemhistory" ("attributes", "channel_sku", "first_seen_at", "id", "image_url", "matched", "needed_at", "not_goods", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "store_id", "title") SELECT old_values."attributes", old_values."channel_sku", old_values."first_seen_at", old_values."id", old_values."image_url", old_values."matched", old_values."needed_at", old_values."not_goods", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."store_id", old_values."title" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="9c56325606125eab2bd68fc2f5a1daf21872e5dc",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_bf34c",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="products_channelitem",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="channelitemhistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="77baa7c3b04a62cd11e3f37c6fb3e79ee3dc3a30",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_fed2b",
                    table="products_channelitemhistory",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="skuhistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="cb4cea2291fe93e876759b1b989582edc54b8f77",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_dc92a",
                    table="products_skuhistory",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="skumatch",
            constraint=models.UniqueConstraint(fields=("item", "sku"), name="match_once"),
        ),
        migrations.AddConstraint(
            model_name="skumatch",
            constraint=models.CheckConstraint(condition=models.Q(("quantity__gt", 0)), name="match_quantity_positive"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="skumatch",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "products_skumatchhistory" ("id", "item_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "quantity", "sku_id") SELECT new_values."id", new_values."item_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."quantity", new_values."sku_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="9d900ce71b4242ca24ed54a296247a35b72a8c72",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_9a6af",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="products_skumatch",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="skumatch",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "products_skumatchhistory" ("id", "item_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "quantity", "sku_id") SELECT new_values."id", new_values."item_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."quantity", new_values."sku_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="08de35c3a53a8a146750518a65848bb18d0c113a",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_b5b91",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="products_skumatch",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="skumatch",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "products_skumatchhistory" ("id", "item_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "quantity", "sku_id") SELECT old_values."id", old_values."item_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."quantity", old_values."sku_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="999d2c62cc3814781cc443beb82638eb4a7d7c57",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_4aaac",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="products_skumatch",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="skumatchhistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="98a4d3a659b3a6602545877b3ece9161b23fda02",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_e22c5",
                    table="products_skumatchhistory",
                    when="BEFORE",
                ),
            ),
        ),
    ]
