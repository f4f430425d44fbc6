"""Freed time raced for: by those who wait, those who walk by, and two workers at once."""

import pytest

from sessions_app.models import Booking, BookingState, HeldTime, Occupancy
from sessions_app.services import cancel_booking, decline_time, give_freed_time, leave_line, take_time, wait_for_mentor
from tests.conftest import NOW, make_person

from .conftest import QUESTION, book
from .test_races import people, race

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def freed(offer):
    """alice's one time, which somebody has just given back; three people wait."""
    windows, schedule = offer.profile.schedule.windows, offer.profile.schedule
    windows.all().delete()
    windows.create(weekday=4, start=870, end=895)
    schedule.horizon_days = 6
    schedule.save()
    dora = make_person("dora@example.org", "Dora Dane")
    booking = book(offer, dora)
    for person in people(3):
        wait_for_mentor(profile=offer.profile, words=QUESTION, known=[], person=person, now=NOW)
    cancel_booking(booking=booking, by=dora, reason="", now=NOW)
    return offer


def test_two_workers_and_somebody_who_walks_by_give_the_time_to_one(freed):
    stranger = make_person("s@example.org", "Sam Stranger")
    acts = [lambda: give_freed_time(now=NOW), lambda: give_freed_time(now=NOW), lambda: book(freed, stranger)]

    outcomes = race(acts)

    booked = Booking.objects.filter(state=BookingState.CONFIRMED).count()
    assert booked + HeldTime.objects.count() == 1
    assert outcomes == {"won": 3} if booked else {"won": 2, "taken": 1}
    assert Occupancy.objects.count() == 2


def test_many_workers_hold_each_time_once_and_one_for_each_person(freed):
    freed.profile.schedule.windows.update(end=925)

    race([lambda: give_freed_time(now=NOW) for _ in range(6)])

    held = list(HeldTime.objects.order_by("booking__during").values_list("person__email", "answer"))
    assert held == [("p0@example.org", ""), ("p1@example.org", "")]


def test_taking_leaving_and_passing_on_at_once_come_to_one_end(freed):
    give_freed_time(now=NOW)
    held = HeldTime.objects.select_related("booking", "waiting", "person").get()
    bob = held.person

    outcomes = race(
        [
            lambda: take_time(held=held, question=QUESTION, by=bob, now=NOW),
            lambda: leave_line(waiting=held.waiting, by=bob, now=NOW),
            lambda: decline_time(held=held, by=bob, now=NOW),
        ]
    )

    held.refresh_from_db()
    held.booking.refresh_from_db()
    taken = held.answer == "taken"
    assert outcomes == {"won": 3} if taken else {"won": 2, "changed": 1}
    assert held.booking.state == (BookingState.CONFIRMED if taken else BookingState.EXPIRED)
    assert Occupancy.objects.filter(booking=held.booking).count() == (2 if taken else 0)
