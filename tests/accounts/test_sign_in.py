"""Signing in by a code: for people who have an account, for those who get one, and for those who try."""

import time
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.tasks import forget_web_sessions
from tests.accounts.sign_in_pages import CODE, PASSWORD, SIGN_IN, signed_in
from tests.conftest import NOW
from tests.form_codes import codes_of
from tests.markup import alerts_in, choices_in, elements_of, forms_in, links_in, markup_of, parts_in, refusals_in


def test_code_signs_in_and_goes_to_next(client, bob, newest_code):
    asked = client.post(SIGN_IN, {"email": "Bob@Example.org", "next": "/sessions/"})
    assert (asked.status_code, asked["Location"]) == (302, f"{CODE}?next=%2Fsessions%2F")
    assert [(m.to, signed_in(client)) for m in mail.outbox] == [(["bob@example.org"], None)]

    answer = client.post(CODE, {"code": newest_code(), "next": "/sessions/"})

    assert (answer.status_code, answer["Location"]) == (302, "/sessions/")
    assert signed_in(client) == bob.pk


@pytest.mark.parametrize(("typed", "meant"), [("bob@gmial.com", "bob@gmail.com"), ("bob@gmail.com", "")])
def test_code_page_asks_whether_a_slip_in_the_address_is_one(client, db, typed, meant):
    page = markup_of(client.post(SIGN_IN, {"email": typed, "next": "/sessions/"}, follow=True))

    corrected = [link for link in links_in(page) if "gmail.com" in link and "bob" in link]
    assert ("meant" in parts_in(page)) == bool(meant)
    if meant:
        assert f"{SIGN_IN}?email=bob%40gmail.com&next=/sessions/" in corrected
        assert f'value="{meant}"' in markup_of(client.get(corrected[0]))


def test_code_mail_holds_the_code_in_both_parts_and_no_link(client, bob, newest_code):
    client.post(SIGN_IN, {"email": bob.email})
    message = mail.outbox[0]
    html, kind = message.alternatives[0]
    assert kind == "text/html"
    assert newest_code() in message.body
    assert newest_code() in html
    assert "href" not in html.partition("</head>")[2].partition("foot")[0]


TYPED = {
    "plain": "{a}{b}",
    "space": "{a} {b}",
    "dash": " {a}-{b} ",
    "nbsp": "{a}\u00a0{b}",
    "invisible": "\u202a\ufeff{a}\u200b{b}\u202c",
    "line": "{a} {b} is your code\r\n",
}
ZEROS = {"wide": 0xFF10, "arabic": 0x660, "persian": 0x6F0, "devanagari": 0x966, "bengali": 0x9E6}


@pytest.mark.parametrize("typed", TYPED.values(), ids=TYPED)
def test_code_is_understood_as_people_paste_it(client, bob, newest_code, typed):
    client.post(SIGN_IN, {"email": bob.email})
    a, b = newest_code().split()
    client.post(CODE, {"code": typed.format(a=a, b=b)})
    assert signed_in(client) == bob.pk


@pytest.mark.parametrize("zero", ZEROS.values(), ids=ZEROS)
def test_code_is_understood_in_the_digits_of_every_keyboard(client, bob, newest_code, zero):
    client.post(SIGN_IN, {"email": bob.email})
    client.post(CODE, {"code": newest_code().translate({ord(str(digit)): zero + digit for digit in range(10)})})
    assert signed_in(client) == bob.pk


def test_wrong_code_is_refused_in_our_words_and_the_third_ends_it(client, bob, newest_code):
    client.post(SIGN_IN, {"email": bob.email})
    right = newest_code()
    wrong = "000000" if right != "000 000" else "111111"

    first = client.post(CODE, {"code": wrong})
    assert codes_of(first.context["form"])["code"] == ["incorrect_code"]
    assert "<title>Error: " in markup_of(first)
    client.post(CODE, {"code": wrong})
    third = client.post(CODE, {"code": wrong}, follow=True)

    assert len(alerts_in(markup_of(third))) == 1
    client.post(CODE, {"code": right})
    assert signed_in(client) is None


