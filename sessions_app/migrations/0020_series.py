import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sessions_app", "0013_openings_are_kept"),
    ]

    operations = [
        migrations.AddField(
            model_name="booking",
            name="booked_with",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="booked_together",
                to="sessions_app.booking",
            ),
        ),
        migrations.AddField(
            model_name="engagement",
            name="continues",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="continued_by",
                to="sessions_app.engagement",
            ),
        ),
    ]
