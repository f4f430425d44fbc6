"""Who sits in a call: one window for each person, and what counts as joining."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from mentors.models import Format
from sessions_app.booking.changes import cancel_booking, move_booking
from sessions_app.models import AttendanceAct, Booking, RoomSeat, RoomSignal
from sessions_app.models.rooms import forget_rooms
from sessions_app.room.seats import take_seat
from tests.conftest import at
from tests.sessions_app.conftest import book
from tests.sessions_app.helpers.attendance import END, acts, after
from tests.sessions_app.helpers.followups import code_of

from .conftest import enter, offer_to

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def joined() -> list[str]:
    return [act.person.first_name for act in AttendanceAct.objects.filter(kind="joined")]


@pytest.mark.parametrize(("minutes", "code"), [(-10.1, "not_open"), (-10, None), (39.9, None), (40, "not_open")])
def test_room_is_open_as_long_as_a_call_is(booking, bob, minutes, code):
    if code:
        assert code_of(lambda: enter(booking, bob, now=after(minutes))) == code
    else:
        enter(booking, bob, now=after(minutes))
    assert RoomSeat.objects.count() == (0 if code else 1)


def test_entering_is_joining_and_coming_back_at_once_is_not(booking, bob):
    first = enter(booking, bob, now=after(0))
    again = enter(booking, bob, now=after(0) + 20 * SECOND)

    assert (RoomSeat.objects.count(), first.seat == again.seat, joined()) == (1, False, ["Bob"])
    again.ask(now=after(5))
    enter(booking, bob, now=after(5) + 29 * SECOND)
    assert joined() == ["Bob"]
    enter(booking, bob, now=after(10))
    assert [span.total_seconds() for _name, _kind, span in acts(booking)] == [0, 600]


def test_second_window_takes_over(booking, both, bob):
    old, other = both(after(0))
    new = enter(booking, bob, now=after(0) + 9 * SECOND, tab="two")

    assert code_of(lambda: old.ask(now=after(0) + 9 * SECOND)) == "seat_lost"
    assert other.ask(now=after(0) + 9 * SECOND).other.key == new.seat
    assert RoomSeat.objects.filter(person=bob, left_at=None).count() == 1
    enter(booking, bob, now=after(0) + 9 * SECOND, tab="one")
    assert code_of(lambda: new.ask(now=after(0) + 9 * SECOND)) == "seat_lost"
    assert sorted(joined()) == ["Alice", "Bob"]


def test_database_lets_nobody_sit_in_a_call_twice(booking, bob):
    enter(booking, bob, now=after(0))
    rows = {"booking": booking, "person": bob, "taken_at": after(0), "heard_at": after(0)}

    with pytest.raises(IntegrityError, match="nobody_sits_in_a_call_twice"), transaction.atomic():
        RoomSeat.objects.create(tab="two", **rows)


def test_who_is_not_heard_of_for_half_a_minute_has_gone(both):
    mine, other = both(after(0))

    assert mine.ask(now=after(0) + 29 * SECOND).other.key == other.seat
    assert mine.ask(now=after(0) + 30 * SECOND).other is None
    other.ask(now=after(1))
    assert mine.ask(now=after(1)).other.key == other.seat


def test_who_leaves_is_gone_at_once_and_may_come_back(both, booking, alice):
    mine, other = both(after(0))
    other.ask(leaves=True, now=after(0))

    assert mine.ask(now=after(0)).other is None
    assert code_of(lambda: other.ask(now=after(0))) == "seat_lost"
    back = enter(booking, alice, now=after(3))
    assert mine.ask(now=after(3)).other.key == back.seat


@pytest.mark.parametrize(
    "elsewhere", ["a chat", "own room", "service", "jitsi", "cancelled", "moved", "stranger", "staff"]
)
def test_nobody_enters_where_there_is_no_call_for_them(offer, alice, bob, charlie, maria, settings, elsewhere):
    if elsewhere == "a chat":
        offer.format = Format.CHAT
        offer.save()
    booking, person = book(offer, bob), bob
    code = "held_elsewhere"
    match elsewhere:
        case "own room":
            booking.offer.profile.schedule.meeting_url = "https://zoom.us/j/1"
            booking.offer.profile.schedule.save()
        case "service":
            settings.MEETING_URL = "https://meet.example.org/{token}"
        case "jitsi":
            settings.JITSI_DOMAIN = "meet.example.org"
        case "cancelled":
            cancel_booking(booking=booking, by=alice, reason="Ill", now=after(-9))
            code = "not_open"
        case "moved":
            move_booking(booking=booking, start=at("2026-11-27 10:00"), by=alice, now=after(-200))
            code = "not_open"
        case "stranger" | "staff":
            person, code = {"stranger": charlie, "staff": maria}[elsewhere], "not_yours"

    assert code_of(lambda: take_seat(booking=booking, by=person, tab="one", now=after(0))) == code
    assert (RoomSeat.objects.count(), joined()) == (0, [])


def test_call_ends_for_who_is_in_it_when_the_session_is_cancelled(both, booking, alice):
    mine, _other = both(after(-5))
    cancel_booking(booking=booking, by=alice, reason="Ill", now=after(-4))
    mine.booking = Booking.objects.get(pk=booking.pk)

    assert code_of(lambda: mine.ask(now=after(-3))) == "not_open"


def test_all_of_it_is_forgotten_fifteen_minutes_after_the_room_closed(both):
    mine, other = both(after(0))
    mine.ask(offer_to(other), now=after(0))
    assert (RoomSeat.objects.count(), RoomSignal.objects.count()) == (2, 1)

    assert forget_rooms(now=END + timedelta(minutes=29)) == 0
    assert forget_rooms(now=END + timedelta(minutes=30)) == 3
    assert (RoomSeat.objects.count(), RoomSignal.objects.count(), sorted(joined())) == (0, 0, ["Alice", "Bob"])
