from datetime import timedelta

import pytest
import time_machine

from sessions_app.afterwards.feedback import give_feedback
from sessions_app.booking.clock import complete_ended
from tests.conftest import at, make_person
from tests.sessions_app.conftest import THURSDAY, book
from tests.sessions_app.helpers.pages import text_of

pytestmark = pytest.mark.django_db
END = THURSDAY + timedelta(minutes=25)
AFTER = END + timedelta(hours=2)
LATER = END + timedelta(days=7)
FIRST_LIFTED = at("2026-12-03 09:25")
PAGE = "/mentor/feedback/"


@pytest.fixture
def answered(offer):
    """answered(3, advice="…"): so many people had a session and said so; the blind holds."""

    def make(count: int, **answers):
        people = []
        for number in range(count):
            person = make_person(f"p{number}@example.org", f"Person{number} Last")
            booking = book(offer, person, at("2026-11-26 09:00") + timedelta(minutes=30 * number))
            people.append((person, booking))
        complete_ended(now=END)
        for person, booking in people:
            give_feedback(booking=booking, by=person, now=AFTER, answers={"resolution": "yes", **answers})
        return [booking for _person, booking in people]

    return make


@pytest.fixture
def page(client_for):
    def get(person, now=LATER):
        with time_machine.travel(now, tick=False):
            response = client_for(person).get(PAGE)
        return text_of(response)

    return get


def test_page_without_words_says_what_it_is_for(alice, page):
    assert "No words yet What people write after a session or an answer in writing shows here." in page(alice)


def test_advice_reaches_the_mentor_after_seven_days(alice, answered, page):
    answered(1, advice="Slower with numbers", left_with="One sentence", to_staff="Only for the team", again="no")

    before, then = page(alice, FIRST_LIFTED - timedelta(seconds=1)), page(alice, FIRST_LIFTED)

    assert ("Slower with numbers" in before, "One sentence" in before) == (False, False)
    assert (
        "Person0 Last, Thursday 26 November One sentence Advice for you. Only you read this. Slower with numbers"
        in then
    )
    assert "Only for the team" not in then


def test_advice_reaches_the_mentor_when_both_have_answered(alice, answered, page):
    booking = answered(1, advice="Slower with numbers")[0]

    give_feedback(booking=booking, by=alice, now=AFTER, answers={"resolution": "yes", "learned": "To ask first"})

    found = page(alice, AFTER)
    assert "Slower with numbers" in found
    assert "What you learned To ask first Person0 Last" in found


def test_no_numbers_under_five_answers(alice, answered, page):
    answered(4, useful=4)

    found = page(alice)

    assert "Numbers show here once five people have answered." in found
    assert ("%" in found, "of 4" in found) == (False, False)


def test_numbers_from_five_answers_on_each_with_how_many_answered(alice, answered, page):
    bookings = answered(5, useful=3)
    give_feedback(booking=bookings[0], by=bookings[0].mentee, now=AFTER, answers={"resolution": "no", "useful": 2})

    found = page(alice)

    assert "Said it helped 80% 4 of 5 answers" in found
    assert "The advice was useful 80% 4 of 5 answers" in found
    assert "They felt listened to" not in found


def test_numbers_wait_for_the_blind(alice, answered, page):
    answered(5, useful=4)

    assert "%" not in page(alice, FIRST_LIFTED - timedelta(seconds=1))


def test_page_is_of_ones_own_sessions_only(alice, bob, answered, page, client_for):
    answered(1, advice="Slower with numbers")

    with time_machine.travel(LATER, tick=False):
        response = client_for(bob).get(PAGE)

    assert (response.status_code, response["Location"]) == (302, "/mentor/apply/1/")


@pytest.mark.parametrize("count", [1, 4])
def test_page_asks_a_fixed_number_of_queries(alice, answered, client_for, count, django_assert_num_queries):
    answered(count, advice="Slower")
    client = client_for(alice)

    with time_machine.travel(LATER, tick=False), django_assert_num_queries(11):
        client.get(PAGE)
