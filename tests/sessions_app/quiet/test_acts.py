"""Mentors of whom nobody hears: when they are asked, when only times stay, when they rest, and how they come back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from mentors.models import MentorProfile, ProfileState
from mentors.resting import note_sign
from mentors.services import suspend_profile
from notifications.models import Notification
from search.models import MentorIndex
from sessions_app.booking.clock import expire_overdue
from sessions_app.booking.requests import accept_booking
from sessions_app.models import Booking, BookingState, WaitlistEntry
from sessions_app.quiet.acts import end_for_resting, quiet_mentors, rest_quiet_mentors, say_away, say_here, say_stop
from sessions_app.waiting.acts import wait_for_mentor
from tests.conftest import NOW
from tests.markup import alerts_in, markup_of
from tests.sessions_app.conftest import QUESTION, THURSDAY, book
from tests.sessions_app.helpers.followups import code_of
from tests.sessions_app.helpers.races import race, someone_waits_for_a_lock

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


@pytest.fixture
def profile(offer, alice) -> MentorProfile:
    """alice, of whom we heard last at NOW."""
    MentorProfile.objects.filter(person=alice).update(seen_at=NOW, approved_at=NOW - DAY)
    return alice.mentor_profile


def without_times(profile: MentorProfile) -> None:
    profile.schedule.windows.all().delete()


def told() -> list[str]:
    kinds = ("quiet_question", "asking_first_off", "mentor_resting", "waiting_moved_on")
    return list(Notification.objects.filter(kind__in=kinds).order_by("pk").values_list("kind", flat=True))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("after", "has_times", "kinds"),
    [
        pytest.param(21 * DAY - SECOND, False, [], id="not-yet"),
        pytest.param(21 * DAY, False, ["quiet_question"], id="three-weeks-without-times"),
        pytest.param(21 * DAY, True, [], id="three-weeks-with-times"),
        pytest.param(45 * DAY - SECOND, True, [], id="nearly-resting"),
        pytest.param(45 * DAY, True, ["mentor_resting"], id="resting"),
    ],
)
def test_what_follows_silence_at_each_moment(profile, after, has_times, kinds):
    if not has_times:
        without_times(profile)

    for _run in range(2):
        rest_quiet_mentors(now=NOW + after)

    assert told() == kinds


@pytest.mark.django_db
def test_question_comes_once_in_each_silence(profile):
    without_times(profile)
    rest_quiet_mentors(now=NOW + 22 * DAY)
    note_sign(profile.person_id, now=NOW + 23 * DAY)
    rest_quiet_mentors(now=NOW + 40 * DAY)
    assert told() == ["quiet_question"]

    rest_quiet_mentors(now=NOW + 45 * DAY)

    assert told() == ["quiet_question"] * 2


@pytest.mark.django_db
@pytest.mark.parametrize("sign", ["last_login", "answer", "away"])
def test_signs_of_life_keep_a_mentor_from_resting(profile, alice, bob, offer, sign):
    later = NOW + 40 * DAY
    match sign:
        case "last_login":
            type(alice).objects.filter(pk=alice.pk).update(last_login=later)
        case "answer":
            offer.instant = False
            offer.save()
            booking = book(offer, bob, THURSDAY + 42 * DAY, now=later)
            accept_booking(booking=booking, by=alice, now=later)
        case "away":
            MentorProfile.objects.update(paused_until=(NOW + 60 * DAY).date())

    assert not quiet_mentors(NOW + 46 * DAY).exists()


@pytest.mark.django_db
def test_resting_profile_is_out_of_search_cannot_be_booked_and_all_comes_back(profile, offer, bob):
    rest_quiet_mentors(now=NOW + 45 * DAY)
    profile.refresh_from_db()
    now = NOW + 46 * DAY
    start = THURSDAY + 49 * DAY
    assert (profile.is_resting, MentorIndex.objects.filter(profile=profile).exists()) == (True, False)
    assert code_of(lambda: book(offer, bob, start, now=now)) == "closed"

    say_here(profile=profile, now=now)

    assert MentorIndex.objects.filter(profile=profile).exists()
    assert book(offer, bob, start, now=now).state == BookingState.CONFIRMED
    assert not quiet_mentors(now + DAY).exists()


@pytest.mark.django_db
def test_what_waits_for_a_resting_mentor_ends_and_who_waits_is_told(profile, offer, bob, charlie):
    offer.instant = False
    offer.save()
    request = book(offer, bob, now=NOW)
    wait_for_mentor(profile=profile, words=QUESTION, known=[], person=charlie, now=NOW)
    say_stop(profile=profile, now=NOW + SECOND)

    assert (end_for_resting(now=NOW + SECOND), end_for_resting(now=NOW + SECOND)) == (2, 0)

    request.refresh_from_db()
    assert (request.state, request.ended_by) == (BookingState.CANCELLED, None)
    assert WaitlistEntry.objects.get().ended == "away"
    assert told() == ["waiting_moved_on"]


@pytest.mark.django_db(transaction=True)
def test_who_waits_for_a_mentor_who_comes_back_meanwhile_keeps_their_place(profile, charlie):
    wait_for_mentor(profile=profile, words=QUESTION, known=[], person=charlie, now=NOW)
    say_stop(profile=profile, now=NOW + SECOND)

    def end() -> int:
        try:
            return end_for_resting(now=NOW + 2 * SECOND)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            say_here(profile=profile, now=NOW + 2 * SECOND)
            ending = pool.submit(end)
            while not someone_waits_for_a_lock():
                assert not ending.done()

        assert ending.result() == 0
    assert WaitlistEntry.objects.get().ended_at is None
    assert told() == []


@pytest.mark.django_db
def test_two_requests_without_an_answer_put_away_offers_that_ask_first(profile, offer, bob, charlie):
    offer.instant = False
    offer.save()
    profile.offers.create(length=15, instant=True)
    for number, mentee in enumerate((bob, charlie)):
        book(offer, mentee, THURSDAY + number * timedelta(hours=1))
        expire_overdue(now=NOW + 2 * DAY)
        rest_quiet_mentors(now=NOW + 2 * DAY)
        assert profile.offers.active().count() == 2 - number
    assert told() == ["asking_first_off"]

    say_here(profile=profile, now=NOW + 3 * DAY)
    rest_quiet_mentors(now=NOW + 3 * DAY)

    assert profile.offers.active().count() == 2
    assert told() == ["asking_first_off"]


@pytest.mark.django_db
def test_away_until_a_day_ends_the_rest(profile, alice):
    say_stop(profile=profile, now=NOW)

    say_away(profile=profile, until=date(2026, 12, 20), by=alice, now=NOW)

    profile.refresh_from_db()
    assert (profile.is_resting, profile.paused_until) == (False, date(2026, 12, 20))


@pytest.mark.django_db
def test_suspension_ends_a_rest_and_only_a_live_profile_rests(profile, maria):
    say_stop(profile=profile, now=NOW)

    suspend_profile(profile=profile, reason="Spam", by=maria, now=NOW)

    profile.refresh_from_db()
    assert (profile.state, profile.resting_since) == (ProfileState.SUSPENDED, None)
    with pytest.raises(IntegrityError, match="only_a_live_profile_rests"), transaction.atomic():
        MentorProfile.objects.update(resting_since=NOW)


@pytest.mark.django_db(transaction=True)
def test_many_runs_at_once_tell_a_mentor_once(profile):
    without_times(profile)

    race([lambda: rest_quiet_mentors(now=NOW + 45 * DAY)] * 4)

    assert told() == ["mentor_resting"]
    assert not Booking.objects.exists()


@pytest.mark.django_db
def test_page_takes_each_answer(client_for, profile, alice, now):
    client, page = client_for(alice), "/mentor/still-here/"
    assert client.get(page).status_code == 200
    sent = [
        client.post(page, data).status_code
        for data in (
            {},
            {"answer": "away"},
            {"answer": "away", "until": "2020-01-01"},
            {"answer": "stop"},
            {"answer": "here"},
            {"answer": "away", "until": "2026-12-20"},
        )
    ]

    assert sent == [409, 422, 409, 302, 302, 302]
    profile.refresh_from_db()
    assert (profile.is_resting, profile.paused_until) == (False, date(2026, 12, 20))


@pytest.mark.django_db
def test_who_was_never_away_is_not_told_that_they_can_be_booked_again(client_for, profile, alice, now):
    """They were asked because they have no free times."""
    profile.schedule.windows.all().delete()
    client, page = client_for(alice), "/mentor/still-here/"

    here, _stop, back = (client.post(page, {"answer": answer}, follow=True) for answer in ("here", "stop", "here"))

    said = [alerts_in(markup_of(answer)) for answer in (here, back)]
    assert ["Welcome" in words for [words] in said] == [False, True]
    assert not any("book you" in words for [words] in said)
