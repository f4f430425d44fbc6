"""What a mentee took away, on one page."""

from datetime import timedelta

import pytest
import time_machine

from sessions_app.afterwards.feedback import give_feedback
from sessions_app.booking.clock import complete_ended
from tests.conftest import at, make_person
from tests.markup import elements_in, elements_of, links_in, markup_of, times_in
from tests.sessions_app.conftest import QUESTION, book
from tests.sessions_app.helpers.followups import DAY, DONE, END, NEXT_STEP, STEP, YES, answer, write

pytestmark = pytest.mark.django_db
PAGE = "/sessions/left-with/"
LATER = END + 3 * DAY


@pytest.fixture
def page(client_for):
    def get(person, query="", now=LATER):
        with time_machine.travel(now, tick=False):
            return markup_of(client_for(person).get(PAGE + query))

    return get


def links_of_step(booking) -> set[str]:
    """To answer about an open step, and to change it."""
    return {f"/sessions/{booking.uuid}/follow-up/step/?answer=yes", f"/sessions/{booking.uuid}/next-step/"}


def leave_with(booking, words="Ask for the level first"):
    answers = {"resolution": "yes", "left_with": words}
    give_feedback(booking=booking, by=booking.mentee, now=END + timedelta(hours=1), answers=answers)


def is_empty(html: str) -> bool:
    return bool(elements_of(html, "div", class_="empty"))


def test_page_without_anything_says_what_it_is_for(over, bob, page):
    everything, steps = page(bob), page(bob, "?show=open")

    assert (is_empty(everything), is_empty(steps)) == (True, True)
    assert ["/sessions/?tab=past" in links_in(html) for html in (everything, steps)] == [True, False]


def test_page_has_question_words_and_step(over, bob, page):
    leave_with(over)
    write(over, bob)

    shown = page(bob)
    row = {"aria_labelledby": f"left-{over.uuid}"}
    [whole] = elements_of(shown, "article", **row)
    assert [words in whole.text for words in (QUESTION, "Alice Adair", STEP.situation, STEP.response)] == [True] * 4
    assert [quote.text for quote in elements_in(shown, "blockquote", **row)] == ["Ask for the level first"]
    assert times_in(shown, **row) == ["2026-11-26T14:30Z"]
    assert "Monday 30 November 2026" in whole.text
    assert links_of_step(over) <= links_in(shown)


def test_done_steps_are_not_open(over, bob, page):
    write(over, bob)
    before = page(bob, "?show=open")
    answer(over, bob, NEXT_STEP, DONE, YES)
    after = page(bob)

    [tab] = elements_of(before, "a", href="?show=open")
    assert (QUESTION in before, tab.text.split()[-1], is_empty(before)) == (True, "1", False)
    assert is_empty(page(bob, "?show=open"))
    assert [len(elements_of(html, "span", class_="tag tag--ok")) for html in (before, after)] == [0, 1]
    assert (links_of_step(over) <= links_in(before), links_of_step(over) & links_in(after)) == (True, set())


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
        with django_assert_num_queries(9):
            client.get(PAGE)
