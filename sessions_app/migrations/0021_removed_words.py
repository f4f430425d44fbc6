"""A message may be empty if its words were removed: when its author left, or when it was old."""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models
from django.db.models import Q

SAYS_SOMETHING = "message_says_something"


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("sessions_app", "0020_rooms")]
    operations = [
        migrations.AddField("message", "erased_at", models.DateTimeField(blank=True, editable=False, null=True)),
        migrations.RemoveConstraint("message", SAYS_SOMETHING),
        AddConstraintNotValid(
            "message",
            models.CheckConstraint(condition=~Q(body="") | Q(erased_at__isnull=False), name=SAYS_SOMETHING),
        ),
        ValidateConstraint("message", SAYS_SOMETHING),
    ]
