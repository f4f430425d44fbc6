"""What the engine is told of a mentor, read from the rows."""

from datetime import date, timedelta

import pytest

from sessions_app.availability.timetable import load_timetable, load_timetables
from sessions_app.availability.walltime import instant_at
from sessions_app.booking.clock import complete_ended
from sessions_app.booking.holds import hold_slot
from sessions_app.errors import SessionError
from sessions_app.models import Booking, BookingState, DateOverride, TimeOff
from sessions_app.questions.brief_input import BriefInput
from tests.conftest import NOW, at, make_mentor, make_person
from tests.sessions_app.conftest import QUESTION, THURSDAY, book

pytestmark = pytest.mark.django_db


def starts(profile, *, now=NOW, excluding=None, **fields):
    timetable = load_timetable(profile, now=now, excluding=excluding)
    slots = timetable.slots(length=25, now=now, first=at("2026-11-26 00:00"), last=at("2026-11-27 00:00"), **fields)
    return [slot.start for slot in slots]


@pytest.mark.parametrize("count", [1, 3])
def test_load_timetables_asks_once_for_any_number(count, django_assert_num_queries):
    profiles = [make_mentor(make_person(f"m{n}@example.org", f"Mentor {n}")) for n in range(count)]
    load_timetables(profiles, now=NOW)  # this connection prepares the statement

    with django_assert_num_queries(1):
        timetables = load_timetables(profiles, now=NOW)

    assert set(timetables) == {profile.pk for profile in profiles}


def test_a_booked_time_is_not_listed(alice, booking):
    assert THURSDAY not in starts(alice.mentor_profile)


def test_the_booking_that_is_being_moved_counts_as_free(alice, booking):
    assert THURSDAY in starts(alice.mentor_profile, excluding=booking)


def test_an_overdue_hold_counts_as_free(alice, offer):
    hold_slot(offer=offer, start=THURSDAY, brief=BriefInput(question=QUESTION), held_for="v", now=NOW)

    assert THURSDAY not in starts(alice.mentor_profile)
    assert THURSDAY in starts(alice.mentor_profile, now=NOW + timedelta(minutes=10))


def test_what_waits_can_be_taken_for_free(alice, booking, offer):
    hold_slot(offer=offer, start=at("2026-11-26 10:00"), brief=BriefInput(question=QUESTION), held_for="v", now=NOW)

    timetables = load_timetables([alice.mentor_profile], now=NOW, ignore_pending=True)

    (taken,) = timetables[alice.mentor_profile.pk].taken
    assert instant_at(taken.first_minute) == THURSDAY


def test_a_hold_takes_its_time_without_a_buffer(alice, offer):
    alice.mentor_profile.schedule.buffer = 30
    alice.mentor_profile.schedule.save()
    hold_slot(offer=offer, start=at("2026-11-26 09:55"), brief=BriefInput(question=QUESTION), held_for="v", now=NOW)

    assert at("2026-11-26 09:00") in starts(alice.mentor_profile)


def test_a_completed_session_counts_for_the_cap_only(alice, booking):
    alice.mentor_profile.schedule.max_per_day = 1
    alice.mentor_profile.schedule.save()
    Booking.objects.filter(pk=booking.pk).update(state=BookingState.COMPLETED)
    booking.occupancies.all().delete()

    assert starts(alice.mentor_profile) == []


def test_time_off_closes_its_days(alice):
    TimeOff.objects.create(
        schedule=alice.mentor_profile.schedule, first=at("2026-11-26 00:00").date(), last=at("2026-11-26 00:00").date()
    )

    assert starts(alice.mentor_profile) == []


def test_a_pause_closes_the_days_before_it_ends(alice):
    alice.mentor_profile.paused_until = at("2026-11-27 00:00").date()
    alice.mentor_profile.save()

    assert starts(alice.mentor_profile) == []


def test_a_session_taken_elsewhere_blocks_but_counts_for_no_cap(alice, bob):
    alice.mentor_profile.schedule.max_per_day = 1
    alice.mentor_profile.schedule.save()
    book(make_mentor(make_person("dora@example.org", "Dora Dane")).offers.get(), alice)

    listed = starts(alice.mentor_profile)

    assert THURSDAY not in listed
    assert at("2026-11-26 10:00") in listed


@pytest.fixture
def once_a_week(db):
    """A mentor in London, open day and night, for one session a week."""
    always = [(weekday, 0, 1440) for weekday in range(1, 8)]
    person = make_person("lena@example.org", "Lena Lo")
    return make_mentor(person, windows=always, length=15, buffer=0, notice=0, max_per_week=1)


# On Sunday the 25th of October 2026 London's clocks go back: that week has an hour more than others.
@pytest.mark.parametrize("is_noted", [True, False], ids=["completed", "before-the-clock-has-got-to-it"])
@pytest.mark.parametrize(
    ("start", "free_this_week"),
    [
        pytest.param("2026-10-18 22:45", True, id="last-minutes-of-the-week-before"),
        pytest.param("2026-10-18 23:00", False, id="first-minutes-of-this-week"),
    ],
)
def test_a_weekly_cap_counts_the_whole_week_of_the_mentors_calendar(once_a_week, bob, start, free_this_week, is_noted):
    held = book(once_a_week.offers.get(), bob, at(start), now=at("2026-10-16 09:00"))
    if is_noted:
        complete_ended(now=held.end)
    now = at("2026-10-25 23:30")

    listed = load_timetable(once_a_week, now=now).slots(length=15, now=now, first=now, last=now + timedelta(hours=1))

    this_week = [at("2026-10-25 23:30"), at("2026-10-25 23:45")] if free_this_week else []
    assert [slot.start for slot in listed] == [*this_week, at("2026-10-26 00:00"), at("2026-10-26 00:15")]


def test_a_booking_meets_the_weekly_cap_until_midnight_of_the_mentor(once_a_week, bob, charlie):
    offer = once_a_week.offers.get()
    complete_ended(now=book(offer, bob, at("2026-10-18 23:00"), now=at("2026-10-16 09:00")).end)
    now = at("2026-10-25 23:30")

    with pytest.raises(SessionError) as refused:
        book(offer, charlie, at("2026-10-25 23:45"), now=now)

    assert refused.value.code == "week_cap"
    assert book(offer, charlie, at("2026-10-26 00:00"), now=now).start == at("2026-10-26 00:00")


def test_the_grid_is_the_same_at_every_hour_west_of_greenwich(db):
    person = make_person("lena@example.org", "Lena Lo", "America/Los_Angeles")
    profile = make_mentor(person, windows=[(2, 0, 23 * 60)], buffer=0, notice=0)
    # Monday opens 23:00–24:00 and touches Tuesday 00:00–23:00: the grid starts on Monday at 23:00.
    DateOverride.objects.create(schedule=profile.schedule, date=date(2026, 11, 23), minutes=[1380, 1440])
    first = at("2026-11-25 04:00")

    before, after = (
        load_timetable(profile, now=now).slots(length=25, now=now, first=first, last=first + timedelta(hours=2))
        for now in (at("2026-11-24 23:30"), first)
    )

    assert before == after
    assert len(before) > 0
