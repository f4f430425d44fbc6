"""A conversation knows its newest message, which a trigger writes: lists of conversations are in that order."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

TRIGGER = """
CREATE FUNCTION note_newest_message() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE sessions_app_engagement SET newest_message = NEW.id
    WHERE id = NEW.engagement_id AND (newest_message IS NULL OR newest_message < NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER engagement_knows_its_newest_message AFTER INSERT ON sessions_app_message
    FOR EACH ROW EXECUTE FUNCTION note_newest_message();
UPDATE sessions_app_engagement AS engagement SET newest_message = said.newest
FROM (SELECT engagement_id, max(id) AS newest FROM sessions_app_message GROUP BY engagement_id) AS said
WHERE said.engagement_id = engagement.id;
"""
WITHOUT = """
DROP TRIGGER engagement_knows_its_newest_message ON sessions_app_message;
DROP FUNCTION note_newest_message();
"""


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("sessions_app", "0012_bookings_are_counted")]
    operations = [
        migrations.AddField("engagement", "newest_message", models.BigIntegerField(editable=False, null=True)),
        migrations.RunSQL(TRIGGER, WITHOUT),
        AddIndexConcurrently(
            "engagement",
            models.Index(
                fields=["mentor", "newest_message"],
                condition=models.Q(("newest_message__isnull", False)),
                name="threads_of_mentor",
            ),
        ),
        AddIndexConcurrently(
            "engagement",
            models.Index(
                fields=["mentee", "newest_message"],
                condition=models.Q(("newest_message__isnull", False)),
                name="threads_of_mentee",
            ),
        ),
    ]
