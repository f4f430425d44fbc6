"""Who said in feedback that they never want to meet a mentor again is kept apart from them, as everyone who says so."""

from django.db import migrations

FILL = """
INSERT INTO trust_separation (low_id, high_id, by_id, kind, since)
SELECT least(author_id, mentor_id), greatest(author_id, mentor_id), author_id, 'not_again', min(created_at)
FROM sessions_app_feedback WHERE role = 'mentee' AND again = 'no' AND mentor_id IS NOT NULL
GROUP BY author_id, mentor_id;
"""


class Migration(migrations.Migration):
    dependencies = [("sessions_app", "0021_removed_words"), ("trust", "0001_initial")]
    operations = [
        migrations.RunSQL(FILL, "DELETE FROM trust_separation WHERE kind = 'not_again';"),
        migrations.RemoveIndex("feedback", "feedback_not_again"),
    ]
