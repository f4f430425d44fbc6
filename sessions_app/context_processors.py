"""What the frame of every page shows its reader: where they can go, what is new, today's sessions and events."""

from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from accounts.viewing import signed_in, viewer_zone
from common.context_processors import nav_items
from common.statements import ModelColumns, Prepared, write_array
from live.pages import let_page_hear
from live.streams import name_person_stream
from mentors.models import MentorProfile
from notifications.inbox import MOST_COUNTED, UNREAD_COUNT

from .models.bookings import visible_sql
from .models.states import AGREED

_PROFILE = ModelColumns(MentorProfile, "profile")
# One trip instead of three, on every page.
FRAME = Prepared(
    f"""
SELECT {_PROFILE.columns}, ({UNREAD_COUNT}), ARRAY(
    SELECT ARRAY[lower(during), upper(during)] FROM sessions_app_booking AS booking
    WHERE {visible_sql("%(reader)s")} AND state = ANY('{write_array(AGREED)}')
        AND during && tstzrange(%(midnight)s, %(next_midnight)s)
    UNION ALL
    SELECT ARRAY[lower(during), upper(during)] FROM sessions_app_occupancy
    WHERE person_id = %(reader)s AND booking_id IS NULL AND during && tstzrange(%(midnight)s, %(next_midnight)s)
)
FROM accounts_user AS reader
LEFT JOIN mentors_mentorprofile AS profile ON profile.person_id = reader.id
WHERE reader.id = %(reader)s
"""
)


class Frame(NamedTuple):
    """`profile`: the reader's own as a mentor; `unread`: lines of the inbox; `today`: when sessions begin and end."""

    profile: MentorProfile | None
    unread: int
    today: list[list[datetime]]


def frame_context(request: HttpRequest) -> dict[str, object]:
    """Lazy, since parts of pages have no frame. The page hears of what is new in it."""
    reader = signed_in(request)
    if reader:
        let_page_hear(request, name_person_stream(reader.pk))
    frame = SimpleLazyObject(lambda: read_frame(reader, viewer_zone(request)) if reader else Frame(None, 0, []))
    return {
        "nav_items": SimpleLazyObject(lambda: nav_items(reader, is_mentor=frame.profile is not None)),
        "viewer_profile": SimpleLazyObject(lambda: frame.profile),
        "unread": SimpleLazyObject(lambda: frame.unread),
        "most_counted": MOST_COUNTED,
        "rail": SimpleLazyObject(lambda: frame.today),
    }


def read_frame(reader: User, zone: str) -> Frame:
    now = timezone.now()
    midnight = now.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    asked = {"reader": reader.pk, "now": now, "midnight": midnight, "next_midnight": midnight + timedelta(days=1)}
    with connection.cursor() as cursor:
        FRAME.execute(cursor, asked)
        row = cursor.fetchone()
    profile, (unread, today) = _PROFILE.read_row(row)
    if not profile.pk:
        return Frame(None, unread, today)
    profile.person = reader
    return Frame(profile, unread, today)
