"""Lines of the log: whom managers removed, declined or took the role from, and who took over or gave back a case.

Those of programmes name them by their address.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0017_token_area"),
    ]

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
                    ("letter_prepared", "prepared what they asked for by letter"),
                    ("letter_signed", "signed what they asked for by letter"),
                    ("letter_declined", "declined what they asked for by letter"),
                    ("copy_taken", "downloaded the copy of their data"),
                    ("case_taken", "took a case about them"),
                    ("case_taken_over", "took over a case about them that was overdue"),
                    ("case_released", "gave back a case about them"),
                    ("case_decided", "decided a case about them"),
                    ("signed", "signed their removal"),
                    ("not_signed", "didn’t sign their removal"),
                    ("lifted", "ended a decision about them early"),
                    ("appeal_decided", "answered their appeal"),
                    ("member_removed", "removed them from a programme"),
                    ("member_off_list", "ended their membership by a list without them"),
                    ("request_declined", "declined their request to join a programme"),
                    ("manager_ended", "ended their role as a manager of a programme"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="trace",
            name="subject",
            field=models.CharField(blank=True, max_length=50),
        ),
    ]
