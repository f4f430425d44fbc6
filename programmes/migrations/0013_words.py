"""Programmes announce things to their members, and remind people of their next step."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("programmes", "0012_directory"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="programme",
            name="reminds",
            field=models.BooleanField(db_default=False, default=False, verbose_name="reminds members of the next step"),
        ),
        migrations.CreateModel(
            name="Announcement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                (
                    "audience",
                    models.CharField(
                        choices=[
                            ("all", "All members"),
                            ("gives", "Members who mentor others"),
                            ("asks", "Members who look for mentors"),
                        ],
                        max_length=5,
                    ),
                ),
                ("text", models.TextField(max_length=2000)),
                ("link", models.CharField(blank=True, max_length=300)),
                ("told_up_to", models.BigIntegerField(default=0)),
                ("reached", models.PositiveIntegerField(default=0)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="announcements",
                        to="programmes.programme",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["programme", "-at"], name="announcements_newest"),
                    models.Index(condition=models.Q(("done_at", None)), fields=["id"], name="announcements_to_be_sent"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("audience__in", ["all", "gives", "asks"])),
                        name="announcement_audience_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="announcement_says_something"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Nudge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("invited", "Invited, not in yet"),
                            ("never_asked", "In, never asked"),
                            ("no_times", "Mentor without times"),
                            ("nothing_yet", "Asked, nothing agreed yet"),
                            ("never_met", "Booked, never met"),
                        ],
                        max_length=11,
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("at", models.DateTimeField()),
                ("is_held_out", models.BooleanField()),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                (
                    "invitee",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="nudges",
                        to="programmes.invitee",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="nudges",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="nudges", to="programmes.programme"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("done_at", None)), fields=["at"], name="reminders_not_followed"),
                    models.Index(fields=["programme", "at"], name="reminders_of_programme"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("person", "programme", "stage", "number"), name="person_is_reminded_once_of_each_number"
                    ),
                    models.UniqueConstraint(
                        fields=("invitee", "number"), name="address_is_reminded_once_of_each_number"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("person", None), ("stage", "invited")),
                            models.Q(
                                ("invitee", None),
                                ("stage__in", ["never_asked", "no_times", "nothing_yet", "never_met"]),
                                ("person__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="reminder_is_of_a_person_or_an_address",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__range", (1, 2))), name="two_reminders_of_a_stage"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("done_at", None), ("done_at__gte", models.F("at")), _connector="OR"),
                        name="step_is_taken_after_its_reminder",
                    ),
                ],
            },
        ),
    ]
