"""What staff decided about a profile can only be added to: the database refuses to change or delete a row of it."""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION refuse_change_of_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER profiledecision_is_append_only BEFORE UPDATE OR DELETE ON mentors_profiledecision
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_log();
"""
BACKWARDS = """
DROP TRIGGER profiledecision_is_append_only ON mentors_profiledecision;
DROP FUNCTION refuse_change_of_log();
"""


class Migration(migrations.Migration):
    dependencies = [("mentors", "0001_initial")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
