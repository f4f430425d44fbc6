"""Logs can only be added to: the database refuses to change or delete a row of them."""

from django.db import migrations

LOGS = ("bookingevent", "attendanceact", "quotedecision", "threadopening")
GUARD = """
CREATE TRIGGER {log}_is_append_only BEFORE UPDATE OR DELETE ON sessions_app_{log}
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_log();
"""


class Migration(migrations.Migration):
    dependencies = [("sessions_app", "0001_initial"), ("mentors", "0002_append_only")]
    operations = [
        migrations.RunSQL(GUARD.format(log=log), f"DROP TRIGGER {log}_is_append_only ON sessions_app_{log};")
        for log in LOGS
    ]
