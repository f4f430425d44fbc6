"""Several calendars of one connection.

What was kept of the one calendar is no longer used: it leaves the state here, and the database in the next migration.
"""

from django.db import migrations, models

UNUSED = (("etag", 500), ("modified", 100))


class Migration(migrations.Migration):
    excused = {
        "a table is locked while all its rows are read": "the table came with the migration before, in the same release"
    }

    dependencies = [
        ("calendars", "0001_connections"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="externalcalendar",
            options={"ordering": ["name", "pk"]},
        ),
        *(
            migrations.AlterField(
                model_name="externalcalendar",
                name=name,
                field=models.CharField(blank=True, db_default="", max_length=length),
            )
            for name, length in UNUSED
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveField(model_name="externalcalendar", name=name) for name, _length in UNUSED
            ],
        ),
        migrations.AddField(
            model_name="externalcalendar",
            name="colour",
            field=models.CharField(blank=True, db_default="", default="", max_length=7),
        ),
        migrations.AddField(
            model_name="externalcalendar",
            name="cursor",
            field=models.JSONField(blank=True, db_default={}, default=dict),
        ),
        migrations.AddField(
            model_name="externalcalendar",
            name="is_gone",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="externalcalendar",
            name="is_writable",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="externalcalendar",
            name="remote_id",
            field=models.CharField(blank=True, db_default="", default="", max_length=1000),
        ),
        migrations.AlterField(
            model_name="connection",
            name="kind",
            field=models.CharField(
                choices=[
                    ("address", "Calendar address"),
                    ("caldav", "CalDAV account"),
                    ("google", "Google Calendar"),
                    ("microsoft", "Microsoft 365 or Outlook"),
                ],
                default="address",
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="externalcalendar",
            constraint=models.UniqueConstraint(
                fields=("connection", "remote_id"), name="a_connection_has_each_calendar_once"
            ),
        ),
    ]
