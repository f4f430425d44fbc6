from django.db import migrations

EARLIER = """
INSERT INTO accounts_consent (person_id, purpose, text_version, how, given_at)
SELECT person_id, 'event_needs', 1, 'earlier', min(registered_at) FROM events_registration
WHERE access_needs <> '' GROUP BY person_id;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0015_consents"),
        ("events", "0005_helped"),
    ]

    operations = [migrations.RunSQL(EARLIER, migrations.RunSQL.noop)]
