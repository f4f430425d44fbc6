"""The pages that the later mails lead to, and the page of the step."""

from html import escape

import pytest
import time_machine

from sessions_app.booking.series import book_further
from sessions_app.models import FollowUp, FollowUpStep, NextStep
from sessions_app.questions.addresses import mentor_address
from tests.conftest import NOW, at
from tests.markup import (
    alerts_in,
    choices_in,
    elements_of,
    links_in,
    markup_of,
    parts_in,
    problems_in,
    refusals_in,
)
from tests.sessions_app.conftest import QUESTION, THURSDAY
from tests.sessions_app.helpers.followups import DAY, END, NO, SOLVED, THREE, answer, planned, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def get(client_for):
    def ask(person, path, now, data=None):
        with time_machine.travel(now, tick=False):
            client = client_for(person)
            return client.get(path) if data is None else client.post(path, data, follow=True)

    return ask


PAGE = "/sessions/{}/follow-up/3-days/"


def test_follow_up_page_has_the_mails_answer_chosen_and_keeps_nothing(over, bob, get):
    page = get(bob, PAGE.format(over.uuid) + "?about=solved&answer=partly", END + 3 * DAY)

    html = page.content.decode()
    assert 'value="partly"' in html
    assert html.count("checked") == 1
    assert choices_in(html, "question") == ["solved"]
    assert [one.text for one in elements_of(html, "p", class_="question mt-5")] == [QUESTION]
    assert FollowUp.objects.count() == 0


def test_follow_up_page_keeps_the_answer_and_shows_the_ways_on(over, bob, get):
    path, now = PAGE.format(over.uuid), END + 3 * DAY

    page = get(bob, path, now, {"question": "solved", "answer": "no"})

    html = page.content.decode()
    assert page.redirect_chain == [(path, 302)]
    assert "answer-no" in parts_in(html)
    assert len(elements_of(html, "div", role="status", tabindex="-1")) == 1
    somebody_else = f"/mentors/?q=Should+I+take+the+counter-offer%3F&amp;follows={over.engagement.uuid}"
    assert f'href="{somebody_else}"' in html
    again = mentor_address("alice-adair", offer=over.offer, words=over.question)
    assert f'href="{escape(again)}"' in html
    assert FollowUp.objects.get().answer == "no"


@pytest.mark.parametrize("value", ["no", "other"])
def test_ways_on_lead_to_the_next_session_where_a_new_booking_would_be_refused(over, bob, get, value):
    [ahead] = book_further(booking=over, starts=[THURSDAY + 7 * DAY], by=bob, now=END)

    page = get(bob, PAGE.format(over.uuid), END + 3 * DAY, {"question": "solved", "answer": value})

    links = links_in(markup_of(page))
    assert f"/sessions/{ahead.uuid}/" in links
    assert not [link for link in links if link.startswith("/mentors/alice-adair/")]


def test_follow_up_page_lets_an_answer_be_changed(over, bob, get):
    path, now = PAGE.format(over.uuid), END + 3 * DAY
    get(bob, path, now, {"question": "solved", "answer": "no"})

    shown = get(bob, path + "?answer=no", now).content.decode()
    get(bob, path, now, {"question": "solved", "answer": "yes"})

    assert (parts_in(shown), shown.count("checked")) == ([], 1)
    assert FollowUp.objects.get().answer == "yes"


def test_follow_up_page_without_an_answer_says_what_is_missing(over, bob, get):
    response = get(bob, PAGE.format(over.uuid), END + 3 * DAY, {"question": "solved"})

    assert (response.status_code, FollowUp.objects.count()) == (422, 0)
    assert problems_in(markup_of(response)) == ["id_answer_0"]


@pytest.mark.parametrize(
    ("data", "status"),
    [
        pytest.param({"question": "solved", "answer": "burn"}, 422, id="no-such-answer"),
        pytest.param({"question": "burn", "answer": "yes"}, 422, id="no-such-question"),
        pytest.param({"question": "contact", "answer": "yes"}, 409, id="a-question-of-another-step"),
    ],
)
def test_follow_up_page_refuses_what_was_not_asked(over, bob, get, data, status):
    response = get(bob, PAGE.format(over.uuid), END + 3 * DAY, data)

    assert FollowUp.objects.count() == 0
    assert response.status_code == status


def test_follow_up_page_too_early_says_so(over, bob, get):
    shown, sent = (get(bob, PAGE.format(over.uuid), END + DAY, data) for data in (None, {"answer": "yes"}))

    assert [refusals_in(markup_of(page)) for page in (shown, sent)] == [["too_early"], ["too_early"]]
    assert (shown.status_code, sent.status_code, FollowUp.objects.count()) == (200, 409, 0)


def test_follow_up_page_of_a_step_shows_the_step(over, bob, get):
    write(over, bob)
    path = f"/sessions/{over.uuid}/follow-up/step/"

    asked_page = markup_of(get(bob, f"{path}?about=done&answer=no", END + 4 * DAY))
    answered = markup_of(get(bob, path, END + 4 * DAY, {"question": "done", "answer": "no"}))

    [step] = elements_of(asked_page, "p", class_="question mt-5")
    assert ("he asks on Monday" in step.text, "I ask for the level" in step.text) == (True, True)
    assert f"/sessions/{over.uuid}/next-step/" in links_in(answered, aria_labelledby="ways-title")


