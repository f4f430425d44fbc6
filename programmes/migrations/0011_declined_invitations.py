"""Who has declined an invitation isn't invited again by a program."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("programmes", "0010_claims"),
    ]

    operations = [
        migrations.AddField(
            model_name="invitee",
            name="declined_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
