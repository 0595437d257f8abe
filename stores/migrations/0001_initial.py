"""The tables of stores as they stand at the first release."""

import django.db.models.deletion
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
            name="DeadlineHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("rule_code", models.CharField(max_length=40)),
                ("channel", models.CharField(max_length=20)),
                ("topic", models.CharField(max_length=20)),
                ("anchor_event", models.CharField(max_length=60)),
                ("actor", models.CharField(max_length=20)),
                ("value", models.CharField(max_length=20)),
                ("unit", models.CharField(max_length=12)),
                ("calendar", models.CharField(blank=True, max_length=20)),
                ("warn_before", models.DecimalField(blank=True, decimal_places=1, max_digits=6, null=True)),
                ("warn_unit", models.CharField(blank=True, max_length=10)),
                ("on_expiry", models.CharField(blank=True, max_length=200)),
                ("confidence", models.CharField(blank=True, max_length=20)),
                ("origin", models.CharField(blank=True, max_length=300)),
                ("note_zh", models.CharField(blank=True, max_length=300)),
                ("valid_from", models.DateField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="InboundRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("remote_id", models.CharField(max_length=80)),
                ("digest", models.CharField(max_length=64)),
                ("payload", models.JSONField()),
                ("received_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[("new", "To read"), ("done", "Read"), ("failed", "Cannot be read")],
                        default="new",
                        max_length=8,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("error", models.CharField(blank=True, max_length=500)),
            ],
            options={
                "verbose_name": "record of a channel",
            },
        ),
        migrations.CreateModel(
            name="MailLane",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "paused_reason",
                    models.CharField(
                        blank=True, help_text="why nothing is sent or fetched; empty = it works", max_length=300
                    ),
                ),
                (
                    "hold_until",
                    models.DateTimeField(help_text="Retry-After of the channel, obeyed by all workers", null=True),
                ),
                ("failures", models.PositiveIntegerField(default=0, help_text="faults in a row; opens the breaker")),
                ("busy_until", models.DateTimeField(help_text="a worker walks the lane until then", null=True)),
                ("busy_by", models.CharField(blank=True, max_length=80)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="MailLaneHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                (
                    "paused_reason",
                    models.CharField(
                        blank=True, help_text="why nothing is sent or fetched; empty = it works", max_length=300
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="OutboundCall",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "ability",
                    models.CharField(
                        choices=[
                            ("orders", "Orders in"),
                            ("messages_in", "Messages in"),
                            ("send_message", "Message to the buyer"),
                            ("send_email", "E-mail to the buyer"),
                            ("declare_shipment", "Mark as shipped"),
                            ("extend_delivery", "Extend the receiving time"),
                            ("answer_cancel", "Answer a cancel request"),
                            ("tracking", "Tracking events"),
                            ("waybill", "Waybill number"),
                            ("feedback", "Feedback"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        help_text="what is done: the same key is the same effect", max_length=150, unique=True
                    ),
                ),
                ("subject_type", models.CharField(max_length=60)),
                ("subject_id", models.BigIntegerField()),
                ("payload", models.JSONField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting"),
                            ("leased", "Being sent"),
                            ("sent", "Done"),
                            ("failed", "Failed"),
                            ("unknown", "Unknown outcome"),
                            ("dropped", "No longer wanted"),
                        ],
                        default="queued",
                        max_length=8,
                    ),
                ),
                ("due_at", models.DateTimeField(help_text="not before; moves on with growing pauses")),
                ("give_up_at", models.DateTimeField(help_text="72 hours after the first try: then a person must look")),
                ("lease_until", models.DateTimeField(null=True)),
                ("leased_by", models.CharField(blank=True, max_length=80)),
                (
                    "begun_at",
                    models.DateTimeField(
                        help_text="when the running attempt left the house; null = it has not", null=True
                    ),
                ),
                (
                    "doubtful",
                    models.BooleanField(
                        default=False, help_text="an attempt may have worked: read back before it is repeated"
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("error", models.CharField(blank=True, max_length=500)),
                ("receipt", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "outgoing call",
            },
        ),
        migrations.CreateModel(
            name="OutboundCallHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                (
                    "ability",
                    models.CharField(
                        choices=[
                            ("orders", "Orders in"),
                            ("messages_in", "Messages in"),
                            ("send_message", "Message to the buyer"),
                            ("send_email", "E-mail to the buyer"),
                            ("declare_shipment", "Mark as shipped"),
                            ("extend_delivery", "Extend the receiving time"),
                            ("answer_cancel", "Answer a cancel request"),
                            ("tracking", "Tracking events"),
                            ("waybill", "Waybill number"),
                            ("feedback", "Feedback"),
                        ],
                        max_length=20,
                    ),
                ),
                ("key", models.CharField(help_text="what is done: the same key is the same effect", max_length=150)),
                ("subject_type", models.CharField(max_length=60)),
                ("subject_id", models.BigIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting"),
                            ("leased", "Being sent"),
                            ("sent", "Done"),
                            ("failed", "Failed"),
                            ("unknown", "Unknown outcome"),
                            ("dropped", "No longer wanted"),
                        ],
                        default="queued",
                        max_length=8,
                    ),
                ),
                ("due_at", models.DateTimeField(help_text="not before; moves on with growing pauses")),
                ("give_up_at", models.DateTimeField(help_text="72 hours after the first try: then a person must look")),
                (
                    "doubtful",
                    models.BooleanField(
                        default=False, help_text="an attempt may have worked: read back before it is repeated"
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("error", models.CharField(blank=True, max_length=500)),
                ("created_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Connection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "paused_reason",
                    models.CharField(
                        blank=True, help_text="why nothing is sent or fetched; empty = it works", max_length=300
                    ),
                ),
                (
                    "hold_until",
                    models.DateTimeField(help_text="Retry-After of the channel, obeyed by all workers", null=True),
                ),
                ("failures", models.PositiveIntegerField(default=0, help_text="faults in a row; opens the breaker")),
                ("busy_until", models.DateTimeField(help_text="a worker walks the lane until then", null=True)),
                ("busy_by", models.CharField(blank=True, max_length=80)),
                ("base_url", models.CharField(blank=True, max_length=300)),
                ("secrets", models.TextField(blank=True, help_text="JSON, encrypted with FIELD_ENCRYPTION_KEY")),
                ("cursor", models.JSONField(default=dict, help_text="per kind of record: where the last pull ended")),
                ("last_pull_at", models.DateTimeField(null=True)),
                (
                    "store",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="connection", to="accounts.store"
                    ),
                ),
            ],
            options={
                "verbose_name": "connection",
            },
        ),
        migrations.CreateModel(
            name="ConnectionHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                (
                    "paused_reason",
                    models.CharField(
                        blank=True, help_text="why nothing is sent or fetched; empty = it works", max_length=300
                    ),
                ),
                ("base_url", models.CharField(blank=True, max_length=300)),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="stores.connection",
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
            name="Deadline",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rule_code", models.CharField(max_length=40)),
                ("channel", models.CharField(max_length=20)),
                ("topic", models.CharField(max_length=20)),
                ("anchor_event", models.CharField(max_length=60)),
                ("actor", models.CharField(max_length=20)),
                ("value", models.CharField(max_length=20)),
                ("unit", models.CharField(max_length=12)),
                ("calendar", models.CharField(blank=True, max_length=20)),
                ("warn_before", models.DecimalField(blank=True, decimal_places=1, max_digits=6, null=True)),
                ("warn_unit", models.CharField(blank=True, max_length=10)),
                ("on_expiry", models.CharField(blank=True, max_length=200)),
                ("confidence", models.CharField(blank=True, max_length=20)),
                ("origin", models.CharField(blank=True, max_length=300)),
                ("note_zh", models.CharField(blank=True, max_length=300)),
                ("valid_from", models.DateField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("rule_code", "valid_from"), name="deadline_once")],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="deadline",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "stores_deadlinehistory" ("actor", "anchor_event", "calendar", "channel", "confidence", "id", "note_zh", "on_expiry", "origin", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rule_code", "topic", "unit", "valid_from", "value", "warn_before", "warn_unit") SELECT new_values."actor", new_values."anchor_event", new_values."calendar", new_values."channel", new_values."confidence", new_values."id", new_values."note_zh", new_values."on_expiry", new_values."origin", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."rule_code", new_values."topic", new_values."unit", new_values."valid_from", new_values."value", new_values."warn_before", new_values."warn_unit" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="23463ee1a17305859dfd73a72da0b3ff3480500c",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_96469",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="stores_deadline",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="deadline",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "stores_deadlinehistory" ("actor", "anchor_event", "calendar", "channel", "confidence", "id", "note_zh", "on_expiry", "origin", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rule_code", "topic", "unit", "valid_from", "value", "warn_before", "warn_unit") SELECT new_values."actor", new_values."anchor_event", new_values."calendar", new_values."channel", new_values."confidence", new_values."id", new_values."note_zh", new_values."on_expiry", new_values."origin", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."rule_code", new_values."topic", new_values."unit", new_values."valid_from", new_values."value", new_values."warn_before", new_values."warn_unit" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="2946fec89eb62413171b259d6aca18dd11549260",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_4ae92",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="stores_deadline",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="deadline",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "stores_deadlinehistory" ("actor", "anchor_event", "calendar", "channel", "confidence", "id", "note_zh", "on_expiry", "origin", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rule_code", "topic", "unit", "valid_from", "value", "warn_before", "warn_unit") SELECT old_values."actor", old_values."anchor_event", old_values."calendar", old_values."channel", old_values."confidence", old_values."id", old_values."note_zh", old_values."on_expiry", old_values."origin", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."rule_code", old_values."topic", old_values."unit", old_values."valid_from", old_values."value", old_values."warn_before", old_values."warn_unit" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="2f18d40eccf038acaa79025c70cd37fd7f10a941",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_7d426",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="stores_deadline",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="deadlinehistory",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="stores.deadline",
            ),
        ),
        migrations.AddField(
            model_name="inboundrecord",
            name="store",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.store"),
        ),
        migrations.AddField(
            model_name="maillane",
            name="store",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="mail_lane", to="accounts.store"
            ),
        ),
        migrations.AddField(
            model_name="maillanehistory",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="stores.maillane",
            ),
        ),
        migrations.AddField(
            model_name="maillanehistory",
            name="store",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="accounts.store",
            ),
        ),
        migrations.AddField(
            model_name="outboundcall",
            name="store",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.store"),
        ),
        migrations.AddField(
            model_name="outboundcallhistory",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="stores.outboundcall",
            ),
        ),
        migrations.AddField(
            model_name="outboundcallhistory",
            name="store",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="accounts.store",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="connection",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "stores_connectionhistory" ("base_url", "id", "paused_reason", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "store_id") SELECT new_values."base_url", new_values."id", new_values."paused_reason", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."store_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="1c5b764d23e1a398031b63869012b18fb14620b3",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_4287b",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="stores_connection",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="connection",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "stores_connectionhistory" ("base_url", "id", "paused_reason", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "store_id") SELECT new_values."base_url", new_values."id", new_values."paused_reason", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."store_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."base_url" IS DISTINCT FROM (new_values."base_url") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."paused_reason" IS DISTINCT FROM (new_values."paused_reason") OR old_values."store_id" IS DISTINCT FROM (new_values."store_id")) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="27b32a0d37ecd470eaf552edaf399d50651fa9e8",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_19954",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="stores_connection",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="connection",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "stores_connectionhistory" ("base_url", "id", "paused_reason", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "store_id") SELECT old_values."base_url", old_values."id", old_values."paused_reason", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."store_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="d0df6305c5ad5e51b7e1e8b462325e9c4bc2d8f4",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_8d06b",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="stores_connection",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="connectionhistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="3218f1d60fe169674ad19faca46f42280c735049",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_1d40d",
                    table="stores_connectionhistory",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="deadlinehistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="630f59b9b420b9b755b5c08cd8e8b3075bee412e",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_8d125",
                    table="stores_deadlinehistory",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="inboundrecord",
            index=models.Index(condition=models.Q(("state", "new")), fields=["id"], name="inbound_new"),
        ),
        migrations.AddIndex(
            model_name="inboundrecord",
            index=models.Index(fields=["state", "-id"], name="inbound_state"),
        ),
        migrations.AddConstraint(
            model_name="inboundrecord",
            constraint=models.UniqueConstraint(fields=("store", "kind", "remote_id", "digest"), name="inbound_once"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="maillane",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "stores_maillanehistory" ("id", "paused_reason", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "store_id") SELECT new_values."id", new_values."paused_reason", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."store_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="866150dce25b5100ce8ee060650dadd130129bee",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_a054c",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="stores_maillane",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="maillane",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "stores_maillanehistory" ("id", "paused_reason", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "store_id") SELECT new_values."id", new_values."paused_reason", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."store_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."paused_reason" IS DISTINCT FROM (new_values."paused_reason") OR old_values."store_id" IS DISTINCT FROM (new_values."store_id")) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="9dc964e984b4afbfccc0b5aea2a97b9589c5141a",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_69748",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="stores_maillane",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="maillane",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "stores_maillanehistory" ("id", "paused_reason", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "store_id") SELECT old_values."id", old_values."paused_reason", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."store_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="dd9555a701b58bc785dbacee43197f0a73fadfcd",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_f8601",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="stores_maillane",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="maillanehistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="002406085bd720142735776d3c109dcb1c1e5cb0",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_126f1",
                    table="stores_maillanehistory",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="outboundcall",
            index=models.Index(
                condition=models.Q(("state__in", ["queued", "leased", "unknown"])),
                fields=["due_at", "id"],
                name="call_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="outboundcall",
            index=models.Index(fields=["subject_type", "subject_id"], name="call_subject"),
        ),
        migrations.AddIndex(
            model_name="outboundcall",
            index=models.Index(condition=models.Q(("state", "failed")), fields=["store", "-id"], name="call_failed"),
        ),
        migrations.AddIndex(
            model_name="outboundcall",
            index=models.Index(fields=["state", "-id"], name="call_state"),
        ),
        migrations.AddIndex(
            model_name="outboundcall",
            index=models.Index(fields=["store", "-id"], name="call_newest"),
        ),
        migrations.AddConstraint(
            model_name="outboundcall",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "sent"), _negated=True), ("sent_at__isnull", False), _connector="OR"
                ),
                name="call_sent_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="outboundcall",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "leased"), _negated=True), ("lease_until__isnull", False), _connector="OR"
                ),
                name="call_leased_has_end",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="outboundcall",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "stores_outboundcallhistory" ("ability", "attempts", "created_at", "doubtful", "due_at", "error", "give_up_at", "id", "key", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sent_at", "state", "store_id", "subject_id", "subject_type") SELECT new_values."ability", new_values."attempts", new_values."created_at", new_values."doubtful", new_values."due_at", new_values."error", new_values."give_up_at", new_values."id", new_values."key", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."sent_at", new_values."state", new_values."store_id", new_values."subject_id", new_values."subject_type" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="fc7f077c0469b5960315a8da4631d8ebc8332af5",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_0dea3",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="stores_outboundcall",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="outboundcall",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "stores_outboundcallhistory" ("ability", "attempts", "created_at", "doubtful", "due_at", "error", "give_up_at", "id", "key", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sent_at", "state", "store_id", "subject_id", "subject_type") SELECT new_values."ability", new_values."attempts", new_values."created_at", new_values."doubtful", new_values."due_at", new_values."error", new_values."give_up_at", new_values."id", new_values."key", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."sent_at", new_values."state", new_values."store_id", new_values."subject_id", new_values."subject_type" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."ability" IS DISTINCT FROM (new_values."ability") OR old_values."attempts" IS DISTINCT FROM (new_values."attempts") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."doubtful" IS DISTINCT FROM (new_values."doubtful") OR old_values."due_at" IS DISTINCT FROM (new_values."due_at") OR old_values."error" IS DISTINCT FROM (new_values."error") OR old_values."give_up_at" IS DISTINCT FROM (new_values."give_up_at") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."key" IS DISTINCT FROM (new_values."key") OR old_values."sent_at" IS DISTINCT FROM (new_values."sent_at") OR old_values."state" IS DISTINCT FROM (new_values."state") OR old_values."store_id" IS DISTINCT FROM (new_values."store_id") OR old_values."subject_id" IS DISTINCT FROM (new_values."subject_id") OR old_values."subject_type" IS DISTINCT FROM (new_values."subject_type")) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="21e6a63419ea794bc5dc24379055d6d99657f93a",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_927b9",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="stores_outboundcall",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="outboundcall",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "stores_outboundcallhistory" ("ability", "attempts", "created_at", "doubtful", "due_at", "error", "give_up_at", "id", "key", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sent_at", "state", "store_id", "subject_id", "subject_type") SELECT old_values."ability", old_values."attempts", old_values."created_at", old_values."doubtful", old_values."due_at", old_values."error", old_values."give_up_at", old_values."id", old_values."key", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."sent_at", old_values."state", old_values."store_id", old_values."subject_id", old_values."subject_type" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="b0a5bf8896bad636bca291f29d92a0f970eb614c",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_1037a",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="stores_outboundcall",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="outboundcallhistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="20f2d9291bd9008ef973758ab07845e215a18f8e",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_d87e8",
                    table="stores_outboundcallhistory",
                    when="BEFORE",
                ),
            ),
        ),
    ]
