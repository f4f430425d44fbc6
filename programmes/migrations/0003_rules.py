"""The first rules: who books whom, how many sessions in 28 days, and how many are open."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    excused = {"a table is locked while all its rows are read": "an organisation has a few dozen programmes"}
    dependencies = [("programmes", "0002_drafts_and_requests")]

    operations = [
        migrations.AddField(
            model_name="programme",
            name="members_book_outside",
            field=models.BooleanField(db_default=True, default=True, verbose_name="members book other mentors too"),
        ),
        migrations.AddField(
            model_name="programme",
            name="others_book_ours",
            field=models.BooleanField(db_default=True, default=True, verbose_name="others book our mentors too"),
        ),
        migrations.AddField(
            model_name="programme",
            name="most_sessions",
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="sessions in 28 days"),
        ),
        migrations.AddField(
            model_name="programme",
            name="most_open",
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="upcoming at a time"),
        ),
        migrations.AddConstraint(
            model_name="programme",
            constraint=models.CheckConstraint(
                condition=Q(most_sessions=None) | Q(most_sessions__range=(1, 100)), name="programme_sessions_in_range"
            ),
        ),
        migrations.AddConstraint(
            model_name="programme",
            constraint=models.CheckConstraint(
                condition=Q(most_open=None) | Q(most_open__range=(1, 20)), name="programme_open_in_range"
            ),
        ),
    ]
