"""Seals of the logs, in a table that is a log itself."""

import django.db.models.deletion
from django.db import migrations, models

GUARD = """
CREATE TRIGGER seal_is_append_only BEFORE UPDATE OR DELETE ON trust_seal
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_log();
CREATE TRIGGER seal_is_not_truncated BEFORE TRUNCATE ON trust_seal
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_log();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("trust", "0001_initial"),
        ("mentors", "0006_log_guard"),
    ]

    operations = [
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(unique=True)),
                ("at", models.DateTimeField()),
                ("parts", models.JSONField()),
                ("digest", models.CharField(max_length=64)),
                (
                    "before",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="trust.seal",
                    ),
                ),
            ],
        ),
        migrations.RunSQL(GUARD, migrations.RunSQL.noop),
    ]
