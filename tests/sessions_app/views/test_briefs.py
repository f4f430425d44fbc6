"""The brief's own page, and what the mentor reads of it."""

import re
from datetime import date

import pytest
import time_machine
from django.db import IntegrityError, transaction

from sessions_app.booking.book import book_session
from sessions_app.booking.changes import edit_brief
from sessions_app.models import Booking, Brief
from sessions_app.questions.brief_input import BriefInput
from tests.conftest import NOW
from tests.sessions_app.conftest import QUESTION, THURSDAY
from tests.sessions_app.helpers.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
DECISION = {"options": "Stay\nGo", "leaning": "Go: the team is better", "sure": 6}


def page_of(booking) -> str:
    return f"/sessions/{booking.uuid}/question/"


def fields_of(html: str) -> list[str]:
    """The labels of what is asked, in order."""
    parts = re.findall(r'<(?:label for="[^"]*"|legend class="label")>(.*?)(?:<span|</label|</legend)', html, re.S)
    return [part.strip() for part in parts]


def test_edit_brief_keeps_what_the_kind_asks(booking, bob):
    answers = {**DECISION, "audience": "of another kind"}
    brief = BriefInput("Which one?", "decision", tried="A list", needed_by=date(2026, 11, 27), answers=answers)

    edit_brief(booking=booking, brief=brief, by=bob, now=NOW)

    found = Brief.objects.get()
    assert (found.question, found.issue_type, found.tried, found.answers) == (
        "Which one?",
        "decision",
        "A list",
        DECISION,
    )
    assert (found.author, found.needed_by, found.is_prepared) == (bob, date(2026, 11, 27), True)


def test_booking_and_database_keep_answers_by_name(offer, bob):
    brief = BriefInput(QUESTION, "decision", answers={"sure": 6, "audience": "of another kind"})
    book_session(offer=offer, start=THURSDAY, brief=brief, mentee=bob, now=NOW)
    assert Brief.objects.get().answers == {"sure": 6}

    with pytest.raises(IntegrityError, match="brief_answers_have_names"), transaction.atomic():
        Brief.objects.update(answers=["Stay"])


def test_brief_page_asks_the_question_and_what_belongs_to_its_kind(booking, bob, client_for):
    Brief.objects.update(issue_type="decision")

    html = client_for(bob).get(page_of(booking)).content.decode()

    assert fields_of(html)[:5] == [
        "What do you want to leave with?",
        "What kind of help is it?",
        "What are your options?",
        "Which one do you lean to, and why?",
        "How sure are you?",
    ]
    assert fields_of(html)[-1] == "By when do you have to decide?"


def test_brief_page_another_kind_asks_other_things_and_loses_nothing_typed(booking, bob, client_for):
    client = client_for(bob)
    typed = {"question": "New words", "issue_type": "interview", "options": "Stay\nGo", "sure": "6", "show": "1"}

    html = client.post(page_of(booking), typed).content.decode()
    part = client.post(page_of(booking), typed, headers={"HX-Request": "true"}).content.decode()

    assert "Which interview is it?" in fields_of(html)
    assert 'name="options" value="Stay\nGo"' in html
    assert 'name="sure" value="6"' in html
    assert (fields_of(part), "<html" in part) == (fields_of(html), False)
    assert Brief.objects.get().question == QUESTION


def test_brief_page_saving_shows_it_on_the_session_for_both(booking, alice, bob, client_for):
    typed = {"question": "Which one?", "issue_type": "decision", "options": "Stay\r\nGo", "sure": "6"}
    more = {"situation": "A counter-offer", "needed_by": "2026-11-27", "done_when": "I can say yes or no"}

    said = client_for(bob).post(page_of(booking), typed | more, follow=True)
    read = text_of(client_for(alice).get(f"/sessions/{booking.uuid}/"))

    assert "Saved. Alice reads it before the session." in text_of(said)
    facts = "Kind of help A decision Needed by Fri 27 Nov Options Stay Go How sure 6 of 10 Situation A counter-offer"
    assert f"Bob wants to leave with Which one? {facts} Well spent when I can say yes or no" in read
    assert "Your brief is ready to read." in text_of(said)
    assert ("Help Alice prepare" in read, "Edit" in read) == (False, False)


def test_brief_page_the_session_invites_the_mentee_to_prepare_with_hints(booking, bob, client_for):
    Brief.objects.update(question="Which offer?")

    said = text_of(client_for(bob).get(f"/sessions/{booking.uuid}/"))

    assert "Help Alice prepare. Two minutes now" in said
    assert "Your question is short." in said


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        pytest.param({"question": ""}, "Write what you want to leave with", id="no question"),
        pytest.param({"question": "x" * 501}, "must be 500 characters or less. You have 501", id="long"),
        pytest.param({"options": "x" * 601}, "Use 600 characters or less. You have 601", id="long answer"),
        pytest.param({"sure": "11"}, "11 is not one of the available choices", id="off the scale"),
        pytest.param({"needed_by": "soon"}, "Choose a day, like 2026-11-27", id="no day"),
        pytest.param({"tried": "a\u202eb"}, "An invisible character after “a”", id="invisible"),
    ],
)
def test_brief_page_mistakes_are_named_and_nothing_is_lost_or_changed(booking, bob, client_for, typed, words):
    usual = {"question": "Which one?", "issue_type": "decision", "situation": "Kept"}

    answer = client_for(bob).post(page_of(booking), usual | typed)

    assert answer.status_code == 422
    assert words in text_of(answer)
    assert "Kept</textarea>" in answer.content.decode()
    assert Booking.objects.get().question == QUESTION


def test_brief_page_after_the_start_it_says_so(booking, bob, client_for):
    with time_machine.travel(THURSDAY, tick=False):
        answer = client_for(bob).get(page_of(booking), follow=True)

    assert "The question can be changed until the session starts." in text_of(answer)
    assert answer.redirect_chain == [(f"/sessions/{booking.uuid}/", 302)]
