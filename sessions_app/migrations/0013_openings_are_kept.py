"""Who of staff read what, and why, stays: the database itself refuses to change or delete a row of it."""

from django.db import migrations

FORWARDS = """
CREATE TRIGGER threadopening_is_append_only BEFORE UPDATE OR DELETE ON sessions_app_threadopening
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_log();
"""
BACKWARDS = "DROP TRIGGER threadopening_is_append_only ON sessions_app_threadopening;"


class Migration(migrations.Migration):
    dependencies = [("sessions_app", "0012_threads_and_reports")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
