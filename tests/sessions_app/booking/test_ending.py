"""A suspended mentor's sessions ahead end, and nobody is blamed for it."""

from datetime import timedelta

import pytest

from mentors.services import suspend_profile
from notifications.models import Notification
from sessions_app.booking.ending import end_for_suspended
from sessions_app.invites.feeds import feed_bookings
from sessions_app.models import Booking, Engagement, Occupancy
from tests.conftest import NOW, at, make_mentor, make_person
from tests.markup import links_in, markup_of, stage_in
from tests.sessions_app.conftest import THURSDAY, book
from tests.sessions_app.helpers.written import ask, writes

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def suspend(maria, django_capture_on_commit_callbacks):
    def act(person, now=NOW):
        with django_capture_on_commit_callbacks(execute=True):
            suspend_profile(profile=person.mentor_profile, reason="Sold courses.", by=maria, now=now)

    return act


def states() -> list[str]:
    return list(Booking.objects.order_by("pk").values_list("state", flat=True))


def test_sessions_and_requests_with_a_suspended_mentor_end_and_those_with_others_stay(offer, bob, charlie, suspend):
    other = make_mentor(make_person("m@example.org", "Mo Mentor")).offers.get()
    book(offer, bob)
    offer.instant = False
    offer.save()
    book(offer, charlie, at("2026-11-26 16:00"))
    book(other, bob, at("2026-11-27 10:00"))

    suspend(offer.profile.person)

    assert states() == ["cancelled", "cancelled", "confirmed"]
    assert list(Occupancy.objects.values_list("booking__offer", flat=True).distinct()) == [other.pk]
    assert Engagement.objects.live().get().mentor == other.profile.person


def test_nobody_is_named_as_who_ended_it_and_it_is_not_late(offer, bob, suspend):
    booking = book(offer, bob)

    suspend(offer.profile.person, now=THURSDAY - 10 * MINUTE)

    booking.refresh_from_db()
    assert (booking.ended_by, booking.late, booking.reason, booking.cannot_take_place) == (None, False, "", True)
    assert booking.events.order_by("-pk").first().by is None


def test_both_are_told_and_it_leaves_their_calendars(offer, alice, bob, suspend):
    booking = book(offer, bob)

    suspend(alice)

    told = Notification.objects.filter(kind="cancelled", subject_id=booking.pk).order_by("recipient")
    assert set(told.values_list("recipient__email", flat=True)) == {alice.email, bob.email}
    booking.refresh_from_db()
    assert booking.sequence == 1
    assert [list(feed_bookings(person, now=NOW).values_list("state", flat=True)) for person in (alice, bob)] == [
        ["cancelled"],
        ["cancelled"],
    ]


def test_question_in_writing_ends_too(offer, alice, bob, suspend):
    written = ask(writes(offer.profile), bob)

    suspend(alice)

    written.refresh_from_db()
    assert (written.state, written.settled_by) == ("declined", None)
    assert Notification.objects.filter(kind="written_declined", recipient=bob).count() == 1


def test_what_is_over_stays(over, alice, suspend):
    suspend(alice, now=over.end + DAY)

    assert states() == ["completed"]


def test_clock_ends_what_was_booked_while_the_mentor_was_suspended(offer, alice, bob, suspend):
    suspend(alice)
    profile = offer.profile
    profile.state = "approved"
    profile.save()
    book(offer, bob)
    profile.state = "suspended"
    profile.save()

    assert [end_for_suspended(now=NOW), end_for_suspended(now=NOW)] == [1, 0]
    assert states() == ["cancelled"]


def test_page_names_others_who_can_help_instead_of_the_mentor(offer, alice, bob, suspend, client_for, now):
    booking = book(offer, bob)
    suspend(alice)

    page = markup_of(client_for(bob).get(f"/sessions/{booking.uuid}/"))

    assert stage_in(page) == "cancelled"
    assert not [link for link in links_in(page) if link.startswith("/mentors/alice-adair/")]
    assert [link for link in links_in(page) if link.startswith("/mentors/?")]
    assert client_for(alice).get(f"/sessions/{booking.uuid}/").status_code == 200
