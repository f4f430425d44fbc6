"""The index knows who sees each mentor. Triggers keep it right, whoever writes a membership or a directory."""

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

import search.models

# Rows are locked first, in one order, and read again afterwards: of two writers at once, the later one sees what the
# earlier one wrote. A programme is locked against a change of its directory until who comes in is in.
TRIGGERS = """
CREATE FUNCTION search_write_audiences(people bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM search_mentorindex WHERE person_id = ANY(people) ORDER BY profile_id FOR NO KEY UPDATE;
    UPDATE search_mentorindex AS row SET audience = programme_audience(row.person_id)
    WHERE row.person_id = ANY(people) AND row.audience <> programme_audience(row.person_id);
END $$;
CREATE FUNCTION search_note_member() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(NEW.gives, false) OR coalesce(OLD.gives, false) THEN
        PERFORM FROM programmes_programme WHERE id = coalesce(NEW.programme_id, OLD.programme_id) FOR SHARE;
        PERFORM search_write_audiences(ARRAY[coalesce(NEW.person_id, OLD.person_id)]);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER members_are_noted_in_the_index
    AFTER INSERT OR DELETE OR UPDATE OF state, gives, shown_outside ON programmes_membership
    FOR EACH ROW EXECUTE FUNCTION search_note_member();
CREATE FUNCTION search_note_directory() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM search_write_audiences(ARRAY(
        SELECT person_id FROM programmes_membership WHERE programme_id = NEW.id AND state = 'live' AND gives
    ));
    RETURN NULL;
END $$;
CREATE TRIGGER directories_are_noted_in_the_index AFTER UPDATE OF directory ON programmes_programme
    FOR EACH ROW WHEN (OLD.directory <> NEW.directory) EXECUTE FUNCTION search_note_directory();
"""
UNDO = """
DROP TRIGGER directories_are_noted_in_the_index ON programmes_programme;
DROP TRIGGER members_are_noted_in_the_index ON programmes_membership;
DROP FUNCTION search_note_directory();
DROP FUNCTION search_note_member();
DROP FUNCTION search_write_audiences(bigint[]);
"""
FILL = """
SELECT search_write_audiences(ARRAY(
    SELECT membership.person_id FROM programmes_membership AS membership
    JOIN programmes_programme AS programme ON programme.id = membership.programme_id
    WHERE programme.directory = 'members' AND membership.state = 'live' AND membership.gives
));
"""


class Migration(migrations.Migration):
    dependencies = [("programmes", "0012_directory"), ("search", "0008_figure_mails")]

    operations = [
        migrations.AddField(
            model_name="mentorindex",
            name="audience",
            field=ArrayField(base_field=models.IntegerField(), db_default=[0], default=search.models.everyone),
        ),
        migrations.RunSQL(TRIGGERS, UNDO),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
