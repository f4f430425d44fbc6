"""Time can be taken by things that are no booking, such as an event."""

import django.db.models.deletion
from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models

ONE_TIME = """
CREATE UNIQUE INDEX CONCURRENTLY one_time_per_commitment ON sessions_app_occupancy (subject, subject_id)
WHERE booking_id IS NULL
"""


class Migration(migrations.Migration):
    # The index is built while the table is in use.
    atomic = False
    dependencies = [("sessions_app", "0014_clock_by_index")]
    operations = [
        migrations.AlterField(
            model_name="occupancy",
            name="booking",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="occupancies",
                to="sessions_app.booking",
            ),
        ),
        migrations.AddField(
            model_name="occupancy",
            name="subject",
            field=models.CharField(blank=True, db_default="", default="", max_length=20),
        ),
        migrations.AddField(
            model_name="occupancy",
            name="subject_id",
            field=models.BigIntegerField(null=True),
        ),
        AddConstraintNotValid(
            model_name="occupancy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("booking__isnull", False), ("subject", ""), ("subject_id", None)),
                    models.Q(("booking", None), ("subject__gt", ""), ("subject_id__isnull", False)),
                    _connector="OR",
                ),
                name="time_is_taken_by_one_thing",
            ),
        ),
        ValidateConstraint(model_name="occupancy", name="time_is_taken_by_one_thing"),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(ONE_TIME, "DROP INDEX CONCURRENTLY one_time_per_commitment"),
            ],
            state_operations=[
                migrations.AddConstraint(
                    model_name="occupancy",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("booking", None)),
                        fields=("subject", "subject_id"),
                        name="one_time_per_commitment",
                    ),
                ),
            ],
        ),
    ]
