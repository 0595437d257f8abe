"""An unanswered question is asked again along a ladder that staff edit."""

import django.db.models.deletion
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('conversations', '0002_partitions'),
        ('customers', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ReminderStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('after_days', models.PositiveSmallIntegerField(help_text='days after the question was asked')),
                ('base_code', models.CharField(help_text='the text that goes out', max_length=10)),
                ('inducement', models.BooleanField(default=False, help_text='it offers money or a discount')),
                ('active', models.BooleanField(default=True)),
                ('lawful_note', models.CharField(blank=True, help_text='why an inducement is allowed on this channel', max_length=300)),
            ],
            options={
                'verbose_name': 'step of the reminders',
            },
        ),
        migrations.CreateModel(
            name='ReminderStepHistory',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('position', models.PositiveSmallIntegerField()),
                ('after_days', models.PositiveSmallIntegerField(help_text='days after the question was asked')),
                ('base_code', models.CharField(help_text='the text that goes out', max_length=10)),
                ('inducement', models.BooleanField(default=False, help_text='it offers money or a discount')),
                ('active', models.BooleanField(default=True)),
                ('lawful_note', models.CharField(blank=True, help_text='why an inducement is allowed on this channel', max_length=300)),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='conversation',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='conversation',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='conversation',
            name='delete_delete',
        ),
        migrations.AddField(
            model_name='conversation',
            name='asked_at',
            field=models.DateTimeField(help_text='since when we ask again until the buyer answers', null=True),
        ),
        migrations.AddField(
            model_name='conversation',
            name='asked_id',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='conversation',
            name='asked_type',
            field=models.CharField(blank=True, help_text='what we ask about: orders.order or logistics.parcel', max_length=60),
        ),
        migrations.AddField(
            model_name='conversation',
            name='reminded',
            field=models.PositiveSmallIntegerField(default=0, help_text='steps of the ladder gone since asked_at'),
        ),
        migrations.AddField(
            model_name='conversationhistory',
            name='asked_at',
            field=models.DateTimeField(help_text='since when we ask again until the buyer answers', null=True),
        ),
        migrations.AddField(
            model_name='conversationhistory',
            name='asked_id',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='conversationhistory',
            name='asked_type',
            field=models.CharField(blank=True, help_text='what we ask about: orders.order or logistics.parcel', max_length=60),
        ),
        migrations.AddField(
            model_name='conversationhistory',
            name='reminded',
            field=models.PositiveSmallIntegerField(default=0, help_text='steps of the ladder gone since asked_at'),
        ),
        migrations.AddIndex(
            model_name='conversation',
            index=models.Index(condition=models.Q(('asked_at__isnull', False)), fields=['asked_at', 'id'], name='conversation_asked'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='conversation',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "conversations_conversationhistory" ("asked_at", "asked_id", "asked_type", "buyer_id", "created_at", "id", "last_at", "last_in_at", "last_out_at", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reminded", "store_id", "waiting_since") SELECT new_values."asked_at", new_values."asked_id", new_values."asked_type", new_values."buyer_id", new_values."created_at", new_values."id", new_values."last_at", new_values."last_in_at", new_values."last_out_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."reminded", new_values."store_id", new_values."waiting_since" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='b53bdefc2a795a8093c6763c454b47e1e11afda1', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_dbf94', referencing='REFERENCING NEW TABLE AS new_values ', table='conversations_conversation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='conversation',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "conversations_conversationhistory" ("asked_at", "asked_id", "asked_type", "buyer_id", "created_at", "id", "last_at", "last_in_at", "last_out_at", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reminded", "store_id", "waiting_since") SELECT new_values."asked_at", new_values."asked_id", new_values."asked_type", new_values."buyer_id", new_values."created_at", new_values."id", new_values."last_at", new_values."last_in_at", new_values."last_out_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."reminded", new_values."store_id", new_values."waiting_since" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='81a0a981e3f56ea30dc297cb933d9f6f4d6b6727', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_d4c71', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='conversations_conversation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='conversation',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "conversations_conversationhistory" ("asked_at", "asked_id", "asked_type", "buyer_id", "created_at", "id", "last_at", "last_in_at", "last_out_at", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reminded", "store_id", "waiting_since") SELECT old_values."asked_at", old_values."asked_id", old_values."asked_type", old_values."buyer_id", old_values."created_at", old_values."id", old_values."last_at", old_values."last_in_at", old_values."last_out_at", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."reminded", old_values."store_id", old_values."waiting_since" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='ca3937fbd38fd82dd17b5f9adb65a987591065e9', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_f422c', referencing='REFERENCING OLD TABLE AS old_values ', table='conversations_conversation', when='AFTER')),
        ),
        migrations.AddField(
            model_name='reminderstep',
            name='store',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.store'),
        ),
        migrations.AddField(
            model_name='reminderstephistory',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='conversations.reminderstep'),
        ),
        migrations.AddField(
            model_name='reminderstephistory',
            name='store',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.store'),
        ),
        migrations.AddConstraint(
            model_name='reminderstep',
            constraint=models.UniqueConstraint(fields=('store', 'position'), name='reminder_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='reminderstep',
            constraint=models.CheckConstraint(condition=models.Q(('inducement', False), ('active', False), models.Q(('store__isnull', False), models.Q(('lawful_note', ''), _negated=True)), _connector='OR'), name='reminder_inducement_lawful'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reminderstep',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "conversations_reminderstephistory" ("active", "after_days", "base_code", "id", "inducement", "lawful_note", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "store_id") SELECT new_values."active", new_values."after_days", new_values."base_code", new_values."id", new_values."inducement", new_values."lawful_note", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."position", new_values."store_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='d3d9f2d16703af728a609970b117e78d55508046', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_22d5f', referencing='REFERENCING NEW TABLE AS new_values ', table='conversations_reminderstep', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reminderstep',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "conversations_reminderstephistory" ("active", "after_days", "base_code", "id", "inducement", "lawful_note", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "store_id") SELECT new_values."active", new_values."after_days", new_values."base_code", new_values."id", new_values."inducement", new_values."lawful_note", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."position", new_values."store_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='23227778a980301ac3aec933747cb49934bb8335', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_15783', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='conversations_reminderstep', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reminderstep',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "conversations_reminderstephistory" ("active", "after_days", "base_code", "id", "inducement", "lawful_note", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "store_id") SELECT old_values."active", old_values."after_days", old_values."base_code", old_values."id", old_values."inducement", old_values."lawful_note", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."position", old_values."store_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='c2c0484c7c965bf5286ab957d2304b1b8a3f8bf9', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_14b07', referencing='REFERENCING OLD TABLE AS old_values ', table='conversations_reminderstep', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reminderstephistory',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='9d5d468aa01ab45be0f650410927ff6023733d4d', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_090f3', table='conversations_reminderstephistory', when='BEFORE')),
        ),
    ]
