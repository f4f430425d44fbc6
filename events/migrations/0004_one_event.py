"""Plans of the rest of an evening, tables that we made ourselves; and what the database refuses: rows that join two events,
and office hours with rounds."""

from django.db import migrations, models
from django.db.models import F, Q

# Rows without a column of their event: what they join has to be of one. Asked once for each statement, since a
# timetable writes thousands.
WRONG = {
    "chair": (
        "chair_is_of_one_event",
        """
        FROM fresh
        JOIN events_round round ON round.id = fresh.round_id
        JOIN events_registration person ON person.id = fresh.registration_id
        LEFT JOIN events_eventtable spot ON spot.id = fresh.table_id
        WHERE person.event_id <> round.event_id OR spot.event_id <> round.event_id
        """,
    ),
    "answer": (
        "answer_is_by_one_of_the_two",
        """
        FROM fresh JOIN events_pairing pair ON pair.id = fresh.pairing_id
        WHERE fresh.registration_id NOT IN (pair.one_id, pair.other_id)
        """,
    ),
    "pairmessage": (
        "message_is_by_one_of_the_two",
        """
        FROM fresh JOIN events_pairing pair ON pair.id = fresh.pairing_id
        WHERE fresh.registration_id NOT IN (pair.one_id, pair.other_id)
        """,
    ),
    "metoo": (
        "me_too_is_of_one_event",
        """
        FROM fresh
        JOIN events_registration question ON question.id = fresh.question_id
        JOIN events_registration person ON person.id = fresh.registration_id
        WHERE question.event_id <> person.event_id
        """,
    ),
}
TRIGGERS = """
CREATE FUNCTION refuse_{table}_of_two_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT {wrong}) THEN
        RAISE EXCEPTION '{name}' USING ERRCODE = 'check_violation', CONSTRAINT = '{name}';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER {name}_new AFTER INSERT ON events_{table} REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_{table}_of_two_events();
CREATE TRIGGER {name}_changed AFTER UPDATE ON events_{table} REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_{table}_of_two_events();
"""
GONE = """
DROP TRIGGER {name}_new ON events_{table};
DROP TRIGGER {name}_changed ON events_{table};
DROP FUNCTION refuse_{table}_of_two_events();
"""
SHAPE = Q(kind="office_hours", rounds_count=0) | Q(
    ~Q(kind="office_hours"),
    rounds_count__range=(2, 12),
    round_minutes__range=(5, 20),
    change_minutes__range=(1, 5),
    break_minutes__lte=60,
    break_after__lt=F("rounds_count"),
    group_size__range=(1, 4),
)


class Migration(migrations.Migration):
    dependencies = [("events", "0003_afterwards")]
    excused = {"a table is locked while all its rows are read": "no installation is in use yet, so there are no rows"}
    operations = [
        migrations.AddField("plan", "first", models.PositiveSmallIntegerField(blank=True, null=True)),
        migrations.AddField("eventtable", "is_ours", models.BooleanField(default=False, db_default=False)),
        migrations.RemoveConstraint("event", "shape_is_in_bounds"),
        migrations.AddConstraint("event", models.CheckConstraint(condition=SHAPE, name="shape_is_in_bounds")),
        *(
            migrations.RunSQL(TRIGGERS.format(table=table, name=name, wrong=wrong), GONE.format(table=table, name=name))
            for table, (name, wrong) in WRONG.items()
        ),
    ]
