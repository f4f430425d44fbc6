"""Outcomes: each stage from the services that lead there, and the page that shows them."""

import csv
from datetime import timedelta

import pytest
import time_machine

from mentors.models import Topic
from sessions_app.afterwards.feedback import give_feedback
from sessions_app.booking.clock import complete_ended
from sessions_app.booking.requests import accept_booking
from sessions_app.impact.outcomes import BEGINNING, by_kind, by_topic, group_of, load_journeys
from sessions_app.impact.survival import Quantile
from sessions_app.models import Brief
from tests.conftest import NOW, at, make_person
from tests.markup import elements_in, elements_of, markup_of, tiles_in
from tests.sessions_app.conftest import THURSDAY, book
from tests.sessions_app.helpers.followups import DAY, END, FOURTEEN, NO, OTHER, SOLVED, THREE, YES, answer

pytestmark = pytest.mark.django_db
LATER = END + 20 * DAY
PAGE = "/staff/outcomes/"


@pytest.fixture
def over(booking, now):
    Brief.objects.update(created_at=NOW)
    complete_ended(now=END)
    return booking


def say(booking, resolution, now=END + timedelta(hours=1)):
    give_feedback(booking=booking, by=booking.mentee, now=now, answers={"resolution": resolution})


def found(now=LATER):
    return load_journeys(since=BEGINNING, now=now)


def reached(now=LATER):
    return [(stage.count, stage.half) for stage in group_of("", found(now)).stages]


def test_a_question_that_waits_counts_as_waiting(ask_first, bob):
    book(ask_first, bob)
    Brief.objects.update(created_at=NOW)

    waited = Quantile(2 * 86_400, is_more=True)
    assert reached(NOW + 2 * DAY) == [(0, waited)] * 3


def test_each_stage_is_timed_from_the_question(ask_first, alice, bob):
    booking = book(ask_first, bob)
    Brief.objects.update(created_at=NOW)
    accept_booking(booking=booking, by=alice, now=NOW + timedelta(hours=5))
    complete_ended(now=END)
    say(booking, "yes", END + timedelta(hours=1))

    journey = found()[0]

    assert (journey.booked_at, journey.met_at) == (NOW + timedelta(hours=5), THURSDAY)
    assert journey.solved_at == END + timedelta(hours=1)


@pytest.mark.parametrize(
    ("answers", "solved"),
    [
        ([("no", 0), (YES, 3)], 3),
        ([("yes", 0), (YES, 3), (YES, 14)], 0),
        ([("yes", 0), (NO, 3), (YES, 14)], 14),
        ([("yes", 0), (YES, 3), (NO, 14)], None),
        ([("partly", 0), (OTHER, 3)], None),
        ([], None),
    ],
)
def test_the_latest_answer_says_whether_it_is_solved(over, bob, answers, solved):
    for (value, day), step in zip(answers, (None, THREE, FOURTEEN), strict=False):
        if step is None:
            say(over, value, END)
        else:
            answer(over, bob, step, SOLVED, value, END + day * DAY)

    assert found()[0].solved_at == (None if solved is None else END + solved * DAY)


def test_what_a_mentor_says_or_a_visitor_left_solves_and_asks_nothing(over, alice):
    give_feedback(booking=over, by=alice, now=END, answers={"resolution": "yes"})
    Brief.objects.create(question="Left behind?")

    assert [journey.solved_at for journey in found()] == [None]


def test_topics_are_those_of_the_offer_else_of_its_mentor(over, alice, offer, topic):
    alice.mentor_profile.topics.add(topic)
    of_mentor = [group.label for group in by_topic(found())]
    offer.topics.add(Topic.objects.create(name="Pay", slug="pay"))

    of_offer = [group.label for group in by_topic(found())]

    assert (of_mentor, of_offer) == (["Negotiation"], ["Pay"])
    assert [group.label for group in by_kind(found())] == ["Not said"]


def test_a_question_from_before_the_period_is_left_out(over):
    assert [len(load_journeys(since=since, now=LATER)) for since in (NOW, NOW + timedelta(seconds=1))] == [1, 0]


@pytest.fixture
def page(maria, client_for):
    def get(query=""):
        with time_machine.travel(LATER, tick=False):
            return client_for(maria).get(PAGE + query)

    return get


def test_page_shows_the_funnel_and_its_times(over, page):
    say(over, "no")

    shown = markup_of(page())

    assert tiles_in(shown) == [["1"], ["100%", "1 of 1"], ["100%", "1 of 1"], ["0%", "0 of 1"]]
    times = [cell.text for cell in elements_in(shown, "td", role="region", aria_labelledby="times-title")]
    assert times == ["straight away"] * 2 + ["2 days"] * 2 + ["more than 22 days"] * 2


def test_page_of_an_empty_house_says_so(page):
    shown = markup_of(page("?period=30"))

    assert (len(elements_of(shown, "div", class_="empty")), tiles_in(shown)) == (1, [])


def test_sheet_quotes_what_looks_like_a_formula(over, alice, page):
    alice.mentor_profile.topics.add(Topic.objects.create(name="=cmd()", slug="cmd"))

    rows = list(csv.reader(page("?as=csv").content.decode("utf-8-sig").splitlines()))

    assert [row[:4] for row in rows] == [
        ["About", "Asked", "booked", "booked_p50_hours"],
        ["All questions", "1", "1", "0.0"],
        ["'=cmd()", "1", "1", "0.0"],
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_page_asks_a_fixed_number_of_queries(offer, count, maria, client_for, django_assert_num_queries):
    for number in range(count):
        mentee = make_person(f"p{number}@example.org", f"Person{number} Last")
        book(offer, mentee, at("2026-11-26 09:00") + timedelta(minutes=30 * number))

    with time_machine.travel(LATER, tick=False):
        client = client_for(maria)
        with django_assert_num_queries(6):
            client.get(PAGE)
