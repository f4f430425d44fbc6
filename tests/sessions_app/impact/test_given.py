"""What a mentor gave, and what they may know of what came after."""

from datetime import date, timedelta

import pytest
import time_machine

from common.times import hours_and_minutes_text
from sessions_app.afterwards.feedback import give_feedback
from sessions_app.afterwards.followups import answer_follow_up
from sessions_app.booking.changes import cancel_booking
from sessions_app.booking.clock import complete_ended
from sessions_app.impact.given import Contribution, given_by, load_trends, shared_outcomes_of
from sessions_app.models import Booking
from tests.conftest import NOW, at, make_person
from tests.markup import elements_in, ids_in, markup_of, parts_in, tiles_in
from tests.sessions_app.conftest import QUESTION, book
from tests.sessions_app.helpers.followups import DAY, END, FOURTEEN, NO, SOLVED, THREE, YES, answer

pytestmark = pytest.mark.django_db
PAGE = "/mentor/record/"
LATER = END + 8 * DAY


@pytest.fixture
def held(offer):
    """held(3): so many people had a session on Thursday, 25 minutes each."""

    def make(count: int) -> list[Booking]:
        starts = [at("2026-11-26 09:00") + timedelta(minutes=30 * number) for number in range(count)]
        people = [make_person(f"p{number}@example.org", f"Person{number} Last") for number in range(count)]
        bookings = [book(offer, person, start) for person, start in zip(people, starts, strict=True)]
        complete_ended(now=END)
        return bookings

    return make


@pytest.fixture
def page(client_for):
    def get(person):
        with time_machine.travel(LATER, tick=False):
            return markup_of(client_for(person).get(PAGE))

    return get


def test_given_counts_what_took_place_in_whole_local_days(alice, offer, bob, held):
    held(2)
    cancel_booking(booking=book(offer, bob, at("2026-11-27 09:00")), by=bob, reason="", now=NOW)
    alice.timezone = "Pacific/Auckland"  # there it was Thursday evening, 22:00 and 22:30

    assert given_by(alice) == Contribution(2, 50, 0)
    assert given_by(alice, date(2026, 11, 26), date(2026, 11, 26)) == Contribution(2, 50, 0)
    assert given_by(alice, date(2026, 11, 27)) == given_by(alice, None, date(2026, 11, 25)) == Contribution(0, 0, 0)


@pytest.mark.parametrize(
    ("minutes", "text"), [(0, "0 minutes"), (1, "1 minute"), (60, "1 hour"), (745, "12 hours 25 minutes")]
)
def test_length_is_written_out(minutes, text):
    assert hours_and_minutes_text(minutes) == text


def test_trend_needs_five_answers_to_one_question_in_one_quarter(alice, held):
    bookings = held(6)
    for number, booking in enumerate(bookings):
        said = {"resolution": "yes", "useful": 4 if number else 2}
        give_feedback(
            booking=booking, by=booking.mentee, now=END, answers=said | ({"listened": 4} if number < 4 else {})
        )
        give_feedback(
            booking=booking, by=alice, now=END, answers={"resolution": "yes", "prepared": 3 if number < 3 else 2}
        )

    found = [trend.quarters for trend in load_trends(alice.mentor_profile, now=LATER)]

    assert found == [[("Q4 2026", 50)], [("Q4 2026", 83)]]  # they came prepared; the advice was useful


def test_mentor_hears_of_later_answers_only_with_consent(alice, bob, booking):
    complete_ended(now=END)
    answer(booking, bob, THREE, SOLVED, NO)
    before = shared_outcomes_of(alice)
    told = {"contact": booking, "by": bob, "now": END + 15 * DAY, "question": SOLVED}
    from_form = {"step": FOURTEEN, "answer": YES, "tell_mentor": True}
    answer_follow_up(**told | from_form)

    assert before == []
    assert [(row.question, row.answer) for row in shared_outcomes_of(alice)] == [(QUESTION, "Yes")]
    answer_follow_up(**told | from_form | {"tell_mentor": False})
    assert shared_outcomes_of(alice) == []


@pytest.mark.parametrize("ticked", [True, False])
def test_follow_up_form_tells_the_mentor_what_is_ticked(over, alice, bob, ticked, client_for, page):
    with time_machine.travel(END + 3 * DAY, tick=False):
        data = {"question": "solved", "answer": "no"} | ({"tell_mentor": "on"} if ticked else {})
        client = client_for(bob)
        asked = client.get(f"/sessions/{over.uuid}/follow-up/3-days/").content.decode()
        after = markup_of(client.post(f"/sessions/{over.uuid}/follow-up/3-days/", data, follow=True))

    assert ("id_tell_mentor" in ids_in(asked), "checked" in asked) == (True, False)
    assert ("told" in parts_in(after), "not-told" in parts_in(after)) == (ticked, not ticked)
    assert (QUESTION in page(alice)) == ticked


def test_page_of_a_new_mentor_says_what_will_come(alice, page):
    shown = page(alice)

    assert [numbers[0] for numbers in tiles_in(shown)] == ["0", "0", "0", "0"]
    assert parts_in(shown) == ["nothing-told", "too-few-answers"]
    assert [elements_in(shown, "li", aria_labelledby="told-title"), elements_in(shown, "figure", id="main")] == [[], []]


@pytest.mark.parametrize("count", [1, 6])
def test_page_asks_a_fixed_number_of_queries(alice, held, count, client_for, django_assert_num_queries):
    for booking in held(count):
        told = {"contact": booking, "by": booking.mentee, "now": END + 4 * DAY, "tell_mentor": True}
        answer_follow_up(step=THREE, question=SOLVED, answer=YES, **told)
        give_feedback(booking=booking, by=booking.mentee, now=END, answers={"resolution": "yes", "useful": 3})

    with time_machine.travel(LATER, tick=False):
        client = client_for(alice)
        with django_assert_num_queries(13):
            client.get(PAGE)
