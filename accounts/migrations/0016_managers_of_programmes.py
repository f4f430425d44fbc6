"""Who manages a programme and who is in one, as facts of the person; and the events manager of staff by that name."""

import django.contrib.postgres.fields
from django.db import migrations, models

ROLES = [
    ("support", "Support"),
    ("programme", "Events manager"),
    ("moderator", "Moderator"),
    ("owner", "Owner"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0015_consents"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="is_in_programmes",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddField(
            model_name="user",
            name="manages_programmes",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AlterField(
            model_name="staffrole",
            name="role",
            field=models.CharField(choices=ROLES, max_length=10),
        ),
        migrations.AlterField(
            model_name="user",
            name="roles",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(choices=ROLES, max_length=10),
                blank=True,
                db_default=[],
                default=list,
                size=None,
            ),
        ),
    ]
