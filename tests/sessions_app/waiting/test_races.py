"""Freed time raced for: by those who wait, those who walk by, and two workers at once."""

from collections import Counter
from datetime import timedelta
from threading import Event
from time import sleep

import pytest

from sessions_app.booking.changes import cancel_booking
from sessions_app.booking.clock import expire_overdue
from sessions_app.errors import SessionError
from sessions_app.models import Booking, BookingState, HeldTime, Occupancy, ReservedTime, WaitlistEntry
from sessions_app.waiting.acts import decline_time, leave_waitlist, take_time, wait_for_mentor
from sessions_app.waiting.handing_out import hand_out_freed_time
from tests.conftest import NOW, at, make_mentor, make_person
from tests.sessions_app.conftest import QUESTION, book
from tests.sessions_app.helpers.races import people, race

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def full(offer):
    """alice's one time, which somebody has."""
    windows, schedule = offer.profile.schedule.windows, offer.profile.schedule
    windows.all().delete()
    windows.create(weekday=4, start=870, end=895)
    schedule.horizon_days = 6
    schedule.save()
    return book(offer, make_person("dora@example.org", "Dora Dane"))


def stand_in_line(offer, count):
    for person in people(count):
        wait_for_mentor(profile=offer.profile, words=QUESTION, known=[], person=person, now=NOW)


def give_back(booking):
    cancel_booking(booking=booking, by=booking.mentee, reason="", now=NOW)


@pytest.fixture
def freed(full, offer):
    """They have just given it back; three people wait."""
    stand_in_line(offer, 3)
    give_back(full)
    return offer


def test_two_workers_and_somebody_who_walks_by_give_the_time_to_one(freed):
    stranger = make_person("s@example.org", "Sam Stranger")
    acts = [lambda: hand_out_freed_time(now=NOW), lambda: hand_out_freed_time(now=NOW), lambda: book(freed, stranger)]

    outcomes = race(acts)

    booked = Booking.objects.filter(state=BookingState.CONFIRMED).count()
    assert booked + HeldTime.objects.count() == 1
    assert outcomes == {"won": 3} if booked else {"won": 2, "taken": 1}
    assert Occupancy.objects.count() == 2


def test_many_workers_hold_each_time_once_and_one_for_each_person(freed):
    freed.profile.schedule.windows.update(end=925)

    race([lambda: hand_out_freed_time(now=NOW) for _ in range(6)])

    held = list(HeldTime.objects.order_by("booking__during").values_list("person__email", "answer"))
    assert held == [("p0@example.org", ""), ("p1@example.org", "")]


def test_taking_leaving_and_passing_on_at_once_come_to_one_end(freed):
    hand_out_freed_time(now=NOW)
    held = HeldTime.objects.select_related("booking", "waiting", "person").get()
    bob = held.person

    outcomes = race(
        [
            lambda: take_time(held=held, question=QUESTION, by=bob, now=NOW),
            lambda: leave_waitlist(waiting=held.waiting, by=bob, now=NOW),
            lambda: decline_time(held=held, by=bob, now=NOW),
        ]
    )

    held.refresh_from_db()
    held.booking.refresh_from_db()
    taken = held.answer == "taken"
    assert outcomes == {"won": 3} if taken else {"won": 2, "changed": 1}
    assert held.booking.state == (BookingState.CONFIRMED if taken else BookingState.EXPIRED)
    assert Occupancy.objects.filter(booking=held.booking).count() == (2 if taken else 0)


class Bystanders:
    """People who try to book the time again and again, from before something happens until a little after it has."""

    def __init__(self, offer, count=4):
        self.offer, self.over, self.codes = offer, Event(), Counter()
        self.people = [make_person(f"s{number}@example.org", f"Stranger {number}") for number in range(count)]

    def see(self, act):
        sleep(0.1)
        act()
        sleep(0.3)
        self.over.set()

    def acts(self):
        return [lambda person=person: self.try_to_book(person) for person in self.people]

    def try_to_book(self, person):
        last = False
        while not last:
            last = self.over.is_set()
            try:
                book(self.offer, person)
            except SessionError as refused:
                self.codes[refused.code] += 1
            else:
                self.codes["won"] += 1
                return


