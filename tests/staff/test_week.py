import pytest

from sessions_app.models import Booking, BookingState, Feedback, Resolution, Role
from staff.home import week_note
from staff.week import monday_of, week_facts
from tests.conftest import NOW, at
from tests.sessions_app.conftest import book

pytestmark = pytest.mark.django_db


def counts(zone: str = "Europe/London") -> list[int]:
    return [count for _, count in week_facts(NOW, zone).days]


def test_week_facts_of_an_empty_house(db):
    facts = week_facts(NOW, "Europe/London")

    assert (facts.sessions, facts.missed, facts.answers) == (0, 0, 0)
    assert (facts.helped_percent, facts.missed_percent, week_note(facts)) == (None, None, "Same as last week")
    assert [day.day for day, _ in facts.days] == [23, 24, 25, 26, 27, 28, 29]


def test_week_facts_count_sessions_on_the_readers_days(offer, bob, charlie):
    book(offer, bob, at("2026-11-26 14:30"))
    book(offer, charlie, at("2026-11-27 09:00"))

    assert counts("Europe/London") == [0, 0, 0, 1, 1, 0, 0]
    assert counts("Pacific/Auckland") == [0, 0, 0, 0, 2, 0, 0]


def test_week_facts_know_who_was_missed_and_helped(offer, bob, charlie):
    missed = book(offer, bob, at("2026-11-26 14:30"))
    helped = book(offer, charlie, at("2026-11-27 09:00"))
    Booking.objects.filter(pk=missed.pk).update(state=BookingState.MENTEE_NO_SHOW)
    Booking.objects.filter(pk=helped.pk).update(state=BookingState.COMPLETED)
    Feedback.objects.create(
        booking=helped, author=charlie, role=Role.MENTEE, resolution=Resolution.PARTLY, created_at=NOW
    )
    Feedback.objects.create(
        booking=helped, author=offer.profile.person, role=Role.MENTOR, resolution=Resolution.NO, created_at=NOW
    )

    facts = week_facts(NOW, "Europe/London")

    assert (facts.sessions, facts.missed, facts.missed_percent) == (2, 1, 50)
    assert (facts.answers, facts.helped, facts.helped_percent) == (1, 1, 100)
    assert week_note(facts) == "2 more than last week"


def test_missed_sessions_are_a_share_of_those_that_are_over(offer, bob, charlie):
    missed = book(offer, bob, at("2026-11-26 14:30"))
    book(offer, charlie, at("2026-11-27 09:00"))
    Booking.objects.filter(pk=missed.pk).update(state=BookingState.MENTEE_NO_SHOW)

    facts = week_facts(NOW, "Europe/London")

    assert (facts.sessions, facts.over, facts.missed, facts.missed_percent) == (2, 1, 1, 100)


def test_week_facts_leave_out_what_was_called_off_and_other_weeks(offer, bob, charlie):
    book(offer, bob, at("2026-12-03 14:30"))
    cancelled = book(offer, charlie, at("2026-11-27 09:00"))
    Booking.objects.filter(pk=cancelled.pk).update(state=BookingState.CANCELLED)

    assert week_facts(NOW, "Europe/London").sessions == 0


def test_week_facts_take_three_queries(offer, bob, django_assert_num_queries):
    book(offer, bob)

    with django_assert_num_queries(3):
        week_facts(NOW, "Asia/Kolkata")


@pytest.mark.parametrize(
    ("moment", "zone", "monday"),
    [
        ("2026-11-24 13:46", "Europe/London", "2026-11-23 00:00"),
        ("2026-11-23 04:00", "America/New_York", "2026-11-16 05:00"),
        ("2026-10-26 12:00", "Europe/Berlin", "2026-10-25 23:00"),
        ("2026-10-25 12:00", "Europe/Berlin", "2026-10-18 22:00"),
    ],
)
def test_monday_of(moment, zone, monday):
    assert monday_of(at(moment), zone) == at(monday)
