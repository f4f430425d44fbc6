"""The index's rows are written all day and read in one go: they must stay close together (decision 16)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("search", "0002_plain_letters")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE search_mentorindex SET (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02)",
            "ALTER TABLE search_mentorindex RESET (fillfactor, autovacuum_vacuum_scale_factor)",
        )
    ]
