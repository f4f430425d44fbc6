"""A token can be for a part of the site alone."""

import datetime

import django.db.models.expressions
from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("accounts", "0016_managers_of_programmes"),
    ]

    operations = [
        migrations.AddField(
            model_name="accesstoken",
            name="area",
            field=models.CharField(blank=True, db_default="", default="", max_length=80),
        ),
        AddConstraintNotValid(
            model_name="accesstoken",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("area", ""),
                    (
                        "expires_at__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("created_at"), "+", models.Value(datetime.timedelta(days=90))
                        ),
                    ),
                    _connector="OR",
                ),
                name="token_for_an_area_ends_soon",
            ),
        ),
        ValidateConstraint("accesstoken", "token_for_an_area_ends_soon"),
    ]
