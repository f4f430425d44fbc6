"""Reports of messages become reports among others, in cases: `trust` has them from here on.

A report that waits joins the case about its message's author; each that was settled becomes a decided case of its own.
The words of staff about what was done become its text. Who read which message, and why, stays in the log.

The old tables stay, without words and without foreign keys, for the version before; no model has them any more.
"""

from django.db import migrations, models

KIND = "CASE report.reason WHEN 'unsafe' THEN 'safety' WHEN 'rude' THEN 'conduct' ELSE report.reason END"
REPORTED = """
sessions_app_report AS report JOIN sessions_app_message AS message ON message.id = report.message_id
    AND message.author_id <> report.by_id AND message.author_id IS DISTINCT FROM report.settled_by_id
"""
MOVE = f"""
INSERT INTO trust_case (
    uuid, about_id, topic, kind, state, opened_at, due_at, outcome, rule, text, version
)
SELECT gen_random_uuid(), author_id, '',
    CASE WHEN bool_or(kind = 'safety') THEN 'safety' WHEN bool_or(kind = 'conduct') THEN 'conduct'
         WHEN bool_or(kind = 'selling') THEN 'selling' ELSE 'other' END,
    'open', min(at), min(at + CASE kind WHEN 'safety' THEN interval '24 hours' ELSE interval '3 days' END), '', '', '', 1
FROM (SELECT message.author_id, report.at, {KIND} AS kind FROM {REPORTED} WHERE report.settled_at IS NULL) AS waiting
GROUP BY author_id;

INSERT INTO trust_case (
    uuid, about_id, topic, kind, state, opened_at, due_at, taken_by_id, taken_at, decided_by_id, decided_at, outcome,
    rule, text, closes_at, version
)
SELECT report.uuid, message.author_id, '', {KIND}, 'decided', report.at, report.at + interval '3 days',
    report.settled_by_id, report.settled_at, report.settled_by_id, report.settled_at, 'earlier', 'other',
    CASE WHEN report.outcome = '' THEN '–' ELSE report.outcome END, report.settled_at, 1
FROM {REPORTED} WHERE report.settled_at IS NOT NULL;

INSERT INTO trust_report (uuid, subject_type, subject_id, about_id, by_id, kind, words, case_id, at)
SELECT report.uuid, 'message', message.id, message.author_id, report.by_id, {KIND}, left(report.words, 1000),
    about.id, report.at
FROM {REPORTED} JOIN trust_case AS about ON about.uuid = report.uuid
    OR (report.settled_at IS NULL AND about.about_id = message.author_id AND about.state = 'open');

INSERT INTO trust_exhibit (case_id, subject_type, subject_id, snapshot, sha256, file, at)
SELECT DISTINCT ON (report.case_id, message.id) report.case_id, 'message', message.id,
    jsonb_build_object('message', message.body), encode(sha256(convert_to(message.body, 'UTF8')), 'hex'), '', report.at
FROM trust_report AS report JOIN sessions_app_message AS message ON message.id = report.subject_id
WHERE report.subject_type = 'message'
ORDER BY report.case_id, message.id, report.at;

INSERT INTO trust_opening (case_id, by_id, reason, at)
SELECT moved.case_id, opening.by_id, opening.reason, opening.at
FROM sessions_app_threadopening AS opening JOIN sessions_app_report AS report ON report.id = opening.report_id
JOIN trust_report AS moved ON moved.uuid = report.uuid
ORDER BY opening.id;

UPDATE sessions_app_report SET words = '', outcome = '';
SET LOCAL quarterhour.emptying TO 'on';
UPDATE sessions_app_threadopening SET reason = '';
SET LOCAL quarterhour.emptying TO 'off';
"""  # noqa: S608


LET_GO = """
DO $$
DECLARE
    link record;
BEGIN
    SET CONSTRAINTS ALL IMMEDIATE;
    FOR link IN SELECT conrelid::regclass AS held, conname AS name FROM pg_constraint WHERE contype = 'f'
        AND conrelid IN ('sessions_app_report'::regclass, 'sessions_app_threadopening'::regclass)
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', link.held, link.name);
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("sessions_app", "0023_ledger"), ("trust", "0003_cases")]
    operations = [
        migrations.RunSQL(MOVE, migrations.RunSQL.noop),
        migrations.AddField(
            model_name="message",
            name="is_hidden",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddField(
            model_name="sharedfile",
            name="is_hidden",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.DeleteModel(name="ThreadOpening"), migrations.DeleteModel(name="Report")],
            database_operations=[migrations.RunSQL(LET_GO, migrations.RunSQL.noop)],
        ),
    ]
