"""What two people who part meet afterwards, in every place; and that nobody can tell from it that they are apart."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from mentors.models import Offer
from notifications.models import Notification, State
from search.indexing import write_profiles
from sessions_app.afterwards.feedback import give_feedback
from sessions_app.booking.changes import move_booking
from sessions_app.booking.counters import choose_time, counter_request
from sessions_app.booking.holds import claim_hold, hold_slot
from sessions_app.booking.requests import accept_booking
from sessions_app.booking.series import book_further
from sessions_app.conversation.files import add_file
from sessions_app.conversation.uploads import read_upload
from sessions_app.models import Booking, Engagement, HeldTime
from sessions_app.questions.brief_input import BriefInput
from sessions_app.waiting.acts import wait_for_mentor
from sessions_app.waiting.handing_out import hand_out_freed_time
from tests.apart import keep_apart
from tests.conftest import NOW, at, make_mentor, make_person
from tests.sessions_app.conftest import QUESTION, THURSDAY, book
from tests.sessions_app.helpers.documents import PDF
from tests.sessions_app.helpers.followups import code_of
from tests.sessions_app.helpers.messages import write
from tests.sessions_app.helpers.races import race
from tests.sessions_app.helpers.written import ask, writes
from trust.models import END_EVERYTHING, Separation, SeparationKind
from trust.separations import are_apart

pytestmark = pytest.mark.django_db
BLOCK, NOT_AGAIN = SeparationKind.BLOCK, SeparationKind.NOT_AGAIN
FRIDAY = at("2026-11-27 10:00")
BRIEF = BriefInput(question=QUESTION)
DAY = timedelta(days=1)
LONDON = "Europe/London"


def state_of(booking: Booking) -> str:
    booking.refresh_from_db()
    return booking.state


# What is agreed


def test_feedback_keeps_apart_until_the_answer_changes(over, alice, bob):
    give_feedback(booking=over, by=bob, now=over.end, answers={"resolution": "no", "again": "no"})
    assert Separation.objects.get().kind == NOT_AGAIN
    assert are_apart(alice.pk, bob.pk, now=over.end)

    give_feedback(booking=over, by=bob, now=over.end + DAY, answers={"resolution": "no", "again": "yes"})
    assert not are_apart(alice.pk, bob.pk, now=over.end + DAY)


@pytest.mark.parametrize("kind", [kind for kind in END_EVERYTHING if kind != SeparationKind.DECISION])
@pytest.mark.parametrize("by_mentor", [True, False])
def test_everything_ahead_ends_without_blame(offer, alice, bob, charlie, kind, by_mentor):
    agreed, of_others = book(offer, bob), book(offer, charlie, FRIDAY)
    offer.instant = False
    offer.save()

    keep_apart(*((alice, bob) if by_mentor else (bob, alice)), kind=kind)

    assert (state_of(agreed), agreed.ended_by, agreed.late, agreed.cannot_take_place) == (
        "cancelled",
        None,
        False,
        True,
    )
    assert state_of(of_others) == "confirmed"
    told = Notification.objects.filter(kind="cancelled", state=State.PENDING)
    assert set(told.values_list("recipient", flat=True)) == {alice.pk, bob.pk}
    assert not Engagement.objects.live().between(bob, alice).exists()


def test_requests_counter_offers_and_questions_end_too(request_for, alice, bob, dora):
    counter_request(booking=request_for, starts=[FRIDAY], by=alice, now=NOW)
    written = ask(writes(dora.mentor_profile), bob)

    keep_apart(bob, alice, kind=BLOCK)
    keep_apart(dora, bob, kind=BLOCK)

    written.refresh_from_db()
    assert (state_of(request_for), written.state, written.settled_by) == ("cancelled", "declined", None)


def test_saying_in_feedback_ends_nothing_that_is_agreed(booking, alice, bob):
    keep_apart(bob, alice)

    assert state_of(booking) == "confirmed"
    write(booking, bob)


def test_time_that_is_held_for_one_in_line_goes_to_the_next(offer, alice, bob, charlie):
    taken = book(offer, make_person("t@example.org", "Tia Taker"))
    profile = offer.profile
    for number, person in enumerate((bob, charlie)):
        moment = NOW + number * timedelta(seconds=1)
        wait_for_mentor(profile=profile, words="", known=[], person=person, now=moment)
    Booking.objects.filter(pk=taken.pk).update(state="cancelled")
    taken.occupancies.all().delete()
    hand_out_freed_time(now=NOW + timedelta(minutes=1))
    held = HeldTime.objects.get(person=bob)

    keep_apart(alice, bob, kind=BLOCK, now=NOW + timedelta(minutes=2))

    held.refresh_from_db()
    assert (held.answer, state_of(held.booking)) == ("lapsed", "expired")
    hand_out_freed_time(now=NOW + timedelta(minutes=3))
    assert HeldTime.objects.filter(person=bob, answer="").count() == 0


def test_conversation_is_over_and_the_files_of_the_other_are_gone(booking, alice, bob, client_for, now):
    write(booking, alice, "Send me your savings")
    engagement = booking.engagement
    files = {
        person: add_file(
            engagement=engagement, upload=read_upload(SimpleUploadedFile("cv.pdf", PDF)), by=person, now=NOW
        )
        for person in (alice, bob)
    }
    keep_apart(bob, alice, kind=BLOCK)
    engagement.refresh_from_db()

    assert code_of(lambda: write(booking, bob)) == "closed"

    def fetch(reader: User, owner: User) -> int:
        answer = client_for(reader).get(f"/files/{files[owner].uuid}/")
        if answer.streaming:
            b"".join(answer.streaming_content)  # a file that is read to its end is closed
        return answer.status_code

    seen = {(reader, owner): fetch(reader, owner) for reader in (alice, bob) for owner in (alice, bob)}
    assert seen == {(alice, alice): 200, (bob, bob): 200, (alice, bob): 404, (bob, alice): 404}


def test_news_that_neither_has_had_is_not_sent_any_more(over, alice, bob):
    write(over, alice, now=over.end)
    waiting = Notification.objects.filter(state=State.PENDING, recipient__in=(alice, bob))
    assert waiting.filter(kind__in=("feedback_request", "message")).count() > 1

    keep_apart(bob, alice, kind=BLOCK, now=over.end)

    assert list(waiting.values_list("kind", flat=True)) == []
    assert set(Notification.objects.filter(state=State.OBSOLETE).values_list("reason", flat=True)) >= {"apart"}


# What is new


@pytest.mark.parametrize("kind", [NOT_AGAIN, BLOCK])
@pytest.mark.parametrize("by_mentor", [True, False])
def test_nothing_new_can_be_agreed(ask_first, alice, bob, kind, by_mentor):
    request = book(ask_first, bob)
    ask_first.instant = True
    ask_first.save()
    hold = hold_slot(offer=ask_first, start=FRIDAY, brief=BRIEF, held_for="x", key="h", now=NOW)
    keep_apart(*((alice, bob) if by_mentor else (bob, alice)), kind=kind)

    assert code_of(lambda: book(ask_first, bob, FRIDAY + DAY * 3)) == "closed"
    assert code_of(lambda: claim_hold(booking=hold, mentee=bob, now=NOW)) == "closed"
    assert code_of(lambda: accept_booking(booking=request, by=alice, now=NOW)) in ("closed", "not_waiting")
    assert code_of(lambda: ask(writes(alice.mentor_profile), bob)) == "closed"


def test_agreed_session_is_not_moved_and_another_not_added(booking, alice, bob):
    keep_apart(alice, bob)

    assert code_of(lambda: move_booking(booking=booking, start=FRIDAY, by=bob, now=NOW)) == "closed"
    assert code_of(lambda: book_further(booking=booking, starts=[FRIDAY], by=bob, now=NOW, key="k")) == "closed"


def test_offered_times_cannot_be_chosen(request_for, alice, bob):
    counter_request(booking=request_for, starts=[FRIDAY], by=alice, now=NOW)
    keep_apart(alice, bob)

    assert code_of(lambda: choose_time(booking=request_for, start=FRIDAY, by=bob, now=NOW)) == "closed"


# Silence


def pages_of(client: Client, slug: str, offer: Offer) -> list[tuple[int, bytes]]:
    asked = (f"/mentors/{slug}/", f"/mentors/{slug}/?day=2026-11-27", f"/mentors/{slug}/?t=2026-11-27T10:00Z&q=Which")
    slots = f"/api/v1/mentors/{slug}/slots/?offer={offer.uuid}&from=2026-11-25&to=2026-12-05&timezone=UTC"
    found = [client.get(address) for address in (*asked, slots)]
    changing = rb'name="(csrfmiddlewaretoken|key)" value="[^"]*"|nonce-[\w=+/-]+'
    return [(one.status_code, re.sub(changing, b"", one.content)) for one in found]


@pytest.mark.parametrize("by_mentor", [True, False])
@pytest.mark.parametrize("kind", [NOT_AGAIN, BLOCK])
def test_who_is_apart_sees_to_the_byte_what_a_mentor_without_times_shows(
    offer, alice, bob, client_for, now, kind, by_mentor
):
    client, without = client_for(bob), offer.profile
    with_times = pages_of(client, without.slug, offer)
    windows = list(without.schedule.windows.all())
    without.schedule.windows.all().delete()
    expected = pages_of(client, without.slug, offer)
    for window in windows:
        window.save(force_insert=True)
    assert pages_of(client, without.slug, offer) == with_times != expected

    keep_apart(*((alice, bob) if by_mentor else (bob, alice)), kind=kind)

    assert pages_of(client, without.slug, offer) == expected


def test_as_many_statements_as_for_a_mentor_without_times(offer, alice, bob, client_for, now):
    client, page = client_for(bob), f"/mentors/{offer.profile.slug}/"

    def count() -> int:
        client.get(page)
        with CaptureQueriesContext(connection) as found:
            client.get(page)
        return len(found)

    windows = list(offer.profile.schedule.windows.all())
    offer.profile.schedule.windows.all().delete()
    write_profiles([offer.profile.pk])
    expected = count()
    for window in windows:
        window.save(force_insert=True)
    write_profiles([offer.profile.pk])
    keep_apart(alice, bob, kind=BLOCK)

    assert count() == expected


# Races


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(4))
def test_never_a_session_of_two_who_are_apart(turn):
    mentor = make_mentor(make_person("m@example.org", "Mo Mentor"))
    offer, mentee = mentor.offers.get(), make_person("b@example.org", "Bo Mentee")
    offer.instant = turn % 2 == 0
    offer.save()
    acts = [
        lambda: keep_apart(mentee, mentor.person, kind=BLOCK),
        lambda: keep_apart(mentor.person, mentee, kind=BLOCK),
    ]
    if offer.instant:
        acts += [lambda start=start: book(offer, mentee, start) for start in (THURSDAY, FRIDAY)]
    else:
        request = book(offer, mentee)
        acts.append(lambda: accept_booking(booking=request, by=mentor.person, now=NOW))

    race(acts)

    assert Booking.objects.filter(state__in=("confirmed", "requested", "held")).count() == 0
    assert are_apart(mentor.person_id, mentee.pk, now=NOW)
