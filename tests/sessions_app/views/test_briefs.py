"""The brief's own page, and what the mentor reads of it."""

from datetime import date

import pytest
import time_machine
from django.db import IntegrityError, transaction

from sessions_app.booking.book import book_session
from sessions_app.booking.changes import edit_brief
from sessions_app.models import Booking, Brief
from sessions_app.questions.brief_input import BriefInput
from tests.conftest import NOW
from tests.markup import alerts_in, answers_in, elements_of, links_in, markup_of, parts_in, problems_in, refusals_in
from tests.sessions_app.conftest import QUESTION, THURSDAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
DECISION = {"options": "Stay\nGo", "leaning": "Go: the team is better", "sure": 6}


def page_of(booking) -> str:
    return f"/sessions/{booking.uuid}/question/"


def fields_of(html: str) -> list[str]:
    """The names of what is asked, in order, without what is only carried along."""
    fields = [one for one in elements_of(html, "") if one.tag in ("input", "textarea")]
    asked = [one.attributes["name"] for one in fields if one.attributes.get("type") != "hidden"]
    return list(dict.fromkeys(asked))


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

    assert fields_of(html)[:5] == ["question", "issue_type", "options", "leaning", "sure"]
    assert fields_of(html)[-1] == "needed_by"


def test_brief_page_another_kind_asks_other_things_and_loses_nothing_typed(booking, bob, client_for):
    client = client_for(bob)
    typed = {"question": "New words", "issue_type": "interview", "options": "Stay\nGo", "sure": "6", "show": "1"}

    html = client.post(page_of(booking), typed).content.decode()
    part = client.post(page_of(booking), typed, headers={"HX-Request": "true"}).content.decode()

    assert ("interview" in fields_of(html), "options" in fields_of(html)) == (True, False)
    assert 'name="options" value="Stay\nGo"' in html
    assert 'name="sure" value="6"' in html
    assert (fields_of(part), "<html" in part) == (fields_of(html), False)
    assert Brief.objects.get().question == QUESTION


def test_brief_page_saving_shows_it_on_the_session_for_both(booking, alice, bob, client_for):
    typed = {"question": "Which one?", "issue_type": "decision", "options": "Stay\r\nGo", "sure": "6"}
    more = {"situation": "A counter-offer", "needed_by": "2026-11-27", "done_when": "I can say yes or no"}

    said = client_for(bob).post(page_of(booking), typed | more, follow=True)
    read = markup_of(client_for(alice).get(f"/sessions/{booking.uuid}/"))

    assert answers_in(markup_of(said)) == ["ok"]
    assert [one.text for one in elements_of(read, "p", class_="question mt-3")] == ["Which one?"]
    facts = [one.text for one in elements_of(read, "dd")]
    assert facts[:5] == ["A decision", "Fri 27 Nov", "StayGo", "6 of 10", "A counter-offer"]
    assert facts[5] == "I can say yes or no"
    assert parts_in(markup_of(said)).count("brief-ready") == 1
    assert [part for part in parts_in(read) if part.startswith("brief-")] == []
    assert page_of(booking) not in links_in(read)


def test_brief_page_the_session_invites_the_mentee_to_prepare_with_hints(booking, bob, client_for):
    Brief.objects.update(question="Which offer?")

    said = markup_of(client_for(bob).get(f"/sessions/{booking.uuid}/"))

    assert [part for part in parts_in(said) if part.startswith("brief-")] == ["brief-wanted", "brief-hint"]
    assert page_of(booking) in links_in(said)


@pytest.mark.parametrize(
    ("typed", "field", "figure"),
    [
        pytest.param({"question": ""}, "id_question", "", id="no question"),
        pytest.param({"question": "x" * 501}, "id_question", "501", id="long"),
        pytest.param({"options": "x" * 601}, "id_options", "601", id="long answer"),
        pytest.param({"sure": "11"}, "id_sure_0", "11", id="off the scale"),
        pytest.param({"needed_by": "soon"}, "id_needed_by", "2026-11-27", id="no day"),
        pytest.param({"tried": "a\u202eb"}, "id_tried", "", id="invisible"),
    ],
)
def test_brief_page_mistakes_are_named_and_nothing_is_lost_or_changed(booking, bob, client_for, typed, field, figure):
    usual = {"question": "Which one?", "issue_type": "decision", "situation": "Kept"}

    answer = client_for(bob).post(page_of(booking), usual | typed)

    assert answer.status_code == 422
    page = markup_of(answer)
    assert (problems_in(page), figure in alerts_in(page)[0]) == ([field], True)
    assert "Kept</textarea>" in answer.content.decode()
    assert Booking.objects.get().question == QUESTION


def test_brief_page_after_the_start_it_says_so(booking, bob, client_for):
    with time_machine.travel(THURSDAY, tick=False):
        answer = client_for(bob).get(page_of(booking), follow=True)

    assert refusals_in(markup_of(answer)) == ["started"]
    assert answer.redirect_chain == [(f"/sessions/{booking.uuid}/", 302)]
