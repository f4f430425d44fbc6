"""The logs can't be truncated, and the words in them can be emptied while their facts stay."""

from django.db import migrations, models

# With the column of words that may be emptied
LOGS = {"bookingevent": "reason", "attendanceact": "words", "quotedecision": "reason", "threadopening": "reason"}
GUARD = """
DROP TRIGGER {log}_is_append_only ON sessions_app_{log};
CREATE TRIGGER {log}_is_append_only BEFORE UPDATE OR DELETE ON sessions_app_{log}
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_log('{words}');
CREATE TRIGGER {log}_is_not_truncated BEFORE TRUNCATE ON sessions_app_{log}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_log();
"""


class Migration(migrations.Migration):
    dependencies = [("sessions_app", "0018_event_afterwards"), ("mentors", "0006_log_guard")]
    operations = [
        migrations.RunSQL(
            GUARD.format(log=log, words=words), f"DROP TRIGGER {log}_is_not_truncated ON sessions_app_{log};"
        )
        for log, words in LOGS.items()
    ] + [
        migrations.AlterField(
            model_name="stuckrow",
            name="act",
            field=models.CharField(
                choices=[
                    ("expire", "End an unanswered hold or request"),
                    ("expire_written", "End a question in writing that got no answer"),
                    ("settle_silent", "Record a missed session"),
                    ("complete", "Finish a session"),
                    ("close", "Close a conversation"),
                    ("note_lapsed", "End an offer of freed time that got no answer"),
                    ("give_time", "Offer freed time to the next person waiting"),
                    ("end_suspended", "End a session with a mentor who is suspended"),
                    ("end_suspended_q", "End a written question to a mentor who is suspended"),
                    ("audit", "Write a session's missing notifications"),
                    ("event_places", "Give an event's place to the next person waiting"),
                    ("event_close", "Close the registration of an event"),
                    ("event_waiting", "End the waiting list of an event"),
                    ("event_clock", "Run the clock of an event"),
                    ("event_ask", "Ask everyone how an event was"),
                    ("event_hours", "End office hours, or cancel those that nobody registered for"),
                ],
                max_length=20,
            ),
        ),
    ]
