"""Lists of people that managers upload, and the addresses that they have invited."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("programmes", "0005_units"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="membership",
            name="source",
            field=models.CharField(
                choices=[
                    ("link", "Link"),
                    ("manager", "Manager"),
                    ("list", "List"),
                    ("domain", "Domain"),
                    ("claim", "Sign-in"),
                ],
                max_length=7,
            ),
        ),
        migrations.CreateModel(
            name="Roster",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("file_hash", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("read", "Its columns aren’t chosen yet"),
                            ("checked", "Checked"),
                            ("applied", "Applied"),
                            ("dropped", "Dropped"),
                        ],
                        max_length=7,
                    ),
                ),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                ("gives", models.BooleanField(default=False)),
                ("asks", models.BooleanField(default=True)),
                (
                    "headings",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=320), default=list, size=None
                    ),
                ),
                ("columns", models.JSONField(default=dict)),
                ("bad", models.PositiveIntegerField(default=0)),
                ("invited", models.PositiveIntegerField(default=0)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rosters", to="programmes.programme"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RosterRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                (
                    "cells",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=320), blank=True, default=list, size=None
                    ),
                ),
                ("address", models.CharField(blank=True, max_length=320)),
                ("name", models.CharField(blank=True, max_length=320)),
                ("sides", models.CharField(blank=True, max_length=320)),
                ("unit", models.CharField(blank=True, max_length=320)),
                ("is_kept", models.BooleanField(default=False)),
                (
                    "verdict",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("new", "New"),
                            ("known", "Known, with changes"),
                            ("unchanged", "Unchanged"),
                            ("shut_out", "Removed or declined before"),
                            ("twice", "Twice in the list"),
                            ("bad_address", "Not an email address"),
                            ("outside", "Outside your domains"),
                            ("bad_name", "Name can’t be used"),
                            ("bad_sides", "Unclear what they can do"),
                            ("bad_unit", "Unit can’t be used"),
                        ],
                        max_length=11,
                    ),
                ),
                (
                    "roster",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rows", to="programmes.roster"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Invitee",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address", models.CharField(max_length=254)),
                ("name", models.CharField(blank=True, max_length=80)),
                ("unit", models.CharField(blank=True, max_length=80)),
                ("gives", models.BooleanField(default=False)),
                ("asks", models.BooleanField(default=True)),
                ("invited_at", models.DateTimeField()),
                ("told_at", models.DateTimeField(blank=True, null=True)),
                ("try_after", models.DateTimeField(blank=True, null=True)),
                ("bounced", models.CharField(blank=True, max_length=200)),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="invitees", to="programmes.programme"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("told_at", None)), fields=["invited_at"], name="invitees_to_be_told"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("address", "programme"), name="address_is_invited_once_to_a_programme"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("gives", True), ("asks", True), _connector="OR"),
                        name="invitee_gives_or_asks",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="roster",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("read", "checked"))),
                fields=("programme",),
                name="one_open_list_in_a_programme",
            ),
        ),
        migrations.AddConstraint(
            model_name="roster",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["read", "checked", "applied", "dropped"])), name="list_state_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="roster",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("state", "applied"), _negated=True), ("bad", 0), _connector="OR"),
                name="list_is_applied_without_bad_rows",
            ),
        ),
        migrations.AddConstraint(
            model_name="roster",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("settled_at", None), ("state__in", ("read", "checked"))),
                    models.Q(("settled_at__isnull", False), ("state__in", ("applied", "dropped"))),
                    _connector="OR",
                ),
                name="list_is_settled_when_applied_or_dropped",
            ),
        ),
        migrations.AddConstraint(
            model_name="roster",
            constraint=models.CheckConstraint(
                condition=models.Q(("gives", True), ("asks", True), _connector="OR"),
                name="list_lets_people_give_or_ask",
            ),
        ),
        migrations.AddConstraint(
            model_name="rosterrow",
            constraint=models.UniqueConstraint(fields=("roster", "number"), name="one_row_for_each_line_of_a_list"),
        ),
    ]
