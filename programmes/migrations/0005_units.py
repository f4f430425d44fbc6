"""Where members work, and the rule that nobody meets a mentor of their own unit."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("programmes", "0004_rule_changes")]

    operations = [
        migrations.AddField(
            model_name="membership",
            name="unit",
            field=models.CharField(blank=True, db_default="", default="", max_length=80, verbose_name="unit"),
        ),
        migrations.AddField(
            model_name="programme",
            name="units_apart",
            field=models.BooleanField(db_default=False, default=False, verbose_name="nobody meets their own unit"),
        ),
    ]
