"""Busy in a calendar of the reader's own: marked among a mentor's times, not hidden, and passed over as the soonest."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.availability.busy_times import replace_busy_times
from sessions_app.availability.reader_times import JoinedSpans, reader_times_of
from sessions_app.availability.slot_picker import SlotPicker, busy_times
from sessions_app.availability.timetable import Timetable
from tests.conftest import NOW, at
from tests.sessions_app.conftest import book
from tests.sessions_app.helpers.slots import rules_with

HOUR = timedelta(hours=1)
MIDNIGHT = at("2026-11-24 00:00")


def say_busy(person, start, end, *, calendar=7):
    return replace_busy_times(person=person, calendar=calendar, spans=[(start, end)], now=NOW)


def picker(*spans, **more):
    """Of a mentor with seven times a day on weekdays but Saturday and Sunday."""
    timetable = Timetable(rules_with(), ())
    return SlotPicker(timetable, 25, None, "UTC", at("2026-11-24 13:46"), elsewhere=JoinedSpans.join(spans), **more)


minutes = st.integers(0, 300).map(lambda number: MIDNIGHT + timedelta(minutes=number))
spans = st.tuples(minutes, minutes).filter(lambda span: span[0] < span[1])


@given(st.lists(spans, max_size=12), spans)
def test_joined_spans_overlap_as_each_does(several, asked):
    start, end = asked

    expected = any(first < end and start < last for first, last in several)

    assert JoinedSpans.join(several).overlap(start, end) == expected


def test_time_that_is_busy_elsewhere_is_marked_and_can_be_chosen():
    free = picker().open_picker()
    slots = [time.slot for time in free.times if not time.gone]

    view = picker((slots[1].start, slots[1].end)).open_picker()

    marked = [(time.slot, time.is_busy) for time in view.times if not time.gone]
    assert marked == [(slot, slot == slots[1]) for slot in slots]
    assert (view.free, view.days, view.has_busy) == (free.free, free.days, True)


def test_soonest_is_when_the_reader_has_time():
    first = picker().open_picker()

    view = picker((first.soonest.start, first.soonest.end + timedelta(days=2))).open_picker()

    assert view.soonest.start >= first.soonest.end + timedelta(days=2)
    assert (view.day, view.skipped) == (view.soonest.start.date(), first.day)


def test_a_day_that_was_asked_for_is_opened_however_busy():
    day = date(2026, 12, 9)

    view = picker((at("2026-12-09 00:00"), at("2026-12-10 00:00"))).open_picker(day=day)

    assert (view.day, view.skipped) == (day, None)
    assert all(time.is_busy for time in view.times)


def test_who_is_busy_all_the_time_sees_the_soonest_of_all():
    first = picker().open_picker()

    view = picker((MIDNIGHT, MIDNIGHT + timedelta(days=900))).open_picker()

    assert (view.soonest, view.day, view.skipped) == (first.soonest, first.day, None)


def test_what_is_taken_is_not_marked_too():
    first = picker().open_picker().soonest

    view = picker((first.start, first.end), busy=[(first.start, first.end)]).open_picker(day=first.start.date())

    assert [(time.gone, time.own, time.is_busy) for time in view.times if time.slot == first] == [(True, True, False)]


@pytest.mark.django_db
@pytest.mark.parametrize("count", [0, 1, 300])
def test_all_is_read_by_one_statement(bob, offer, count, django_assert_num_queries):
    book(offer, bob)
    busy = [(NOW + number * 2 * HOUR, NOW + number * 2 * HOUR + HOUR) for number in range(count)]
    replace_busy_times(person=bob, calendar=7, spans=busy, now=NOW)

    with django_assert_num_queries(1):
        found = reader_times_of(bob, now=NOW)

    assert found.sessions == busy_times(bob, now=NOW)
    assert len(found.sessions) == 1
    assert list(zip(found.elsewhere.starts, found.elsewhere.ends, strict=True)) == busy


@pytest.mark.django_db
def test_others_and_what_is_over_are_not_read(alice, bob):
    say_busy(alice, NOW, NOW + HOUR)
    say_busy(bob, NOW - 2 * HOUR, NOW - HOUR, calendar=8)

    assert reader_times_of(bob, now=NOW) == ([], JoinedSpans())


def test_visitors_are_never_busy(django_assert_num_queries):
    assert reader_times_of(None, now=NOW) == ([], JoinedSpans())
