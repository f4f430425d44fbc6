"""Some mails come only to people who have switched them on."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0005_secret_known_by"),
    ]

    operations = [
        migrations.AddField(
            model_name="preference",
            name="on",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=12), blank=True, db_default=[], default=list, size=None
            ),
        ),
    ]
