"""The world that searches are measured in: the demo's people in any number, three topics of known popularity, and
sessions of all mentors, held and to come."""

from datetime import datetime
from time import perf_counter
from zoneinfo import ZoneInfo

from django.db import connection

from demo.world import Seeder
from mentors.models import MentorProfile, Topic
from search.indexing import rebuild_index, refresh_stale_rows
from search.models import MentorIndex
from sessions_app.models import Schedule
from sessions_app.models.busy import BusySpan

from .diaries import fill_diaries

SHARES = {"popular": 35.0, "usual": 5.0, "rare": 0.5}

HOLD = """
INSERT INTO mentors_mentorprofile_topics (mentorprofile_id, topic_id)
SELECT id, %(topic)s FROM mentors_mentorprofile
WHERE state = 'approved' AND hashint8extended(id, %(topic)s) %% 1000 BETWEEN 0 AND %(share)s * 10 - 1
ON CONFLICT DO NOTHING
"""


OFFSETS = "SELECT name, utc_offset FROM pg_timezone_names"


def fill_world(mentors: int, *, now: datetime) -> float:
    """Make the world and its index unless they are there. Returns the seconds that building the index took, if any."""
    if MentorProfile.objects.public().count() >= mentors:
        return 0.0 if MentorIndex.objects.exists() else build_index(now=now)
    Seeder(mentors, 30, now, with_password=False).run()
    root = Topic.objects.create(name="Measured", slug="measured")
    for name, share in SHARES.items():
        topic = Topic.objects.create(name=f"Measured {name}", slug=f"measured-{name}", parent=root)
        with connection.cursor() as cursor:
            cursor.execute(HOLD, {"topic": topic.pk, "share": share * 2})  # half of the hashes are negative
    agree_on_zones(now)
    BusySpan.objects.all().delete()  # the statement that is measured against reads no calendars kept elsewhere
    fill_diaries(now=now)
    seconds = build_index(now=now)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return seconds


def freshen_rows(*, now: datetime) -> None:
    """Look at all that is stale. Rewritten in a minute, a table is swollen as one that is vacuumed all day never is."""
    while refresh_stale_rows(now=now):
        pass
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (FULL, ANALYZE) search_mentorindex")
        cursor.execute("VACUUM (ANALYZE) search_mentorindex")


def agree_on_zones(now: datetime) -> None:
    """Postgres has a zone database of its own, perhaps an older one: nobody lives where it says otherwise than ours.

    Only the statement that is measured against reads it; the product never does.
    """
    with connection.cursor() as cursor:
        cursor.execute(OFFSETS)
        theirs = dict(cursor.fetchall())
    zones = Schedule.objects.order_by().values_list("timezone", flat=True).distinct()
    others = [zone for zone in zones if theirs.get(zone) != now.astimezone(ZoneInfo(zone)).utcoffset()]
    Schedule.objects.filter(timezone__in=others).update(timezone="Europe/Lisbon")


def build_index(*, now: datetime) -> float:
    began = perf_counter()
    rebuild_index(now=now)
    return perf_counter() - began
