"""The tables of core as they stand at the first release."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("pghistory", "0007_auto_20250421_0444"),  # its context function stands in every history trigger
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CalendarDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(unique=True)),
                ("working", models.BooleanField(default=False)),
                ("name", models.CharField(blank=True, max_length=100)),
            ],
        ),
        migrations.CreateModel(
            name="ColumnChoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("listing", models.CharField(max_length=60)),
                ("columns", models.JSONField(default=list)),
            ],
        ),
        migrations.CreateModel(
            name="ExchangeRate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("base", models.CharField(default="EUR", max_length=3)),
                ("currency", models.CharField(max_length=3)),
                ("rate", models.DecimalField(decimal_places=8, max_digits=18)),
                ("source", models.CharField(max_length=80)),
            ],
        ),
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, unique=True)),
                ("at", models.DateTimeField()),
                ("detail", models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name="IdempotencyRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("caller", models.CharField(help_text="user:ID or token:ID", max_length=60)),
                ("key", models.CharField(max_length=200)),
                ("request_hash", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("body", models.JSONField(null=True)),
                ("headers", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Job",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(help_text="registered runner, e.g. orders.import", max_length=60)),
                ("title", models.CharField(max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting"),
                            ("running", "Running"),
                            ("done", "Finished"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("total", models.PositiveIntegerField(default=0)),
                ("done", models.PositiveIntegerField(default=0)),
                ("failed", models.PositiveIntegerField(default=0)),
                ("log", models.JSONField(default=list, help_text="newest last: [time, level, sentence]")),
                ("payload", models.JSONField(default=dict)),
                ("result", models.JSONField(default=dict)),
                ("result_file", models.CharField(blank=True, help_text="name in the private storage", max_length=300)),
                (
                    "result_name",
                    models.CharField(blank=True, help_text="file name offered at download", max_length=200),
                ),
                (
                    "actor",
                    models.JSONField(
                        default=dict, help_text="the actor it acts as, with stores and rights at request time"
                    ),
                ),
                ("cancel_requested", models.BooleanField(default=False)),
                (
                    "lease_until",
                    models.DateTimeField(
                        help_text="a runner holds it until then; later it is taken up again", null=True
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "job",
            },
        ),
        migrations.CreateModel(
            name="PolicyValue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=80)),
                (
                    "store_ref",
                    models.BigIntegerField(blank=True, help_text="only for this store; null = all stores", null=True),
                ),
                ("valid_from", models.DateField()),
                ("value", models.JSONField()),
                ("note", models.CharField(blank=True, max_length=300)),
                ("created_by", models.CharField(blank=True, max_length=150)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "house rule",
            },
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("listing", models.CharField(max_length=60)),
                ("name", models.CharField(max_length=60)),
                ("shared", models.BooleanField(default=False)),
                ("query", models.CharField(blank=True, help_text="URL query of the view", max_length=2000)),
                ("columns", models.JSONField(blank=True, default=list)),
                ("position", models.PositiveSmallIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Sequence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, unique=True)),
                ("last", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="SystemMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, unique=True)),
                ("value", models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name="ActivityEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject_type", models.CharField(max_length=60)),
                ("subject_id", models.BigIntegerField()),
                (
                    "store_ref",
                    models.BigIntegerField(
                        help_text="store of the subject, for scoping; null for house matters", null=True
                    ),
                ),
                ("verb", models.CharField(help_text="stable name of what was done, e.g. order.hold", max_length=60)),
                (
                    "text",
                    models.CharField(
                        blank=True,
                        help_text="English sentence with %(name)s fields, translated when shown",
                        max_length=300,
                    ),
                ),
                ("params", models.JSONField(blank=True, default=dict)),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("actor_kind", models.CharField(max_length=10)),
                ("actor_ref", models.BigIntegerField(null=True)),
                ("actor_label", models.CharField(max_length=150)),
                ("request_ref", models.CharField(blank=True, max_length=40)),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "activity",
                "indexes": [
                    models.Index(fields=["subject_type", "subject_id", "at"], name="activity_subject"),
                    models.Index(fields=["at"], name="activity_at"),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="activityentry",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="f9742738f5eb1f2561a2eb2d2390a7b40baf324c",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_a7bae",
                    table="core_activityentry",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddField(
            model_name="columnchoice",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="exchangerate",
            constraint=models.UniqueConstraint(fields=("base", "currency", "day", "source"), name="one_rate_a_day"),
        ),
        migrations.AddConstraint(
            model_name="exchangerate",
            constraint=models.CheckConstraint(condition=models.Q(("rate__gt", 0)), name="rate_positive"),
        ),
        migrations.AddIndex(
            model_name="idempotencyrecord",
            index=models.Index(fields=["created_at"], name="idempotency_age"),
        ),
        migrations.AddConstraint(
            model_name="idempotencyrecord",
            constraint=models.UniqueConstraint(fields=("caller", "key"), name="idempotency_once"),
        ),
        migrations.AddField(
            model_name="job",
            name="requester",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="policyvalue",
            constraint=models.UniqueConstraint(
                fields=("key", "store_ref", "valid_from"), name="policy_once_a_day", nulls_distinct=False
            ),
        ),
        migrations.AddField(
            model_name="savedview",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="saved_views", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="columnchoice",
            constraint=models.UniqueConstraint(fields=("user", "listing"), name="columns_once"),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(
                condition=models.Q(("state__in", ["queued", "running"])), fields=["created_at"], name="job_waiting"
            ),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(fields=["requester", "-created_at"], name="job_of_person"),
        ),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.UniqueConstraint(fields=("listing", "owner", "name"), name="view_name_once"),
        ),
    ]
