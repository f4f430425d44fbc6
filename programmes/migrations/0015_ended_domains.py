"""A domain that is removed stays as history, with who removed it and when."""

import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    excused = {"a table is locked while all its rows are read": "twenty domains of each programme at most"}
    dependencies = [
        ("programmes", "0014_link_labels"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="domainrule",
            name="ended_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="domainrule",
            name="ended_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="domainrule",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)),
                fields=("domain", "programme"),
                name="live_domain_once_in_a_programme",
            ),
        ),
        migrations.RemoveConstraint(
            model_name="domainrule",
            name="domain_once_in_a_programme",
        ),
        AddConstraintNotValid(
            model_name="domainrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("ended_by", None)),
                    models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                    _connector="OR",
                ),
                name="domain_is_ended_by_a_person",
            ),
        ),
        ValidateConstraint("domainrule", "domain_is_ended_by_a_person"),
    ]
