import pytest
from django.test import Client

from mentors.models import MentorProfile, ProfileState
from tests.accounts.sign_in_pages import PASSWORD

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


@pytest.mark.parametrize("address", ["/mentor/apply/1/", "/settings/", "/sign-in/", "/time-zone/"])
def test_a_form_without_any_field_is_asked_for_them(address, bob, client_for):
    client = Client() if address == "/sign-in/" else client_for(bob)

    assert client.post(address, {}).status_code in (200, 422)
