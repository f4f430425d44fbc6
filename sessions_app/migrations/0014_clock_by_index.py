"""Indexes by which tasks of the clock and figures find what is new, and mentees what is open."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("sessions_app", "0013_newest_message")]
    operations = [
        AddIndexConcurrently(
            "brief", models.Index(fields=["created_at"], condition=Q(author__isnull=False), name="brief_asked")
        ),
        AddIndexConcurrently("message", models.Index(fields=["sent_at"], name="message_sent")),
        AddIndexConcurrently(
            "writtenquestion",
            models.Index(fields=["settled_at"], condition=Q(settled_at__isnull=False), name="written_settled"),
        ),
        AddIndexConcurrently(
            "nextstep", models.Index(fields=["due_on"], condition=Q(done_at=None), name="next_step_to_remind")
        ),
        AddIndexConcurrently(
            "nextstep", models.Index(fields=["person", "due_on"], condition=Q(done_at=None), name="next_step_open")
        ),
    ]
