"""Who of staff looked at whom can't be truncated away either."""

from django.db import migrations

GUARD = """
CREATE TRIGGER trace_is_not_truncated BEFORE TRUNCATE ON accounts_trace
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_log();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_person_theme"), ("mentors", "0006_log_guard")]
    operations = [migrations.RunSQL(GUARD, "DROP TRIGGER trace_is_not_truncated ON accounts_trace;")]
