"""All busy times of a person in one row, which a trigger writes: the slot engine reads hundreds of them each time."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TRIGGERS = """
CREATE FUNCTION copy_busy_times(people bigint[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO sessions_app_busyminutes (person_id, minutes)
    SELECT span.person_id, array_agg(minute ORDER BY span.during, minute)
    FROM sessions_app_busyspan AS span, unnest(ARRAY[
        floor(date_part('epoch', lower(span.during)) / 60)::bigint,
        ceil(date_part('epoch', upper(span.during)) / 60)::bigint
    ]) AS minute
    WHERE span.person_id = ANY(people)
    GROUP BY span.person_id
    ON CONFLICT (person_id) DO UPDATE SET minutes = EXCLUDED.minutes;
    DELETE FROM sessions_app_busyminutes AS copied
    WHERE copied.person_id = ANY(people)
        AND NOT EXISTS (SELECT FROM sessions_app_busyspan AS span WHERE span.person_id = copied.person_id);
$$;
CREATE FUNCTION note_busy_times() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM copy_busy_times(ARRAY(SELECT DISTINCT person_id FROM changed));
    RETURN NULL;
END $$;
CREATE TRIGGER new_busy_times_are_copied AFTER INSERT ON sessions_app_busyspan
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_busy_times();
CREATE TRIGGER changed_busy_times_are_copied AFTER UPDATE ON sessions_app_busyspan
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_busy_times();
CREATE TRIGGER old_busy_times_are_forgotten AFTER DELETE ON sessions_app_busyspan
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_busy_times();
SELECT copy_busy_times(ARRAY(SELECT DISTINCT person_id FROM sessions_app_busyspan));
"""
WITHOUT = """
DROP TRIGGER new_busy_times_are_copied ON sessions_app_busyspan;
DROP TRIGGER changed_busy_times_are_copied ON sessions_app_busyspan;
DROP TRIGGER old_busy_times_are_forgotten ON sessions_app_busyspan;
DROP FUNCTION note_busy_times();
DROP FUNCTION copy_busy_times(bigint[]);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("sessions_app", "0030_booking_programme"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="BusyMinutes",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="busy_minutes",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("minutes", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField())),
            ],
        ),
        migrations.RunSQL(TRIGGERS, WITHOUT),
    ]
