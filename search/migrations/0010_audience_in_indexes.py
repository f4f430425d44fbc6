"""The two indexes that searches read alone say who sees each mentor.

New ones are built beside the old ones, which then go.
"""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

BESIDE = (
    *("profile", "person", "offers", "notice"),
    *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    *("topics", "audience"),
)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("search", "0009_audience")]

    operations = [
        AddIndexConcurrently(
            "mentorindex",
            models.Index(
                fields=["usual_from"], include=[*BESIDE, "usual_step", "usual_runs"], name="search_usual_seen"
            ),
        ),
        AddIndexConcurrently(
            "mentorindex",
            models.Index(fields=["open_from"], include=[*BESIDE, "open_step", "open_runs"], name="search_open_seen"),
        ),
        RemoveIndexConcurrently("mentorindex", "search_usual"),
        RemoveIndexConcurrently("mentorindex", "search_open"),
    ]
