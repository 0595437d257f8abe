"""What texts are for an answer: on texts loaded before this was asked, by how they go out and what they are about."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


#: Texts that answer a question of the buyer, whoever sends them.
ALWAYS = [
    "T07B", "T07C", "T12", "T14", "X03", "X03N", "X03U", "X03UN", "X04", "X08F", "X08S", "X09", "X10", "X10R", "X11", "X12", "X13", "X13K",
    "X15", "X15P", "X17", "X18", "Q01", "Q02",
]  # fmt: skip


def mark(apps, schema_editor):
    texts = apps.get_model("conversations", "Template").objects
    texts.filter(code__in=ALWAYS).update(answers="always")
    tells = texts.exclude(code__in=ALWAYS)
    tells.filter(send_mode="auto").update(answers="never")
    tells.filter(kind="marketing").update(answers="never")
    tells.filter(code__in=["T04", "T06A", "T06B", "T06CP", "T06DP", "T13", "R02"]).update(answers="never")


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0003_asking_again"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="template",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="template",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="template",
            name="delete_delete",
        ),
        migrations.AddField(
            model_name="template",
            name="answers",
            field=models.CharField(
                choices=[
                    ("always", "Yes: it answers a question"),
                    ("person", "When a person sends it"),
                    ("never", "No: it only tells or greets"),
                ],
                default="person",
                help_text="whether it ends the wait of the buyer",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="template",
            name="guardrail_zh",
            field=models.CharField(blank=True, help_text="the guardrail in Chinese", max_length=300),
        ),
        migrations.AddField(
            model_name="template",
            name="when_en",
            field=models.CharField(blank=True, help_text="the same in English", max_length=300),
        ),
        migrations.AddField(
            model_name="templatehistory",
            name="answers",
            field=models.CharField(
                choices=[
                    ("always", "Yes: it answers a question"),
                    ("person", "When a person sends it"),
                    ("never", "No: it only tells or greets"),
                ],
                default="person",
                help_text="whether it ends the wait of the buyer",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="templatehistory",
            name="guardrail_zh",
            field=models.CharField(blank=True, help_text="the guardrail in Chinese", max_length=300),
        ),
        migrations.AddField(
            model_name="templatehistory",
            name="when_en",
            field=models.CharField(blank=True, help_text="the same in English", max_length=300),
        ),
        migrations.AlterField(
            model_name="template",
            name="when_zh",
            field=models.CharField(
                blank=True, help_text="when to send it, for colleagues who read Chinese", max_length=300
            ),
        ),
        migrations.AlterField(
            model_name="templatehistory",
            name="when_zh",
            field=models.CharField(
                blank=True, help_text="when to send it, for colleagues who read Chinese", max_length=300
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="template",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "conversations_templatehistory" ("active", "answers", "base_code", "body", "checks", "code", "guardrail", "guardrail_zh", "id", "kind", "language", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "purpose", "send_mode", "store_id", "subject", "trigger", "updated_at", "when_en", "when_zh") SELECT new_values."active", new_values."answers", new_values."base_code", new_values."body", new_values."checks", new_values."code", new_values."guardrail", new_values."guardrail_zh", new_values."id", new_values."kind", new_values."language", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."purpose", new_values."send_mode", new_values."store_id", new_values."subject", new_values."trigger", new_values."updated_at", new_values."when_en", new_values."when_zh" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="815d38e662a306b2ac4052adc345cc18560a7a46",
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
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "conversations_templatehistory" ("active", "answers", "base_code", "body", "checks", "code", "guardrail", "guardrail_zh", "id", "kind", "language", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "purpose", "send_mode", "store_id", "subject", "trigger", "updated_at", "when_en", "when_zh") SELECT new_values."active", new_values."answers", new_values."base_code", new_values."body", new_values."checks", new_values."code", new_values."guardrail", new_values."guardrail_zh", new_values."id", new_values."kind", new_values."language", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."purpose", new_values."send_mode", new_values."store_id", new_values."subject", new_values."trigger", new_values."updated_at", new_values."when_en", new_values."when_zh" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="5039c247623141dd1f6cd3f0301c896c232df1cb",
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
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "conversations_templatehistory" ("active", "answers", "base_code", "body", "checks", "code", "guardrail", "guardrail_zh", "id", "kind", "language", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "purpose", "send_mode", "store_id", "subject", "trigger", "updated_at", "when_en", "when_zh") SELECT old_values."active", old_values."answers", old_values."base_code", old_values."body", old_values."checks", old_values."code", old_values."guardrail", old_values."guardrail_zh", old_values."id", old_values."kind", old_values."language", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."purpose", old_values."send_mode", old_values."store_id", old_values."subject", old_values."trigger", old_values."updated_at", old_values."when_en", old_values."when_zh" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="fbb5970d1769934962404ce86119371e524da7a8",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_ef811",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="conversations_template",
                    when="AFTER",
                ),
            ),
        ),
        migrations.RunPython(mark, migrations.RunPython.noop),
    ]
