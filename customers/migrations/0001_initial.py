"""The tables of customers as they stand at the first release."""

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
            name="Buyer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "key",
                    models.CharField(
                        help_text="identity in the store: external id, login, or a digest of the e-mail", max_length=100
                    ),
                ),
                ("login", models.CharField(blank=True, max_length=100)),
                ("name", models.CharField(blank=True, max_length=200)),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("phone", models.CharField(blank=True, max_length=60)),
                ("country", models.CharField(blank=True, max_length=2)),
                ("language", models.CharField(blank=True, max_length=10)),
                (
                    "search",
                    models.CharField(
                        blank=True, help_text="folded words for search: upper case, no accents", max_length=500
                    ),
                ),
                (
                    "versions",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="per fact: when the channel told it; an older one never overwrites",
                    ),
                ),
                ("blacklisted_at", models.DateTimeField(blank=True, null=True)),
                ("blacklist_reason", models.CharField(blank=True, max_length=300)),
                ("email_consent", models.BooleanField(default=False, help_text="agreed to marketing mail")),
                ("first_order_at", models.DateTimeField(null=True)),
                ("erased_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="buyers", to="accounts.store"
                    ),
                ),
            ],
            options={
                "verbose_name": "buyer",
            },
        ),
        migrations.CreateModel(
            name="BuyerHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                (
                    "key",
                    models.CharField(
                        help_text="identity in the store: external id, login, or a digest of the e-mail", max_length=100
                    ),
                ),
                ("country", models.CharField(blank=True, max_length=2)),
                ("language", models.CharField(blank=True, max_length=10)),
                ("blacklisted_at", models.DateTimeField(blank=True, null=True)),
                ("blacklist_reason", models.CharField(blank=True, max_length=300)),
                ("email_consent", models.BooleanField(default=False, help_text="agreed to marketing mail")),
                ("first_order_at", models.DateTimeField(null=True)),
                ("erased_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="customers.buyer",
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
            name="ErasedBuyer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key_digest", models.CharField(max_length=64)),
                ("erased_at", models.DateTimeField()),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.store"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="buyer",
            index=models.Index(
                condition=models.Q(("blacklisted_at__isnull", False)), fields=["store", "-id"], name="buyer_black"
            ),
        ),
        migrations.AddIndex(
            model_name="buyer",
            index=models.Index(fields=["country", "-id"], name="buyer_country"),
        ),
        migrations.AddIndex(
            model_name="buyer",
            index=models.Index(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Upper("email"), name="text_pattern_ops"
                ),
                name="buyer_email",
            ),
        ),
        migrations.AddIndex(
            model_name="buyer",
            index=django.contrib.postgres.indexes.GinIndex(core.lookups.FoldedWords("search"), name="buyer_words"),
        ),
        migrations.AddConstraint(
            model_name="buyer",
            constraint=models.UniqueConstraint(fields=("store", "key"), name="buyer_once"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="buyer",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_buyerhistory" ("blacklist_reason", "blacklisted_at", "country", "created_at", "email_consent", "erased_at", "first_order_at", "id", "key", "language", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "store_id") SELECT new_values."blacklist_reason", new_values."blacklisted_at", new_values."country", new_values."created_at", new_values."email_consent", new_values."erased_at", new_values."first_order_at", new_values."id", new_values."key", new_values."language", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."store_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="2858aca44e9781183eafdebc60aa5510ca7ddbad",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_a9cf7",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="customers_buyer",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="buyer",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_buyerhistory" ("blacklist_reason", "blacklisted_at", "country", "created_at", "email_consent", "erased_at", "first_order_at", "id", "key", "language", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "store_id") SELECT new_values."blacklist_reason", new_values."blacklisted_at", new_values."country", new_values."created_at", new_values."email_consent", new_values."erased_at", new_values."first_order_at", new_values."id", new_values."key", new_values."language", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."store_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."blacklist_reason" IS DISTINCT FROM (new_values."blacklist_reason") OR old_values."blacklisted_at" IS DISTINCT FROM (new_values."blacklisted_at") OR old_values."country" IS DISTINCT FROM (new_values."country") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."email_consent" IS DISTINCT FROM (new_values."email_consent") OR old_values."erased_at" IS DISTINCT FROM (new_values."erased_at") OR old_values."first_order_at" IS DISTINCT FROM (new_values."first_order_at") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."key" IS DISTINCT FROM (new_values."key") OR old_values."language" IS DISTINCT FROM (new_values."language") OR old_values."store_id" IS DISTINCT FROM (new_values."store_id")) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="610af27080bf529c7883869cbe6ab8b79abd2491",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_76432",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="customers_buyer",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="buyer",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "customers_buyerhistory" ("blacklist_reason", "blacklisted_at", "country", "created_at", "email_consent", "erased_at", "first_order_at", "id", "key", "language", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "store_id") SELECT old_values."blacklist_reason", old_values."blacklisted_at", old_values."country", old_values."created_at", old_values."email_consent", old_values."erased_at", old_values."first_order_at", old_values."id", old_values."key", old_values."language", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."store_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="45e6f558f9963066803d99d3b5c37248cdb895b5",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_8118b",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="customers_buyer",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="buyerhistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="b48f05f46b3fb8a94fd2f5163447cc122884a35b",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_93c1f",
                    table="customers_buyerhistory",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="erasedbuyer",
            constraint=models.UniqueConstraint(fields=("store", "key_digest"), name="tombstone_once"),
        ),
    ]
