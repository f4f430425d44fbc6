"""Managers choose to get figures by mail."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("programmes", "0009_looks"), ("search", "0007_staff_queues")]

    operations = [
        migrations.CreateModel(
            name="FigureMail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "rhythm",
                    models.CharField(
                        choices=[
                            ("weekly", "Every week, on Monday"),
                            ("monthly", "Every month, on its first Monday"),
                        ],
                        max_length=7,
                    ),
                ),
                ("chosen_at", models.DateTimeField()),
                ("version", models.PositiveIntegerField(default=0)),
                ("unanswered", models.PositiveSmallIntegerField(default=0)),
                ("next_at", models.DateTimeField(blank=True, null=True)),
                (
                    "manager",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="figure_mails",
                        to="programmes.manager",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_at__isnull", False)), fields=["next_at"], name="figure_mail_due"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("manager", "rhythm"), name="figure_mail_once_a_rhythm"),
                    models.CheckConstraint(
                        condition=models.Q(("rhythm__in", ["weekly", "monthly"])), name="figure_mail_rhythm_is_known"
                    ),
                ],
            },
        ),
    ]
