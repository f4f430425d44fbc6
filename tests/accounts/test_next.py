from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from mentors.models import MentorProfile, ProfileState
from tests.accounts.sign_in_pages import PASSWORD
from tests.markup import answers_in, elements_of, markup_of
from tests.sessions_app.conftest import book

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("word", ["foo", "2026", "//evil.example.org/", "https://evil.example.org/"])
def test_a_next_that_is_no_page_of_ours_is_left_out(word, bob, client_for):
    answers = [
        client_for(bob).get("/sign-in/", {"next": word})["Location"],
        client_for(bob).get("/sign-in/name/", {"next": word})["Location"],
        Client().post("/time-zone/", {"zone": "Europe/London", "next": word})["Location"],
    ]

    assert answers == ["/", "/", "/"]


@pytest.mark.parametrize(
    ("who", "state", "page"),
    [
        ("bob", None, "/"),
        ("alice", ProfileState.APPROVED, "/mentor/"),
        ("alice", ProfileState.SUBMITTED, "/mentor/"),
        ("alice", ProfileState.DRAFT, "/"),
        ("maria", None, "/staff/"),
    ],
)
def test_people_without_a_next_arrive_where_their_work_begins(who, state, page, request):
    person = request.getfixturevalue(who)
    person.set_password(PASSWORD)
    person.save()
    MentorProfile.objects.filter(person=person).update(state=state)
    typed = {"login": person.email, "password": PASSWORD}

    answers = [Client().post("/sign-in/password/", typed | where) for where in ({}, {"next": "/sessions/"})]

    assert [answer["Location"] for answer in answers] == [page, "/sessions/"]


def test_who_was_signed_out_comes_back_to_the_page_with_the_form_not_to_an_address_without_a_page(offer, bob, now):
    booking = book(offer, bob)
    bob.set_password(PASSWORD)
    bob.save()
    page, client = f"/sessions/{booking.uuid}/?tab=1", Client()
    sent = client.post(
        f"/sessions/{booking.uuid}/attendance/", {"say": "late"}, headers={"referer": f"http://testserver{page}"}
    )
    asked = client.get(sent["Location"])
    typed = {"login": bob.email, "password": PASSWORD, "next": parse_qs(urlsplit(sent["Location"]).query)["next"][0]}

    assert answers_in(markup_of(asked)) == ["warn"]
    assert client.post("/sign-in/password/", typed)["Location"] == page


def test_what_a_script_sent_while_signed_out_is_not_spoken_of():
    client = Client()
    sent = client.post("/settings/calendar/", headers={"sec-fetch-mode": "cors"})

    assert answers_in(markup_of(client.get(sent["Location"]))) == []


def test_an_address_that_only_takes_forms_says_so_in_a_page(offer, bob, client_for, now):
    booking = book(offer, bob)
    address = f"/sessions/{booking.uuid}/attendance/"
    opened, sent = client_for(bob).get(address), client_for(bob).put(address)

    assert (opened.status_code, opened["Allow"], sent.content) == (405, "POST", b"")
    [heading] = elements_of(markup_of(opened), "h1")
    assert heading.text


@pytest.mark.parametrize("address", ["/mentor/apply/1/", "/settings/", "/sign-in/", "/time-zone/"])
def test_a_form_without_any_field_is_asked_for_them(address, bob, client_for):
    client = Client() if address == "/sign-in/" else client_for(bob)

    assert client.post(address, {}).status_code in (200, 422)