@pytest.mark.parametrize("page", ["follow-up/3-days/", "follow-up/14-days/", "follow-up/step/", "next-step/"])
def test_pages_of_what_follows_are_the_mentees_alone(over, alice, bob, charlie, get, page):
    path = f"/sessions/{over.uuid}/{page}"

    statuses = {
        person.name: (get(person, path, END + DAY).status_code, get(person, path, END + DAY, {}).status_code)
        for person in (alice, charlie)
    }

    assert statuses == {"Alice Adair": (404, 404), "Charlie Chen": (404, 404)}
    assert get(bob, path, END + DAY).status_code == 200


def test_follow_up_page_of_no_step_does_not_exist(over, bob, get):
    assert get(bob, f"/sessions/{over.uuid}/follow-up/7-days/", END + 8 * DAY).status_code == 404


def test_step_page_writes_changes_and_drops_a_step(over, bob, get):
    path, fields = f"/sessions/{over.uuid}/next-step/", {"situation": "he asks", "response": "I say no"}

    get(bob, path, END, fields | {"due_on": "2026-11-30"})
    assert planned("action_due") == [("bob@example.org", at("2026-11-30 03:30"), at("2026-11-30 18:30"))]

    get(bob, path, END, fields | {"due_on": "2026-12-01"})
    shown = markup_of(get(bob, f"/sessions/{over.uuid}/", END + DAY))
    [step] = elements_of(shown, "blockquote", class_="quote")
    assert [words for words in ("he asks", "I say no", "Tuesday 1 December") if words not in step.text] == []
    assert "step-reminder" in parts_in(shown)

    get(bob, path, END, {"drop": "1"})
    assert NextStep.objects.count() == 0


@pytest.mark.parametrize(
    ("fields", "field", "error"),
    [
        pytest.param({"due_on": "2026-11-25"}, "id_due_on", "Choose today or a later day", id="past"),
        pytest.param({"due_on": "2028-11-30"}, "id_due_on", "Choose a day within a year", id="far"),
        pytest.param({"due_on": "soon"}, "id_due_on", "Enter a date, like 2026-11-30", id="no-date"),
        pytest.param({"due_on": ""}, "id_due_on", "Choose a day", id="none"),
        pytest.param({"situation": ""}, "id_situation", "", id="no-situation"),
        pytest.param({"response": "  "}, "id_response", "", id="blank-response"),
        pytest.param({"response": "x" * 301}, "id_response", "301", id="too-long"),
        pytest.param({"situation": "a\u202eb"}, "id_situation", "", id="bidi"),
    ],
)
def test_step_page_refuses_and_keeps_what_was_typed(over, bob, get, fields, field, error):
    typed = {"situation": "he asks", "response": "I say no", "due_on": "2026-11-30"} | fields

    response = get(bob, f"/sessions/{over.uuid}/next-step/", END, typed)

    assert (response.status_code, NextStep.objects.count()) == (422, 0)
    assert problems_in(markup_of(response)) == [field]
    assert error in alerts_in(markup_of(response))[0]


def test_step_page_takes_today_of_the_persons_zone(over, bob, get):
    """23:00 UTC is the next day in Kolkata: the day before has passed there, though not in UTC."""
    fields = {"situation": "he asks", "response": "I say no"}
    late, path = at("2026-11-26 23:00"), f"/sessions/{over.uuid}/next-step/"

    statuses = [get(bob, path, late, fields | {"due_on": day}).status_code for day in ("2026-11-26", "2026-11-27")]

    assert statuses == [422, 200]


def test_step_page_with_a_day_that_has_passed_saves_other_words_only_with_a_new_day(over, bob, get):
    write(over, bob)
    path, now = f"/sessions/{over.uuid}/next-step/", at("2026-12-05 10:00")
    fields = {"situation": "he asks", "response": "I say no", "due_on": "2026-11-30"}

    get(bob, path, now, fields)

    assert (NextStep.objects.get().response, planned("action_due")) == ("I say no", [])


def test_step_page_before_the_session_says_so(booking, bob, get):
    page = markup_of(get(bob, f"/sessions/{booking.uuid}/next-step/", NOW))
    assert refusals_in(page) == ["too_early"]


@pytest.mark.parametrize("answered", [False, True])
def test_follow_up_page_asks_a_fixed_number_of_queries(over, bob, client_for, answered, django_assert_max_num_queries):
    if answered:
        answer(over, bob, THREE, SOLVED, NO)
    client = client_for(bob)

    with time_machine.travel(END + 3 * DAY, tick=False), django_assert_max_num_queries(11):
        client.get(PAGE.format(over.uuid))


def test_addresses_of_the_steps_stay_as_long_as_somebody_keeps_a_mail():
    assert set(FollowUpStep.values) == {"3-days", "14-days", "step"}
