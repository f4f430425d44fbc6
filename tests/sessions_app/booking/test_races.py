"""What two people can race for, raced for with real connections: exactly the right number win."""

from datetime import timedelta
from itertools import pairwise

import pytest

from notifications.models import Notification
from notifications.registry import kind_named
from sessions_app.booking.changes import call_off_dates, cancel_booking, dates_mark, move_booking
from sessions_app.booking.clock import expire_overdue
from sessions_app.booking.counters import choose_time, counter_request
from sessions_app.booking.holds import claim_hold, hold_slot
from sessions_app.booking.requests import accept_booking, decline_booking
from sessions_app.booking.series import book_further
from sessions_app.models import Booking, Occupancy
from sessions_app.questions.brief_input import BriefInput
from tests.conftest import NOW, at, make_mentor
from tests.sessions_app.conftest import QUESTION, THURSDAY, book
from tests.sessions_app.helpers.races import RACERS, people, race

pytestmark = pytest.mark.django_db(transaction=True)


def test_many_racing_for_one_slot_one_wins(offer):
    acts = [lambda mentee=mentee: book(offer, mentee) for mentee in people(RACERS)]

    outcomes = race(acts)

    assert outcomes == {"won": 1, "taken": RACERS - 1}
    assert Booking.objects.count() == 1
    assert Occupancy.objects.count() == 2
    assert Notification.objects.filter(kind="booked").count() == 2


def test_many_racing_for_overlapping_slots_of_different_lengths_never_overlap(alice, offer):
    alice.mentor_profile.schedule.max_per_day = None
    long = alice.mentor_profile.offers.create(length=45, step=25)
    starts = [THURSDAY + timedelta(minutes=5 * number) for number in range(RACERS)]
    acts = [
        lambda mentee=mentee, start=start, chosen=chosen: book(chosen, mentee, start)
        for mentee, start, chosen in zip(people(RACERS), starts, [offer, long] * RACERS, strict=False)
    ]

    outcomes = race(acts)

    spans = sorted((booking.start, booking.end) for booking in Booking.objects.all())
    assert outcomes["won"] == len(spans) >= 1
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


def test_one_mentee_racing_for_many_mentors_at_once_gets_one(bob):
    offers = [make_mentor(person).offers.get() for person in people(RACERS)]

    outcomes = race([lambda offer=offer: book(offer, bob) for offer in offers])

    assert outcomes["won"] == 1
    assert outcomes["own_overlap"] + outcomes["taken"] == RACERS - 1
    assert Occupancy.objects.filter(person=bob).count() == 1


def test_one_mentee_racing_for_different_times_stays_within_the_limit(bob, settings):
    offers = [make_mentor(person).offers.get() for person in people(8)]
    acts = [
        lambda offer=offer, hour=hour: book(offer, bob, at("2026-11-26 09:00") + timedelta(hours=hour))
        for hour, offer in enumerate(offers)
    ]

    assert race(acts) == {"won": settings.MAX_OPEN_BOOKINGS, "too_many_open": 8 - settings.MAX_OPEN_BOOKINGS}


# Which of the two comes first differs from run to run: a few, so that both are seen.
@pytest.mark.parametrize("_round", range(3))
def test_two_people_who_book_each_other_at_one_time_get_one_session(alice, offer, bob, _round):
    bobs_offer = make_mentor(bob, windows=[(day, 540, 1440) for day in range(1, 6)]).offers.get()
    # 14:30 in London is 20:00 in Kolkata, on the grid of both.
    outcomes = race([lambda: book(offer, bob), lambda: book(bobs_offer, alice)])

    booking = Booking.objects.get()
    assert (outcomes["won"], outcomes.total()) == (1, 2)
    assert set(Occupancy.objects.values_list("person", "booking")) == {(alice.pk, booking.pk), (bob.pk, booking.pk)}


def test_the_day_cap_holds_in_a_race(alice, offer):
    schedule = alice.mentor_profile.schedule
    schedule.max_per_day = 2
    schedule.save()
    acts = [
        lambda mentee=mentee, hour=hour: book(offer, mentee, at("2026-11-26 09:00") + timedelta(minutes=30 * hour))
        for hour, mentee in enumerate(people(RACERS))
    ]

    assert race(acts) == {"won": 2, "day_cap": RACERS - 2}


