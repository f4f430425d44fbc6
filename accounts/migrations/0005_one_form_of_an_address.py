"""Addresses in one form; those that look like another one's have to be changed by hand first."""

import django.db.models.functions.text
from django.core.exceptions import ValidationError
from django.db import migrations, models

import common.email_addresses
from common.email_addresses import canonical_address

RULE = "CHECK (email = lower(email) AND email ~ '^[!#-~]+@[a-z0-9.-]+$')"
FORWARDS = f"ALTER TABLE account_emailaddress ADD CONSTRAINT emailaddress_in_one_form {RULE}"
BACKWARDS = "ALTER TABLE account_emailaddress DROP CONSTRAINT emailaddress_in_one_form"


def write_in_one_form(apps, schema_editor):
    for model in (apps.get_model("accounts", "User"), apps.get_model("account", "EmailAddress")):
        for row in model.objects.exclude(email__regex=r"^([!#-@\[-~]+@[a-z0-9.-]+)?$").iterator():
            try:
                row.email = canonical_address(row.email)
            except ValidationError:
                raise ValueError(
                    f"The address of {model._meta.label} {row.pk} can be mistaken for another one. "
                    "Change it to a plain one and migrate again."
                ) from None
            row.save(update_fields=["email"])


class Migration(migrations.Migration):
    dependencies = [
        ("account", "0009_emailaddress_unique_primary_email"),
        ("accounts", "0004_api"),
    ]

    operations = [
        migrations.RunPython(write_in_one_form, migrations.RunPython.noop),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="user",
            name="email",
            field=models.EmailField(
                max_length=254,
                unique=True,
                validators=[common.email_addresses.validate_address],
                verbose_name="email address",
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("email", django.db.models.functions.text.Lower("email")),
                    ("email__regex", "^([!#-~]+@[a-z0-9.-]+)?$"),
                ),
                name="email_in_one_form",
            ),
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