def test_between_freeing_and_the_workers_look_no_bystander_gets_in(full, offer):
    stand_in_line(offer, 2)
    bystanders = Bystanders(offer)

    race([lambda: bystanders.see(lambda: give_back(full)), *bystanders.acts()])

    assert set(bystanders.codes) == {"taken", "set_aside"}
    assert hand_out_freed_time(now=NOW) == 1
    held = HeldTime.objects.get()
    booked = take_time(held=held, question=QUESTION, by=held.person, now=NOW)
    assert (booked.mentee.email, booked.state) == ("p0@example.org", BookingState.CONFIRMED)


def test_while_the_worker_looks_no_bystander_gets_in(full, offer):
    stand_in_line(offer, 2)
    bystanders = Bystanders(offer)

    def give_back_and_look():
        give_back(full)
        hand_out_freed_time(now=NOW)

    race([lambda: bystanders.see(give_back_and_look), *bystanders.acts()])

    assert bystanders.codes["won"] == 0
    assert HeldTime.objects.get().person.email == "p0@example.org"
    assert Occupancy.objects.count() == 2


def test_as_a_held_time_runs_out_it_goes_down_the_line_past_all_bystanders(full, offer):
    stand_in_line(offer, 2)
    give_back(full)
    hand_out_freed_time(now=NOW)
    first = HeldTime.objects.get()
    Booking.objects.filter(pk=first.booking_id).update(expires_at=NOW - timedelta(seconds=1))
    WaitlistEntry.objects.update(since=NOW - timedelta(hours=2))
    bystanders = Bystanders(offer)

    def sweep():
        expire_overdue(now=NOW)
        hand_out_freed_time(now=NOW)

    race([lambda: bystanders.see(sweep), *bystanders.acts()])

    assert bystanders.codes["won"] == 0
    assert HeldTime.objects.open().get().person.email == "p1@example.org"


def test_with_nobody_in_line_one_of_the_bystanders_has_it_at_once(full, offer):
    bystanders = Bystanders(offer)

    race([lambda: bystanders.see(lambda: give_back(full)), *bystanders.acts()])

    assert (bystanders.codes["won"], bystanders.codes["set_aside"]) == (1, 0)


def test_without_setting_aside_a_bystander_is_quicker_than_the_worker(full, offer, settings):
    """The proof that the races above are races."""
    settings.RESERVED_FOR = timedelta(0)
    stand_in_line(offer, 2)
    bystanders = Bystanders(offer)

    race([lambda: bystanders.see(lambda: give_back(full)), *bystanders.acts()])

    assert bystanders.codes["won"] == 1
    assert hand_out_freed_time(now=NOW) == 0


def test_freeing_giving_and_booking_crosswise_never_wait_in_a_circle(offer):
    """Two mentors who are each other's mentees, both waited for: everybody's rows are locked from all sides."""
    alice = offer.profile.person
    bob = make_person("bob@example.org", "Bob Bose")
    bobs = make_mentor(bob).offers.get()
    for person in people(3):
        for profile in (offer.profile, bobs.profile):
            wait_for_mentor(profile=profile, words=QUESTION, known=[], person=person, now=NOW)
    one, other = book(offer, bob), book(bobs, alice, at("2026-11-27 10:00"))

    outcomes = race(
        [
            lambda: cancel_booking(booking=one, by=alice, reason="", now=NOW),
            lambda: cancel_booking(booking=other, by=bob, reason="", now=NOW),
            lambda: hand_out_freed_time(now=NOW),
            lambda: hand_out_freed_time(now=NOW),
            lambda: expire_overdue(now=NOW),
        ]
    )

    assert outcomes == {"won": 5}
    hand_out_freed_time(now=NOW)
    assert HeldTime.objects.open().count() == 3
    assert ReservedTime.objects.count() == 0
