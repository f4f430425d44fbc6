"""Accounts that open when the code is typed: by the sign-up page, or in the middle of booking."""

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
from tests.markup import markup_of

SIGN_UP, BOOK = "/sign-up/", "/book/"
SAM = {"name": "Sam Whitlock", "email": "Sam@Example.net", "password": ""}

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.booking_urls")]


@pytest.fixture(autouse=True)
def after_sign_in(monkeypatch):
    """Only what a test adds: what upper apps do after a sign-in is theirs to test."""
    added: list = []
    monkeypatch.setattr(hooks, "after_sign_in", added)
    return added


def test_sign_up_opens_the_account_only_when_the_code_is_typed(client, newest_code):
    client.cookies["tz"] = "Europe/Lisbon"
    assert client.post(SIGN_UP, SAM | {"next": "/sessions/"})["Location"] == f"{CODE}?next=%2Fsessions%2F"
    assert not User.objects.exists()
    assert "That opens your account." in mail.outbox[0].body

    answer = client.post(CODE, {"code": newest_code(), "next": "/sessions/"})

    sam = User.objects.get()
    assert answer["Location"] == "/sessions/"
    assert (sam.email, sam.name, sam.timezone) == ("sam@example.net", "Sam Whitlock", "Europe/Lisbon")
    assert (signed_in(client), sam.has_usable_password()) == (sam.pk, False)
    assert [(a.email, a.verified, a.primary) for a in EmailAddress.objects.all()] == [("sam@example.net", True, True)]


def test_sign_up_with_a_password_makes_it_work(client, newest_code):
    client.post(SIGN_UP, SAM | {"password": "quarter past nine"})
    assert "quarter past nine" not in str(dict(client.session))
    client.post(CODE, {"action": "resend"})
    client.post(CODE, {"code": newest_code()})
    client.post("/sign-out/")
    client.post(PASSWORD, {"login": "sam@example.net", "password": "quarter past nine"})
    assert signed_in(client) == User.objects.get().pk


def test_sign_up_with_a_known_address_signs_in_and_keeps_name_and_password(client, bob, newest_code):
    answer = client.post(SIGN_UP, {"name": "Mallory", "email": bob.email, "password": "quarter past nine"})
    assert answer["Location"] == CODE
    assert "You already have an account with this address." in mail.outbox[0].body
    client.post(CODE, {"code": newest_code()})
    bob.refresh_from_db()
    assert (signed_in(client), bob.name, bob.check_password("secret-pass-1")) == (bob.pk, "Bob Bose", True)


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("name", "", "Write your name"),
        ("name", "Visit https://x.example", "Write a name, not an address or a link."),
        (
            "name",
            "Sam\u202eevil",
            "An invisible character after “Sam” changes how this reads. Delete that part and type it again.",
        ),
        ("name", "x" * 81, "Your name must be 80 characters or less"),
        ("email", "sam", "Enter an email address, like name@example.org"),
        ("password", "12345678", "This password is too common."),
        ("password", "x" * 129, "Your password must be 128 characters or less"),
    ],
)
def test_sign_up_refuses_and_keeps_what_was_typed(client, field, value, error):
    answer = client.post(SIGN_UP, SAM | {field: value})
    assert error in answer.context["form"].errors[field]
    assert (mail.outbox, answer.context["form"]["email"].value() != "") == ([], True)


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
    assert [key for key in ("sign_in_note", "sign_in_opens_account") if key in client.session] == []


def test_booking_goes_on_after_three_wrong_codes(client, newest_code):
    client.post(BOOK, {"email": "sam@example.net", "name": "Sam Whitlock"})
    for _ in range(3):
        client.post(CODE, {"code": "1"})
    assert "held until 13:58" in markup_of(client.get(SIGN_IN))
    client.post(SIGN_IN, {"email": "sam@example.net"})
    client.post(CODE, {"code": newest_code()})
    assert (signed_in(client), client.session["kept"]) == (User.objects.get().pk, "26 November, 14:30")


def test_booking_by_somebody_with_a_password_keeps_what_was_held(client, bob, after_sign_in):
    after_sign_in.append(lambda request, user: f"/held/{request.session['kept'][:2]}/")
    client.post(BOOK, {"email": bob.email})
    assert "held until 13:58" in markup_of(client.get(PASSWORD))
    answer = client.post(PASSWORD, {"login": bob.email, "password": "secret-pass-1"})
    assert answer["Location"] == "/held/26/"


def test_a_name_that_is_none_is_left_out(client, newest_code):
    client.post(BOOK, {"email": "sam@example.net", "name": "see www.spam.example\n" + "x" * 200})
    client.post(CODE, {"code": newest_code()})
    assert User.objects.get().name == ""


def test_two_browsers_open_one_account(newest_code):
    first, second = Client(), Client()
    codes = []
    for browser in (first, second):
        browser.post(BOOK, {"email": "sam@example.net"})
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
    person = create_person(
        email="New@Example.org", name="New", timezone="Asia/Tokyo", password="quarter past nine", staff=True
    )
    assert (person.email, person.is_staff, person.check_password("quarter past nine")) == (
        "new@example.org",
        True,
        True,
    )
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
