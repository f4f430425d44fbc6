"""A programme has a logo, a colour, and sites that show its box."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("programmes", "0008_sessions_and_times"),
    ]

    operations = [
        migrations.CreateModel(
            name="Look",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("colour", models.CharField(blank=True, default="", max_length=7)),
                ("logo", models.BinaryField(blank=True, default=b"")),
                ("logo_key", models.CharField(blank=True, db_index=True, default="", max_length=64)),
                (
                    "origins",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=120), blank=True, default=list, size=None
                    ),
                ),
                (
                    "programme",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="look", to="programmes.programme"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("colour", ""), ("colour__regex", "^#[0-9a-f]{6}$"), _connector="OR"),
                        name="look_colour_is_of_six_digits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("logo", b""), ("logo_key", "")),
                            models.Q(models.Q(("logo", b""), _negated=True), models.Q(("logo_key", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="look_logo_has_a_key",
                    ),
                ],
            },
        ),
    ]
