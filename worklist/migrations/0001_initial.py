"""The tables of worklist as they stand at the first release."""

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
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Duty",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rule", models.CharField(help_text="key of the follow-up rule", max_length=60)),
                ("subject_type", models.CharField(max_length=60)),
                ("subject_id", models.BigIntegerField()),
                ("round", models.PositiveIntegerField(default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "Planned"),
                            ("open", "Open"),
                            ("claimed", "Claimed"),
                            ("snoozed", "Snoozed"),
                            ("done", "Done"),
                            ("cancelled", "Cancelled"),
                            ("stuck", "Stuck"),
                        ],
                        default="planned",
                        max_length=10,
                    ),
                ),
                ("doer", models.CharField(choices=[("clock", "The clock"), ("person", "A person")], max_length=8)),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("service", "Customer service"),
                            ("warehouse", "Warehouse"),
                            ("purchaser", "Purchaser"),
                            ("supervisor", "Supervisor"),
                            ("manager", "Manager"),
                            ("administrator", "Administrator"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "group",
                    models.CharField(
                        choices=[
                            ("1_orders", "Orders"),
                            ("2_messages", "Messages"),
                            ("3_feedback", "Feedback"),
                            ("4_parcels", "Parcels"),
                            ("5_dispatch", "Dispatch check"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "band",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Due today, cannot be undone"),
                            (1, "Somebody waits for us"),
                            (2, "By expected loss"),
                            (3, "Routine"),
                        ],
                        default=3,
                    ),
                ),
                (
                    "claim_until",
                    models.DateTimeField(help_text="a claim nobody renews ends then; empty = assigned", null=True),
                ),
                ("due_at", models.DateTimeField()),
                ("snoozed_until", models.DateTimeField(blank=True, null=True)),
                ("stake", models.DecimalField(decimal_places=4, help_text="money at risk", max_digits=14, null=True)),
                ("stake_currency", models.CharField(blank=True, max_length=3)),
                (
                    "stake_house",
                    models.DecimalField(
                        decimal_places=4, help_text="the stake in the house currency", max_digits=14, null=True
                    ),
                ),
                (
                    "chance",
                    models.DecimalField(
                        decimal_places=3, default=1, help_text="chance that the stake is lost if not done", max_digits=4
                    ),
                ),
                (
                    "minutes",
                    models.DecimalField(decimal_places=1, default=2, help_text="work it takes a person", max_digits=5),
                ),
                (
                    "rank",
                    models.DecimalField(
                        decimal_places=4,
                        default=0,
                        help_text="expected loss avoided per minute, in house currency",
                        max_digits=14,
                    ),
                ),
                (
                    "facts",
                    models.JSONField(
                        default=dict, help_text="what the line shows: number, buyer, country, link, sentence fields"
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("last_error", models.CharField(blank=True, max_length=500)),
                (
                    "reason",
                    models.CharField(
                        blank=True, help_text="why it was snoozed, done by hand or cancelled", max_length=300
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="duties",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.store"
                    ),
                ),
            ],
            options={
                "verbose_name": "duty",
                "verbose_name_plural": "duties",
            },
        ),
        migrations.CreateModel(
            name="DutyHistory",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("pgh_context_id", models.UUIDField(null=True)),
                ("id", models.BigIntegerField()),
                ("rule", models.CharField(help_text="key of the follow-up rule", max_length=60)),
                ("subject_type", models.CharField(max_length=60)),
                ("subject_id", models.BigIntegerField()),
                ("round", models.PositiveIntegerField(default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "Planned"),
                            ("open", "Open"),
                            ("claimed", "Claimed"),
                            ("snoozed", "Snoozed"),
                            ("done", "Done"),
                            ("cancelled", "Cancelled"),
                            ("stuck", "Stuck"),
                        ],
                        default="planned",
                        max_length=10,
                    ),
                ),
                ("doer", models.CharField(choices=[("clock", "The clock"), ("person", "A person")], max_length=8)),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("service", "Customer service"),
                            ("warehouse", "Warehouse"),
                            ("purchaser", "Purchaser"),
                            ("supervisor", "Supervisor"),
                            ("manager", "Manager"),
                            ("administrator", "Administrator"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "group",
                    models.CharField(
                        choices=[
                            ("1_orders", "Orders"),
                            ("2_messages", "Messages"),
                            ("3_feedback", "Feedback"),
                            ("4_parcels", "Parcels"),
                            ("5_dispatch", "Dispatch check"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "band",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Due today, cannot be undone"),
                            (1, "Somebody waits for us"),
                            (2, "By expected loss"),
                            (3, "Routine"),
                        ],
                        default=3,
                    ),
                ),
                ("due_at", models.DateTimeField()),
                ("snoozed_until", models.DateTimeField(blank=True, null=True)),
                ("stake", models.DecimalField(decimal_places=4, help_text="money at risk", max_digits=14, null=True)),
                ("stake_currency", models.CharField(blank=True, max_length=3)),
                (
                    "stake_house",
                    models.DecimalField(
                        decimal_places=4, help_text="the stake in the house currency", max_digits=14, null=True
                    ),
                ),
                (
                    "chance",
                    models.DecimalField(
                        decimal_places=3, default=1, help_text="chance that the stake is lost if not done", max_digits=4
                    ),
                ),
                (
                    "minutes",
                    models.DecimalField(decimal_places=1, default=2, help_text="work it takes a person", max_digits=5),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("last_error", models.CharField(blank=True, max_length=500)),
                (
                    "reason",
                    models.CharField(
                        blank=True, help_text="why it was snoozed, done by hand or cancelled", max_length=300
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "owner",
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
                        to="worklist.duty",
                    ),
                ),
                (
                    "store",
                    models.ForeignKey(
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
            model_name="duty",
            index=models.Index(
                condition=models.Q(("state", "planned")), fields=["rule", "due_at", "id"], name="duty_due_clock"
            ),
        ),
        migrations.AddIndex(
            model_name="duty",
            index=models.Index(condition=models.Q(("state", "snoozed")), fields=["snoozed_until"], name="duty_snoozed"),
        ),
        migrations.AddIndex(
            model_name="duty",
            index=models.Index(
                condition=models.Q(("state__in", ["open", "claimed", "stuck"])),
                fields=["role", "band", "-rank", "due_at", "id"],
                name="duty_today",
            ),
        ),
        migrations.AddIndex(
            model_name="duty",
            index=models.Index(
                condition=models.Q(("state__in", ["open", "claimed", "snoozed", "stuck"])),
                fields=["owner", "due_at"],
                name="duty_of_owner",
            ),
        ),
        migrations.AddIndex(
            model_name="duty",
            index=models.Index(
                condition=models.Q(("state__in", ["open", "claimed", "stuck"])),
                fields=["role", "group", "due_at", "id"],
                name="duty_day",
            ),
        ),
        migrations.AddIndex(
            model_name="duty",
            index=models.Index(
                condition=models.Q(("state", "claimed")), fields=["claim_until"], name="duty_claim_ends"
            ),
        ),
        migrations.AddIndex(
            model_name="duty",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True)), fields=["rule", "id"], name="duty_rule_alive"
            ),
        ),
        migrations.AddIndex(
            model_name="duty",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", False), ("doer", "person")),
                fields=["closed_at"],
                name="duty_closed",
            ),
        ),
        migrations.AddIndex(
            model_name="duty",
            index=models.Index(fields=["subject_type", "subject_id"], name="duty_subject"),
        ),
        migrations.AddConstraint(
            model_name="duty",
            constraint=models.UniqueConstraint(
                fields=("rule", "subject_type", "subject_id", "round"), name="duty_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="duty",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at__isnull", False), ("state__in", ["done", "cancelled"])),
                    models.Q(
                        models.Q(("state__in", ["done", "cancelled"]), _negated=True), ("closed_at__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="duty_closed_or_alive",
            ),
        ),
        migrations.AddConstraint(
            model_name="duty",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "snoozed"), _negated=True), ("snoozed_until__isnull", False), _connector="OR"
                ),
                name="duty_snooze_has_end",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="duty",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "worklist_dutyhistory" ("attempts", "band", "chance", "closed_at", "created_at", "doer", "due_at", "group", "id", "last_error", "minutes", "owner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "role", "round", "rule", "snoozed_until", "stake", "stake_currency", "stake_house", "state", "store_id", "subject_id", "subject_type") SELECT new_values."attempts", new_values."band", new_values."chance", new_values."closed_at", new_values."created_at", new_values."doer", new_values."due_at", new_values."group", new_values."id", new_values."last_error", new_values."minutes", new_values."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', new_values."id", new_values."reason", new_values."role", new_values."round", new_values."rule", new_values."snoozed_until", new_values."stake", new_values."stake_currency", new_values."stake_house", new_values."state", new_values."store_id", new_values."subject_id", new_values."subject_type" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="69fd3ee155de9483d1a76af821ebdc530b0fa6c7",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_4b987",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="worklist_duty",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="duty",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "worklist_dutyhistory" ("attempts", "band", "chance", "closed_at", "created_at", "doer", "due_at", "group", "id", "last_error", "minutes", "owner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "role", "round", "rule", "snoozed_until", "stake", "stake_currency", "stake_house", "state", "store_id", "subject_id", "subject_type") SELECT new_values."attempts", new_values."band", new_values."chance", new_values."closed_at", new_values."created_at", new_values."doer", new_values."due_at", new_values."group", new_values."id", new_values."last_error", new_values."minutes", new_values."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', new_values."id", new_values."reason", new_values."role", new_values."round", new_values."rule", new_values."snoozed_until", new_values."stake", new_values."stake_currency", new_values."stake_house", new_values."state", new_values."store_id", new_values."subject_id", new_values."subject_type" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."attempts" IS DISTINCT FROM (new_values."attempts") OR old_values."band" IS DISTINCT FROM (new_values."band") OR old_values."chance" IS DISTINCT FROM (new_values."chance") OR old_values."closed_at" IS DISTINCT FROM (new_values."closed_at") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."doer" IS DISTINCT FROM (new_values."doer") OR old_values."due_at" IS DISTINCT FROM (new_values."due_at") OR old_values."group" IS DISTINCT FROM (new_values."group") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."last_error" IS DISTINCT FROM (new_values."last_error") OR old_values."minutes" IS DISTINCT FROM (new_values."minutes") OR old_values."owner_id" IS DISTINCT FROM (new_values."owner_id") OR old_values."reason" IS DISTINCT FROM (new_values."reason") OR old_values."role" IS DISTINCT FROM (new_values."role") OR old_values."round" IS DISTINCT FROM (new_values."round") OR old_values."rule" IS DISTINCT FROM (new_values."rule") OR old_values."snoozed_until" IS DISTINCT FROM (new_values."snoozed_until") OR old_values."stake" IS DISTINCT FROM (new_values."stake") OR old_values."stake_currency" IS DISTINCT FROM (new_values."stake_currency") OR old_values."stake_house" IS DISTINCT FROM (new_values."stake_house") OR old_values."state" IS DISTINCT FROM (new_values."state") OR old_values."store_id" IS DISTINCT FROM (new_values."store_id") OR old_values."subject_id" IS DISTINCT FROM (new_values."subject_id") OR old_values."subject_type" IS DISTINCT FROM (new_values."subject_type")) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="53105ec70b2bbf29892941d70138ef8b70abfd2f",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_4ad4a",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="worklist_duty",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="duty",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "worklist_dutyhistory" ("attempts", "band", "chance", "closed_at", "created_at", "doer", "due_at", "group", "id", "last_error", "minutes", "owner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "role", "round", "rule", "snoozed_until", "stake", "stake_currency", "stake_house", "state", "store_id", "subject_id", "subject_type") SELECT old_values."attempts", old_values."band", old_values."chance", old_values."closed_at", old_values."created_at", old_values."doer", old_values."due_at", old_values."group", old_values."id", old_values."last_error", old_values."minutes", old_values."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', old_values."id", old_values."reason", old_values."role", old_values."round", old_values."rule", old_values."snoozed_until", old_values."stake", old_values."stake_currency", old_values."stake_house", old_values."state", old_values."store_id", old_values."subject_id", old_values."subject_type" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="4d5e2a1e7f555c50ff3404d4971adb01052a215d",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_e71c0",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="worklist_duty",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="dutyhistory",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="4362dda7f0ab47bd69c7040fa1aaef6f075b344b",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_a0a88",
                    table="worklist_dutyhistory",
                    when="BEFORE",
                ),
            ),
        ),
    ]
