"""From when a deadline counts as near."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('worklist', '0003_owner_day'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='duty',
            name='warn_at',
            field=models.DateTimeField(help_text='from then on its time counts as near: it comes first; empty = never, or it has come', null=True),
        ),
        migrations.AddIndex(
            model_name='duty',
            index=models.Index(condition=models.Q(('closed_at__isnull', True), ('warn_at__isnull', False)), fields=['warn_at'], name='duty_warn'),
        ),
    ]
