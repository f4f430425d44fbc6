import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.db import migrations, models

STATES = [
    ("held", "Held"),
    ("requested", "Waiting"),
    ("countered", "Other times offered"),
    ("confirmed", "Confirmed"),
    ("completed", "Finished"),
    ("mentee_no_show", "Missed by the mentee"),
    ("mentor_no_show", "Missed by the mentor"),
    ("declined", "Declined"),
    ("expired", "Expired"),
    ("withdrawn", "Withdrawn"),
    ("cancelled", "Cancelled"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("sessions_app", "0002_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="CounterTime",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("during", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                (
                    "booking",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="counter_times",
                        to="sessions_app.booking",
                    ),
                ),
            ],
            options={
                "ordering": ["during"],
            },
        ),
        migrations.AddConstraint(
            model_name="countertime",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    (
                        models.Func(
                            models.F("booking_id"), models.F("booking_id"), models.Value("[]"), function="int8range"
                        ),
                        "&&",
                    ),
                    ("during", "&&"),
                ],
                name="counter_times_of_a_request_do_not_overlap",
            ),
        ),
        migrations.AddField(
            model_name="occupancy",
            name="is_choice",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AlterField(
            model_name="booking",
            name="state",
            field=models.CharField(choices=STATES, max_length=15),
        ),
    ]
