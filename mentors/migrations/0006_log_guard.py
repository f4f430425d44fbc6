"""One guard for all logs: rows are only added, but the words in a column that the trigger names can be emptied.

That is done in a transaction that has said so, for a person who asks to be forgotten: `SET LOCAL quarterhour.emptying`.
"""

from django.db import migrations

GUARD = """
CREATE OR REPLACE FUNCTION refuse_change_of_log() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before jsonb;
    after jsonb;
    words text;
BEGIN
    IF TG_OP = 'UPDATE' AND TG_NARGS > 0 AND current_setting('quarterhour.emptying', true) = 'on' THEN
        before := to_jsonb(OLD);
        after := to_jsonb(NEW);
        FOREACH words IN ARRAY TG_ARGV LOOP
            IF after -> words IN ('""'::jsonb, '{}'::jsonb) THEN
                before := before - words;
                after := after - words;
            END IF;
        END LOOP;
        IF before = after THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""
PLAIN = """
CREATE OR REPLACE FUNCTION refuse_change_of_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""
TRIGGERS = """
DROP TRIGGER profiledecision_is_append_only ON mentors_profiledecision;
CREATE TRIGGER profiledecision_is_append_only BEFORE UPDATE OR DELETE ON mentors_profiledecision
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_log('reason', 'points');
CREATE TRIGGER profiledecision_is_not_truncated BEFORE TRUNCATE ON mentors_profiledecision
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_log();
"""
BACK = "DROP TRIGGER profiledecision_is_not_truncated ON mentors_profiledecision;"


class Migration(migrations.Migration):
    dependencies = [("mentors", "0005_share_card")]
    operations = [migrations.RunSQL(GUARD, PLAIN), migrations.RunSQL(TRIGGERS, BACK)]