def test_a_double_click_is_one_booking(offer, bob):
    outcomes = race([lambda: book(offer, bob, key="same")] * 6)

    assert outcomes == {"won": 6}
    assert Booking.objects.count() == 1
    assert Notification.objects.filter(kind="booked").count() == 2


def test_accept_against_accept_is_one_acceptance(request_for, alice):
    outcomes = race([lambda: accept_booking(booking=request_for, by=alice, now=NOW)] * 4)

    assert outcomes == {"won": 1, "not_waiting": 3}
    assert Notification.objects.filter(kind="accepted").count() == 2


def test_accept_against_decline_has_one_outcome(request_for, alice):
    acts = [
        lambda: accept_booking(booking=request_for, by=alice, now=NOW),
        lambda: decline_booking(booking=request_for, by=alice, reason="No", now=NOW),
    ]

    assert race(acts) == {"won": 1, "not_waiting": 1}
    request_for.refresh_from_db()
    assert request_for.occupancies.count() == (2 if request_for.state == "confirmed" else 0)


def test_cancel_against_move_leaves_one_truth(booking, alice, bob):
    acts = [
        lambda: cancel_booking(booking=booking, by=alice, reason="Ill", now=NOW),
        lambda: move_booking(booking=booking, start=at("2026-11-27 10:00"), by=bob, now=NOW),
    ]

    outcomes = race(acts)

    booking.refresh_from_db()
    # A move that came first can still be cancelled; a cancelled session can't be moved.
    assert booking.state == "cancelled"
    assert booking.occupancies.count() == 0
    assert outcomes["won"] == 1 + booking.moves


def test_two_moves_to_one_time_one_wins(offer, bob, charlie):
    first, second = book(offer, bob), book(offer, charlie, at("2026-11-26 10:00"))
    target = at("2026-11-27 10:00")

    outcomes = race(
        [
            lambda: move_booking(booking=first, start=target, by=bob, now=NOW),
            lambda: move_booking(booking=second, start=target, by=charlie, now=NOW),
        ]
    )

    assert outcomes == {"won": 1, "taken": 1}
    assert Occupancy.objects.count() == 4


def test_visitors_racing_to_hold_one_slot_one_wins(offer):
    def hold(number: int) -> None:
        hold_slot(offer=offer, start=THURSDAY, brief=BriefInput(question=QUESTION), held_for=f"v{number}", now=NOW)

    outcomes = race([lambda number=number: hold(number) for number in range(RACERS)])

    assert outcomes == {"won": 1, "taken": RACERS - 1}


def test_a_hold_claimed_twice_at_once_is_one_booking(offer, bob, charlie):
    held = hold_slot(offer=offer, start=THURSDAY, brief=BriefInput(question=QUESTION), held_for="v", now=NOW)

    both = (bob, charlie)
    outcomes = race([lambda person=person: claim_hold(booking=held, mentee=person, now=NOW) for person in both])

    assert outcomes == {"won": 1, "changed": 1}
    assert Occupancy.objects.count() == 2


def test_two_sweeps_expire_a_request_once(request_for):
    later = request_for.expires_at + timedelta(minutes=1)

    race([lambda: expire_overdue(now=later)] * 4)

    assert [event.to_state for event in request_for.events.all()] == ["requested", "expired"]
    assert Notification.objects.filter(kind="request_expired").count() == 1


WEEK = timedelta(days=7)


def test_two_series_at_once_are_all_or_nothing(booking, bob):
    one, other = [THURSDAY + WEEK, THURSDAY + 2 * WEEK], [THURSDAY + WEEK, THURSDAY + 3 * WEEK]

    def add(starts):
        return lambda: book_further(booking=booking, starts=starts, by=bob, now=NOW)

    assert race([add(one), add(other)]) == {"won": 1, "too_many_dates": 1}
    assert Booking.objects.exclude(pk=booking.pk).count() == 2
    assert Occupancy.objects.count() == 6
    assert Notification.objects.filter(kind="series_booked").count() == 2


