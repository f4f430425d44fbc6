import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Rows are carried over and say that nothing is known of
# anybody's time, which is true: the sweep looks at all of them.
KEEP = """
CREATE TABLE search_kept AS SELECT profile_id, person_id, offers, topics, languages FROM search_mentorindex
"""
CARRY_OVER = """
INSERT INTO search_mentorindex (profile_id, person_id, offers, fresh_until, usual_from, open_from, notice, usual_step,
    open_step, monday, tuesday, wednesday, thursday, friday, saturday, sunday, usual_runs, open_runs, any_week, topics,
    languages)
SELECT profile_id, person_id, offers, 'epoch', 0, 0, 0, 1, 1,
    16777215, 16777215, 16777215, 16777215, 16777215, 16777215, 16777215,
    '{0}', '{0}', array_fill(16777215, ARRAY[7]), topics, languages
FROM search_kept;
DROP TABLE search_kept;
"""
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def one_to_one(to, **more):
    return models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="+", to=to, **more)


def integers(size=None):
    return django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=size)


def array_index(name):
    return django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=[name], name=f"search_{name}")


def covering_index(run):
    beside = ("profile", "person", "offers", "notice", *WEEKDAYS, "topics", f"{run}_step", f"{run}_runs")
    return models.Index(fields=[f"{run}_from"], include=beside, name=f"search_{run}")


class Migration(migrations.Migration):
    dependencies = [("search", "0001_index")]

    operations = [
        migrations.RunSQL(KEEP, "DROP TABLE search_kept"),
        migrations.DeleteModel("MentorIndex"),
        migrations.CreateModel(
            name="MentorIndex",
            fields=[
                ("profile", one_to_one("mentors.mentorprofile", primary_key=True, serialize=False)),
                ("person", one_to_one(settings.AUTH_USER_MODEL)),
                ("offers", models.BigIntegerField()),
                ("fresh_until", models.DateTimeField()),
                ("usual_from", models.IntegerField(null=True)),
                ("open_from", models.IntegerField(null=True)),
                ("notice", models.IntegerField()),
                ("usual_step", models.IntegerField()),
                ("open_step", models.IntegerField()),
                *((name, models.IntegerField()) for name in WEEKDAYS),
                ("usual_runs", integers()),
                ("open_runs", integers()),
                ("any_week", integers(7)),
                ("topics", integers()),
                (
                    "languages",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=3), size=None),
                ),
            ],
        ),
        migrations.RunSQL(CARRY_OVER, KEEP),
        migrations.AddIndex("mentorindex", covering_index("usual")),
        migrations.AddIndex("mentorindex", covering_index("open")),
        migrations.AddIndex("mentorindex", array_index("topics")),
        migrations.AddIndex("mentorindex", array_index("languages")),
        # What is read in one go must lie close together, and rows change all day.
        migrations.RunSQL(
            "ALTER TABLE search_mentorindex SET (autovacuum_vacuum_scale_factor = 0.02)", migrations.RunSQL.noop
        ),
    ]
