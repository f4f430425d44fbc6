"""Reports of six kinds of things, the cases that they lead to, and what follows from a decision.

Evidence, and who read it, can only be added to. An appeal names its sanction together with who decided that.
"""

import uuid

import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models

import common.texts

GUARD = """
CREATE TRIGGER exhibit_is_append_only BEFORE UPDATE OR DELETE ON trust_exhibit
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_log('snapshot', 'file');
CREATE TRIGGER exhibit_is_not_truncated BEFORE TRUNCATE ON trust_exhibit
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_log();
CREATE TRIGGER opening_is_append_only BEFORE UPDATE OR DELETE ON trust_opening
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_log('reason');
CREATE TRIGGER opening_is_not_truncated BEFORE TRUNCATE ON trust_opening
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_log();
"""
UNGUARD = """
DROP TRIGGER exhibit_is_append_only ON trust_exhibit;
DROP TRIGGER exhibit_is_not_truncated ON trust_exhibit;
DROP TRIGGER opening_is_append_only ON trust_opening;
DROP TRIGGER opening_is_not_truncated ON trust_opening;
"""
AGAINST = """
ALTER TABLE trust_appeal ADD CONSTRAINT appeal_is_against_who_decided
    FOREIGN KEY (sanction_id, against_id) REFERENCES trust_sanction (id, decided_by_id) DEFERRABLE INITIALLY DEFERRED;
"""


