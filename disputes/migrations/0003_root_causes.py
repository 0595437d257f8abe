"""The root causes are the house's own list; an answered bad rating is looked at until it is revised."""

import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("disputes", "0002_cases"),
        ("orders", "0003_line_indexes"),
        ("stores", "0003_case_abilities"),
    ]

    operations = [
        migrations.CreateModel(
            name="RootCause",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "code",
                    models.CharField(
                        help_text="stays for ever; programs and reports use it", max_length=30, unique=True
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("name_zh", models.CharField(max_length=60)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("valid_from", models.DateField(help_text="from this day on it can be named")),
                (
                    "valid_until",
                    models.DateField(help_text="the last day on which it can be named; empty = for good", null=True),
                ),
                ("origin", models.CharField(blank=True, max_length=60)),
            ],
            options={
                "verbose_name": "root cause",
            },
        ),
        migrations.CreateModel(
            name="RootCauseHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("code", models.CharField(help_text="stays for ever; programs and reports use it", max_length=30)),
                ("name", models.CharField(max_length=60)),
                ("name_zh", models.CharField(max_length=60)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("valid_from", models.DateField(help_text="from this day on it can be named")),
                (
                    "valid_until",
                    models.DateField(help_text="the last day on which it can be named; empty = for good", null=True),
                ),
                ("origin", models.CharField(blank=True, max_length=60)),
            ],
            options={
                "abstract": False,
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="feedback",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="feedback",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="feedback",
            name="delete_delete",
        ),
        migrations.AddField(
            model_name="feedback",
            name="next_look_at",
            field=models.DateTimeField(help_text="an answered bad rating is looked at until it is revised", null=True),
        ),
        migrations.AddField(
            model_name="feedbackhistory",
            name="next_look_at",
            field=models.DateTimeField(help_text="an answered bad rating is looked at until it is revised", null=True),
        ),
        migrations.AlterField(
            model_name="case",
            name="cause",
            field=models.CharField(blank=True, help_text="code of a root cause; empty = not named yet", max_length=30),
        ),
        migrations.AlterField(
            model_name="casehistory",
            name="cause",
            field=models.CharField(blank=True, help_text="code of a root cause; empty = not named yet", max_length=30),
        ),
        migrations.AlterField(
            model_name="feedback",
            name="cause",
            field=models.CharField(blank=True, help_text="code of a root cause; empty = not named yet", max_length=30),
        ),
        migrations.AlterField(
            model_name="feedbackhistory",
            name="cause",
            field=models.CharField(blank=True, help_text="code of a root cause; empty = not named yet", max_length=30),
        ),
        migrations.AddIndex(
            model_name="feedback",
            index=models.Index(
                condition=models.Q(("next_look_at__isnull", False)), fields=["next_look_at", "id"], name="feedback_look"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="feedback",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "disputes_feedbackhistory" ("cause", "cause_note", "channel_version", "external_id", "first_stars", "given_at", "id", "language", "next_look_at", "order_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "received_at", "replied_at", "reply_attempt", "reply_by", "reply_call_id", "reply_refused", "reply_state", "revised_at", "stars", "store_id") SELECT new_values."cause", new_values."cause_note", new_values."channel_version", new_values."external_id", new_values."first_stars", new_values."given_at", new_values."id", new_values."language", new_values."next_look_at", new_values."order_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."received_at", new_values."replied_at", new_values."reply_attempt", new_values."reply_by", new_values."reply_call_id", new_values."reply_refused", new_values."reply_state", new_values."revised_at", new_values."stars", new_values."store_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="ff634ce5b471bee428988e0e58869ca667915065",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_c456c",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="disputes_feedback",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="feedback",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "disputes_feedbackhistory" ("cause", "cause_note", "channel_version", "external_id", "first_stars", "given_at", "id", "language", "next_look_at", "order_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "received_at", "replied_at", "reply_attempt", "reply_by", "reply_call_id", "reply_refused", "reply_state", "revised_at", "stars", "store_id") SELECT new_values."cause", new_values."cause_note", new_values."channel_version", new_values."external_id", new_values."first_stars", new_values."given_at", new_values."id", new_values."language", new_values."next_look_at", new_values."order_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."received_at", new_values."replied_at", new_values."reply_attempt", new_values."reply_by", new_values."reply_call_id", new_values."reply_refused", new_values."reply_state", new_values."revised_at", new_values."stars", new_values."store_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."cause" IS DISTINCT FROM (new_values."cause") OR old_values."cause_note" IS DISTINCT FROM (new_values."cause_note") OR old_values."channel_version" IS DISTINCT FROM (new_values."channel_version") OR old_values."external_id" IS DISTINCT FROM (new_values."external_id") OR old_values."first_stars" IS DISTINCT FROM (new_values."first_stars") OR old_values."given_at" IS DISTINCT FROM (new_values."given_at") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."language" IS DISTINCT FROM (new_values."language") OR old_values."next_look_at" IS DISTINCT FROM (new_values."next_look_at") OR old_values."order_id" IS DISTINCT FROM (new_values."order_id") OR old_values."received_at" IS DISTINCT FROM (new_values."received_at") OR old_values."replied_at" IS DISTINCT FROM (new_values."replied_at") OR old_values."reply_attempt" IS DISTINCT FROM (new_values."reply_attempt") OR old_values."reply_by" IS DISTINCT FROM (new_values."reply_by") OR old_values."reply_call_id" IS DISTINCT FROM (new_values."reply_call_id") OR old_values."reply_refused" IS DISTINCT FROM (new_values."reply_refused") OR old_values."reply_state" IS DISTINCT FROM (new_values."reply_state") OR old_values."revised_at" IS DISTINCT FROM (new_values."revised_at") OR old_values."stars" IS DISTINCT FROM (new_values."stars") OR old_values."store_id" IS DISTINCT FROM (new_values."store_id")) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="0073a3388f701a2d67062aab4a106af1925500b2",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_57783",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="disputes_feedback",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="feedback",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "disputes_feedbackhistory" ("cause", "cause_note", "channel_version", "external_id", "first_stars", "given_at", "id", "language", "next_look_at", "order_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "received_at", "replied_at", "reply_attempt", "reply_by", "reply_call_id", "reply_refused", "reply_state", "revised_at", "stars", "store_id") SELECT old_values."cause", old_values."cause_note", old_values."channel_version", old_values."external_id", old_values."first_stars", old_values."given_at", old_values."id", old_values."language", old_values."next_look_at", old_values."order_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."received_at", old_values."replied_at", old_values."reply_attempt", old_values."reply_by", old_values."reply_call_id", old_values."reply_refused", old_values."reply_state", old_values."revised_at", old_values."stars", old_values."store_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="7f3cd12ff70cead073bba1a0a0dc3e1847c6c19c",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_d096c",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="disputes_feedback",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="rootcause",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_until__isnull", True), ("valid_until__gte", models.F("valid_from")), _connector="OR"
                ),
                name="cause_days",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="rootcause",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "disputes_rootcausehistory" ("code", "id", "name", "name_zh", "origin", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "valid_from", "valid_until") SELECT new_values."code", new_values."id", new_values."name", new_values."name_zh", new_values."origin", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."position", new_values."valid_from", new_values."valid_until" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="19018e4e21ec90ec0d9cddb12a3eccc94db94618",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_0f7db",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="disputes_rootcause",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="rootcause",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "disputes_rootcausehistory" ("code", "id", "name", "name_zh", "origin", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "valid_from", "valid_until") SELECT new_values."code", new_values."id", new_values."name", new_values."name_zh", new_values."origin", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."position", new_values."valid_from", new_values."valid_until" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="338ea3d93a7c26bb9d0857f9b60d06cd26c58af6",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_65fb8",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="disputes_rootcause",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="rootcause",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "disputes_rootcausehistory" ("code", "id", "name", "name_zh", "origin", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "valid_from", "valid_until") SELECT old_values."code", old_values."id", old_values."name", old_values."name_zh", old_values."origin", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."position", old_values."valid_from", old_values."valid_until" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="c3ae0c7476ba3a638b187f73fe61c642dd70ee56",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_d961e",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="disputes_rootcause",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="rootcausehistory",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="disputes.rootcause",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="rootcausehistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="e499f09f83d9529a0bb8d76ec5f97564b9ef1ef9",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_0b4f3",
                    table="disputes_rootcausehistory",
                    when="BEFORE",
                ),
            ),
        ),
    ]
