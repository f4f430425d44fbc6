"""After a booking its mentor's calendar is read at once, and they are told if the time is taken there."""

from datetime import timedelta

import pytest

from calendars.conflicts import AGREED_WITHIN, CONFLICT, hurry_after_bookings
from calendars.looking import EVERY, EVERY_AT_WORK, JITTER
from calendars.models import Connection, ConnectionState
from notifications.models import InboxItem, Notification, State
from notifications.registry import Nothing, kind_named
from sessions_app.booking.changes import cancel_booking, move_booking
from sessions_app.models import BookingState
from tests.calendars.feeds import connect, read_now, write_calendar
from tests.conftest import NOW, at
from tests.sessions_app.conftest import THURSDAY, book

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def booked(feed, offer, alice, bob):
    """A session of alice's, who has just put something else there in her calendar, which was read before."""
    feed.content = write_calendar(THURSDAY - DAY)
    connect(alice, feed)
    feed.content = write_calendar(THURSDAY + 10 * MINUTE)
    return book(offer, bob)


def told():
    return list(Notification.objects.filter(kind=CONFLICT).values_list("recipient__email", "state"))


def test_a_calendar_is_read_at_once_after_a_booking_and_its_mentor_is_told(booked, alice):
    read_now(NOW + MINUTE)

    booked.refresh_from_db()
    assert (told(), booked.state) == ([(alice.email, State.PENDING)], BookingState.CONFIRMED)
    item = InboxItem.objects.get(kind=CONFLICT)
    assert kind_named(CONFLICT).lines([item], alice, NOW)[item.pk].url == f"/sessions/{booked.uuid}/move/"


def test_it_is_said_once_however_often_it_is_read(booked):
    for minutes in (1, 12, 30):
        read_now(NOW + minutes * MINUTE)

    assert len(told()) == 1


def test_it_is_read_once_for_a_booking_and_never_while_it_is_left_alone(booked):
    Connection.objects.update(state=ConnectionState.FAILING, failing_since=NOW, failure="broken", failures=1)
    failing = hurry_after_bookings(NOW + MINUTE)
    Connection.objects.update(state=ConnectionState.ACTIVE, failing_since=None, failure="", failures=0)
    counts = [hurry_after_bookings(NOW + MINUTE)]
    read_now(NOW + MINUTE)
    counts.append(hurry_after_bookings(NOW + 2 * MINUTE))

    assert (failing, counts) == (0, [1, 0])


def test_a_session_that_is_moved_to_a_time_that_is_taken_is_a_conflict_too(feed, offer, alice, bob):
    feed.content = write_calendar(THURSDAY - DAY)
    connect(alice, feed)
    booking = book(offer, bob, THURSDAY + 90 * MINUTE)
    read_now(NOW + 5 * MINUTE)
    feed.content = write_calendar(THURSDAY + 10 * MINUTE)

    # Long after it was booked, and just after the calendar was read
    Connection.objects.update(tried_at=NOW + 2 * HOUR, next_at=NOW + 2 * HOUR + 9 * MINUTE)
    move_booking(booking=booking, start=THURSDAY, by=bob, now=NOW + 2 * HOUR + MINUTE)
    read_now(NOW + 2 * HOUR + 2 * MINUTE)
    read_now(NOW + 2 * HOUR + 3 * MINUTE)

    assert told() == [(alice.email, State.PENDING)]


def test_it_is_not_said_any_more_once_the_time_is_free(booked, feed, alice):
    read_now(NOW + MINUTE)
    row = Notification.objects.get(kind=CONFLICT)

    feed.content = write_calendar(THURSDAY + DAY)
    Connection.objects.update(next_at=NOW)
    read_now(NOW + 5 * MINUTE)

    assert not InboxItem.objects.filter(kind=CONFLICT).exists()
    assert isinstance(kind_named(CONFLICT).render(row, NOW + 5 * MINUTE), Nothing)


def test_a_booking_of_someone_else_makes_nothing_due(feed, offer, maria, bob):
    feed.content = write_calendar(THURSDAY)
    connect(maria, feed)
    book(offer, bob)

    assert hurry_after_bookings(NOW + MINUTE) == 0


def test_what_comes_into_the_calendar_long_after_is_their_own_affair(booked):
    Connection.objects.update(next_at=NOW + DAY, tried_at=NOW + MINUTE)
    Connection.objects.update(next_at=NOW + AGREED_WITHIN + MINUTE)
    read_now(NOW + AGREED_WITHIN + MINUTE)

    assert told() == []


def test_the_mentees_own_calendar_is_no_reason(feed, offer, alice, bob):
    feed.content = write_calendar(THURSDAY)
    connect(bob, feed)
    book(offer, bob)
    read_now(NOW + MINUTE)
    read_now(NOW + 12 * MINUTE)

    assert told() == []


def test_the_mail_says_nothing_of_a_session_that_is_off(booked, alice, bob):
    read_now(NOW + MINUTE)
    row = Notification.objects.get(kind=CONFLICT)
    before = kind_named(CONFLICT).render(row, NOW + MINUTE)
    cancel_booking(booking=booked, by=bob, reason="Ill", now=NOW + 2 * MINUTE)

    assert f"/sessions/{booked.uuid}/move/" in before.html
    assert f"/sessions/{booked.uuid}/move/" in before.text
    assert isinstance(kind_named(CONFLICT).render(row, NOW + 2 * MINUTE), Nothing)


@pytest.mark.parametrize(
    ("moment", "has_session", "every"),
    [
        pytest.param(at("2026-11-24 13:46"), True, EVERY_AT_WORK, id="at-work"),
        pytest.param(at("2026-11-24 13:46"), False, EVERY, id="without-sessions"),
        pytest.param(at("2026-11-24 23:00"), True, EVERY, id="at-night"),
        pytest.param(at("2026-11-28 13:00"), True, EVERY, id="on-a-saturday"),
    ],
)
def test_it_is_read_more_often_at_work_with_sessions_ahead(feed, offer, alice, bob, moment, has_session, every):
    feed.content = write_calendar(NOW)
    made = connect(alice, feed)
    if has_session:
        book(offer, bob, start=at("2026-12-03 10:00"))
    Connection.objects.update(next_at=moment)
    read_now(moment)
    made.refresh_from_db()

    assert abs(made.next_at - moment - every) <= every * JITTER
