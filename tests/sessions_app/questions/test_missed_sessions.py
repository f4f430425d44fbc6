"""Too many missed sessions, and the pause that follows them."""

from random import Random

import pytest
import time_machine
from django.conf import settings

from sessions_app.attendance.acts import join_call, say_absent, settle_silent
from sessions_app.attendance.disputes import contest_missed, decide_attendance
from sessions_app.errors import SessionError
from sessions_app.models import AttendanceKind, Booking
from sessions_app.questions.missed_sessions import RecentSessions
from tests.conftest import make_mentor, make_person
from tests.sessions_app.conftest import THURSDAY, book
from tests.sessions_app.helpers.attendance import DAY, END, MINUTE, after
from tests.sessions_app.helpers.followups import code_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def misses(bob):
    """misses(days, …): so many days before now, bob missed a session as a mentee."""

    def make(*days: int) -> list[Booking]:
        made = []
        for number, day in enumerate(days):
            offer = make_mentor(make_person(f"m{number}@example.org", f"Mentor {chr(65 + number)}")).offers.get()
            start = THURSDAY - day * DAY
            booking = book(offer, bob, start, now=start - 2 * DAY)
            join_call(booking=booking, by=offer.profile.person, now=start)
            say_absent(booking=booking, by=offer.profile.person, now=start + 5 * MINUTE)
            settle_silent(now=start + 15 * MINUTE)
            made.append(booking)
        return made

    return make


AHEAD = THURSDAY + DAY


def test_third_missed_session_pauses_booking_for_fourteen_days(misses, offer, bob):
    misses(70, 28, 14)
    # The last one ended at 14:55, two weeks before.
    refused = {"offer": offer, "mentee": bob, "start": AHEAD}

    assert code_of(lambda: book(**refused, now=THURSDAY + 24 * MINUTE)) == "paused"
    assert book(**refused, now=THURSDAY + 25 * MINUTE).state == "confirmed"


def test_pause_says_until_when(misses, offer, bob):
    misses(21, 14, 7)
    with pytest.raises(SessionError) as refused:
        book(offer, bob, AHEAD, now=THURSDAY)

    assert refused.value.code == "paused"
    assert [words in refused.value.message for words in ("3 sessions", "Thursday 3 December, 20:25")] == [True, True]


@pytest.mark.parametrize("days", [pytest.param((14, 7), id="two"), pytest.param((91, 14, 7), id="one long ago")])
def test_fewer_missed_sessions_pause_nothing(misses, offer, bob, days):
    misses(*days)

    assert book(offer, bob, AHEAD, now=THURSDAY).state == "confirmed"


def test_contested_session_does_not_count_until_it_is_decided(misses, offer, bob, maria):
    *_others, last = misses(21, 14, 7 - 1)
    contest_missed(booking=last, by=bob, words="I was there", now=last.end + DAY)
    assert book(offer, bob, AHEAD, now=THURSDAY).state == "confirmed"

    decide_attendance(booking=last, decision=AttendanceKind.MENTEE_MISSED, by=maria, reason="", now=THURSDAY)
    other = make_mentor(make_person("late@example.org", "Late Lou")).offers.get()
    assert code_of(lambda: book(other, bob, AHEAD, now=THURSDAY)) == "paused"


def test_sessions_that_the_mentor_missed_pause_nobody(booking, alice, bob, offer, settings):
    settings.MISSES_BEFORE_PAUSE = 1
    join_call(booking=booking, by=bob, now=after(0))
    say_absent(booking=booking, by=bob, now=after(5))
    settle_silent(now=after(15))

    with time_machine.travel(END):
        assert book(offer, bob, AHEAD, now=END).state == "confirmed"


@pytest.mark.parametrize(
    ("missed", "came", "paused"),
    [(3, 0, True), (3, 9, True), (3, 10, False), (2, 0, False), (6, 18, True), (6, 19, False)],
)
def test_pause_counts_shares_too(missed, came, paused):
    ends = [THURSDAY - number * DAY for number in range(missed)]

    assert RecentSessions(ends, came).is_too_many == paused


@pytest.mark.parametrize(("missed", "came", "near"), [(2, 0, True), (2, 9, True), (2, 10, False), (3, 0, False)])
def test_pause_is_near_when_one_more_brings_it(missed, came, near):
    ends = [THURSDAY - number * DAY for number in range(missed)]

    assert RecentSessions(ends, came).is_near_pause == near


def years_with_a_pause(*, a_month: int, misses: float, years: int = 400) -> float:
    """Of a hundred invented years of a person with so many sessions a month, how many have a pause in them."""
    random, paused = Random(1), 0
    for _year in range(years):
        days = sorted(random.uniform(0, 365) for _session in range(12 * a_month))
        log = [(THURSDAY + day * DAY, random.random() < misses) for day in days]
        paused += any(
            was_missed and RecentSessions(*lately(log[: number + 1], end)).is_too_many
            for number, (end, was_missed) in enumerate(log)
        )
    return 100 * paused / years


def lately(log, now) -> tuple[list, int]:
    recent = [(end, was_missed) for end, was_missed in log if end > now - settings.MISSES_COUNT_FOR]
    return sorted((end for end, was_missed in recent if was_missed), reverse=True), sum(
        not miss for _end, miss in recent
    )


def test_who_comes_to_nearly_all_of_many_sessions_is_not_paused_and_who_misses_half_is():
    assert years_with_a_pause(a_month=8, misses=0.05) < 12
    assert years_with_a_pause(a_month=2, misses=0.5) > 95
