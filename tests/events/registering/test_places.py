"""How many places there are, who can have one, and that the numbers are of this event and side."""

from datetime import timedelta

import pytest

from events.models import Place, Registration, RegistrationState, Side
from events.registering.figures import Expected, expected_after_absence, expected_meetings
from events.registering.places import PlaceCount, count_places, count_places_of, set_places, take_free_place
from tests.conftest import NOW
from tests.events.making import EVENING, come, make_event, make_guests
from tests.events.outcomes import refusal_of


def count(total: int, taken: int = 0, waiting: int = 0, kept: int = 0) -> PlaceCount:
    return PlaceCount(Side.MENTEE, total, taken, waiting, kept)


@pytest.mark.parametrize(
    ("places", "free", "is_open"),
    [
        (count(3), 3, 3),
        (count(3, taken=2), 1, 1),
        (count(3, taken=3), 0, 0),
        # Those who wait come first, and a place that is kept is nobody else's.
        (count(3, taken=1, waiting=1), 1, 2),
        (count(3, taken=1, waiting=1, kept=1), 1, 1),
        (count(3, taken=2, waiting=5, kept=1), 0, 0),
        (count(3, taken=1, waiting=5, kept=1), 0, 1),
        # More are in than there are places for: an organiser has taken some away.
        (count(1, taken=3), 0, 0),
    ],
)
def test_a_place_is_free_for_newcomers_or_open_for_those_who_wait(places, free, is_open):
    assert (places.free, places.open) == (free, is_open)


@pytest.mark.django_db
def test_places_are_counted_for_each_side_and_event(event, maria, alice):
    other = make_event(maria, start=EVENING + timedelta(days=1), places={Side.MENTEE: 5, Side.MENTOR: 1})
    guests = make_guests(3)
    for guest in guests:
        come(event, guest)
    come(event, alice, side=Side.MENTOR)
    come(other, guests[0])

    counts = count_places_of([event, other], NOW)

    assert counts[event.pk] == {
        Side.MENTEE: PlaceCount(Side.MENTEE, 2, 2, 1, 0),
        Side.MENTOR: PlaceCount(Side.MENTOR, 2, 1, 0, 0),
    }
    assert counts[other.pk] == {
        Side.MENTEE: PlaceCount(Side.MENTEE, 5, 1, 0, 0),
        Side.MENTOR: PlaceCount(Side.MENTOR, 1, 0, 0, 0),
    }


@pytest.mark.django_db
def test_many_events_are_counted_by_two_statements(event, maria, django_assert_num_queries):
    more = [make_event(maria, start=EVENING + timedelta(days=days)) for days in (1, 2, 3)]

    with django_assert_num_queries(2):
        count_places_of([event, *more], NOW)


@pytest.mark.django_db
def test_a_place_is_kept_until_the_moment_its_answer_was_due(event):
    waiting = [come(event, guest) for guest in make_guests(3)][2]
    Registration.objects.filter(pk=waiting.pk).update(answer_by=NOW)

    kept = [count_places(event, NOW + timedelta(seconds=seconds))[Side.MENTEE].kept for seconds in (-1, 0)]

    assert kept == [1, 0]


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["declined", "left", "over", "cancelled", "removed", "invited"])
def test_who_does_not_come_takes_no_place_and_waits_for_none(event, bob, state):
    registration = come(event, bob)
    Registration.objects.filter(pk=registration.pk).update(state=state, place=None)

    assert count_places(event, NOW)[Side.MENTEE] == PlaceCount(Side.MENTEE, 2, 0, 0, 0)


def numbers(event) -> list[int]:
    return list(Place.objects.filter(event=event, side=Side.MENTEE).values_list("number", flat=True))


@pytest.mark.django_db
def test_the_last_free_places_go_first_and_new_ones_get_new_numbers(event):
    set_places(event, Side.MENTEE, 4)
    first, second = make_guests(2)
    come(event, first)
    come(event, second)
    gone = Registration.objects.get(person=first)
    Registration.objects.filter(pk=gone.pk).update(state=RegistrationState.CANCELLED, place=None)

    set_places(event, Side.MENTEE, 2)
    assert numbers(event) == [1, 2]
    set_places(event, Side.MENTEE, 1)
    # Number 2 is taken, so it is the first that goes.
    assert numbers(event) == [2]
    set_places(event, Side.MENTEE, 3)
    assert numbers(event) == [2, 3, 4]
    set_places(event, Side.MENTEE, 3)
    assert numbers(event) == [2, 3, 4]
    assert Place.objects.filter(event=event, side=Side.MENTOR).count() == 2


@pytest.mark.django_db
def test_the_refusal_says_how_many_to_cancel_and_deletes_nothing(event):
    set_places(event, Side.MENTEE, 3)
    for guest in make_guests(2):
        come(event, guest)

    refusal = refusal_of(lambda: set_places(event, Side.MENTEE, 0))

    assert (refusal.code, refusal.field) == ("places_taken", "places_mentee")
    assert "2" in str(refusal.message)
    assert len(numbers(event)) == 3


@pytest.mark.django_db
def test_the_free_place_of_the_lowest_number_is_taken_and_only_of_this_side(event, bob):
    come(event, bob)

    assert take_free_place(event, Side.MENTEE).number == 2
    Place.objects.filter(event=event, side=Side.MENTEE).free().delete()
    assert take_free_place(event, Side.MENTEE) is None
    assert take_free_place(event, Side.MENTOR).number == 1


# Figures for organisers


@pytest.mark.parametrize(
    ("mentees", "mentors", "rounds", "group", "text"),
    [
        (60, 20, 6, 1, "2"),
        (60, 20, 6, 3, "6"),
        (10, 10, 6, 1, "6"),
        (24, 10, 6, 1, "2–3"),
        (3, 2, 6, 1, "2"),
        (2, 3, 6, 1, "3"),
        (1, 5, 3, 4, "3"),
        (5, 1, 3, 1, "0–1"),
        (0, 5, 6, 1, "0"),
        (5, 0, 6, 1, "0"),
    ],
)
def test_what_an_evening_can_give(mentees, mentors, rounds, group, text):
    expected = expected_meetings(mentees=mentees, mentors=mentors, rounds=rounds, group_size=group)

    assert str(expected) == text


@pytest.mark.parametrize("mentors", range(1, 7))
@pytest.mark.parametrize("mentees", range(1, 7))
def test_chairs_are_shared_out_as_evenly_as_anyone_could(mentees, mentors):
    """Deal the chairs of all rounds to the mentees one by one, to those with the fewest first."""
    rounds = 4
    had = [0] * mentees
    for _round in range(rounds):
        for person in sorted(range(mentees), key=had.__getitem__)[: min(mentors, mentees)]:
            had[person] = min(had[person] + 1, mentors)

    assert expected_meetings(mentees=mentees, mentors=mentors, rounds=rounds) == Expected(min(had), max(had))


def test_a_fifth_of_both_sides_is_expected_to_stay_away():
    fields = {"rounds": 6, "group_size": 1}

    some = expected_after_absence(mentees=60, mentors=20, **fields)

    assert some == expected_meetings(mentees=49, mentors=16, **fields) == Expected(1, 2)
    all_come = expected_after_absence(mentees=60, mentors=20, away=0, **fields)
    assert all_come == expected_meetings(mentees=60, mentors=20, **fields)