class Migration(migrations.Migration):
    excused = {"a table is locked while all its rows are read": "this migration makes the table"}
    dependencies = [
        ("trust", "0002_seal"),
        ("mentors", "0006_log_guard"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Case",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("topic", models.CharField(blank=True, max_length=40)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("safety", "I don’t feel safe"),
                            ("privacy", "It shows something private about me"),
                            ("conduct", "Rude or hurtful"),
                            ("selling", "Selling or recruiting"),
                            ("wrong", "Wrong information"),
                            ("other", "Something else"),
                        ],
                        max_length=7,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("taken", "Being looked at"),
                            ("decided", "Decided"),
                            ("appealed", "Appealed"),
                        ],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("taken_at", models.DateTimeField(blank=True, null=True)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("nothing", "Nothing wrong"),
                            ("note", "Note"),
                            ("limit", "No new sessions for a time"),
                            ("break", "Break"),
                            ("suspension", "Suspension"),
                            ("removal", "Removal"),
                            ("content", "Content removed"),
                            ("earlier", "Settled earlier"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "rule",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("safety", "Nobody is threatened, harassed or put at risk."),
                            ("privacy", "What someone shares here in private stays private."),
                            ("respect", "Everyone is treated with respect, also when advice is frank."),
                            ("selling", "Sessions help the person who asks. They’re not for selling or recruiting."),
                            ("honesty", "What people say about themselves and their work is true."),
                            ("other", "The terms of this site"),
                        ],
                        max_length=7,
                    ),
                ),
                ("text", models.TextField(blank=True, max_length=2000, validators=[common.texts.validate_plain_text])),
                ("closes_at", models.DateTimeField(blank=True, null=True)),
                ("erased_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "about",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "taken_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Exhibit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject_type", models.CharField(max_length=10)),
                ("subject_id", models.BigIntegerField()),
                ("snapshot", models.JSONField(default=dict)),
                ("sha256", models.CharField(max_length=64)),
                ("file", models.CharField(blank=True, max_length=100)),
                ("at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="exhibits", to="trust.case"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Opening",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=300, validators=[common.texts.validate_plain_text])),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="openings", to="trust.case"
                    ),
                ),
            ],
            options={
                "ordering": ["at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Report",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("subject_type", models.CharField(max_length=10)),
                ("subject_id", models.BigIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("safety", "I don’t feel safe"),
                            ("privacy", "It shows something private about me"),
                            ("conduct", "Rude or hurtful"),
                            ("selling", "Selling or recruiting"),
                            ("wrong", "Wrong information"),
                            ("other", "Something else"),
                        ],
                        max_length=7,
                        verbose_name="what’s wrong",
                    ),
                ),
                ("words", models.TextField(blank=True, max_length=1000, validators=[common.texts.validate_plain_text])),
                ("at", models.DateTimeField()),
                (
                    "about",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reports", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reports", to="trust.case"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReportAddition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("safety", "I don’t feel safe"),
                            ("privacy", "It shows something private about me"),
                            ("conduct", "Rude or hurtful"),
                            ("selling", "Selling or recruiting"),
                            ("wrong", "Wrong information"),
                            ("other", "Something else"),
                        ],
                        max_length=7,
                        verbose_name="what’s wrong",
                    ),
                ),
                ("words", models.TextField(blank=True, max_length=1000, validators=[common.texts.validate_plain_text])),
                ("at", models.DateTimeField()),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="additions", to="trust.report"
                    ),
                ),
            ],
            options={
                "ordering": ["at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Sanction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("note", "Note"),
                            ("limit", "No new sessions for a time"),
                            ("break", "Break"),
                            ("suspension", "Suspension"),
                            ("removal", "Removal"),
                            ("content", "Content removed"),
                        ],
                        max_length=10,
                    ),
                ),
                ("begins", models.DateTimeField(blank=True, null=True)),
                ("until", models.DateTimeField(blank=True, null=True)),
                ("lifted_at", models.DateTimeField(blank=True, null=True)),
                ("ahead_ended_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="sanction", to="trust.case"
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "lifted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sanctions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "second_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Appeal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("words", models.TextField(max_length=2000, validators=[common.texts.validate_plain_text])),
                ("at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("upheld", "The appeal is right: it ends now"), ("rejected", "The decision stays")],
                        max_length=8,
                    ),
                ),
                (
                    "answer",
                    models.TextField(blank=True, max_length=2000, validators=[common.texts.validate_plain_text]),
                ),
                ("erased_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "against",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="appeals", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "sanction",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="appeal", to="trust.sanction"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("state__in", ("open", "taken"))), fields=["due_at"], name="case_due"
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["about", "-opened_at"], name="case_history"),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("about__isnull", False), ("topic", "")),
                    models.Q(("about", None), models.Q(("topic", ""), _negated=True)),
                    _connector="OR",
                ),
                name="case_is_about_a_person_or_an_event",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("open", "taken"))),
                fields=("about", "topic"),
                name="one_open_case_about_a_person",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "open"), ("taken_at", None), ("taken_by", None)),
                    models.Q(
                        models.Q(("state", "open"), _negated=True),
                        ("taken_at__isnull", False),
                        ("taken_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="case_is_open_or_somebody_has_it",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at", None),
                        ("decided_by", None),
                        ("outcome", ""),
                        ("rule", ""),
                        ("state__in", ("open", "taken")),
                        ("text", ""),
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("state__in", ("decided", "appealed")),
                        models.Q(("outcome", ""), _negated=True),
                        models.Q(("rule", ""), _negated=True),
                        models.Q(models.Q(("text", ""), _negated=True), ("erased_at__isnull", False), _connector="OR"),
                    ),
                    _connector="OR",
                ),
                name="decision_says_who_when_by_which_rule_and_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("about", None),
                    ("taken_by", None),
                    models.Q(("taken_by", models.F("about")), _negated=True),
                    _connector="OR",
                ),
                name="nobody_takes_a_case_about_themselves",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("about", None),
                    ("decided_by", None),
                    models.Q(("decided_by", models.F("about")), _negated=True),
                    _connector="OR",
                ),
                name="nobody_decides_about_themselves",
            ),
        ),
        migrations.AddConstraint(
            model_name="exhibit",
            constraint=models.UniqueConstraint(
                fields=("case", "subject_type", "subject_id", "sha256"), name="one_exhibit_of_what_did_not_change"
            ),
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(fields=["by", "-at"], name="report_pace"),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.UniqueConstraint(
                fields=("subject_type", "subject_id", "by"), name="one_report_per_person_and_subject"
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("about", None), models.Q(("about", models.F("by")), _negated=True), _connector="OR"
                ),
                name="nobody_reports_themselves",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=django.db.models.lookups.LessThanOrEqual(
                    django.db.models.functions.text.Length("words"), 1000
                ),
                name="report_has_a_thousand_letters",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportaddition",
            constraint=models.CheckConstraint(
                condition=django.db.models.lookups.LessThanOrEqual(
                    django.db.models.functions.text.Length("words"), 1000
                ),
                name="addition_has_a_thousand_letters",
            ),
        ),
        migrations.AddIndex(
            model_name="sanction",
            index=models.Index(condition=models.Q(("lifted_at", None)), fields=["person"], name="sanction_of_person"),
        ),
        migrations.AddIndex(
            model_name="sanction",
            index=models.Index(
                condition=models.Q(("ended_at", None), ("lifted_at", None)), fields=["until"], name="sanction_ends"
            ),
        ),
        migrations.AddConstraint(
            model_name="sanction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("until", None), ("begins", None), ("until__gt", models.F("begins")), _connector="OR"
                ),
                name="sanction_ends_after_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="sanction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind__in", ("removal", "content")), ("until", None)),
                    models.Q(("until__isnull", False), models.Q(("kind__in", ("removal", "content")), _negated=True)),
                    _connector="OR",
                ),
                name="only_what_is_gone_has_no_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="sanction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(("kind", "removal"), _negated=True), ("begins__isnull", False), ("second_by", None)
                    ),
                    models.Q(("begins", None), ("kind", "removal"), ("second_by", None)),
                    models.Q(("begins__isnull", False), ("kind", "removal"), ("second_by__isnull", False)),
                    _connector="OR",
                ),
                name="removal_begins_with_a_second_signature",
            ),
        ),
        migrations.AddConstraint(
            model_name="sanction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("second_by", None), models.Q(("second_by", models.F("decided_by")), _negated=True), _connector="OR"
                ),
                name="nobody_signs_twice",
            ),
        ),
        migrations.AddConstraint(
            model_name="sanction",
            constraint=models.CheckConstraint(
                condition=models.Q(("decided_by", models.F("person")), _negated=True),
                name="nobody_sanctions_themselves",
            ),
        ),
        migrations.AddConstraint(
            model_name="sanction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("second_by", None), models.Q(("second_by", models.F("person")), _negated=True), _connector="OR"
                ),
                name="nobody_signs_their_own_removal",
            ),
        ),
        migrations.AddConstraint(
            model_name="sanction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("lifted_by", None), models.Q(("lifted_by", models.F("person")), _negated=True), _connector="OR"
                ),
                name="nobody_lifts_their_own_sanction",
            ),
        ),
        migrations.AddConstraint(
            model_name="sanction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("lifted_at", None), ("lifted_by", None)),
                    models.Q(("lifted_at__isnull", False), ("lifted_by__isnull", False)),
                    _connector="OR",
                ),
                name="somebody_lifts_a_sanction",
            ),
        ),
        migrations.AddConstraint(
            model_name="sanction",
            constraint=models.UniqueConstraint(fields=("id", "decided_by"), name="sanction_and_who_decided_it"),
        ),
        migrations.AddIndex(
            model_name="appeal",
            index=models.Index(condition=models.Q(("decided_at", None)), fields=["due_at"], name="appeal_due"),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by", None),
                    models.Q(
                        models.Q(("decided_by", models.F("against")), _negated=True),
                        models.Q(("decided_by", models.F("by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="appeal_is_decided_by_somebody_else",
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer", ""), ("decided_at", None), ("decided_by", None), ("outcome", "")),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        models.Q(("outcome", ""), _negated=True),
                        models.Q(
                            models.Q(("answer", ""), _negated=True), ("erased_at__isnull", False), _connector="OR"
                        ),
                    ),
                    _connector="OR",
                ),
                name="appeal_is_decided_with_an_answer",
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("words", ""), _negated=True), ("erased_at__isnull", False), _connector="OR"
                ),
                name="appeal_says_why",
            ),
        ),
        migrations.RunSQL(GUARD, UNGUARD),
        migrations.RunSQL(AGAINST, "ALTER TABLE trust_appeal DROP CONSTRAINT appeal_is_against_who_decided;"),
    ]
