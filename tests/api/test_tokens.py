"""Coming in by a token: what it opens, for how long, and how it is made and stopped."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from accounts.models import AccessToken, Scope
from accounts.tokens import TokenError, find_token, make_token, stop_token
from tests.api.conftest import Program
from tests.conftest import NOW
from tests.form_codes import codes_of
from tests.hostile import HOSTILE
from tests.markup import elements_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
PAGE = "/settings/programs/"


def with_header(text: str) -> Program:
    return Program(Client(), {"Authorization": text})


def test_only_a_hash_is_kept(bob):
    token, text = make_token(person=bob, name="Phone", scope=Scope.READ, days=30, now=NOW)

    stored = AccessToken.objects.values().get()
    assert text.startswith("mmt_")
    assert text not in str(stored)
    assert find_token(text, now=NOW) == token


@pytest.mark.parametrize("header", ["Token", "Token ", "Token mmt_made-up", "token \xff\xfe", f"Token {'x' * 5000}"])
def test_what_is_no_token_is_401_even_where_anybody_may_read(header):
    response = with_header(header).client.get("/api/v1/topics/", headers={"Authorization": header})

    assert (response.status_code, response["WWW-Authenticate"], response.json()["code"]) == (401, "Token", "bad_token")


def test_nobody_is_401_where_somebody_is_needed(program):
    status, refused = program().get("me/")

    assert (status, refused["code"], refused["fields"]) == (401, "signed_out", {})
    assert refused["message"]


def test_a_token_ends(program, bob):
    asked = program(bob)
    with time_machine.travel(NOW + timedelta(days=30), tick=False):
        assert asked.get("me/")[0] == 401
    with time_machine.travel(NOW + timedelta(days=30, seconds=-1), tick=False):
        assert asked.get("me/")[0] == 200


def test_a_token_of_a_closed_account_opens_nothing(program, bob):
    asked = program(bob)
    bob.is_active = False
    bob.save()

    assert asked.get("me/")[0] == 401


def test_a_stopped_token_opens_nothing(program, bob):
    asked = program(bob)

    assert stop_token(person=bob, uuid=AccessToken.objects.get().uuid) is True
    assert asked.get("me/")[0] == 401


def test_a_token_that_may_only_read_changes_nothing(program, bob):
    asked = program(bob, Scope.READ)

    read, change = asked.get("me/"), asked.send("PATCH", "me/", {"name": "Robert"})

    assert (read[0], change[0], change[1]["code"]) == (200, 403, "read_only_token")
    bob.refresh_from_db()
    assert bob.name == "Bob Bose"


def test_use_is_noted_once_a_minute(program, bob):
    asked, noted = program(bob), []
    for seconds in (0, 59, 60, 61):
        with time_machine.travel(NOW + timedelta(seconds=seconds), tick=False):
            asked.get("me/")
        noted.append(AccessToken.objects.get().last_used_at - NOW)

    assert [moment.seconds for moment in noted] == [0, 0, 60, 60]


def test_names_are_ones_own_and_tokens_are_not_without_number(bob, charlie, monkeypatch):
    monkeypatch.setattr("accounts.tokens.MOST", 2)
    for person, name in ((bob, "A"), (charlie, "A"), (bob, "B")):
        make_token(person=person, name=name, scope=Scope.READ, days=30, now=NOW)

    refused = []
    for name in ("A", "C"):
        with pytest.raises(TokenError) as found:
            make_token(person=bob, name=name, scope=Scope.READ, days=30, now=NOW)
        refused.append(found.value.code)
    assert refused == ["same_name", "too_many"]


def test_a_browser_changes_nothing_without_its_csrf_token(bob):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(bob)
    strict.get("/settings/")
    csrf = strict.cookies["csrf"].value
    body, kind = '{"name": "Robert"}', "application/json"

    without = strict.patch("/api/v1/me/", body, content_type=kind)
    with_it = strict.patch("/api/v1/me/", body, content_type=kind, headers={"X-CSRFToken": csrf})

    assert (without.status_code, without.json()["code"]) == (403, "csrf")
    assert (with_it.status_code, with_it.json()["name"]) == (200, "Robert")


@pytest.fixture
def as_bob(bob, client) -> Client:
    """Signed in, and has just typed the password once more."""
    client.post("/sign-in/password/", {"login": bob.email, "password": "secret-pass-1"})
    client.post("/sign-in/again/", {"password": "secret-pass-1"})
    return client


MINE = {"name": "Phone", "scope": "write", "days": "90"}


def test_the_page_shows_a_token_once(as_bob, bob):
    made = as_bob.post(PAGE, MINE)
    text = made.context["token"]
    later = as_bob.get(PAGE)

    token = AccessToken.objects.get()
    assert (token.name, token.scope, token.expires_at) == ("Phone", "write", NOW + timedelta(days=90))
    assert f'value="{text}"' in made.content.decode()
    assert find_token(text, now=NOW) == token
    assert text not in later.content.decode()
    assert "Phone" in later.content.decode()
    assert "2027-02-22T13:46Z" in [time.attributes["datetime"] for time in elements_of(later.content.decode(), "time")]


def test_a_form_that_is_sent_twice_makes_one_token_and_shows_it_both_times(
    as_bob, bob, mailoutbox, django_capture_on_commit_callbacks
):
    def key_in(response) -> str:
        return elements_of(response.content.decode(), "input", name="key")[0].attributes["value"]

    sent = {**MINE, "key": key_in(as_bob.get(PAGE))}
    with django_capture_on_commit_callbacks(execute=True):
        first, second = as_bob.post(PAGE, sent), as_bob.post(PAGE, sent)

    assert (second.context["token"], AccessToken.objects.count(), len(mailoutbox)) == (first.context["token"], 1, 1)
    assert key_in(second) != sent["key"]
    changed = as_bob.post(PAGE, {**sent, "name": "Other"})
    assert changed.context["token"] != first.context["token"]
    # What was revoked stays dead, also if its form is sent once more
    stop_token(person=bob, uuid=AccessToken.objects.get(name="Phone").uuid)
    later = as_bob.post(PAGE, sent)
    assert (later.status_code, find_token(first.context["token"], now=NOW)) == (200, None)


def test_the_page_says_what_is_missing_and_keeps_what_was_typed(as_bob):
    as_bob.post(PAGE, MINE)
    again, nameless = as_bob.post(PAGE, MINE), as_bob.post(PAGE, {**MINE, "name": ""})

    assert (again.status_code, codes_of(again.context["form"])) == (422, {"name": ["same_name"]})
    assert (nameless.status_code, codes_of(nameless.context["form"])) == (422, {"name": ["required"]})
    assert 'value="Phone"' in again.content.decode()


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_whatever_is_typed_breaks_nothing(as_bob, text):
    answers = [as_bob.post(PAGE, {**MINE, field: text}).status_code for field in MINE]

    assert set(answers) <= {200, 422}
    assert not AccessToken.objects.filter(name__contains="\u202e").exists()


def test_making_and_stopping_need_a_fresh_proof(as_bob, bob):
    as_bob.post(PAGE, MINE)
    stop = f"{PAGE}{AccessToken.objects.get().uuid}/stop/"
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        led = [as_bob.post(PAGE, {**MINE, "name": "Other"}), as_bob.post(stop)]

    assert {response["Location"].partition("?")[0] for response in led} == {"/sign-in/again/"}
    assert AccessToken.objects.count() == 1


def test_stopping_is_for_ones_own(as_bob, charlie):
    theirs = make_token(person=charlie, name="Theirs", scope=Scope.READ, days=30, now=NOW)[0]
    as_bob.post(PAGE, MINE)
    mine = AccessToken.objects.get(name="Phone")

    answers = [as_bob.post(f"{PAGE}{token.uuid}/stop/").status_code for token in (theirs, mine)]

    assert answers == [404, 302]
    assert [token.name for token in AccessToken.objects.all()] == ["Theirs"]
