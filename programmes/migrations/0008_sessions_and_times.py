"""What sessions of a programme may be like, whose times it keeps, and the minutes that a mentor gives in it a week."""

import django.contrib.postgres.fields
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    excused = {
        "a table is locked while all its rows are read": (
            "an organisation has a few dozen programmes, and thousands of members at most"
        )
    }
    dependencies = [("programmes", "0007_domains")]

    operations = [
        migrations.AddField(
            model_name="programme",
            name="lengths",
            field=django.contrib.postgres.fields.ArrayField(
                models.PositiveSmallIntegerField(), blank=True, null=True, verbose_name="lengths of sessions"
            ),
        ),
        migrations.AddField(
            model_name="programme",
            name="formats",
            field=django.contrib.postgres.fields.ArrayField(
                models.CharField(max_length=10), blank=True, null=True, verbose_name="formats of sessions"
            ),
        ),
        migrations.AddField(
            model_name="programme",
            name="first_share",
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="percent for first-timers"),
        ),
        migrations.AddConstraint(
            model_name="programme",
            constraint=models.CheckConstraint(
                condition=Q(first_share=None) | Q(first_share__range=(1, 50)), name="programme_share_in_range"
            ),
        ),
        migrations.AddConstraint(
            model_name="programme",
            constraint=models.CheckConstraint(
                condition=(Q(lengths=None) | Q(lengths__len__gt=0)) & (Q(formats=None) | Q(formats__len__gt=0)),
                name="programme_allows_some_sessions",
            ),
        ),
        migrations.AddField(
            model_name="membership",
            name="minutes_a_week",
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="minutes in a week"),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=Q(minutes_a_week=None) | Q(minutes_a_week__range=(10, 2400)), name="member_minutes_in_range"
            ),
        ),
    ]
