"""Indexes by which pages find what they show of a long past."""

import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("sessions_app", "0010_mentor_tallies")]
    operations = [
        migrations.AlterField(
            model_name="booking",
            name="mentee",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="bookings_as_mentee",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="booking",
            name="mentor",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="bookings_as_mentor",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        AddIndexConcurrently(
            model_name="booking",
            index=models.Index(models.F("mentor"), models.F("during__startswith"), name="booking_mentor_start"),
        ),
        AddIndexConcurrently(
            model_name="booking",
            index=models.Index(models.F("mentee"), models.F("during__startswith"), name="booking_mentee_start"),
        ),
        AddIndexConcurrently(
            model_name="booking",
            index=models.Index(models.F("during__startswith"), name="booking_start"),
        ),
        AddIndexConcurrently(
            model_name="booking",
            index=models.Index(
                models.F("during__endswith"), condition=models.Q(("state", "confirmed")), name="booking_to_complete"
            ),
        ),
        AddIndexConcurrently(
            model_name="feedback",
            index=models.Index(
                condition=models.Q(("published_at__isnull", False)),
                fields=["mentor", "published_at"],
                name="feedback_of_mentor_shown",
            ),
        ),
        AddIndexConcurrently(
            model_name="feedback",
            index=models.Index(
                condition=models.Q(("declined_at__isnull", False)), fields=["declined_at"], name="feedback_declined"
            ),
        ),
        AddIndexConcurrently(
            model_name="feedback",
            index=models.Index(
                condition=models.Q(("to_staff", ""), _negated=True), fields=["created_at"], name="feedback_for_team"
            ),
        ),
        AddIndexConcurrently(
            model_name="feedback",
            index=models.Index(
                condition=models.Q(("role", "mentee")), fields=["mentor", "at"], name="feedback_of_mentor"
            ),
        ),
        AddIndexConcurrently(
            model_name="feedback",
            index=models.Index(
                condition=models.Q(("role", "mentee")), fields=["at"], include=("resolution",), name="feedback_by_date"
            ),
        ),
        AddIndexConcurrently(
            model_name="feedback",
            index=models.Index(
                condition=models.Q(("role", "mentor")), fields=["author", "at"], name="feedback_by_mentor"
            ),
        ),
        AddIndexConcurrently(
            model_name="followup",
            index=models.Index(
                condition=models.Q(("tell_mentor", True)), fields=["mentor", "answered_at"], name="follow_up_told"
            ),
        ),
        AddIndexConcurrently(
            model_name="writtenquestion",
            index=models.Index(
                condition=models.Q(("state", "answered")), fields=["mentor", "settled_at"], name="written_answered_by"
            ),
        ),
        AddIndexConcurrently(
            model_name="writtenquestion",
            index=models.Index(
                condition=models.Q(("state", "answered")), fields=["mentee", "settled_at"], name="written_answered_for"
            ),
        ),
    ]
