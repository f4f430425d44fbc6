"""Who of staff looked at whom can only be added to: the database refuses to change or delete a row of it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

GUARD = """
CREATE TRIGGER trace_is_append_only BEFORE UPDATE OR DELETE ON accounts_trace
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_log();
"""


def person(name: str) -> tuple[str, models.Field]:
    to = {"to": settings.AUTH_USER_MODEL, "on_delete": django.db.models.deletion.PROTECT}
    return name, models.ForeignKey(related_name="+", **to)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_words"), ("mentors", "0002_append_only")]
    operations = [
        migrations.CreateModel(
            name="Trace",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "act",
                    models.CharField(
                        choices=[
                            ("person", "opened this page"),
                            ("session", "opened one of their sessions"),
                        ],
                        max_length=10,
                    ),
                ),
                ("subject", models.CharField(blank=True, max_length=40)),
                ("at", models.DateTimeField()),
                person("about"),
                person("by"),
            ],
            options={"indexes": [models.Index(fields=["about", "-at"], name="trace_about")]},
        ),
        migrations.RunSQL(GUARD, "DROP TRIGGER trace_is_append_only ON accounts_trace;"),
    ]
