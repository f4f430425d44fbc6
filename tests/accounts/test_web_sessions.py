"""Browsers in which a person is signed in: told of, listed, ended by their person and by what changes."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AccessToken, Scope, User
from accounts.roles import end_role, give_role
from accounts.rules.roles import StaffRoleName
from accounts.tasks import forget_ended_sessions
from accounts.tokens import make_token
from accounts.web_sessions import list_sessions, name_device
from sessions_app.invites.feeds import feed_of, make_feed
from tests.accounts.authenticator_app import code_of, give_app
from tests.accounts.sign_in_pages import PASSWORD, signed_in
from tests.conftest import NOW, make_person
from tests.markup import elements_of, markup_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
PAGE, END_OTHERS, HELP = "/settings/sign-in/", "/settings/sign-in/sessions/end/", "/help/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36"


def open_browser(person: User, agent: str = FIREFOX) -> Client:
    client = Client(HTTP_USER_AGENT=agent)
    client.post(PASSWORD, {"login": person.email, "password": "secret-pass-1"})
    assert signed_in(client) == person.pk
    return client


def devices_on(client: Client) -> list[str]:
    return [one.text for one in elements_of(markup_of(client.get(PAGE)), "h3")]


def test_first_sign_in_of_an_account_is_not_told_and_a_new_browser_is(bob, mailoutbox, commits):
    first = open_browser(bob)
    assert mailoutbox == []

    open_browser(bob, CHROME)
    assert [(mail.to, "Chrome on Windows" in mail.subject) for mail in mailoutbox] == [([bob.email], True)]

    first.post("/sign-out/")
    first.post(PASSWORD, {"login": bob.email, "password": "secret-pass-1"})
    assert (signed_in(first), len(mailoutbox)) == (bob.pk, 1)


def test_browser_that_another_person_used_is_new_to_this_one(bob, charlie, mailoutbox, commits):
    open_browser(charlie)
    shared = open_browser(bob)
    shared.post("/sign-out/")
    shared.post(PASSWORD, {"login": charlie.email, "password": "secret-pass-1"})

    assert [mail.to for mail in mailoutbox] == [[charlie.email]]


def test_browsers_are_listed_and_one_is_signed_out(bob, charlie):
    here, there = open_browser(bob), open_browser(bob, CHROME)
    strangers = open_browser(charlie)

    assert devices_on(here) == ["Chrome on Windows", "Firefox on Linux This browser"]
    other = UserSession.objects.get(session_key=there.session.session_key).pk
    assert strangers.post(f"{PAGE}sessions/{other}/end/").status_code == 404
    assert here.post(f"{PAGE}sessions/{other}/end/")["Location"] == PAGE
    assert (signed_in(there), signed_in(here), signed_in(strangers)) == (None, bob.pk, charlie.pk)
    assert devices_on(here) == ["Firefox on Linux This browser"]


def test_all_other_browsers_are_signed_out(bob):
    here, *others = [open_browser(bob) for _number in range(3)]

    here.post(END_OTHERS)

    assert [signed_in(client) for client in (here, *others)] == [bob.pk, None, None]
    assert UserSession.objects.count() == 1


def test_use_is_noted_once_an_hour(bob, django_assert_num_queries):
    client = open_browser(bob)

    def last_seen(minutes: int):
        with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
            client.get("/settings/data/")
        return UserSession.objects.get().last_seen_at - NOW

    assert last_seen(59) == timedelta(0)
    assert last_seen(61) == timedelta(minutes=61)
    assert last_seen(100) == timedelta(minutes=61)
    assert last_seen(122) == timedelta(minutes=122)


def test_session_that_expired_is_not_listed_and_goes(bob):
    client = open_browser(bob)
    Session.objects.all().delete()

    assert list_sessions(bob, this=client.session.session_key, now=NOW) == []
    assert forget_ended_sessions() == 1


def test_a_new_password_signs_all_other_browsers_out(bob):
    here, there = open_browser(bob), open_browser(bob, CHROME)

    here.post("/settings/password/", {"oldpassword": "secret-pass-1", "password1": "orchid velvet tractor 9"})

    assert there.get("/settings/").status_code == 302
    assert devices_on(here) == ["Firefox on Linux This browser"]


@pytest.mark.parametrize(("answer", "left"), [({}, 0), ({"other_ways": "keep"}, 1)], ids=["ends", "kept"])
def test_a_new_address_signs_other_browsers_out_and_asks_about_the_rest(bob, answer, left, newest_code):
    make_token(person=bob, name="Phone", scope=Scope.READ, days=30, now=NOW)
    make_feed(person=bob, replaces=None, now=NOW)
    here, there = open_browser(bob), open_browser(bob, CHROME)
    here.post("/sign-in/again/", {"password": "secret-pass-1"})
    here.post("/settings/email/", {"email": "robert@example.org", "action_add": "", **answer})
    assert signed_in(there) == bob.pk

    here.post("/email-code/", {"code": newest_code()})

    bob.refresh_from_db()
    assert (bob.email, signed_in(here), signed_in(there)) == ("robert@example.org", bob.pk, None)
    assert (AccessToken.objects.count(), int(feed_of(bob) is not None)) == (left, left)


def test_end_of_a_role_ends_browsers_and_tokens(bob):
    root = make_person("root@example.org", "Ruth Root", is_staff=True)
    give_role(person=bob, role=StaffRoleName.SUPPORT, by=root, now=NOW)
    make_token(person=bob, name="Phone", scope=Scope.READ, days=30, now=NOW)
    client = Client()
    secret = give_app(bob)
    client.post(PASSWORD, {"login": bob.email, "password": "secret-pass-1"})
    client.post("/sign-in/second-step/", {"code": code_of(secret)})
    assert client.get("/staff/").status_code == 200

    end_role(person=bob, role=StaffRoleName.SUPPORT, by=root, now=NOW)

    assert (client.get("/staff/").status_code, AccessToken.objects.count()) == (302, 0)


@pytest.mark.parametrize(
    ("agent", "named"),
    [(FIREFOX, "Firefox on Linux"), (CHROME, "Chrome on Windows"), ("curl/8", ""), ("", ""), ("\x00<b>" * 500, "")],
    ids=["firefox", "chrome", "curl", "nothing", "hostile"],
)
def test_device_is_named_by_what_it_says(agent, named):
    assert name_device(agent) == (named or name_device(""))


def people_read(client: Client) -> list[str]:
    """The statements of one page that read people."""
    with CaptureQueriesContext(connection) as seen:
        client.get(HELP)
    return [
        query["sql"] for query in seen.captured_queries if re.search(r"(FROM|JOIN) .?accounts_user\b", query["sql"])
    ]


def test_person_is_read_with_the_session_that_their_browser_uses(bob, settings):
    settings.PREPARE_STATEMENTS = False
    client = open_browser(bob)

    listed = people_read(client)
    UserSession.objects.all().delete()
    unlisted = people_read(client)

    assert ("django_session" in listed[0], len(unlisted) - len(listed)) == (True, 1)
    assert signed_in(client) == bob.pk


def test_session_itself_says_whose_it_is_whatever_the_list_says(bob, charlie):
    client = open_browser(bob)
    UserSession.objects.update(user=charlie)

    assert client.get(HELP).wsgi_request.user == bob


@pytest.mark.parametrize("change", ["closed", "new-password"])
def test_who_may_not_come_in_any_more_is_not_signed_in_by_the_list(bob, change):
    client = open_browser(bob)
    if change == "closed":
        bob.is_active = False
    else:
        bob.set_password("another-pass-1")
    bob.save()

    assert client.get(HELP).wsgi_request.user.is_anonymous
