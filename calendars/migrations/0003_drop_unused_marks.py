"""Nothing asks for these columns any more. They came with the first migration, in the same release as this one."""

from django.db import migrations

DROP = "ALTER TABLE calendars_externalcalendar DROP COLUMN etag, DROP COLUMN modified"
BACK = (
    "ALTER TABLE calendars_externalcalendar ADD COLUMN etag varchar(500) DEFAULT '' NOT NULL,"
    " ADD COLUMN modified varchar(100) DEFAULT '' NOT NULL"
)


class Migration(migrations.Migration):
    dependencies = [
        ("calendars", "0002_several_calendars"),
    ]

    operations = [migrations.RunSQL(DROP, BACK)]