def test_two_answers_at_once_are_told_in_one_mail(request_for, alice, bob):
    accept_booking(booking=request_for, by=alice, now=NOW)
    dates = [THURSDAY + WEEK, THURSDAY + 2 * WEEK]
    made = book_further(booking=request_for, starts=dates, by=bob, now=NOW)

    assert race([lambda one=one: accept_booking(booking=one, by=alice, now=NOW) for one in made]) == {"won": 2}
    rows = Notification.objects.filter(kind="series_accepted", recipient=bob).order_by("subject_version")
    assert [(row.subject_version, row.state) for row in rows] == [(1, "obsolete"), (2, "pending")]
    message = kind_named("series_accepted").render(rows[1], NOW)
    assert [str(one.uuid) in message.text for one in made] == [True, True]


def test_a_series_against_others_after_one_of_its_dates_is_all_or_nothing(booking, offer, bob):
    dates = [THURSDAY + WEEK, THURSDAY + 2 * WEEK]
    rivals = [lambda mentee=mentee: book(offer, mentee, dates[1]) for mentee in people(3)]

    outcomes = race([lambda: book_further(booking=booking, starts=dates, by=bob, now=NOW), *rivals])

    assert outcomes == {"won": 1, "taken": 3}
    assert Booking.objects.filter(mentee=bob).exclude(pk=booking.pk).count() in (0, 2)


FRIDAY, MONDAY, TUESDAY = at("2026-11-27 10:00"), at("2026-11-30 10:00"), at("2026-12-01 10:00")


@pytest.fixture
def countered(request_for, alice) -> Booking:
    return counter_request(booking=request_for, starts=[FRIDAY, MONDAY, TUESDAY], by=alice, now=NOW)


def test_nobody_gets_a_time_that_is_kept_for_the_mentee(countered, ask_first, alice, bob):
    later = NOW + timedelta(hours=1)
    others = [
        lambda person=person, start=start: book(ask_first, person, start, now=later)
        for person, start in zip(people(9), [FRIDAY, MONDAY, TUESDAY] * 3, strict=True)
    ]

    outcomes = race([*others, lambda: choose_time(booking=countered, start=MONDAY, by=bob, now=later)])

    countered.refresh_from_db()
    assert (countered.state, countered.start) == ("confirmed", MONDAY)
    assert Booking.objects.filter(during__startswith=MONDAY).count() == 1
    # The two that bob leaves go to one person each at most, and only once he has chosen.
    assert outcomes["won"] + outcomes["taken"] == 10
    assert Occupancy.objects.filter(person=alice).count() == outcomes["won"] <= 3


def test_choosing_against_taking_back_has_one_outcome(countered, alice, bob):
    acts = [
        lambda: choose_time(booking=countered, start=MONDAY, by=bob, now=NOW),
        lambda: decline_booking(booking=countered, by=alice, reason="Away", now=NOW),
        lambda: choose_time(booking=countered, start=TUESDAY, by=bob, now=NOW),
    ]

    assert race(acts) == {"won": 1, "not_waiting": 2}
    countered.refresh_from_db()
    assert countered.occupancies.count() == (2 if countered.state == "confirmed" else 0)
    assert Notification.objects.filter(kind__in=["chosen", "declined"], recipient=bob).count() == 1


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_calling_off_all_dates_against_a_move_of_one_ends_those_that_were_seen_or_none(booking, bob, request, who):
    [further] = book_further(booking=booking, starts=[THURSDAY + WEEK], by=bob, now=NOW)
    seen, by = dates_mark([further]), request.getfixturevalue(who)

    def call_off() -> None:
        call_off_dates(booking=booking, by=by, reason="", now=NOW, seen="0", others_seen=seen)

    outcomes = race([call_off, lambda: move_booking(booking=further, start=THURSDAY + 2 * WEEK, by=bob, now=NOW)])

    states = sorted(Booking.objects.values_list("state", flat=True))
    ended = outcomes == {"won": 1, "not_confirmed": 1} and states == ["cancelled", "cancelled"]
    moved = outcomes == {"won": 1, "stale": 1} and states == ["confirmed", "confirmed"]
    assert ended != moved
    assert Occupancy.objects.count() == (0 if ended else 4)
