"""Addresses stand in one form in allauth's table too, which is not ours: the database refuses any other."""

from django.db import migrations

RULE = "CHECK (email = lower(email) AND email ~ '^[!#-~]+@[a-z0-9.-]+$')"
FORWARDS = f"ALTER TABLE account_emailaddress ADD CONSTRAINT emailaddress_in_one_form {RULE}"
BACKWARDS = "ALTER TABLE account_emailaddress DROP CONSTRAINT emailaddress_in_one_form"


class Migration(migrations.Migration):
    excused = {"a table is locked while all its rows are read": "no installation is in use yet, so there are no rows"}
    dependencies = [("account", "0009_emailaddress_unique_primary_email"), ("accounts", "0002_cache_table")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
