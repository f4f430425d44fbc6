"""“Never again” ends a pairing without a word to the mentor."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from mentors.models import Offer
from notifications.models import Notification
from search.criteria import SearchCriteria, When
from search.finding import find_mentors, list_relaxations
from sessions_app.afterwards.feedback import give_feedback
from sessions_app.booking.clock import complete_ended
from sessions_app.booking.holds import claim_hold, hold_slot
from sessions_app.booking.notices.emails import BookingForReader, soonest_elsewhere
from sessions_app.errors import SessionError
from sessions_app.models import Booking, Feedback
from sessions_app.questions.brief_input import BriefInput
from sessions_app.questions.limits import closed_error
from tests.conftest import at, make_mentor, make_person
from tests.markup import links_in, markup_of, text_of
from tests.sessions_app.conftest import QUESTION, THURSDAY, book

pytestmark = pytest.mark.django_db
LONDON = "Europe/London"
AFTER = THURSDAY + timedelta(hours=3)
FRIDAY = at("2026-11-27 10:00")


@pytest.fixture
def parted(booking, bob) -> Booking:
    """Bob has met alice and does not want to meet her again."""
    complete_ended(now=AFTER)
    give_feedback(booking=booking, by=bob, now=AFTER, answers={"resolution": "no", "again": "no"})
    return booking


@pytest.fixture
def dora(db) -> Offer:
    return make_mentor(make_person("dora@example.org", "Dora Dane")).offers.get()


def names(person, wish=None) -> list[str]:
    found = find_mentors(wish or SearchCriteria(), zone=LONDON, now=AFTER, mentee=person)
    return sorted(match.profile.name for match in found.matches)


@pytest.mark.parametrize("words", ["", "counter-offer"])
def test_find_mentors_leaves_out_whom_this_mentee_never_wants_to_meet_again(parted, bob, charlie, dora, words):
    found = {
        who: names(person, SearchCriteria(words=words))
        for who, person in (("bob", bob), ("charlie", charlie), ("visitor", None))
    }

    assert found == {
        "bob": ["Dora Dane"],
        "charlie": ["Alice Adair", "Dora Dane"],
        "visitor": ["Alice Adair", "Dora Dane"],
    }


@pytest.mark.parametrize("again", ["yes", "other_topics", ""])
def test_find_mentors_keeps_whom_this_mentee_would_ask_again(booking, bob, again):
    complete_ended(now=AFTER)
    give_feedback(booking=booking, by=bob, now=AFTER, answers={"resolution": "no", "again": again})

    assert names(bob) == ["Alice Adair"]


def test_what_the_mentor_says_ends_no_pairing(booking, alice, bob):
    complete_ended(now=AFTER)
    give_feedback(booking=booking, by=alice, now=AFTER, answers={"resolution": "no", "right_person": False})

    assert names(bob) == ["Alice Adair"]


def test_relaxations_do_not_promise_whom_the_list_leaves_out(parted, bob):
    wish = SearchCriteria(format="phone", when=When.ANY)

    found = [list_relaxations(wish, zone=LONDON, now=AFTER, mentee=person) for person in (bob, None)]

    assert [[(name, count) for name, _wish, count in rows] for rows in found] == [[], [("format", 1)]]


def test_booking_is_refused_in_words_that_tell_nothing(parted, bob, offer):
    with pytest.raises(SessionError) as refused:
        book(offer, bob, FRIDAY, now=AFTER)

    told = closed_error(offer.profile)
    assert (refused.value.code, refused.value.message) == ("closed", told.message)


def test_a_visitors_hold_is_refused_to_them_when_they_sign_in(parted, bob, offer):
    held = hold_slot(offer=offer, start=FRIDAY, brief=BriefInput(question=QUESTION), held_for="v", now=AFTER)

    with pytest.raises(SessionError) as refused:
        claim_hold(booking=held, mentee=bob, now=AFTER)

    assert refused.value.code == "closed"


def test_the_mentor_can_be_booked_by_others_and_the_mentee_can_book_others(parted, bob, charlie, offer, dora):
    states = [book(of, person, FRIDAY, now=AFTER).state for of, person in ((offer, charlie), (dora, bob))]

    assert states == ["confirmed", "confirmed"]


def test_two_mentors_who_meet_both_ways_part_both_ways(parted, alice, bob):
    """Bob mentors too."""
    offer = make_mentor(bob).offers.get()

    with pytest.raises(SessionError) as refused:
        book(offer, alice, FRIDAY, now=AFTER)

    assert refused.value.code == "closed"


def test_pages_leave_the_mentor_out_for_this_mentee_only(parted, bob, dora, client_for):
    with time_machine.travel(AFTER, tick=False):
        own = [client_for(bob).get(path).content.decode() for path in ("/", "/mentors/")]
        others = [Client().get(path).content.decode() for path in ("/", "/mentors/")]

    assert [("Alice Adair" in page, "Dora Dane" in page) for page in own] == [(False, True)] * 2
    assert ["Alice Adair" in page for page in others] == [True, True]


def test_the_sessions_page_offers_no_second_session(parted, bob, client_for):
    with time_machine.travel(AFTER, tick=False):
        parted_page = markup_of(client_for(bob).get(f"/sessions/{parted.uuid}/"))
        Feedback.objects.update(again="")
        usual = markup_of(client_for(bob).get(f"/sessions/{parted.uuid}/"))

    links = [links_in(page, class_="now") for page in (parted_page, usual)]
    assert [any("/mentors/alice-adair/" in link for link in found) for found in links] == [False, True]


def test_nobody_tells_the_mentor(parted, alice, client_for):
    told = Notification.objects.filter(recipient=alice, due_at__gt=AFTER).exclude(kind__startswith="feedback")
    paths = (f"/sessions/{parted.uuid}/", "/mentor/feedback/", "/sessions/?tab=past")
    with time_machine.travel(AFTER + timedelta(days=8), tick=False):
        pages = [text_of(client_for(alice).get(path)) for path in paths]
        Feedback.objects.update(again="yes")
        as_if_never_said = [text_of(client_for(alice).get(path)) for path in paths]

    assert list(told) == []
    assert pages == as_if_never_said


def test_mails_name_the_mentor_to_others_but_not_to_this_mentee(parted, bob, charlie, dora):
    named = {}
    for person in (bob, charlie):
        booking = book(dora, person, FRIDAY if person == bob else at("2026-11-27 11:00"), now=AFTER)
        named[person.first_name] = [
            name for _url, name, _when in soonest_elsewhere(BookingForReader(person, AFTER, booking))["elsewhere"]
        ]

    assert named == {"Bob": [], "Charlie": ["Alice Adair"]}
