"""What waits for staff is counted by an index of just that."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("sessions_app", "0006_words")]
    operations = [
        AddIndexConcurrently(
            "feedback",
            models.Index(
                condition=models.Q(
                    ("declined_at", None),
                    ("may_publish", True),
                    ("published_at", None),
                    ("role", "mentee"),
                    models.Q(("left_with", ""), _negated=True),
                ),
                fields=["created_at"],
                name="feedback_to_review",
            ),
        ),
        AddIndexConcurrently(
            "report",
            models.Index(condition=models.Q(("settled_at", None)), fields=["at"], name="report_open"),
        ),
    ]
