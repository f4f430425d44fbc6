from datetime import datetime, timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from notifications.models import Notification
from sessions_app.booking.book import book_session
from sessions_app.booking.changes import cancel_booking, move_booking
from sessions_app.booking.clock import complete_ended, expire_overdue
from sessions_app.booking.holds import hold_slot
from sessions_app.booking.notices.due import booking_notices
from sessions_app.booking.requests import accept_booking, decline_booking, extend_request, withdraw_booking
from sessions_app.models import Booking
from sessions_app.questions.brief_input import BriefInput
from tests.conftest import NOW, at

START = at("2026-11-26 14:30")
END = START + timedelta(minutes=25)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@pytest.fixture
def book(offer, bob):
    """book(start=…, instant=False, now=…): bob books alice."""

    def make(start: datetime = START, *, instant: bool = True, now: datetime = NOW):
        offer.instant = instant
        offer.save()
        return book_session(offer=offer, start=start, brief=BriefInput(question="Why?"), mentee=bob, now=now)

    return make


def waiting_rows(booking) -> list[tuple]:
    rows = Notification.objects.about("booking", booking.pk).pending().filter(subject_version=booking.version)
    return sorted(rows.values_list("kind", "recipient__email", "due_at", "send_before"))


def for_both(kind: str, due_at: datetime, send_before: datetime) -> list[tuple]:
    return [(kind, email, due_at, send_before) for email in ("alice@example.org", "bob@example.org")]


def ahead(start: datetime, end: datetime) -> list[tuple]:
    return [
        *for_both("feedback_nudge", end + 48 * HOUR, end + 7 * DAY),
        *for_both("feedback_request", end + 2 * HOUR, end + 7 * DAY),
        ("follow_up_three_days", "bob@example.org", end + 3 * DAY, end + 10 * DAY),
        ("follow_up_two_weeks", "bob@example.org", end + 14 * DAY, end + 21 * DAY),
        *for_both("reminder_day", start - 24 * HOUR, start - 3 * HOUR),
        *for_both("reminder_hour", start - HOUR, start - 5 * MINUTE),
    ]


def test_booked_session_is_told_reminded_of_and_asked_about(book):
    booking = book()

    assert waiting_rows(booking) == [*for_both("booked", NOW, NOW + 24 * HOUR), *ahead(START, END)]


def test_reminder_whose_moment_has_passed_is_not_written(book):
    start = at("2026-11-25 13:30")

    booking = book(start)

    assert {row[0] for row in waiting_rows(booking)} & {"reminder_day", "reminder_hour"} == {"reminder_hour"}


def test_news_are_not_told_after_the_start(book):
    start = at("2026-11-24 18:00")

    rows = waiting_rows(book(at("2026-11-25 09:00")))
    dues = booking_notices(unsaved(start), event="confirmed", by=None, now=NOW)

    assert [row[3] for row in rows if row[0] == "booked"] == [at("2026-11-25 09:00")] * 2
    assert {due.send_before for due in dues if due.kind == "booked"} == {start}


def unsaved(start: datetime) -> Booking:
    return Booking(pk=1, mentor_id=1, mentee_id=2, during=DateTimeTZRange(start, start + 25 * MINUTE), version=0)


def test_request_is_told_to_both_and_to_the_mentor_again_at_half_of_its_time(book):
    booking = book(instant=False)

    assert booking.expires_at == NOW + DAY
    assert waiting_rows(booking) == [
        ("request_waiting", "alice@example.org", NOW + DAY / 2, NOW + DAY),
        *for_both("requested", NOW, NOW + DAY),
    ]


def test_accepted_request_is_told_to_both(book, alice):
    booking = accept_booking(booking=book(instant=False), by=alice, now=NOW + HOUR)

    told = for_both("accepted", NOW + HOUR, NOW + 25 * HOUR)
    assert waiting_rows(booking) == [*told, *ahead(START, END)]


def test_declined_request_is_told_to_the_mentee(book, alice):
    booking = decline_booking(booking=book(instant=False), by=alice, reason="Away", now=NOW + HOUR)

    assert waiting_rows(booking) == [("declined", "bob@example.org", NOW + HOUR, NOW + 25 * HOUR)]


def test_expired_request_is_told_to_the_mentee(book):
    booking = book(instant=False)

    expire_overdue(now=NOW + DAY)

    booking.refresh_from_db()
    assert waiting_rows(booking) == [("request_expired", "bob@example.org", NOW + DAY, NOW + 2 * DAY)]


def test_withdrawn_request_is_told_to_the_mentor(book, bob):
    booking = withdraw_booking(booking=book(instant=False), by=bob, now=NOW + HOUR)

    assert waiting_rows(booking) == [("withdrawn", "alice@example.org", NOW + HOUR, NOW + 25 * HOUR)]


def test_extended_request_keeps_what_is_scheduled_and_is_told_to_the_mentee(book, alice):
    booking = book(instant=False)
    before = waiting_rows(booking)

    booking = extend_request(booking=booking, by=alice, now=NOW + HOUR)

    told = ("extended", "bob@example.org", NOW + HOUR, NOW + 25 * HOUR)
    assert sorted(waiting_rows(booking)) == sorted([*before, told])


def test_moved_session_is_told_and_reminded_of_anew(book, bob):
    booking = book()
    later = at("2026-11-27 10:00")

    booking = move_booking(booking=booking, start=later, by=bob, now=NOW + HOUR)

    told = for_both("moved", NOW + HOUR, NOW + 25 * HOUR)
    assert waiting_rows(booking) == sorted([*told, *ahead(later, later + 25 * MINUTE)])
    older = Notification.objects.about("booking", booking.pk).exclude(subject_version=booking.version)
    assert set(older.values_list("state", "reason")) == {("obsolete", "moved on")}


def test_cancelled_session_is_told_to_both_and_nothing_else_is(book, bob):
    booking = cancel_booking(booking=book(), by=bob, reason="Solved", now=NOW + HOUR)

    assert waiting_rows(booking) == for_both("cancelled", NOW + HOUR, NOW + 25 * HOUR)
    assert Notification.objects.pending().count() == 2


def test_cancellation_is_told_even_after_the_start(book, bob):
    booking = book(at("2026-11-25 09:00"))
    shortly_before = at("2026-11-25 08:59")

    booking = cancel_booking(booking=booking, by=bob, reason="Ill", now=shortly_before)

    assert waiting_rows(booking) == for_both("cancelled", shortly_before, shortly_before + DAY)


def test_hold_is_told_to_nobody(offer):
    hold_slot(offer=offer, start=START, brief=BriefInput(question="Why?"), now=NOW, held_for="x")

    assert Notification.objects.count() == 0


def test_completed_session_keeps_its_questions(book):
    booking = book()

    complete_ended(now=END)

    booking.refresh_from_db()
    assert [row[0] for row in waiting_rows(booking) if row[0].startswith("feedback")] == [
        "feedback_nudge",
        "feedback_nudge",
        "feedback_request",
        "feedback_request",
    ]