@pytest.mark.parametrize("code", ["", "x" * 5000, "\x00" * 6, "①②③④⑤⑥"])
def test_code_page_survives_anything(client, bob, code):
    client.post(SIGN_IN, {"email": bob.email})
    answer = client.post(CODE, {"code": code})
    assert answer.status_code == 200
    assert signed_in(client) is None


def test_expired_code_is_replaced_by_a_new_one_that_works(client, bob, newest_code):
    client.post(SIGN_IN, {"email": bob.email})
    old = newest_code()
    with time_machine.travel(time.time() + 15 * 60 + 1):
        late = client.post(CODE, {"code": old}, follow=True)
        assert len(elements_of(markup_of(late), "div", class_="note", role="status")) == 1
        assert (len(mail.outbox), signed_in(client)) == (2, None)
        client.post(CODE, {"code": newest_code()})
    assert signed_in(client) == bob.pk


def test_opening_the_page_of_an_expired_code_sends_nothing(client, bob):
    client.post(SIGN_IN, {"email": bob.email})
    with time_machine.travel(time.time() + 15 * 60 + 1):
        late = client.get(CODE, follow=True)
    assert late.redirect_chain == [(SIGN_IN, 302)]
    assert refusals_in(markup_of(late)) == ["code_expired"]
    assert len(mail.outbox) == 1


def test_resent_code_replaces_the_first(client, bob, newest_code):
    client.post(SIGN_IN, {"email": bob.email})
    first = newest_code()
    again = client.post(CODE, {"action": "resend"}, follow=True)
    assert len(elements_of(markup_of(again), "div", class_="note", role="status")) == 1
    client.post(CODE, {"code": first})
    assert (len(mail.outbox), signed_in(client)) == (2, bob.pk if first == newest_code() else None)
    client.post(CODE, {"code": newest_code()})
    assert signed_in(client) == bob.pk


def test_code_page_without_a_sign_in_leads_to_the_first_page(client, db):
    assert client.get(CODE)["Location"] == SIGN_IN
    assert client.post(CODE, {"code": "123456"})["Location"] == SIGN_IN


def test_code_of_one_browser_is_worth_nothing_in_another(client, bob, newest_code):
    client.post(SIGN_IN, {"email": bob.email})
    thief = Client()
    thief.post(SIGN_IN, {"email": "thief@example.net"})
    thief.post(CODE, {"code": newest_code()})
    assert signed_in(thief) is None


def test_sign_in_page_can_be_opened_again_while_a_code_is_on_its_way(client, bob, newest_code):
    client.post(SIGN_IN, {"email": bob.email})
    assert "Continue" in markup_of(client.get(SIGN_IN))
    assert choices_in(markup_of(client.get(PASSWORD)), "password") == [""]
    client.post(CODE, {"code": newest_code()})
    assert signed_in(client) == bob.pk


@pytest.mark.parametrize(
    "email", ["", "bob", "bob@", "a" * 300 + "@example.org", "bob@example.org\nBcc: x@example.org"]
)
def test_address_that_is_none_is_refused_and_kept(client, db, email):
    answer = client.post(SIGN_IN, {"email": email})
    assert answer.status_code == 200
    assert len(answer.context["form"].errors["email"]) >= 1
    assert mail.outbox == []


@pytest.mark.parametrize(
    "address", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "\\\\evil.example"]
)
def test_next_never_leads_elsewhere(client, bob, newest_code, address):
    assert client.post(SIGN_IN, {"email": bob.email, "next": address})["Location"] == CODE
    assert client.post(CODE, {"code": newest_code(), "next": address})["Location"] == "/"


def test_closed_account_gets_a_code_that_only_says_it_is_closed(client, bob, newest_code):
    User.objects.filter(pk=bob.pk).update(is_active=False)
    client.post(SIGN_IN, {"email": bob.email})
    assert client.post(CODE, {"code": newest_code()})["Location"] == "/sign-in/closed/"
    assert signed_in(client) is None


