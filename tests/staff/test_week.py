import pytest

from sessions_app.availability.wording import describe_times
from sessions_app.models import Booking, BookingState, Feedback, Resolution, Role
from staff.profiles import week_note
from staff.week import monday_of, week_facts
from tests.conftest import NOW, at, make_mentor, make_person
from tests.sessions_app.conftest import book

pytestmark = pytest.mark.django_db


def counts(zone: str = "Europe/London") -> list[int]:
    return [count for _, count in week_facts(NOW, zone).days]


def test_week_facts_of_an_empty_house(db):
    facts = week_facts(NOW, "Europe/London")

    assert (facts.sessions, facts.missed, facts.answers) == (0, 0, 0)
    assert (facts.helped_percent, facts.missed_percent, week_note(facts)) == (None, None, "As many as last week")
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


@pytest.mark.parametrize(
    ("windows", "rules", "words"),
    [
        (
            [(2, 1080, 1230), (4, 1080, 1230)],
            {"max_per_week": 2},
            "Tue and Thu, 18:00–20:30 (London), at most 2 a week",
        ),
        ([(1, 540, 600), (1, 780, 840)], {}, "Mon, 09:00–10:00 and 13:00–14:00 (London)"),
        ([(5, 540, 1440), (7, 0, 60)], {}, "Fri, 09:00–00:00; Sun, 00:00–01:00 (London)"),
        ([], {}, ""),
    ],
)
def test_describe_times(db, windows, rules, words):
    profile = make_mentor(make_person("w@example.org", "Wanda West"), windows=windows, **rules)

    assert describe_times(profile, False) == words


def test_describe_times_on_a_clock_of_twelve_hours(db):
    profile = make_mentor(make_person("w@example.org", "Wanda West"), windows=[(2, 1080, 1230)])

    assert describe_times(profile, True) == "Tue, 6:00–8:30 pm (London)"
