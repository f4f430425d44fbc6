"""Drafts, requests that a manager answers, and two facts about people that pages know without a query."""

from django.conf import settings
from django.db import migrations, models

# Their acts lock the person first, so two of them about one person come one after the other.
COPY = """
CREATE FUNCTION note_manager() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    whose bigint := coalesce(NEW.person_id, OLD.person_id);
    manages boolean := EXISTS (SELECT FROM programmes_manager WHERE person_id = whose AND ended_at IS NULL);
BEGIN
    UPDATE accounts_user SET manages_programmes = manages WHERE id = whose AND manages_programmes <> manages;
    RETURN NULL;
END $$;
CREATE TRIGGER managers_are_noted_at_their_person AFTER INSERT OR DELETE OR UPDATE OF ended_at ON programmes_manager
    FOR EACH ROW EXECUTE FUNCTION note_manager();
CREATE FUNCTION note_member() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    whose bigint := coalesce(NEW.person_id, OLD.person_id);
    is_in boolean := EXISTS (
        SELECT FROM programmes_membership WHERE person_id = whose AND state IN ('live', 'asked')
    );
BEGIN
    UPDATE accounts_user SET is_in_programmes = is_in WHERE id = whose AND is_in_programmes <> is_in;
    RETURN NULL;
END $$;
CREATE TRIGGER members_are_noted_at_their_person AFTER INSERT OR DELETE OR UPDATE OF state ON programmes_membership
    FOR EACH ROW EXECUTE FUNCTION note_member();
"""
UNDO = """
DROP TRIGGER managers_are_noted_at_their_person ON programmes_manager;
DROP TRIGGER members_are_noted_at_their_person ON programmes_membership;
DROP FUNCTION note_manager();
DROP FUNCTION note_member();
"""
FILL = """
UPDATE accounts_user SET manages_programmes = true
WHERE id IN (SELECT person_id FROM programmes_manager WHERE ended_at IS NULL);
UPDATE accounts_user SET is_in_programmes = true
WHERE id IN (SELECT person_id FROM programmes_membership WHERE state = 'live');
"""


class Migration(migrations.Migration):
    excused = {"a table is locked while all its rows are read": "the tables are empty: no page has written to them yet"}
    dependencies = [
        ("accounts", "0016_managers_of_programmes"),
        ("programmes", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="membership",
            name="membership_has_an_end_when_left_or_removed",
        ),
        migrations.RemoveConstraint(
            model_name="programme",
            name="programme_state_is_known",
        ),
        migrations.AddField(
            model_name="invitation",
            name="needs_yes",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="membership",
            name="reason",
            field=models.CharField(blank=True, db_default="", default="", max_length=300),
        ),
        migrations.AddField(
            model_name="membership",
            name="version",
            field=models.PositiveIntegerField(db_default=1, default=1),
        ),
        migrations.AlterField(
            model_name="membership",
            name="state",
            field=models.CharField(
                choices=[
                    ("live", "Member"),
                    ("asked", "Asked to join"),
                    ("left", "Left"),
                    ("removed", "Removed"),
                    ("declined", "Declined"),
                ],
                default="live",
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="programme",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "Draft"),
                    ("open", "Open to new members"),
                    ("closed", "Closed to new members"),
                    ("archived", "Archived"),
                ],
                default="draft",
                max_length=8,
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("state__in", ["live", "asked"])),
                    models.Q(("ended_at__isnull", False), ("state__in", ("left", "removed", "declined"))),
                    _connector="OR",
                ),
                name="membership_has_an_end_when_it_is_over",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), ("state__in", ("removed", "declined")), _connector="OR"),
                name="reason_is_of_a_removal_or_a_decline",
            ),
        ),
        migrations.AddConstraint(
            model_name="programme",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["draft", "open", "closed", "archived"])),
                name="programme_state_is_known",
            ),
        ),
        migrations.RunSQL(COPY, UNDO),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