def test_closing_an_account_ends_its_sessions(client_for, bob):
    client = client_for(bob)
    assert client.get(reverse("settings")).status_code == 200
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert client.get(reverse("settings"))["Location"] == f"{SIGN_IN}?next=/settings/"


def test_password_signs_in(client, bob):
    answer = client.post(PASSWORD, {"login": bob.email, "password": "secret-pass-1", "next": "/sessions/"})
    assert (answer.status_code, answer["Location"]) == (302, "/sessions/")
    assert signed_in(client) == bob.pk
    assert not client.session.get_expire_at_browser_close()


@pytest.mark.parametrize("email", ["bob@example.org", "nobody@example.net"], ids=["known", "unknown"])
def test_wrong_password_says_the_same_for_every_address(client, bob, email):
    answer = client.post(PASSWORD, {"login": email, "password": "wrong"})
    assert codes_of(answer.context["form"]) == {"__all__": ["email_password_mismatch"]}
    assert signed_in(client) is None


def test_password_is_limited_and_says_until_when(client, bob):
    for _ in range(5):
        client.post(PASSWORD, {"login": bob.email, "password": "wrong"})
    with time_machine.travel("2026-11-24 13:46+00:00", tick=False):
        client.cookies["tz"] = "Europe/London"
        for _ in range(6):
            answer = client.post(PASSWORD, {"login": bob.email, "password": "wrong"})
    assert codes_of(answer.context["form"]) == {"__all__": ["too_many_login_attempts"]}
    assert "13:52 (London)" in answer.context["form"].non_field_errors()[0]


def test_address_left_unproven_by_createsuperuser_is_proven_by_the_code(client, db, newest_code):
    root = User.objects.create_superuser("root@example.org", "secret-pass-1", name="Root")
    client.post(SIGN_IN, {"email": root.email})
    client.post(CODE, {"code": newest_code()})
    assert signed_in(client) == root.pk
    assert [(a.email, a.verified, a.primary) for a in EmailAddress.objects.all()] == [("root@example.org", True, True)]


def test_address_left_unproven_asks_for_a_code_after_the_password(client, db, newest_code):
    root = User.objects.create_superuser("root@example.org", "secret-pass-1", name="Root")
    asked = client.post(PASSWORD, {"login": root.email, "password": "secret-pass-1"})
    assert (asked["Location"], signed_in(client)) == ("/email-code/", None)
    assert choices_in(markup_of(client.get("/email-code/")), "code") == [""]
    client.post("/email-code/", {"code": newest_code()})
    assert signed_in(client) == root.pk


def test_sign_out_needs_a_post_and_takes_the_session_away(client_for, bob):
    client = client_for(bob)
    asked = markup_of(client.get("/sign-out/"))
    assert ("bob@example.org" in asked, "/sign-out/" in forms_in(asked)) == (True, True)
    assert signed_in(client) == bob.pk
    assert "Clear-Site-Data" not in client.get("/sign-out/")
    answer = client.post("/sign-out/")
    assert (answer["Location"], answer["Clear-Site-Data"]) == ("/", '"storage"')
    assert signed_in(client) is None


@pytest.mark.parametrize("address", [SIGN_IN, PASSWORD, CODE, "/sign-in/name/"])
def test_pages_of_the_entrance_send_people_who_are_in_home(client_for, bob, address):
    assert client_for(bob).get(address)["Location"] == "/"


@pytest.mark.parametrize("address", [SIGN_IN, PASSWORD, CODE, "/sign-in/name/"])
def test_entrance_needs_a_csrf_token(db, address):
    assert Client(enforce_csrf_checks=True).post(address, {"email": "bob@example.org"}).status_code == 403


def test_web_sessions_that_are_over_are_deleted(bob, client_for):
    client_for(bob)
    Session.objects.create(session_key="a" * 32, session_data="", expire_date=NOW - timedelta(days=400))

    forget_web_sessions()

    assert not Session.objects.filter(session_key="a" * 32).exists()
    assert Session.objects.count() == 1
