"""The records of mentors stay the same numbers, however much of them is counted beforehand."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest
from django.db import connection

from bench.history.people import Crowd, fill_people
from bench.history.sessions import fill_history
from common.statements import analyze_tables
from sessions_app.afterwards.tallies import find_drift, tally_records
from sessions_app.afterwards.track_record import TrackRecord, track_records_of
from sessions_app.attendance.disputes import decide_attendance
from sessions_app.booking.clock import complete_ended
from sessions_app.models import AttendanceKind, Booking, BookingState, Feedback, FollowUp, MentorTally, WrittenQuestion
from sessions_app.models.feedback import BLIND_FOR, HELPED
from tests.conftest import NOW

pytestmark = pytest.mark.django_db

WEEK = timedelta(days=7)


@pytest.fixture
def crowd(now) -> Crowd:
    crowd = fill_people(90, now=now)
    fill_history(crowd, 3500, now=now)
    analyze_tables()  # else queries are planned for the empty tables that an automatic vacuum may have seen
    return crowd


def mentors_of(crowd: Crowd) -> list[int]:
    return [crowd.mentor + number for number in range(1, crowd.mentors + 1)]


def counted_row_by_row(mentor: int, now: datetime) -> TrackRecord:
    held = list(Booking.objects.filter(mentor=mentor))
    written = list(WrittenQuestion.objects.filter(mentor=mentor, state="answered"))
    said = Feedback.objects.filter(booking__in=held) | Feedback.objects.filter(written__in=written)
    by_mentor = set(said.filter(role="mentor").values_list("booking", flat=True))
    by_mentees = list(said.filter(role="mentee").select_related("booking", "written"))
    known = [one for one in by_mentees if one.contact.end + WEEK <= now or one.booking_id in by_mentor]
    return TrackRecord(
        sessions=sum(one.state == BookingState.COMPLETED for one in held),
        answers=len(known),
        helped=sum(one.resolution in HELPED for one in known),
        written=len(written),
        missed=sum(one.state == BookingState.MENTOR_NO_SHOW and one.end + WEEK <= now for one in held),
    )


def records_at(mentors: Iterable[int], *moments: datetime) -> list[dict[int, TrackRecord]]:
    return [track_records_of(list(mentors), now=moment) for moment in moments]


def test_a_record_is_the_same_with_and_without_a_tally(crowd, now):
    mentors, moments = mentors_of(crowd), (now, now + timedelta(days=3), now + timedelta(days=40))
    expected = [{mentor: counted_row_by_row(mentor, moment) for mentor in mentors} for moment in moments]

    assert records_at(mentors, *moments) == expected
    assert tally_records(now=now) == len(mentors)
    assert MentorTally.objects.filter(sessions__gt=0, answers__gt=0, written__gt=0, missed__gt=0).exists()
    assert records_at(mentors, *moments) == expected
    assert tally_records(now=now + timedelta(hours=12)) == 0
    assert tally_records(now=now + timedelta(days=40)) == len(mentors)
    assert records_at(mentors, *moments[2:]) == expected[2:]


def test_a_late_change_is_counted_at_once(crowd, now, maria):
    tally_records(now=now)
    old = Booking.objects.filter(state=BookingState.MENTEE_NO_SHOW, during__endswith__lt=now - 2 * WEEK)
    booking = next(one for one in old if not one.attendance.filter(kind="contested"))
    booking.attendance.create(start=booking.start, person=booking.mentee, kind="contested", at=booking.end)
    before = track_records_of([booking.mentor_id], now=now)[booking.mentor_id]

    decide_attendance(booking=booking, decision=AttendanceKind.HELD, by=maria, reason="Both came.", now=now)

    after = track_records_of([booking.mentor_id], now=now)[booking.mentor_id]
    assert (after.sessions, after) == (before.sessions + 1, counted_row_by_row(booking.mentor_id, now))
    assert not MentorTally.objects.filter(person=booking.mentor_id).exists()


def test_a_session_that_is_over_just_now_forgets_nothing(crowd, now):
    tally_records(now=now)
    known = MentorTally.objects.count()

    assert complete_ended(now=now + timedelta(days=2)) > 0
    assert MentorTally.objects.count() == known


def test_what_was_written_past_us_is_found(crowd, now):
    tally_records(now=now)
    mentor = crowd.mentor + 1
    assert find_drift(mentors_of(crowd)) == []

    Booking.objects.filter(mentor=mentor, state="completed", during__endswith__lt=now - BLIND_FOR - WEEK).update(
        state="cancelled"
    )

    assert find_drift(mentors_of(crowd)) == [mentor]


def test_feedback_knows_its_mentor_and_its_time(crowd, over, alice, bob):
    """Whoever writes it: the copies are a trigger's."""
    said = Feedback.objects.create(booking=over, author=bob, role="mentee", resolution="yes", created_at=NOW)
    later = FollowUp.objects.create(booking=over, step="3-days", question="solved", answer="yes", answered_at=NOW)

    said.refresh_from_db()
    later.refresh_from_db()
    assert (said.mentor, said.at, said.ended_at, later.mentor) == (alice, over.start, over.end, alice)


def test_the_copies_of_the_filled_history_are_right(crowd):
    """What the benches and other tests fill by SQL has no help of triggers."""
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT count(*), count(*) FILTER (
                WHERE (said.mentor_id, said.at, said.ended_at) IS DISTINCT FROM (
                    coalesce(booking.mentor_id, written.mentor_id), coalesce(lower(during), settled_at),
                    coalesce(upper(during), settled_at)
                )
            )
            FROM sessions_app_feedback AS said
            LEFT JOIN sessions_app_booking AS booking ON booking.id = said.booking_id
            LEFT JOIN sessions_app_writtenquestion AS written ON written.id = said.written_id
        """)
        every, wrong = cursor.fetchone()

    assert (every > 1000, wrong) == (True, 0)
