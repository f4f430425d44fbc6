import re
from datetime import timedelta

import pytest
import time_machine

from sessions_app.afterwards.feedback import give_feedback
from sessions_app.booking.clock import complete_ended
from tests.conftest import at, make_person
from tests.markup import elements_of, markup_of, part_in, parts_in, words_of
from tests.sessions_app.conftest import THURSDAY, book

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
        return markup_of(response)

    return get


def numbers_in(html: str) -> list[list[str]]:
    """The figures of each tile that a page shows: a share in percent, and of how many answers it is."""
    tiles = elements_of(html, "div", class_="tile")
    figures = [[one.text for one in elements_of(html, "dd") if tile.start < one.start < tile.end] for tile in tiles]
    return [re.findall(r"\d+%?", " ".join(texts)) for texts in figures]


def test_page_without_words_says_what_it_is_for(alice, page):
    assert parts_in(page(alice)) == ["no-numbers", "no-words"]


def test_advice_reaches_the_mentor_after_seven_days(alice, answered, page):
    answered(1, advice="Slower with numbers", left_with="One sentence", to_staff="Only for the team", again="no")

    before, then = page(alice, FIRST_LIFTED - timedelta(seconds=1)), page(alice, FIRST_LIFTED)

    assert ("Slower with numbers" in before, "One sentence" in before) == (False, False)
    [said] = elements_of(then, "li", class_="panel stack gap-3")
    assert [words for words in ("Person0 Last", "Thursday 26 November", "One sentence") if words not in said.text] == []
    assert "Slower with numbers" in part_in(then, "advice")
    assert "Only for the team" not in then


def test_advice_reaches_the_mentor_when_both_have_answered(alice, answered, page):
    booking = answered(1, advice="Slower with numbers")[0]

    give_feedback(booking=booking, by=alice, now=AFTER, answers={"resolution": "yes", "learned": "To ask first"})

    found = page(alice, AFTER)
    assert "Slower with numbers" in found
    [lessons] = elements_of(found, "section", aria_labelledby="lessons-title")
    assert ("To ask first" in lessons.text, "Person0 Last" in lessons.text) == (True, True)


def test_no_numbers_under_five_answers(alice, answered, page):
    answered(4, useful=4)

    found = page(alice)

    assert "no-numbers" in parts_in(found)
    assert ("%" in words_of(found), numbers_in(found)) == (False, [])


def test_numbers_from_five_answers_on_each_with_how_many_answered(alice, answered, page):
    bookings = answered(5, useful=3)
    give_feedback(booking=bookings[0], by=bookings[0].mentee, now=AFTER, answers={"resolution": "no", "useful": 2})

    found = page(alice)

    # That it helped, and that the advice was useful; nothing was said of the rest.
    assert numbers_in(found) == [["80%", "4", "5"]] * 2


def test_numbers_wait_for_the_blind(alice, answered, page):
    answered(5, useful=4)

    assert "%" not in words_of(page(alice, FIRST_LIFTED - timedelta(seconds=1)))


def test_page_is_of_ones_own_sessions_only(alice, bob, answered, page, client_for):
    answered(1, advice="Slower with numbers")

    with time_machine.travel(LATER, tick=False):
        response = client_for(bob).get(PAGE)

    assert (response.status_code, response["Location"]) == (302, "/mentor/apply/1/")


@pytest.mark.parametrize("count", [1, 4])
def test_page_asks_a_fixed_number_of_queries(alice, answered, client_for, count, django_assert_num_queries):
    answered(count, advice="Slower")
    client = client_for(alice)

    with time_machine.travel(LATER, tick=False), django_assert_num_queries(9):
        client.get(PAGE)
