"""Times that are held for a person and that their mentor takes back are free at once, for both of them."""

from datetime import timedelta

import pytest

from notifications.models import Notification, State
from sessions_app.availability.schedule import remove_time_off, set_time_off
from sessions_app.booking.changes import cancel_booking
from sessions_app.errors import SessionError
from sessions_app.models import Booking, BookingState, HeldTime, Occupancy, ReservedTime, TimeOff
from sessions_app.models.waiting import HeldTimeAnswer
from sessions_app.waiting import taking_back
from sessions_app.waiting.acts import leave_waitlist, wait_for_mentor
from sessions_app.waiting.handing_out import hand_out_freed_time
from sessions_app.waiting.taking_back import release_taken_back
from tests.conftest import NOW, make_mentor, make_person
from tests.sessions_app.conftest import QUESTION, THURSDAY, book

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def held(offer, bob, charlie) -> HeldTime:
    """alice's only time, which charlie had and which is held for bob now."""
    windows = offer.profile.schedule.windows
    windows.all().delete()
    windows.create(weekday=4, start=870, end=895)  # Thursdays, 14:30–14:55
    offer.profile.schedule.horizon_days = 6
    offer.profile.schedule.save()
    booking = book(offer, charlie)
    wait_for_mentor(profile=offer.profile, words=QUESTION, known=(), person=bob, now=NOW)
    cancel_booking(booking=booking, by=charlie, reason="ill", now=NOW)
    assert hand_out_freed_time(now=NOW) == 1
    return HeldTime.objects.select_related("booking", "waiting").get()


@pytest.fixture
def woken(monkeypatch) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr(taking_back, "wake_worker", found.append)
    return found


def take_day_off(mentor, now=NOW) -> TimeOff:
    day = THURSDAY.date()
    set_time_off(profile=mentor.mentor_profile, first=day, last=day, by=mentor, now=now)
    return TimeOff.objects.get()


def code_of(act) -> str:
    with pytest.raises(SessionError) as refused:
        act()
    return refused.value.code


def test_a_time_that_its_mentor_took_back_can_be_booked_once_they_are_free_again(held, offer, alice, bob, dora):
    remove_time_off(profile=alice.mentor_profile, time_off=take_day_off(alice), by=alice, now=NOW)
    assert release_taken_back(now=NOW) == 0
    assert code_of(lambda: book(offer, dora, now=NOW + MINUTE)) == "taken"

    row = take_day_off(alice)
    assert [release_taken_back(now=NOW + MINUTE) for _twice in range(2)] == [1, 0]
    assert not Occupancy.objects.filter(booking=held.booking).exists()
    assert not ReservedTime.objects.filter(until__gt=NOW + MINUTE).exists()
    leave_waitlist(waiting=held.waiting, by=bob, now=NOW + MINUTE)
    remove_time_off(profile=alice.mentor_profile, time_off=row, by=alice, now=NOW + MINUTE)
    assert book(offer, dora, now=NOW + MINUTE).state == BookingState.CONFIRMED


def test_its_person_owed_no_answer_keeps_their_place_and_can_book_others_then(held, alice, bob):
    other = make_mentor(make_person("priya@example.org", "Priya Patel"))
    theirs = other.offers.get()
    assert code_of(lambda: book(theirs, bob, now=NOW)) == "own_overlap"

    take_day_off(alice)
    release_taken_back(now=NOW)
    held.refresh_from_db()
    held.waiting.refresh_from_db()
    assert (held.answer, held.waiting.lapses, held.waiting.ended_at) == (HeldTimeAnswer.LAPSED, 0, None)
    assert Booking.objects.get(pk=held.booking_id).state == BookingState.EXPIRED
    assert Notification.objects.get(kind="held_time").state == State.OBSOLETE
    assert book(theirs, bob, now=NOW).state == BookingState.CONFIRMED


def test_a_time_that_is_still_its_mentors_stays_held(held, alice):
    assert release_taken_back(now=NOW) == 0
    held.refresh_from_db()
    assert held.answer == HeldTimeAnswer.OPEN

    take_day_off(alice)
    assert release_taken_back(now=NOW, seconds=-1) == 0


def test_a_worker_is_woken_where_something_is_held(held, alice, woken, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        row = take_day_off(alice)
    assert set(woken) == {taking_back.TASK}

    release_taken_back(now=NOW)
    woken.clear()
    with django_capture_on_commit_callbacks(execute=True):
        remove_time_off(profile=alice.mentor_profile, time_off=row, by=alice, now=NOW)
    assert woken == []
