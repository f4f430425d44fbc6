"""What the frame of each page tells its reader is read in one statement, and is what the QuerySets say."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from notifications.inbox import MOST_COUNTED, unread_count
from notifications.models import InboxItem
from sessions_app.booking.changes import cancel_booking
from sessions_app.context_processors import frame_context, read_frame
from sessions_app.models import Booking, Occupancy
from sessions_app.models.states import AGREED
from tests.conftest import NOW
from tests.sessions_app.conftest import THURSDAY, book

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


def spans_today(person, zone: str) -> list[list]:
    midnight = THURSDAY.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    day = (midnight, midnight + timedelta(days=1))
    sessions = Booking.objects.visible_to(person).filter(state__in=AGREED, during__overlap=day)
    others = Occupancy.objects.filter(person=person, booking=None, during__overlap=day)
    return sorted([row.during.lower, row.during.upper] for rows in (sessions, others) for row in rows)


def test_frame_is_read_in_one_statement(offer, alice, bob, charlie, django_assert_num_queries):
    kept, dropped = book(offer, bob), book(offer, charlie, THURSDAY + timedelta(hours=1))
    cancel_booking(booking=dropped, by=charlie, reason="", now=NOW)
    noon = THURSDAY + timedelta(hours=3)
    span = DateTimeTZRange(noon, noon + timedelta(minutes=30))
    Occupancy.objects.create(person=alice, subject="round", subject_id=1, during=span)

    read_frame(alice, "UTC")  # prepares the statement
    with time_machine.travel(THURSDAY, tick=False):
        for reader in (alice, bob, charlie):
            for zone in ("Europe/London", "Pacific/Auckland", "America/Los_Angeles"):
                with django_assert_num_queries(1):
                    frame = read_frame(reader, zone)
                assert sorted(frame.today) == spans_today(reader, zone)
                assert frame.unread == unread_count(reader, now=THURSDAY)
                assert frame.profile == getattr(reader, "mentor_profile", None)
        assert read_frame(bob, "Europe/London").today == [[kept.start, kept.end]]
        assert len(read_frame(alice, "Europe/London").today) == 2


def test_unread_lines_are_counted_up_to_a_bound(bob):
    InboxItem.objects.bulk_create(
        InboxItem(dedupe_key=str(number), kind="booked", recipient=bob, subject_type="booking", subject_id=1, at=NOW)
        for number in range(MOST_COUNTED + 2)
    )
    InboxItem.objects.create(
        dedupe_key="later", kind="booked", recipient=bob, subject_type="booking", subject_id=1, at=NOW + timedelta(1)
    )

    assert read_frame(bob, "UTC").unread == MOST_COUNTED + 1


def test_visitors_and_parts_of_pages_ask_nothing(rf, bob, django_assert_num_queries):
    request, visit = rf.get("/"), rf.get("/")
    request.user = bob
    with django_assert_num_queries(0):
        frame_context(request)
        frame = frame_context(visit)
        assert [item["key"] for item in frame["nav_items"]] == ["find", "sessions", "events"]
        assert (frame["unread"], len(frame["rail"]), bool(frame["viewer_profile"])) == (0, 0, False)
