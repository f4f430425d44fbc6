from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("events", "0004_one_event")]
    excused = {"a table is locked while all its rows are read": "no installation is in use yet, so there are no rows"}
    operations = [
        migrations.AddField(
            "registration", "helped", models.PositiveSmallIntegerField(blank=True, editable=False, null=True)
        ),
        migrations.AddConstraint(
            "registration",
            models.CheckConstraint(condition=Q(helped=None) | Q(helped__range=(1, 4)), name="helped_is_one_to_four"),
        ),
    ]
