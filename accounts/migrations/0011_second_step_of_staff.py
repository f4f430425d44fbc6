from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0010_roles")]
    operations = [
        migrations.AlterField(
            model_name="trace",
            name="act",
            field=models.CharField(
                choices=[
                    ("person", "opened this page"),
                    ("session", "opened one of their sessions"),
                    ("role_given", "gave them a role"),
                    ("role_ended", "ended a role of theirs"),
                    ("step_removed", "removed their second step"),
                ],
                max_length=20,
            ),
        ),
    ]
