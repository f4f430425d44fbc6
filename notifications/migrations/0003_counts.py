"""The states of the outbox are counted as they change."""

from django.db import migrations, models

from notifications.migrations import count_states

FUNCTION = """
CREATE FUNCTION count_states() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO notifications_statecount (table_name, state, change)
        SELECT TG_TABLE_NAME, state, count(*) FROM changed GROUP BY state;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO notifications_statecount (table_name, state, change)
        SELECT TG_TABLE_NAME, state, -count(*) FROM changed GROUP BY state;
    ELSE
        INSERT INTO notifications_statecount (table_name, state, change)
        VALUES (TG_TABLE_NAME, OLD.state, -1), (TG_TABLE_NAME, NEW.state, 1);
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("notifications", "0002_words")]
    operations = [
        migrations.CreateModel(
            name="StateCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("table_name", models.CharField(max_length=63)),
                ("state", models.CharField(max_length=20)),
                ("change", models.BigIntegerField()),
            ],
        ),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION count_states();"),
        *count_states("notifications_notification"),
    ]
