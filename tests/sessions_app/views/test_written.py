"""Asking in writing from the mentor's page, and the thread as its room, as both people see it."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mentors.models import Format
from sessions_app.models import Message, WrittenQuestion, WrittenState
from sessions_app.written.acts import expire_written
from tests.conftest import NOW
from tests.markup import (
    answers_in,
    choices_in,
    elements_of,
    forms_in,
    links_in,
    markup_of,
    part_in,
    parts_in,
    problems_in,
    refusals_in,
    stage_in,
    times_in,
    words_of,
)
from tests.sessions_app.conftest import QUESTION
from tests.sessions_app.helpers.documents import PDF
from tests.sessions_app.helpers.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
PAGE, ASK, EMAIL = "/mentors/alice-adair/", "/mentors/alice-adair/ask/", "/mentors/alice-adair/ask/email/"
TYPED = {"key": "k", "question": QUESTION}


@pytest.fixture(autouse=True)
def in_writing(alice):
    return alice.mentor_profile.offers.create(length=15, format=Format.WRITING)


@pytest.fixture
def room(asked) -> str:
    return f"/messages/{asked.engagement.uuid}/"


def can_answer(client, room) -> bool:
    return choices_in(markup_of(client.get(room)), "answers") != []


def test_the_times_are_not_offered_in_writing_and_writing_stands_beside_them(client_for, bob):
    page = markup_of(client_for(bob).get(PAGE))

    assert len(elements_of(page, "button", formaction=ASK)) == 1
    assert [words in part_in(page, "writing-terms") for words in ("Alice", "48")] == [True, True]
    assert "15 min" not in words_of(page)


def test_without_any_times_there_is_still_writing(client_for, alice, bob):
    alice.mentor_profile.schedule.windows.all().delete()

    page = markup_of(client_for(bob).get(PAGE))

    assert "no-times" in parts_in(page)
    assert (ASK in forms_in(page), "/mentors/alice-adair/book/" in forms_in(page)) == (True, False)


def test_asking_leads_to_the_room_of_the_answer(client_for, bob):
    response = client_for(bob).post(ASK, TYPED)

    written = WrittenQuestion.objects.get()
    assert (written.mentee, written.question) == (bob, QUESTION)
    assert response.url == f"/messages/{written.engagement.uuid}/"


def test_nothing_typed_is_said_beside_the_field_with_the_chosen_time_kept(client_for, bob, offer):
    chosen = {"start": "2026-11-26T14:30Z", "offer": str(offer.uuid)}
    response = client_for(bob).post(ASK, {"key": "k", "question": "", **chosen})

    assert response.status_code == 422
    assert problems_in(markup_of(response)) == ["id_question"]
    assert not WrittenQuestion.objects.exists()


def test_a_refusal_keeps_the_words(client_for, alice):
    response = client_for(alice).post(ASK, TYPED)

    assert response.status_code == 409
    assert refusals_in(markup_of(response)) == ["own_profile"]


def code_in(mailoutbox) -> str:
    return re.search(r"\b(\d{3}) ?(\d{3})\b", mailoutbox[-1].body).expand(r"\1\2")


@pytest.mark.parametrize("email", ["bob@example.org", "new@example.org"])
def test_a_visitor_types_the_code_and_has_asked(bob, mailoutbox, email):
    client = Client()
    assert client.post(ASK, TYPED).url == ASK
    assert QUESTION in text_of(client.get(ASK))
    client.post(EMAIL, {"email": email, "name": "Newcomer"})
    assert not WrittenQuestion.objects.exists()

    response = client.post("/sign-in/code/", {"code": code_in(mailoutbox)}, follow=True)

    written = WrittenQuestion.objects.get()
    assert (written.mentee.email, written.question) == (email, QUESTION)
    assert response.redirect_chain[-1][0] == f"/messages/{written.engagement.uuid}/"
    assert "written" not in client.session


def test_the_page_that_asks_for_a_name_after_the_code_asks_for_no_code_again(mailoutbox):
    client = Client()
    client.post(ASK, TYPED)
    client.post(EMAIL, {"email": "new@example.org"})

    page = client.post("/sign-in/code/", {"code": code_in(mailoutbox)}, follow=True)

    assert page.redirect_chain[-1][0] == "/sign-in/name/"
    assert [part in words_of(markup_of(page)) for part in (client.session["sign_in_note"], "code")] == [True, False]


def test_a_visitor_who_changes_the_question_comes_back_to_the_form_in_writing():
    guest = Client()
    guest.post(ASK, TYPED)
    [back] = {unescape(link) for link in links_in(markup_of(guest.get(ASK))) if link.startswith(f"{PAGE}?")}

    assert ASK in forms_in(markup_of(guest.get(back)))


def test_a_time_held_after_the_question_is_what_the_visitor_gets(bob, offer, mailoutbox):
    client = Client()
    client.post(ASK, TYPED)
    chosen = {"offer": str(offer.uuid), "start": "2026-11-26T14:30Z"}
    client.post("/mentors/alice-adair/book/", TYPED | chosen)
    client.post("/mentors/alice-adair/book/email/", {"email": "bob@example.org"})
    client.post("/sign-in/code/", {"code": code_in(mailoutbox)})

    assert bob.bookings_as_mentee.count() == 1
    assert not WrittenQuestion.objects.exists()


def test_a_visitor_who_asks_instead_leaves_the_time_that_they_held_to_others(offer):
    client = Client()
    chosen = {"offer": str(offer.uuid), "start": "2026-11-26T14:30Z"}
    client.post("/mentors/alice-adair/book/", TYPED | chosen)
    client.post(ASK, TYPED)

    answer = Client().post("/mentors/alice-adair/book/", TYPED | chosen | {"key": "another"})

    assert answer["Location"] == "/mentors/alice-adair/book/"


def test_a_visitor_who_cannot_ask_keeps_the_words(alice, mailoutbox):
    client = Client()
    client.post(ASK, TYPED)
    client.post(EMAIL, {"email": "alice@example.org"})
    response = client.post("/sign-in/code/", {"code": code_in(mailoutbox)}, follow=True)

    assert response.redirect_chain[-1][0] == "/mentors/alice-adair/?q=Should+I+take+the+counter-offer%3F"


def test_the_mentor_answers_in_the_room_and_the_mentee_says_that_it_helped(client_for, alice, bob, asked, room):
    mentor, mentee = client_for(alice), client_for(bob)
    asked_page = markup_of(mentor.get(room))
    assert stage_in(asked_page) == "asked"
    assert times_in(asked_page, id="written-title") == ["2026-11-26T13:46Z"]
    assert [can_answer(client, room) for client in (mentor, mentee)] == [True, False]

    answered = mentor.post(room, {"body": "Take it.", "key": "a", "seen": "", "answers": "on"}, follow=True)

    assert answers_in(markup_of(answered)) == ["ok"]
    assert f"{room}feedback/" in forms_in(markup_of(mentee.get(room)))
    mentee.post(f"{room}feedback/", {"resolution": "partly"})
    asked.refresh_from_db()
    assert (asked.state, asked.feedback.get().resolution) == (WrittenState.ANSWERED, "partly")
    assert [link for link in links_in(markup_of(mentee.get(room))) if f"follows={asked.engagement.uuid}" in link]
    assert not can_answer(mentor, room)


def test_an_answer_by_script_draws_the_page_anew(client_for, alice, room):
    data = {"body": "Take it.", "key": "a", "seen": "", "answers": "on"}
    response = client_for(alice).post(room, data, headers={"HX-Request": "true"})

    assert (response.status_code, response["HX-Refresh"]) == (204, "true")


def test_an_answer_too_late_keeps_its_words(client_for, alice, asked, room):
    WrittenQuestion.objects.update(asked_at=NOW - timedelta(hours=49), due_at=NOW - timedelta(hours=1))
    response = client_for(alice).post(room, {"body": "Take it.", "key": "a", "seen": "", "answers": "on"})

    assert response.status_code == 409
    assert refusals_in(markup_of(response)) == ["not_waiting"]
    assert "Take it.</textarea>" in markup_of(response)
    assert not Message.objects.exists()


def test_saying_no_needs_a_reason_and_tells_it(client_for, alice, bob, asked, room):
    client = client_for(alice)
    assert client.post(f"{room}end/", {"reason": ""}).status_code == 422

    client.post(f"{room}end/", {"reason": "I know nothing about stocks."})

    asked.refresh_from_db()
    assert (asked.state, asked.reason) == (WrittenState.DECLINED, "I know nothing about stocks.")
    page = markup_of(client_for(bob).get(room))
    assert stage_in(page) == "declined"
    [status] = elements_of(page, "section", data_stage="declined")
    assert "“I know nothing about stocks.”" in status.text


def test_a_mentee_takes_it_back(client_for, bob, asked, room):
    client = client_for(bob)
    assert choices_in(markup_of(client.get(f"{room}end/")), "reason") == []
    client.post(f"{room}end/")

    asked.refresh_from_db()
    assert asked.state == WrittenState.WITHDRAWN
    assert client.post(f"{room}end/").status_code == 409


def leads_to(response, room) -> bool:
    """To the room itself or a place in it."""
    return any(link.partition("#")[0] == room for link in links_in(markup_of(response)))


def test_open_questions_stand_where_both_look_for_what_is_ahead(client_for, alice, bob, asked, room):
    response = client_for(alice).get("/mentor/")
    assert leads_to(response, room)
    today = markup_of(response)
    [title] = elements_of(today, "h2", id="written-title")
    assert title.text.split()[0] == "1"
    assert times_in(today, aria_labelledby="written-title") == ["2026-11-26T13:46Z"]
    assert leads_to(client_for(bob).get("/sessions/"), room)

    expire_written(now=asked.due_at)
    assert not leads_to(client_for(alice).get("/mentor/"), room)


def test_a_proposal_to_talk_is_a_message_and_asks_back(client_for, alice, bob, asked, room):
    page = markup_of(client_for(alice).get(room))
    words = re.search(r'name="body" value="([^"]+)"', page).group(1)
    client_for(alice).post(room, {"body": words, "key": "p", "seen": ""})

    asked.refresh_from_db()
    assert asked.asked_back_at == NOW
    shown = client_for(bob).get(room)
    assert words in text_of(shown)
    times = f"{PAGE}?follows={asked.engagement.uuid}#book"
    assert times in {unescape(link) for link in links_in(markup_of(shown))}


def test_a_file_is_shared_in_the_room(client_for, alice, bob, asked, room, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    client = client_for(bob)
    response = client.post(f"{room}files/", {"file": SimpleUploadedFile("letter.pdf", PDF)})

    file = asked.engagement.files.get()
    assert response.url == f"{room}files/"
    assert "letter.pdf" in text_of(client_for(alice).get(f"{room}files/"))
    assert client.post(f"/files/{file.uuid}/remove/").url == f"{room}files/"
