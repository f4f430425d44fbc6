"""The figures of a programme are counted from its own bookings, which an index finds among all."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("programmes", "0009_looks"), ("sessions_app", "0035_days_of_asks")]
    operations = [
        AddIndexConcurrently(
            "booking",
            models.Index(
                condition=models.Q(("programme__isnull", False)),
                fields=["programme", "created_at"],
                name="booking_of_programme",
            ),
        ),
    ]
