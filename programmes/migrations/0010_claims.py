"""What sign-ins say of people brings them into a programme."""

import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    excused = {"a table is locked while all its rows are read": "some thousand members, read in a blink"}
    dependencies = [
        ("programmes", "0009_looks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ClaimRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("provider", models.CharField(max_length=30)),
                ("claim", models.CharField(max_length=200)),
                ("value", models.CharField(max_length=200)),
                ("gives", models.BooleanField(default=False)),
                ("asks", models.BooleanField(default=True)),
                ("at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="claims", to="programmes.programme"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="membership",
            name="claim_rule",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="memberships",
                to="programmes.claimrule",
            ),
        ),
        AddConstraintNotValid(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("claim_rule", None),
                    models.Q(("source", "claim"), ("state__in", ("live", "left"))),
                    _connector="OR",
                ),
                name="claims_keep_only_what_they_brought",
            ),
        ),
        ValidateConstraint("membership", "claims_keep_only_what_they_brought"),
        migrations.AddConstraint(
            model_name="claimrule",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)),
                fields=("provider", "claim", "value", "programme"),
                name="claim_once_in_a_programme",
            ),
        ),
        migrations.AddConstraint(
            model_name="claimrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("gives", True), ("asks", True), _connector="OR"),
                name="claim_lets_people_give_or_ask",
            ),
        ),
        migrations.AddConstraint(
            model_name="claimrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("provider", ""), _negated=True),
                    models.Q(("claim", ""), _negated=True),
                    models.Q(("value", ""), _negated=True),
                ),
                name="claim_says_what_it_looks_for",
            ),
        ),
        migrations.AddConstraint(
            model_name="claimrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("ended_by", None)),
                    models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                    _connector="OR",
                ),
                name="claim_is_ended_by_a_person",
            ),
        ),
    ]
