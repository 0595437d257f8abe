"""The root causes are the house's own list: their counts stand in rows, no longer in columns."""

import django.db.models.deletion
from django.db import migrations, models

#: What was counted in columns, and the code it is counted by from now on.
CAUSES = {"expectation": "expectation", "speed": "speed", "communication": "communication", "quality": "quality",
          "packing": "packing", "unnamed": ""}
MOVE = "INSERT INTO reports_dailycause (store_id, day, country, cause, cases, bad_ratings) " + " UNION ALL ".join(  # noqa: S608  names of this file
    f"SELECT store_id, day, country, '{code}', case_{column}, bad_{column} FROM reports_dailyfigure "  # noqa: S608
    f"WHERE case_{column} > 0 OR bad_{column} > 0"
    for column, code in CAUSES.items()
)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('reports', '0002_days_found_by_index'),
    ]

    operations = [
        migrations.CreateModel(
            name='DailyCause',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('country', models.CharField(blank=True, max_length=2)),
                ('cause', models.CharField(blank=True, help_text="code of the house's list of root causes", max_length=30)),
                ('cases', models.PositiveIntegerField(default=0)),
                ('bad_ratings', models.PositiveIntegerField(default=0)),
                ('store', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.store')),
            ],
            options={
                'verbose_name': 'daily causes',
                'indexes': [models.Index(fields=['store', 'day'], name='daily_cause_store')],
                'constraints': [models.UniqueConstraint(fields=('country', 'day', 'store', 'cause'), name='daily_cause_once')],
            },
        ),
        migrations.RunSQL(MOVE, migrations.RunSQL.noop),
        migrations.RemoveField(
            model_name='dailyfigure',
            name='bad_communication',
        ),
        migrations.RemoveField(
            model_name='dailyfigure',
            name='bad_expectation',
        ),
        migrations.RemoveField(
            model_name='dailyfigure',
            name='bad_packing',
        ),
        migrations.RemoveField(
            model_name='dailyfigure',
            name='bad_quality',
        ),
        migrations.RemoveField(
            model_name='dailyfigure',
            name='bad_speed',
        ),
        migrations.RemoveField(
            model_name='dailyfigure',
            name='bad_unnamed',
        ),
        migrations.RemoveField(
            model_name='dailyfigure',
            name='case_communication',
        ),
        migrations.RemoveField(
            model_name='dailyfigure',
            name='case_expectation',
        ),
        migrations.RemoveField(
            model_name='dailyfigure',
            name='case_packing',
        ),
        migrations.RemoveField(
            model_name='dailyfigure',
            name='case_quality',
        ),
        migrations.RemoveField(
            model_name='dailyfigure',
            name='case_speed',
        ),
        migrations.RemoveField(
            model_name='dailyfigure',
            name='case_unnamed',
        ),
    ]
