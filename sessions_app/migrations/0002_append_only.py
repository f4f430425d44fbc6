"""The log of bookings can only grow: the database itself refuses to change or delete a row of it."""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION refuse_change_of_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER bookingevent_is_append_only BEFORE UPDATE OR DELETE ON sessions_app_bookingevent
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_log();
CREATE TRIGGER profiledecision_is_append_only BEFORE UPDATE OR DELETE ON mentors_profiledecision
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_log();
"""
BACKWARDS = """
DROP TRIGGER profiledecision_is_append_only ON mentors_profiledecision;
DROP TRIGGER bookingevent_is_append_only ON sessions_app_bookingevent;
DROP FUNCTION refuse_change_of_log();
"""


class Migration(migrations.Migration):
    dependencies = [("sessions_app", "0001_initial"), ("mentors", "0001_initial")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
