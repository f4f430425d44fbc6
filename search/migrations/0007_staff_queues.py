"""What waits for staff is counted by an index of just that."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("search", "0006_words")]
    operations = [
        AddIndexConcurrently(
            "proposedexample",
            models.Index(condition=models.Q(("is_dismissed", False)), fields=["day"], name="proposal_waiting"),
        ),
        AddIndexConcurrently("unmetsearch", models.Index(fields=["day"], name="unmet_day")),
    ]
