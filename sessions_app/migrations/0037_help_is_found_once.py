"""Of the ways on which help is sought for one person at most one is won; what was left open of a search ends.

A worker of the version before that notes a second one is refused, and the next look settles it.
"""

from django.db import migrations, models

# Of several the first was the one that helped. What is open although the search has ended is settled by the next look.
MEND = """
UPDATE sessions_app_route AS route SET state = 'ended'
WHERE state = 'won' AND EXISTS (
    SELECT FROM sessions_app_route AS earlier
    WHERE earlier.waiting_id = route.waiting_id AND earlier.state = 'won'
        AND (earlier.settled_at, earlier.id) < (route.settled_at, route.id)
);
UPDATE sessions_app_waitlistentry AS waiting SET advance_at = ended_at
WHERE ended_at IS NOT NULL AND advance_at IS NULL AND EXISTS (
    SELECT FROM sessions_app_route WHERE waiting_id = waiting.id AND state = 'open'
);
"""
CONSTRAINT = models.UniqueConstraint(
    fields=["waiting"], condition=models.Q(("state", "won")), name="help_is_found_once"
)
# An index that was interrupted before is made again.
INDEX = [
    "DROP INDEX CONCURRENTLY IF EXISTS help_is_found_once",
    "CREATE UNIQUE INDEX CONCURRENTLY help_is_found_once ON sessions_app_route (waiting_id) WHERE state = 'won'",
]


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("sessions_app", "0036_bookings_of_programmes")]
    operations = [
        migrations.RunSQL(MEND, migrations.RunSQL.noop),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(INDEX, "DROP INDEX CONCURRENTLY IF EXISTS help_is_found_once"),
            ],
            state_operations=[migrations.AddConstraint("route", CONSTRAINT)],
        ),
    ]
