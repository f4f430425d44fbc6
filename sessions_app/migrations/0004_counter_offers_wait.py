from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    RemoveIndexConcurrently,
    ValidateConstraint,
)
from django.db import migrations, models

PENDING = ("held", "requested", "countered")
ONE_TIME = """
CREATE UNIQUE INDEX CONCURRENTLY one_time_per_participant ON sessions_app_occupancy (booking_id, person_id)
WHERE NOT is_choice
"""


class Migration(migrations.Migration):
    """What waits for an answer includes requests whose mentor offered other times; each of those takes time."""

    # Indexes are built while the tables are in use.
    atomic = False

    dependencies = [
        ("sessions_app", "0003_counter_offers"),
    ]

    operations = [
        RemoveIndexConcurrently(
            model_name="booking",
            name="booking_to_expire",
        ),
        AddIndexConcurrently(
            model_name="booking",
            index=models.Index(
                condition=models.Q(("state__in", PENDING)), fields=["expires_at"], name="booking_to_expire"
            ),
        ),
        migrations.RemoveConstraint(
            model_name="booking",
            name="what_waits_has_a_deadline",
        ),
        AddConstraintNotValid(
            model_name="booking",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", PENDING), _negated=True),
                    ("expires_at__isnull", False),
                    _connector="OR",
                ),
                name="what_waits_has_a_deadline",
            ),
        ),
        ValidateConstraint(
            model_name="booking",
            name="what_waits_has_a_deadline",
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(ONE_TIME, "DROP INDEX CONCURRENTLY one_time_per_participant"),
            ],
            state_operations=[
                migrations.AddConstraint(
                    model_name="occupancy",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("is_choice", False)),
                        fields=("booking", "person"),
                        name="one_time_per_participant",
                    ),
                ),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="occupancy",
            name="one_occupancy_per_participant",
        ),
    ]
