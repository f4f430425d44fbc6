"""Accounts that open when the code is typed: by the sign-in page, or in the middle of booking."""

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.test import Client

from accounts import hooks
from accounts.models import User
from accounts.services import create_person
from tests.accounts.sign_in_pages import CODE, PASSWORD, SIGN_IN, signed_in
from tests.markup import markup_of, problems_in

NAME, BOOK = "/sign-in/name/", "/book/"

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.booking_urls")]


@pytest.fixture(autouse=True)
def after_sign_in(monkeypatch):
    """Only what a test adds: what upper apps do after a sign-in is theirs to test."""
    added: list = []
    monkeypatch.setattr(hooks, "after_sign_in", added)
    return added


def test_one_door_opens_the_account_only_when_the_code_is_typed(client, newest_code):
    client.cookies["tz"] = "America/Denver"
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en-US,en;q=0.9"
    asked = client.post(SIGN_IN, {"email": "Sam@Example.net", "next": "/sessions/"})
    assert asked["Location"] == f"{CODE}?next=%2Fsessions%2F"
    assert not User.objects.exists()

    client.post(CODE, {"code": newest_code(), "next": "/sessions/"})

    sam = User.objects.get()
    assert (sam.email, sam.has_usable_password()) == ("sam@example.net", False)
    assert (sam.timezone, sam.hour12) == ("America/Denver", True)
    assert [(a.email, a.verified, a.primary) for a in EmailAddress.objects.all()] == [("sam@example.net", True, True)]


def test_first_sign_in_asks_for_a_name_before_anybody_is_told_of_the_person(client, after_sign_in, newest_code):
    told: list[str] = []
    after_sign_in.append(lambda request, user: told.append(user.first_name))
    client.post(SIGN_IN, {"email": "sam@example.net", "next": "/sessions/"})

    asked = client.post(CODE, {"code": newest_code(), "next": "/sessions/"})
    assert (asked["Location"], signed_in(client), told) == (NAME, None, [])
    for name in ("", "see www.spam.example", "Sam\u202eevil", "x" * 81):
        refused = client.post(NAME, {"name": name})
        assert (problems_in(markup_of(refused)), refused.context["form"]["name"].value()) == (["id_name"], name)
        assert (signed_in(client), told) == (None, [])
    done = client.post(NAME, {"name": "Sam Whitlock"})

    assert (done["Location"], signed_in(client), told) == ("/sessions/", User.objects.get().pk, ["Sam"])
    assert User.objects.get().name == "Sam Whitlock"


def test_account_that_has_no_name_is_asked_after_its_password_too(client, bob):
    User.objects.filter(pk=bob.pk).update(name="")
    asked = client.post(PASSWORD, {"login": bob.email, "password": "secret-pass-1", "next": "/sessions/"})
    assert (asked["Location"], signed_in(client)) == (NAME, None)
    assert client.post(NAME, {"name": "Bob"})["Location"] == "/sessions/"
    assert (signed_in(client), User.objects.get().name) == (bob.pk, "Bob")


def test_name_page_is_for_nobody_who_is_not_asked(client, client_for, bob):
    assert client.get(NAME)["Location"] == SIGN_IN
    assert client_for(bob).post(NAME, {"name": "Mallory"})["Location"] == "/"
    assert User.objects.get().name == "Bob Bose"


def test_links_to_the_old_sign_up_page_lead_to_the_one_door(client):
    answer = client.get("/sign-up/", {"email": "sam@example.net", "next": "/sessions/"}, follow=True)
    assert answer.redirect_chain == [(f"{SIGN_IN}?email=sam%40example.net&next=%2Fsessions%2F", 302)]
    assert answer.context["form"]["email"].value() == "sam@example.net"


@pytest.mark.parametrize("email", ["sam@example.net", "bob@example.org"], ids=["unknown", "known"])
def test_booking_leads_every_address_to_a_code_and_back_to_what_was_held(
    client, bob, after_sign_in, newest_code, email
):
    after_sign_in.append(lambda request, user: f"/held/{request.session.pop('kept')}/{user.email}/")

    asked = client.post(BOOK, {"email": email, "name": "Sam Whitlock"})

    assert (asked.status_code, asked["Location"], len(mail.outbox)) == (302, CODE, 1)
    assert "25 minutes with Priya, held until 13:58" in markup_of(client.get(CODE))
    answer = client.post(CODE, {"code": newest_code()})
    assert answer["Location"] == f"/held/26 November, 14:30/{email}/".replace(" ", "%20")
    assert "sign_in_note" not in client.session


