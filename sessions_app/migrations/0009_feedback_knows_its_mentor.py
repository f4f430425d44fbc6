"""Feedback and later answers keep whose they are and when: see the fields. A trigger fills them at every write."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

MOMENTS = """
CREATE FUNCTION copy_contact_to_feedback() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.booking_id IS NOT NULL THEN
        SELECT mentor_id, lower(during), upper(during) INTO NEW.mentor_id, NEW.at, NEW.ended_at
        FROM sessions_app_booking WHERE id = NEW.booking_id;
    ELSE
        SELECT mentor_id, settled_at, settled_at INTO NEW.mentor_id, NEW.at, NEW.ended_at
        FROM sessions_app_writtenquestion WHERE id = NEW.written_id;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER feedback_knows_its_contact BEFORE INSERT ON sessions_app_feedback
    FOR EACH ROW EXECUTE FUNCTION copy_contact_to_feedback();
CREATE FUNCTION copy_mentor_to_follow_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.booking_id IS NOT NULL THEN
        SELECT mentor_id INTO NEW.mentor_id FROM sessions_app_booking WHERE id = NEW.booking_id;
    ELSE
        SELECT mentor_id INTO NEW.mentor_id FROM sessions_app_writtenquestion WHERE id = NEW.written_id;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER follow_up_knows_its_mentor BEFORE INSERT ON sessions_app_followup
    FOR EACH ROW EXECUTE FUNCTION copy_mentor_to_follow_up();
"""
WITHOUT = """
DROP TRIGGER feedback_knows_its_contact ON sessions_app_feedback;
DROP FUNCTION copy_contact_to_feedback();
DROP TRIGGER follow_up_knows_its_mentor ON sessions_app_followup;
DROP FUNCTION copy_mentor_to_follow_up();
"""
FILL = """
UPDATE sessions_app_feedback AS said SET mentor_id = booking.mentor_id, at = lower(during), ended_at = upper(during)
FROM sessions_app_booking AS booking WHERE booking.id = said.booking_id;
UPDATE sessions_app_feedback AS said SET mentor_id = written.mentor_id, at = settled_at, ended_at = settled_at
FROM sessions_app_writtenquestion AS written WHERE written.id = said.written_id;
UPDATE sessions_app_followup AS said SET mentor_id = booking.mentor_id
FROM sessions_app_booking AS booking WHERE booking.id = said.booking_id;
UPDATE sessions_app_followup AS said SET mentor_id = written.mentor_id
FROM sessions_app_writtenquestion AS written WHERE written.id = said.written_id;
"""


def mentor_field():
    return models.ForeignKey(
        db_constraint=False,
        db_index=False,
        editable=False,
        null=True,
        on_delete=django.db.models.deletion.DO_NOTHING,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
    )


class Migration(migrations.Migration):
    dependencies = [("sessions_app", "0008_feedback_words"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.AddField("feedback", "mentor", mentor_field()),
        migrations.AddField("feedback", "at", models.DateTimeField(editable=False, null=True)),
        migrations.AddField("feedback", "ended_at", models.DateTimeField(editable=False, null=True)),
        migrations.AddField("followup", "mentor", mentor_field()),
        migrations.RunSQL(MOMENTS, WITHOUT),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
