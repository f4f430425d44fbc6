"""Busy in a calendar elsewhere: not offered, not bookable, and told apart from what is taken here."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from sessions_app.availability.busy_times import replace_busy_times
from sessions_app.availability.slots import Rules, why_not
from sessions_app.availability.timetable import load_timetable
from sessions_app.availability.walltime import minute_at_or_before
from sessions_app.errors import UnavailableTimeError
from sessions_app.models import BusyMinutes, BusySpan, Occupancy
from tests.conftest import NOW, at
from tests.sessions_app.conftest import THURSDAY, book
from tests.sessions_app.helpers.races import RACERS, race

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
CALENDAR = 7


def say_busy(person, *starts, length=HOUR, calendar=CALENDAR, now=NOW):
    spans = [(start, start + length) for start in starts]
    return replace_busy_times(person=person, calendar=calendar, spans=spans, now=now)


def starts_of(profile):
    timetable = load_timetable(profile, now=NOW)
    slots = timetable.slots(length=25, now=NOW, first=at("2026-11-26 00:00"), last=at("2026-11-27 00:00"))
    return [slot.start for slot in slots]


def test_busy_time_is_not_offered_and_keeps_no_buffer(alice):
    alice.mentor_profile.schedule.buffer = 15
    alice.mentor_profile.schedule.save()
    before = starts_of(alice.mentor_profile)
    begin = before[2]

    say_busy(alice, begin, length=timedelta(minutes=25))

    # With a buffer the two beside it would be gone as well.
    assert starts_of(alice.mentor_profile) == [start for start in before if start != begin]


def test_busy_time_is_refused_with_a_reason_and_a_time_that_can_be_had(alice, bob, offer):
    say_busy(alice, THURSDAY, length=timedelta(minutes=5))

    with pytest.raises(UnavailableTimeError) as refused:
        book(offer, bob, THURSDAY)

    assert refused.value.code == "busy_elsewhere"
    assert book(offer, bob, refused.value.earliest).start == refused.value.earliest


def test_what_is_taken_here_is_said_before_what_is_busy_elsewhere(alice, booking):
    say_busy(alice, THURSDAY)
    timetable = load_timetable(alice.mentor_profile, now=NOW)

    assert timetable.why_not(start=THURSDAY, length=25, now=NOW).code == "taken"


def test_busy_time_counts_for_no_cap(alice):
    alice.mentor_profile.schedule.max_per_day = 1
    alice.mentor_profile.schedule.save()

    say_busy(alice, THURSDAY)

    assert starts_of(alice.mentor_profile) != []


def test_booked_sessions_stay_and_may_overlap(alice, booking):
    say_busy(alice, THURSDAY)
    say_busy(alice, THURSDAY, calendar=CALENDAR + 1)

    assert Occupancy.objects.filter(booking=booking, person=alice).exists()
    assert BusySpan.objects.count() == 2


def test_mentee_who_is_busy_elsewhere_blocks_nobody(alice, bob, offer):
    say_busy(bob, THURSDAY)

    assert book(offer, bob, THURSDAY).start == THURSDAY


def test_what_was_said_is_replaced_and_only_what_differs_is_written(alice):
    say_busy(alice, THURSDAY, THURSDAY + 3 * HOUR)
    kept = BusySpan.objects.get(during__startswith=THURSDAY).pk

    assert say_busy(alice, THURSDAY, THURSDAY + 5 * HOUR)
    assert not say_busy(alice, THURSDAY, THURSDAY + 5 * HOUR)

    assert BusySpan.objects.get(during__startswith=THURSDAY).pk == kept
    assert list(BusySpan.objects.order_by("during").values_list("during__startswith", flat=True)) == [
        THURSDAY,
        THURSDAY + 5 * HOUR,
    ]


def test_one_calendar_says_nothing_of_another(alice):
    say_busy(alice, THURSDAY)
    say_busy(alice, THURSDAY, calendar=CALENDAR + 1)

    say_busy(alice)

    assert BusySpan.objects.get().calendar == CALENDAR + 1


def test_what_the_engine_reads_is_a_copy_of_all_spans_of_a_person(alice, bob):
    second = timedelta(seconds=1)
    say_busy(alice, THURSDAY + HOUR, calendar=CALENDAR + 1)
    say_busy(alice, THURSDAY + second, length=HOUR - 2 * second)
    say_busy(bob, THURSDAY, calendar=CALENDAR + 2)
    first = minute_at_or_before(THURSDAY)
    assert BusyMinutes.objects.get(person=alice).minutes == [first, first + 60, first + 60, first + 120]

    BusySpan.objects.filter(calendar=CALENDAR + 1).update(during=DateTimeTZRange(THURSDAY - HOUR, THURSDAY, "[)"))
    assert BusyMinutes.objects.get(person=alice).minutes == [first - 60, first, first, first + 60]

    say_busy(alice)
    say_busy(alice, calendar=CALENDAR + 1)
    assert BusyMinutes.objects.get().person == bob


@pytest.mark.django_db(transaction=True)
def test_calendars_that_are_read_at_once_leave_none_out(alice):
    starts = [THURSDAY + number * HOUR for number in range(RACERS)]

    race([partial(say_busy, alice, start, calendar=number) for number, start in enumerate(starts)])

    minutes = [minute_at_or_before(start) for start in starts]
    assert BusyMinutes.objects.get().minutes == [edge for first in minutes for edge in (first, first + 60)]


@pytest.mark.parametrize("count", [0, 1, 200])
def test_a_timetable_is_one_statement_however_busy(alice, count, django_assert_num_queries):
    say_busy(alice, *(THURSDAY + number * HOUR for number in range(count)))
    load_timetable(alice.mentor_profile, now=NOW)  # this connection prepares the statement

    with django_assert_num_queries(1):
        timetable = load_timetable(alice.mentor_profile, now=NOW)

    assert (len(timetable.busy), timetable.taken) == (count, ())


def test_what_is_over_is_not_read(alice):
    say_busy(alice, NOW - 2 * HOUR, NOW - HOUR)
    timetable = load_timetable(alice.mentor_profile, now=NOW + timedelta(seconds=1))

    assert list(timetable.busy) == []


def test_the_engine_needs_no_rows_to_say_busy():
    rules = Rules(zone="UTC", windows=tuple((day, 0, 1440) for day in range(1, 8)), notice=0)
    first = minute_at_or_before(THURSDAY)

    refusal = why_not(rules, [], start=THURSDAY, length=30, step=30, now=NOW, busy=[(first, first + 60)])

    assert (refusal.code, refusal.earliest) == ("busy_elsewhere", THURSDAY + HOUR)


@pytest.mark.parametrize("edges", [(None, THURSDAY), (THURSDAY, None), (THURSDAY, THURSDAY)])
def test_busy_time_begins_and_ends(alice, edges):
    with pytest.raises(IntegrityError), transaction.atomic():
        BusySpan.objects.create(person=alice, calendar=CALENDAR, during=DateTimeTZRange(*edges, "[)"))
