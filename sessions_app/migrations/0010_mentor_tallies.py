"""A table for what is long past in the records of mentors."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sessions_app", "0009_feedback_knows_its_mentor"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="MentorTally",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="tally",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("until", models.DateTimeField()),
                ("sessions", models.PositiveIntegerField()),
                ("answers", models.PositiveIntegerField()),
                ("helped", models.PositiveIntegerField()),
                ("written", models.PositiveIntegerField()),
                ("missed", models.PositiveIntegerField()),
            ],
        ),
        migrations.AddIndex(
            model_name="mentortally",
            index=models.Index(fields=["until"], name="tally_until"),
        ),
    ]
