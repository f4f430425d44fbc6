"""Who came: a log that can only grow."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import accounts.validators

GUARD = """
CREATE TRIGGER attendanceact_is_append_only BEFORE UPDATE OR DELETE ON sessions_app_attendanceact
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_log();
"""
UNGUARD = "DROP TRIGGER attendanceact_is_append_only ON sessions_app_attendanceact;"


class Migration(migrations.Migration):
    dependencies = [
        ("sessions_app", "0005_calendar_feed"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AttendanceAct",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("start", models.DateTimeField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("joined", "pressed Join"),
                            ("late", "is running late"),
                            ("absent", "says that the other has not come"),
                            ("arrived", "says that the other is here after all"),
                            ("came", "says: I came"),
                            ("missed", "says: I missed it"),
                            ("explained", "says what happened"),
                            ("contested", "asks the team to look at it"),
                            ("mentee_missed", "decided: missed by the mentee"),
                            ("mentor_missed", "decided: missed by the mentor"),
                            ("held", "decided: it counts against nobody"),
                        ],
                        max_length=13,
                    ),
                ),
                (
                    "words",
                    models.CharField(blank=True, max_length=500, validators=[accounts.validators.validate_plain_text]),
                ),
                ("at", models.DateTimeField()),
                (
                    "booking",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attendance",
                        to="sessions_app.booking",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["at", "pk"],
                "indexes": [
                    models.Index(condition=models.Q(("kind", "absent")), fields=["at"], name="attendance_absent"),
                    models.Index(condition=models.Q(("kind", "contested")), fields=["at"], name="attendance_contested"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ("joined", "late")), ("at__gte", models.F("start")), _connector="OR"
                        ),
                        name="attendance_is_said_after_the_start",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "joined"), _negated=True),
                        fields=("booking", "start", "person", "kind"),
                        name="attendance_is_said_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind__in", ("mentee_missed", "mentor_missed", "held"))),
                        fields=("booking",),
                        name="attendance_is_decided_once",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
