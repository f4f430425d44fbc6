"""Rules that point moderators to texts, with a few to begin with. They do nothing until `SIGNALS` is on."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import common.texts

PHRASES = {
    "English": (
        "send me money",
        "western union",
        "gift card",
        "crypto investment",
        "guaranteed profit",
        "wire transfer",
    ),
    "German": ("schick mir geld", "überweise mir", "geschenkkarte", "garantierter gewinn", "in krypto investieren"),
    "Spanish": ("envíame dinero", "mándame dinero", "tarjeta regalo", "ganancia garantizada", "invertir en cripto"),
    "French": ("envoie moi de l’argent", "carte cadeau", "gain garanti", "investir dans la crypto", "virement western"),
    "Arabic": ("ارسل لي المال", "بطاقة هدايا", "ربح مضمون", "استثمار في العملات الرقمية", "ويسترن يونيون"),
}
OTHERS = {
    "same_text": "The same text to five people in a day",
    "burst": "Messages to ten people in an hour",
    "self_harm": "Words of self-harm",
}


def add_rules(apps, schema_editor):
    rule = apps.get_model("trust", "SignalRule")
    for language, phrases in PHRASES.items():
        words = "\n".join(phrases)
        rule.objects.create(name=f"Money ({language})", looks_for="words", language=language, words=words)
    for looks_for, name in OTHERS.items():
        rule.objects.create(name=name, looks_for=looks_for)


class Migration(migrations.Migration):
    dependencies = [
        ("trust", "0003_cases"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SignalMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(max_length=10, unique=True)),
                ("read_to", models.BigIntegerField()),
            ],
        ),
        migrations.AlterField(
            model_name="case",
            name="kind",
            field=models.CharField(
                choices=[
                    ("safety", "I don’t feel safe"),
                    ("privacy", "It shows something private about me"),
                    ("conduct", "Rude or hurtful"),
                    ("selling", "Selling or recruiting"),
                    ("wrong", "Wrong information"),
                    ("other", "Something else"),
                    ("signal", "Found by a rule"),
                ],
                max_length=7,
            ),
        ),
        migrations.CreateModel(
            name="SignalRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, unique=True)),
                (
                    "looks_for",
                    models.CharField(
                        choices=[
                            ("words", "Words"),
                            ("same_text", "The same text to many people"),
                            ("burst", "Messages to many people in a short time"),
                            ("self_harm", "Words of self-harm"),
                        ],
                        max_length=9,
                    ),
                ),
                ("language", models.CharField(blank=True, max_length=35)),
                (
                    "words",
                    models.TextField(blank=True, max_length=20000, validators=[common.texts.validate_plain_text]),
                ),
                ("is_on", models.BooleanField(default=True)),
                ("rested_at", models.DateTimeField(blank=True, null=True)),
                ("counts_from", models.DateTimeField(blank=True, null=True)),
                ("changed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "changed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["looks_for", "name"],
            },
        ),
        migrations.CreateModel(
            name="SignalHit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject_type", models.CharField(max_length=10)),
                ("subject_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="signals", to="trust.case"
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="hits", to="trust.signalrule"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.AddConstraint(
            model_name="signalrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("looks_for", "words"), models.Q(("language", ""), ("words", "")), _connector="OR"),
                name="only_rules_for_words_have_words",
            ),
        ),
        migrations.AddConstraint(
            model_name="signalrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("rested_at", None), ("is_on", False), _connector="OR"),
                name="rule_that_rests_is_off",
            ),
        ),
        migrations.AddConstraint(
            model_name="signalhit",
            constraint=models.UniqueConstraint(
                fields=("rule", "subject_type", "subject_id"), name="rule_finds_the_same_text_once"
            ),
        ),
        migrations.RunPython(add_rules, migrations.RunPython.noop, elidable=False),
    ]
