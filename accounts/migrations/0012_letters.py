"""What people ask for by letter, and what staff did about it."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0011_second_step_of_staff"),
    ]

    operations = [
        migrations.AlterField(
            model_name="trace",
            name="act",
            field=models.CharField(
                choices=[
                    ("person", "opened this page"),
                    ("session", "opened one of their sessions"),
                    ("role_given", "gave them a role"),
                    ("role_ended", "ended a role of theirs"),
                    ("step_removed", "removed their second step"),
                    ("letter_prepared", "prepared what they asked for by letter"),
                    ("letter_signed", "signed what they asked for by letter"),
                    ("letter_declined", "declined what they asked for by letter"),
                    ("copy_taken", "downloaded the copy of their data"),
                ],
                max_length=20,
            ),
        ),
        migrations.CreateModel(
            name="LetterRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "act",
                    models.CharField(
                        choices=[("copy", "A copy of their data"), ("removal", "Deleting their account")], max_length=7
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("prepared_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True, choices=[("signed", "Signed"), ("declined", "Declined")], max_length=8
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "export",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="accounts.dataexport",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="letter_requests",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "prepared_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("decided_at", None)), fields=["prepared_at"], name="letter_waits")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("decided_at", None)),
                        fields=("person", "act"),
                        name="one_open_letter_of_a_person_for_each_act",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("decided_by", None), ("outcome", "")),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                models.Q(("outcome", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="decided_letter_says_who_when_and_what",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("prepared_by", models.F("person")), _negated=True),
                            models.Q(
                                ("decided_by", None),
                                models.Q(
                                    models.Q(("decided_by", models.F("prepared_by")), _negated=True),
                                    models.Q(("decided_by", models.F("person")), _negated=True),
                                ),
                                _connector="OR",
                            ),
                        ),
                        name="letter_is_prepared_and_decided_by_two_others",
                    ),
                ],
            },
        ),
    ]
