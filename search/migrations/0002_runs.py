import django.contrib.postgres.fields
from django.db import migrations, models

from search.outlook import EVERY_HOUR, UNKNOWN, WEEKDAYS

# Rows stay where they are and say that nothing is known of anybody, which is true; the sweep looks at all of them.
MEANWHILE = {
    **{
        f"{run}_{name}": value
        for run in ("usual", "open")
        for name, value in (("from", UNKNOWN.opens), ("step", UNKNOWN.step))
    },
    **dict.fromkeys(WEEKDAYS, EVERY_HOUR),
    "notice": 0,
}
ARRAYS = {"usual_runs": list(UNKNOWN.edges), "open_runs": list(UNKNOWN.edges), "any_week": [EVERY_HOUR] * len(WEEKDAYS)}
GONE = [f"{run}_{name}" for run in ("usual", "open") for name in ("from", "until", "step")] + ["notice", "hours"]


def integer(name, value):
    field = models.IntegerField(default=value, null=name.endswith("_from"))
    return migrations.AddField("mentorindex", name, field, preserve_default=False)


def integers(name, value):
    size = len(value) if name == "any_week" else None
    field = django.contrib.postgres.fields.ArrayField(models.IntegerField(), size=size, default=value)
    return migrations.AddField("mentorindex", name, field, preserve_default=False)


class Migration(migrations.Migration):
    dependencies = [("search", "0001_index")]

    operations = [
        *(migrations.RemoveField("mentorindex", name) for name in GONE),
        *(integer(name, value) for name, value in MEANWHILE.items()),
        *(integers(name, value) for name, value in ARRAYS.items()),
        migrations.AddIndex("mentorindex", models.Index(fields=["usual_from"], name="search_usual_from")),
        migrations.AddIndex("mentorindex", models.Index(fields=["open_from"], name="search_open_from")),
        migrations.RunSQL("UPDATE search_mentorindex SET fresh_until = 'epoch'", migrations.RunSQL.noop),
        # What is read in one go must lie close together, and rows change all day.
        migrations.RunSQL(
            "ALTER TABLE search_mentorindex SET (fillfactor = 100, autovacuum_vacuum_scale_factor = 0.02)",
            "ALTER TABLE search_mentorindex SET (fillfactor = 90); "
            "ALTER TABLE search_mentorindex RESET (autovacuum_vacuum_scale_factor)",
        ),
    ]
