"""When mentors were heard of, and profiles and offers that rest until they are back."""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models
from django.db.models import Q

# Nobody is quiet from before there was a question: the days count from here on.
HERE = "UPDATE mentors_mentorprofile SET seen_at = now() WHERE state = 'approved';"


def moment() -> models.DateTimeField:
    return models.DateTimeField(blank=True, editable=False, null=True)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("mentors", "0006_log_guard")]
    operations = [
        migrations.AddField("mentorprofile", "back_at", moment()),
        migrations.AddField("mentorprofile", "quiet_asked_at", moment()),
        migrations.AddField("mentorprofile", "resting_since", moment()),
        migrations.AddField("mentorprofile", "seen_at", moment()),
        migrations.AddField("offer", "put_away_at", moment()),
        AddConstraintNotValid(
            "mentorprofile",
            models.CheckConstraint(
                condition=Q(resting_since=None) | Q(state="approved"), name="only_a_live_profile_rests"
            ),
        ),
        ValidateConstraint("mentorprofile", "only_a_live_profile_rests"),
        AddConstraintNotValid(
            "offer",
            models.CheckConstraint(
                condition=Q(put_away_at=None) | Q(is_active=False), name="offer_that_was_put_away_is_not_active"
            ),
        ),
        ValidateConstraint("offer", "offer_that_was_put_away_is_not_active"),
        migrations.RunSQL(HERE, migrations.RunSQL.noop),
    ]
