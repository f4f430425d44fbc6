from datetime import date, timedelta

import pytest

from mentors.models import MentorProfile, Offer
from notifications.models import Notification
from sessions_app.booking.requests import accept_booking, decline_booking, extend_request, withdraw_booking
from sessions_app.errors import SessionError
from tests.conftest import NOW, at
from tests.sessions_app.conftest import book

pytestmark = pytest.mark.django_db


def kinds_for(person) -> set[str]:
    return set(Notification.objects.filter(recipient=person).values_list("kind", flat=True))


def test_accept_booking_confirms_and_tells_both(request_for, alice, bob):
    booking = accept_booking(booking=request_for, by=alice, now=NOW)

    assert (booking.state, booking.confirmed_at, booking.expires_at) == ("confirmed", NOW, None)
    assert booking.occupancies.count() == 2
    assert {"accepted", "reminder_day", "reminder_hour"} <= kinds_for(bob) & kinds_for(alice)


def test_decline_booking_frees_the_time_and_tells_the_reason(request_for, ask_first, alice, bob, charlie):
    booking = decline_booking(booking=request_for, by=alice, reason="Away that day", now=NOW)

    booking.refresh_from_db()
    assert (booking.state, booking.reason, booking.ended_by) == ("declined", "Away that day", alice)
    assert booking.engagement.closed_at == NOW
    assert "declined" in kinds_for(bob)
    assert book(ask_first, charlie).state == "requested"


def test_extend_request_gives_one_more_day_once(request_for, alice):
    later = NOW + timedelta(hours=20)

    booking = extend_request(booking=request_for, by=alice, now=later)

    assert booking.expires_at == later + timedelta(hours=24)
    with pytest.raises(SessionError) as refused:
        extend_request(booking=booking, by=alice, now=later)
    assert refused.value.code == "extended"


@pytest.mark.parametrize("way", ["a break", "days off"])
def test_time_to_answer_counts_from_the_mentors_return(ask_first, bob, way):
    """Else each request lapses meanwhile, and two of them switch the offers off."""
    profile = ask_first.profile
    if way == "a break":
        MentorProfile.objects.filter(pk=profile.pk).update(paused_until=date(2026, 12, 5))
    else:
        profile.schedule.time_off.create(first=date(2026, 11, 23), last=date(2026, 12, 4))
    offer = Offer.objects.select_related("profile__schedule").get(pk=ask_first.pk)

    booking = book(offer, bob, at("2026-12-10 14:30"))

    assert booking.expires_at == at("2026-12-06 08:00")
    [reminder] = Notification.objects.filter(kind="request_waiting")
    assert reminder.due_at == at("2026-12-05 20:00")


def test_the_reminder_comes_after_half_of_a_wait_that_a_night_made_longer(ask_first, bob):
    booking = book(ask_first, bob, at("2026-12-10 14:30"), now=at("2026-11-24 23:30"))

    [reminder] = Notification.objects.filter(kind="request_waiting")
    assert (booking.expires_at, reminder.due_at) == (at("2026-11-26 10:00"), at("2026-11-25 16:45"))


def test_extend_request_keeps_what_was_told_about_the_request(request_for, alice):
    extend_request(booking=request_for, by=alice, now=NOW)

    request_for.refresh_from_db()
    assert (request_for.version, request_for.extended) == (0, True)


def test_withdraw_booking_frees_the_time_and_tells_the_mentor(request_for, alice, bob):
    booking = withdraw_booking(booking=request_for, by=bob, now=NOW)

    assert (booking.state, booking.occupancies.count()) == ("withdrawn", 0)
    assert "withdrawn" in kinds_for(alice)


@pytest.mark.parametrize("act", [accept_booking, extend_request])
def test_an_overdue_request_can_no_longer_be_answered(request_for, alice, act):
    with pytest.raises(SessionError) as refused:
        act(booking=request_for, by=alice, now=request_for.expires_at)

    assert refused.value.code == "not_waiting"


def test_only_the_mentor_answers(request_for, bob, charlie):
    for person in (bob, charlie):
        with pytest.raises(SessionError):
            accept_booking(booking=request_for, by=person, now=NOW)

    request_for.refresh_from_db()
    assert request_for.state == "requested"


def test_only_the_mentee_withdraws(request_for, alice):
    with pytest.raises(SessionError):
        withdraw_booking(booking=request_for, by=alice, now=NOW)


def test_a_confirmed_booking_has_nothing_to_answer(booking, alice):
    with pytest.raises(SessionError) as refused:
        decline_booking(booking=booking, by=alice, reason="", now=NOW)

    assert refused.value.code == "not_waiting"


def test_a_suspended_mentor_accepts_nothing(request_for, alice):
    MentorProfile.objects.update(state="suspended")

    with pytest.raises(SessionError) as refused:
        accept_booking(booking=request_for, by=alice, now=NOW)

    assert refused.value.code == "closed"
