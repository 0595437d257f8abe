"""The tables of conversations as they stand at the first release."""

import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("pghistory", "0007_auto_20250421_0444"),  # its context function stands in every history trigger
        ("accounts", "0001_initial"),
        ("customers", "0001_initial"),
        ("stores", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Conversation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("last_in_at", models.DateTimeField(null=True)),
                ("last_out_at", models.DateTimeField(null=True)),
                ("last_at", models.DateTimeField(help_text="the newest message of either side", null=True)),
                ("waiting_since", models.DateTimeField(help_text="first unanswered message of the buyer", null=True)),
                ("created_at", models.DateTimeField()),
                (
                    "buyer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="conversations", to="customers.buyer"
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="conversations", to="accounts.store"
                    ),
                ),
            ],
            options={
                "verbose_name": "conversation",
            },
        ),
        migrations.CreateModel(
            name="ConversationHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("last_in_at", models.DateTimeField(null=True)),
                ("last_out_at", models.DateTimeField(null=True)),
                ("last_at", models.DateTimeField(help_text="the newest message of either side", null=True)),
                ("waiting_since", models.DateTimeField(help_text="first unanswered message of the buyer", null=True)),
                ("created_at", models.DateTimeField()),
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
                        to="conversations.conversation",
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
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("route", models.CharField(choices=[("mailbox", "Store mailbox"), ("email", "E-mail")], max_length=8)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting"),
                            ("leased", "Being sent"),
                            ("sent", "Sent"),
                            ("failed", "Failed"),
                            ("unknown", "Unknown outcome"),
                            ("by_hand", "To be sent by hand"),
                            ("dropped", "No longer wanted"),
                        ],
                        default="queued",
                        max_length=8,
                    ),
                ),
                ("address", models.CharField(blank=True, max_length=254)),
                ("error", models.CharField(blank=True, max_length=500)),
                ("created_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                (
                    "call",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="stores.outboundcall",
                    ),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.store"
                    ),
                ),
            ],
            options={
                "verbose_name": "delivery",
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("direction", models.CharField(choices=[("out", "We wrote"), ("in", "The buyer wrote")], max_length=3)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("ready", "Handed to its routes"),
                            ("received", "Received"),
                            ("cancelled", "Cancelled"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        help_text="step and cycle, or the channel's message id", max_length=120, unique=True
                    ),
                ),
                ("template_code", models.CharField(blank=True, max_length=10)),
                ("language", models.CharField(blank=True, max_length=10)),
                ("subject", models.CharField(blank=True, max_length=300)),
                ("body", models.TextField()),
                ("facts", models.JSONField(default=dict, help_text="the facts the text was filled with")),
                (
                    "about_type",
                    models.CharField(blank=True, help_text="orders.order or logistics.parcel", max_length=60),
                ),
                ("about_id", models.BigIntegerField(null=True)),
                (
                    "is_chaser",
                    models.BooleanField(default=False, help_text="counts for the caps: one a day, three unanswered"),
                ),
                ("at", models.DateTimeField(help_text="when it was written or received")),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "conversation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="conversations.conversation",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.store"
                    ),
                ),
            ],
            options={
                "verbose_name": "message",
            },
        ),
        migrations.CreateModel(
            name="DeliveryHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("route", models.CharField(choices=[("mailbox", "Store mailbox"), ("email", "E-mail")], max_length=8)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting"),
                            ("leased", "Being sent"),
                            ("sent", "Sent"),
                            ("failed", "Failed"),
                            ("unknown", "Unknown outcome"),
                            ("by_hand", "To be sent by hand"),
                            ("dropped", "No longer wanted"),
                        ],
                        default="queued",
                        max_length=8,
                    ),
                ),
                ("error", models.CharField(blank=True, max_length=500)),
                ("created_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                (
                    "call",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="stores.outboundcall",
                    ),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="conversations.delivery",
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
                    "message",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="conversations.message",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="delivery",
            name="message",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="deliveries", to="conversations.message"
            ),
        ),
        migrations.CreateModel(
            name="MessageHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("direction", models.CharField(choices=[("out", "We wrote"), ("in", "The buyer wrote")], max_length=3)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("ready", "Handed to its routes"),
                            ("received", "Received"),
                            ("cancelled", "Cancelled"),
                        ],
                        max_length=10,
                    ),
                ),
                ("key", models.CharField(help_text="step and cycle, or the channel's message id", max_length=120)),
                ("template_code", models.CharField(blank=True, max_length=10)),
                ("language", models.CharField(blank=True, max_length=10)),
                (
                    "about_type",
                    models.CharField(blank=True, help_text="orders.order or logistics.parcel", max_length=60),
                ),
                ("about_id", models.BigIntegerField(null=True)),
                (
                    "is_chaser",
                    models.BooleanField(default=False, help_text="counts for the caps: one a day, three unanswered"),
                ),
                ("at", models.DateTimeField(help_text="when it was written or received")),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "conversation",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="conversations.conversation",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="conversations.message",
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
            name="Template",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=10)),
                ("base_code", models.CharField(help_text="code without N/U/UN: rules name this one", max_length=10)),
                ("language", models.CharField(default="en", max_length=10)),
                ("purpose", models.CharField(max_length=60)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("order", "Order"),
                            ("parcel", "Parcel"),
                            ("feedback", "Feedback"),
                            ("after_sales", "After-sales"),
                            ("dispute", "Dispute"),
                            ("marketing", "Marketing"),
                        ],
                        max_length=12,
                    ),
                ),
                ("trigger", models.CharField(blank=True, max_length=120)),
                (
                    "send_mode",
                    models.CharField(
                        choices=[("auto", "By itself"), ("suggest", "As a draft"), ("manual", "Only by hand")],
                        max_length=8,
                    ),
                ),
                ("subject", models.CharField(blank=True, max_length=200)),
                ("body", models.TextField()),
                ("guardrail", models.CharField(blank=True, max_length=300)),
                (
                    "checks",
                    models.JSONField(
                        blank=True, default=list, help_text="named checks that must hold before it is sent"
                    ),
                ),
                ("when_zh", models.CharField(blank=True, max_length=300)),
                ("active", models.BooleanField(default=True)),
                ("updated_at", models.DateTimeField()),
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
                "verbose_name": "template",
            },
        ),
        migrations.CreateModel(
            name="TemplateHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("code", models.CharField(max_length=10)),
                ("base_code", models.CharField(help_text="code without N/U/UN: rules name this one", max_length=10)),
                ("language", models.CharField(default="en", max_length=10)),
                ("purpose", models.CharField(max_length=60)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("order", "Order"),
                            ("parcel", "Parcel"),
                            ("feedback", "Feedback"),
                            ("after_sales", "After-sales"),
                            ("dispute", "Dispute"),
                            ("marketing", "Marketing"),
                        ],
                        max_length=12,
                    ),
                ),
                ("trigger", models.CharField(blank=True, max_length=120)),
                (
                    "send_mode",
                    models.CharField(
                        choices=[("auto", "By itself"), ("suggest", "As a draft"), ("manual", "Only by hand")],
                        max_length=8,
                    ),
                ),
                ("subject", models.CharField(blank=True, max_length=200)),
                ("body", models.TextField()),
                ("guardrail", models.CharField(blank=True, max_length=300)),
                (
                    "checks",
                    models.JSONField(
                        blank=True, default=list, help_text="named checks that must hold before it is sent"
                    ),
                ),
                ("when_zh", models.CharField(blank=True, max_length=300)),
                ("active", models.BooleanField(default=True)),
                ("updated_at", models.DateTimeField()),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="conversations.template",
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
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(
                condition=models.Q(("waiting_since__isnull", False)),
                fields=["waiting_since", "id"],
                name="conversation_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(fields=["-last_at", "-id"], name="conversation_newest"),
        ),
        migrations.AddConstraint(
            model_name="conversation",
            constraint=models.UniqueConstraint(fields=("store", "buyer"), name="conversation_once"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="conversation",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "conversations_conversationhistory" ("buyer_id", "created_at", "id", "last_at", "last_in_at", "last_out_at", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "store_id", "waiting_since") SELECT new_values."buyer_id", new_values."created_at", new_values."id", new_values."last_at", new_values."last_in_at", new_values."last_out_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."store_id", new_values."waiting_since" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="a6b52ce3821c15449b136f584e8dc8bf5d3c971f",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_dbf94",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="conversations_conversation",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="conversation",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "conversations_conversationhistory" ("buyer_id", "created_at", "id", "last_at", "last_in_at", "last_out_at", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "store_id", "waiting_since") SELECT new_values."buyer_id", new_values."created_at", new_values."id", new_values."last_at", new_values."last_in_at", new_values."last_out_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."store_id", new_values."waiting_since" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="e61055de07821a54cb3021c40b059944244a1f00",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_d4c71",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="conversations_conversation",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="conversation",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "conversations_conversationhistory" ("buyer_id", "created_at", "id", "last_at", "last_in_at", "last_out_at", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "store_id", "waiting_since") SELECT old_values."buyer_id", old_values."created_at", old_values."id", old_values."last_at", old_values."last_in_at", old_values."last_out_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."store_id", old_values."waiting_since" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="cc295f032a27b70f50b1f6f087a63e4da0c17118",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_f422c",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="conversations_conversation",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="conversationhistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="82073dfd5497b73adb39e1a6ea306b79a57cd8bc",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_0655f",
                    table="conversations_conversationhistory",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["conversation", "-at"], name="message_thread"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["about_type", "about_id"], name="message_about"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(condition=models.Q(("state", "draft")), fields=["store", "-at"], name="message_drafts"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["-at", "-id"], name="message_newest"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["state", "-at"], name="message_state"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["template_code", "-at"], name="message_template"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="message",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "conversations_messagehistory" ("about_id", "about_type", "at", "author_id", "conversation_id", "direction", "id", "is_chaser", "key", "language", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "store_id", "template_code") SELECT new_values."about_id", new_values."about_type", new_values."at", new_values."author_id", new_values."conversation_id", new_values."direction", new_values."id", new_values."is_chaser", new_values."key", new_values."language", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."state", new_values."store_id", new_values."template_code" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="5ab3b33f526f1f876834e8692ce130143c66ec7d",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_f7a85",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="conversations_message",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="message",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "conversations_messagehistory" ("about_id", "about_type", "at", "author_id", "conversation_id", "direction", "id", "is_chaser", "key", "language", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "store_id", "template_code") SELECT new_values."about_id", new_values."about_type", new_values."at", new_values."author_id", new_values."conversation_id", new_values."direction", new_values."id", new_values."is_chaser", new_values."key", new_values."language", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."state", new_values."store_id", new_values."template_code" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."about_id" IS DISTINCT FROM (new_values."about_id") OR old_values."about_type" IS DISTINCT FROM (new_values."about_type") OR old_values."at" IS DISTINCT FROM (new_values."at") OR old_values."author_id" IS DISTINCT FROM (new_values."author_id") OR old_values."conversation_id" IS DISTINCT FROM (new_values."conversation_id") OR old_values."direction" IS DISTINCT FROM (new_values."direction") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."is_chaser" IS DISTINCT FROM (new_values."is_chaser") OR old_values."key" IS DISTINCT FROM (new_values."key") OR old_values."language" IS DISTINCT FROM (new_values."language") OR old_values."state" IS DISTINCT FROM (new_values."state") OR old_values."store_id" IS DISTINCT FROM (new_values."store_id") OR old_values."template_code" IS DISTINCT FROM (new_values."template_code")) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="50eb6a9394451dfc6935f27342158ba7736945bd",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_30850",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="conversations_message",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="message",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "conversations_messagehistory" ("about_id", "about_type", "at", "author_id", "conversation_id", "direction", "id", "is_chaser", "key", "language", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state", "store_id", "template_code") SELECT old_values."about_id", old_values."about_type", old_values."at", old_values."author_id", old_values."conversation_id", old_values."direction", old_values."id", old_values."is_chaser", old_values."key", old_values."language", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."state", old_values."store_id", old_values."template_code" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="982cfd0a9e4d9ca7a45aedb92ec988535c4df977",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_eec60",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="conversations_message",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="deliveryhistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="957b57ffbe41592b5a6407282c7ecccedb411ce1",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_1eb81",
                    table="conversations_deliveryhistory",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state__in", ["queued", "leased", "unknown", "by_hand"])),
                fields=["created_at"],
                name="delivery_open",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["state", "created_at"], name="delivery_state"),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(fields=("message", "route"), name="delivery_once"),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "sent"), _negated=True), ("sent_at__isnull", False), _connector="OR"
                ),
                name="delivery_sent_has_time",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="delivery",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "conversations_deliveryhistory" ("call_id", "confirmed_by_id", "created_at", "error", "id", "message_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "route", "sent_at", "state", "store_id") SELECT new_values."call_id", new_values."confirmed_by_id", new_values."created_at", new_values."error", new_values."id", new_values."message_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."route", new_values."sent_at", new_values."state", new_values."store_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="0335308bd4e0d1ea3d152cd8c9d8c1088f294443",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_68353",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="conversations_delivery",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="delivery",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "conversations_deliveryhistory" ("call_id", "confirmed_by_id", "created_at", "error", "id", "message_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "route", "sent_at", "state", "store_id") SELECT new_values."call_id", new_values."confirmed_by_id", new_values."created_at", new_values."error", new_values."id", new_values."message_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."route", new_values."sent_at", new_values."state", new_values."store_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."call_id" IS DISTINCT FROM (new_values."call_id") OR old_values."confirmed_by_id" IS DISTINCT FROM (new_values."confirmed_by_id") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."error" IS DISTINCT FROM (new_values."error") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."message_id" IS DISTINCT FROM (new_values."message_id") OR old_values."route" IS DISTINCT FROM (new_values."route") OR old_values."sent_at" IS DISTINCT FROM (new_values."sent_at") OR old_values."state" IS DISTINCT FROM (new_values."state") OR old_values."store_id" IS DISTINCT FROM (new_values."store_id")) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="71595879408fe8db65ff48ad590717b1b80f65e8",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_0c5bc",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="conversations_delivery",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="delivery",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "conversations_deliveryhistory" ("call_id", "confirmed_by_id", "created_at", "error", "id", "message_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "route", "sent_at", "state", "store_id") SELECT old_values."call_id", old_values."confirmed_by_id", old_values."created_at", old_values."error", old_values."id", old_values."message_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."route", old_values."sent_at", old_values."state", old_values."store_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="04be87ee386932f45bb855df72f7c109c1ae8c57",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_70bb1",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="conversations_delivery",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="messagehistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="1f61dddf0e04de2c79841b87fe0099ea29b0e79d",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_1f3c8",
                    table="conversations_messagehistory",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="template",
            constraint=models.UniqueConstraint(
                fields=("code", "language", "store"), name="template_once", nulls_distinct=False
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="template",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "conversations_templatehistory" ("active", "base_code", "body", "checks", "code", "guardrail", "id", "kind", "language", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "purpose", "send_mode", "store_id", "subject", "trigger", "updated_at", "when_zh") SELECT new_values."active", new_values."base_code", new_values."body", new_values."checks", new_values."code", new_values."guardrail", new_values."id", new_values."kind", new_values."language", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."purpose", new_values."send_mode", new_values."store_id", new_values."subject", new_values."trigger", new_values."updated_at", new_values."when_zh" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="8a9fecaca1cb4e78274f6b7507d2c1c8bdf01661",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_40c73",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="conversations_template",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="template",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "conversations_templatehistory" ("active", "base_code", "body", "checks", "code", "guardrail", "id", "kind", "language", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "purpose", "send_mode", "store_id", "subject", "trigger", "updated_at", "when_zh") SELECT new_values."active", new_values."base_code", new_values."body", new_values."checks", new_values."code", new_values."guardrail", new_values."id", new_values."kind", new_values."language", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."purpose", new_values."send_mode", new_values."store_id", new_values."subject", new_values."trigger", new_values."updated_at", new_values."when_zh" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="11d329bba130271cf06717a22130af98815ce4b5",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_80b26",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="conversations_template",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="template",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "conversations_templatehistory" ("active", "base_code", "body", "checks", "code", "guardrail", "id", "kind", "language", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "purpose", "send_mode", "store_id", "subject", "trigger", "updated_at", "when_zh") SELECT old_values."active", old_values."base_code", old_values."body", old_values."checks", old_values."code", old_values."guardrail", old_values."id", old_values."kind", old_values."language", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."purpose", old_values."send_mode", old_values."store_id", old_values."subject", old_values."trigger", old_values."updated_at", old_values."when_zh" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="e29f7463a551279b20dc33134f0f60d94a635e38",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_ef811",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="conversations_template",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="templatehistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="902a530373d7613e2331deae03a3a20cd9708a83",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_4641e",
                    table="conversations_templatehistory",
                    when="BEFORE",
                ),
            ),
        ),
    ]
