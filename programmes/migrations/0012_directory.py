"""Mentors of a programme may be seen by its members alone, or outside of it by their own choice."""

from django.db import migrations, models

# Everyone (0), or the programmes whose members see this mentor: see `programmes.audiences`.
AUDIENCE = """
CREATE FUNCTION programme_audience(mentor bigint) RETURNS integer[] LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN bool_and(programme.directory = 'members' AND NOT membership.shown_outside)
        THEN array_agg(programme.id::int ORDER BY programme.id)
        ELSE ARRAY[0]
    END
    FROM programmes_membership AS membership
    JOIN programmes_programme AS programme ON programme.id = membership.programme_id
    WHERE membership.person_id = mentor AND membership.state = 'live' AND membership.gives
$$
"""


class Migration(migrations.Migration):
    dependencies = [("programmes", "0011_declined_invitations")]

    operations = [
        migrations.AddField(
            model_name="membership",
            name="shown_outside",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.RunSQL(AUDIENCE, "DROP FUNCTION programme_audience(bigint)"),
    ]