def test_booking_goes_on_after_three_wrong_codes(client, newest_code):
    client.post(BOOK, {"email": "sam@example.net", "name": "Sam Whitlock"})
    for _ in range(3):
        client.post(CODE, {"code": "1"})
    assert "held until 13:58" in markup_of(client.get(SIGN_IN))
    client.post(SIGN_IN, {"email": "sam@example.net"})
    client.post(CODE, {"code": newest_code()})
    client.post(NAME, {"name": "Sam"})
    assert (signed_in(client), client.session["kept"]) == (User.objects.get().pk, "26 November, 14:30")


def test_booking_by_somebody_with_a_password_keeps_what_was_held(client, bob, after_sign_in):
    after_sign_in.append(lambda request, user: f"/held/{request.session['kept'][:2]}/")
    client.post(BOOK, {"email": bob.email})
    assert "held until 13:58" in markup_of(client.get(PASSWORD))
    answer = client.post(PASSWORD, {"login": bob.email, "password": "secret-pass-1"})
    assert answer["Location"] == "/held/26/"


def test_a_name_that_is_none_is_left_out_and_asked_for(client, newest_code):
    client.post(BOOK, {"email": "sam@example.net", "name": "see www.spam.example\n" + "x" * 200})
    assert client.post(CODE, {"code": newest_code()})["Location"] == NAME
    assert User.objects.get().name == ""


def test_a_known_person_keeps_the_name_they_have(client, bob, newest_code):
    client.post(BOOK, {"email": bob.email, "name": "Mallory"})
    client.post(CODE, {"code": newest_code()})
    assert (signed_in(client), User.objects.get().name) == (bob.pk, "Bob Bose")


def test_two_browsers_open_one_account(newest_code):
    first, second = Client(), Client()
    codes = []
    for browser in (first, second):
        browser.post(BOOK, {"email": "sam@example.net", "name": "Sam"})
        codes.append(newest_code())
    for browser, code in zip((first, second), codes, strict=True):
        browser.post(CODE, {"code": code})
    assert signed_in(first) == signed_in(second) == User.objects.get().pk


def test_hooks_all_run_and_the_first_address_wins(client, bob, after_sign_in, newest_code):
    ran = []
    after_sign_in += [
        lambda request, user: ran.append("a"),
        lambda request, user: ran.append("b") or "/b/",
        lambda request, user: ran.append("c") or "/c/",
    ]
    client.post(SIGN_IN, {"email": bob.email, "next": "/sessions/"})
    answer = client.post(CODE, {"code": newest_code(), "next": "/sessions/"})
    assert (answer["Location"], ran) == ("/b/", ["a", "b", "c"])


def test_person_without_a_zone_takes_the_browsers_and_keeps_a_chosen_one(client, newest_code, bob):
    nowhere = create_person(email="nowhere@example.org", name="No Where", timezone="")
    client.cookies["tz"] = "Asia%2FCalcutta"
    for person in (nowhere, bob):
        client.post(SIGN_IN, {"email": person.email})
        client.post(CODE, {"code": newest_code()})
        client.post("/sign-out/")
    nowhere.refresh_from_db()
    bob.refresh_from_db()
    assert (nowhere.timezone, bob.timezone) == ("Asia/Kolkata", "Asia/Kolkata")


def test_create_person_can_sign_in_by_password_and_is_refused_twice():
    person = create_person(email="New@Example.org", name="New", timezone="Asia/Tokyo", password="quarter past nine")
    assert (person.email, person.check_password("quarter past nine")) == ("new@example.org", True)
    assert [(a.verified, a.primary) for a in person.emailaddress_set.all()] == [(True, True)]
    with pytest.raises(IntegrityError):
        create_person(email="NEW@example.org", name="New", timezone="")


@pytest.mark.parametrize(
    "wrong", [{"timezone": "EST"}, {"timezone": "Europe/Atlantis"}, {"name": "a@b.com"}, {"email": "no"}], ids=str
)
def test_create_person_refuses_what_forms_refuse(wrong):
    with pytest.raises(ValidationError):
        create_person(**({"email": "new@example.org", "name": "New", "timezone": ""} | wrong))
    assert not User.objects.exists()
