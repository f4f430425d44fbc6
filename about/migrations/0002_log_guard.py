"""What was published can't be truncated away either. Its text stays as it was: people agreed to it."""

from django.db import migrations

GUARD = """
CREATE TRIGGER publishedtext_is_not_truncated BEFORE TRUNCATE ON about_publishedtext
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_log();
"""


class Migration(migrations.Migration):
    dependencies = [("about", "0001_initial"), ("mentors", "0006_log_guard")]
    operations = [migrations.RunSQL(GUARD, "DROP TRIGGER publishedtext_is_not_truncated ON about_publishedtext;")]
