"""What the database refuses beyond constraints of one table: rows of two events side by side, a changed plan or log, and
a change of a round that was called."""

from django.db import migrations

# table, column, what it points to: the row there has to be of the same event.
SAME_EVENT = (
    ("wish", "by_id", "registration"),
    ("wish", "about_id", "registration"),
    ("pairing", "one_id", "registration"),
    ("pairing", "other_id", "registration"),
    ("pairing", "round_id", "round"),
    ("pairing", "table_id", "eventtable"),
)
LINK = """
ALTER TABLE events_{table} ADD CONSTRAINT {table}_{name}_is_of_this_event
    FOREIGN KEY ({column}, event_id) REFERENCES events_{target} (id, event_id) DEFERRABLE INITIALLY DEFERRED;
"""
PLACE = """
ALTER TABLE events_registration ADD CONSTRAINT place_is_of_this_event_and_side
    FOREIGN KEY (place_id, event_id, side) REFERENCES events_place (id, event_id, side) DEFERRABLE INITIALLY DEFERRED;
"""
PLAN = """
CREATE FUNCTION refuse_change_of_plan() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'asked' AND ROW(OLD.event_id, OLD.number, OLD.meetings, OLD.locks, OLD.proof, OLD.made_from)
        IS DISTINCT FROM ROW(NEW.event_id, NEW.number, NEW.meetings, NEW.locks, NEW.proof, NEW.made_from)
    THEN
        RAISE EXCEPTION 'a plan never changes' USING ERRCODE = 'check_violation', CONSTRAINT = 'a_plan_never_changes';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER a_plan_never_changes BEFORE UPDATE ON events_plan
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_plan();
"""
PRESENCE = """
CREATE TRIGGER presence_is_append_only BEFORE UPDATE ON events_presence
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_log();
"""
# Until a round is called, pairings come and go. Then they only get an outcome, and somebody may be put in beside whom a
# chair is empty. Deleting a person or an event deletes their rows all the same.
CALLED = """
CREATE FUNCTION refuse_change_of_called_round() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND ROW(OLD.round_id, OLD.table_id, OLD.one_id, OLD.other_id)
        IS NOT DISTINCT FROM ROW(NEW.round_id, NEW.table_id, NEW.one_id, NEW.other_id)
    THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' AND NEW.is_standby THEN
        RETURN NEW;
    END IF;
    IF EXISTS (
        SELECT FROM events_round WHERE called_at IS NOT NULL AND id = NEW.round_id
    ) OR TG_OP = 'UPDATE' AND EXISTS (
        SELECT FROM events_round WHERE called_at IS NOT NULL AND id = OLD.round_id
    ) THEN
        RAISE EXCEPTION 'a called round stays' USING ERRCODE = 'check_violation', CONSTRAINT = 'a_called_round_stays';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER a_called_round_stays BEFORE INSERT OR UPDATE ON events_pairing
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_called_round();
"""


def link_steps():
    for table, column, target in SAME_EVENT:
        name = column.removesuffix("_id")
        yield migrations.RunSQL(
            LINK.format(table=table, column=column, target=target, name=name),
            f"ALTER TABLE events_{table} DROP CONSTRAINT {table}_{name}_is_of_this_event;",
        )


class Migration(migrations.Migration):
    excused = {"a table is locked while all its rows are read": "no installation is in use yet, so there are no rows"}
    dependencies = [("events", "0001_initial"), ("mentors", "0002_append_only")]
    operations = [
        *link_steps(),
        migrations.RunSQL(PLACE, "ALTER TABLE events_registration DROP CONSTRAINT place_is_of_this_event_and_side;"),
        migrations.RunSQL(
            PLAN, "DROP TRIGGER a_plan_never_changes ON events_plan; DROP FUNCTION refuse_change_of_plan();"
        ),
        migrations.RunSQL(PRESENCE, "DROP TRIGGER presence_is_append_only ON events_presence;"),
        migrations.RunSQL(
            CALLED,
            "DROP TRIGGER a_called_round_stays ON events_pairing; DROP FUNCTION refuse_change_of_called_round();",
        ),
    ]
