"""What a mentee left with, on one page."""

from datetime import timedelta

import pytest
import time_machine

from sessions_app.afterwards.feedback import give_feedback
from sessions_app.booking.clock import complete_ended
from tests.conftest import at, make_person
from tests.sessions_app.conftest import QUESTION, book
from tests.sessions_app.helpers.followups import DAY, DONE, END, NEXT_STEP, YES, answer, write
from tests.sessions_app.helpers.pages import text_of

pytestmark = pytest.mark.django_db
PAGE = "/sessions/left-with/"
LATER = END + 3 * DAY


@pytest.fixture
def page(client_for):
    def get(person, query="", now=LATER):
        with time_machine.travel(now, tick=False):
            return text_of(client_for(person).get(PAGE + query))

    return get


def leave_with(booking, words="Ask for the level first"):
    answers = {"resolution": "yes", "left_with": words}
    give_feedback(booking=booking, by=booking.mentee, now=END + timedelta(hours=1), answers=answers)


def test_page_without_anything_says_what_it_is_for(over, bob, page):
    assert "Nothing here yet" in page(bob)
    assert "No step is open" in page(bob, "?show=open")


def test_page_has_question_words_and_step(over, bob, page):
    leave_with(over)
    write(over, bob)

    assert (
        f"{QUESTION} With Alice Adair, Thursday 26 November What you left with Ask for the level first Your next step "
        "If he asks on Monday, then I will I ask for the level Open By Monday 30 November 2026" in page(bob)
    )


def test_done_steps_are_not_open(over, bob, page):
    write(over, bob)
    before = page(bob, "?show=open")
    answer(over, bob, NEXT_STEP, DONE, YES)

    assert (QUESTION in before, "Open steps 1" in before) == (True, True)
    assert "No step is open" in page(bob, "?show=open")
    assert "then I will I ask for the level Done" in page(bob)


def test_page_is_of_ones_own_words_only(over, alice, bob, charlie, page):
    give_feedback(booking=over, by=alice, now=END, answers={"resolution": "yes", "learned": "To ask first"})
    leave_with(over)

    assert [QUESTION in page(person) for person in (bob, alice, charlie)] == [True, False, False]
    assert "To ask first" not in page(bob)


@pytest.mark.parametrize("count", [1, 3])
def test_page_asks_a_fixed_number_of_queries(offer, bob, count, client_for, django_assert_num_queries):
    for number in range(count):
        booking = book(offer, make_person(f"p{number}@example.org", "A B"), at(f"2026-11-26 {10 + number}:00"))
        booking.engagement.mentee = booking.mentee = bob
        booking.engagement.closed_at = END
        booking.engagement.save()
        booking.save()
        complete_ended(now=END)
        leave_with(booking)
        write(booking, bob)

    with time_machine.travel(LATER, tick=False):
        client = client_for(bob)
        with django_assert_num_queries(11):
            client.get(PAGE)
