"""Signing in with a passkey alone: no code, no password, and the role of staff awake at once."""

import json
import re

import pytest
from django.test import Client
from fido2.utils import websafe_decode, websafe_encode

from accounts.models import User
from accounts.second_factor.lost import ask_reset, open_reset
from tests.accounts.sign_in_pages import signed_in
from tests.accounts.software_passkey import SoftwarePasskey, give_passkey
from tests.conftest import NOW
from tests.form_codes import codes_of
from tests.hostile import HOSTILE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
PAGE, STEP = "/sign-in/passkey/", "/sign-in/second-step/"


def options_of(page) -> dict:
    [asked] = re.findall(r'<script id="passkey-options"[^>]*>(.*?)</script>', page.content.decode())
    return json.loads(asked)


def answer_with(client: Client, passkey: SoftwarePasskey, person: User, *, verified: bool = True, **more):
    answer = passkey.get(options_of(client.get(PAGE)), verified=verified)
    answer["response"] |= {"userHandle": websafe_encode(person.uuid.bytes), **more}
    return client.post(PAGE, {"passkey": json.dumps(answer), "next": "/sessions/"})


def test_passkey_alone_signs_in_and_wakes_the_role(client, maria):
    passkey = give_passkey(maria)

    assert answer_with(client, passkey, maria)["Location"] == "/sessions/"
    assert signed_in(client) == maria.pk
    assert client.get("/staff/").status_code == 200
    assert client.get(PAGE)["Location"] == "/staff/"


def test_browser_is_asked_for_any_passkey_that_knows_its_owner(client):
    asked = options_of(client.get(PAGE))["publicKey"]

    assert (asked["userVerification"], asked.get("allowCredentials", []), asked["rpId"]) == (
        "required",
        [],
        "localhost",
    )


def test_key_that_asked_for_no_pin_is_no_way_in_alone(client, bob):
    passkey = give_passkey(bob)

    refused = answer_with(client, passkey, bob, verified=False)
    assert (refused.status_code, codes_of(refused.context["form"])) == (422, {"__all__": ["bad_passkey"]})
    # Nor is it in answer to what the second step asked, which takes it there.
    client.post("/sign-in/password/", {"login": bob.email, "password": "secret-pass-1"})
    answer = passkey.get(options_of(client.get(STEP)), verified=False)
    answer["response"]["userHandle"] = websafe_encode(bob.uuid.bytes)
    assert client.post(PAGE, {"passkey": json.dumps(answer)}).status_code == 422
    assert signed_in(client) is None


def test_passkey_of_another_person_or_of_nobody_is_refused(client, bob, charlie):
    passkey = give_passkey(bob)
    give_passkey(charlie)

    assert answer_with(client, passkey, charlie).status_code == 422
    for handle in ("", websafe_encode(b"short"), websafe_encode(bytes(16)), 7, None, ["a"]):
        assert answer_with(client, passkey, bob, userHandle=handle).status_code == 422
    assert signed_in(client) is None


def test_answer_works_once_and_with_its_own_signature(client, bob):
    passkey = give_passkey(bob)
    answer = passkey.get(options_of(client.get(PAGE)), verified=True)
    answer["response"]["userHandle"] = websafe_encode(bob.uuid.bytes)
    spoilt = json.loads(json.dumps(answer))
    signature = bytearray(websafe_decode(spoilt["response"]["signature"]))
    signature[-1] ^= 1
    spoilt["response"]["signature"] = websafe_encode(bytes(signature))
    assert client.post(PAGE, {"passkey": json.dumps(spoilt)}).status_code == 422
    fresh = Client()
    fresh.get(PAGE)
    assert fresh.post(PAGE, {"passkey": json.dumps(answer)}).status_code == 422

    assert signed_in(client) is None


def test_closed_account_stays_closed(client, bob):
    passkey = give_passkey(bob)
    User.objects.filter(pk=bob.pk).update(is_active=False)

    assert answer_with(client, passkey, bob)["Location"] == "/sign-in/closed/"
    assert signed_in(client) is None


def test_using_it_stops_the_removal_of_the_second_step(client, bob):
    passkey = give_passkey(bob)
    ask_reset(person=bob, now=NOW)

    answer_with(client, passkey, bob)
    assert open_reset(bob) is None


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_whatever_is_sent_breaks_nothing(client, text):
    client.get(PAGE)

    for sent in (text, *map(json.dumps, (text, {"response": text}, {"response": {"userHandle": text}}))):
        assert client.post(PAGE, {"passkey": sent}).status_code in (400, 422)


def test_tries_are_limited_by_address(client):
    for _time in range(20):
        client.post(PAGE, {"passkey": "{}"})

    assert client.post(PAGE, {"passkey": "{}"}).status_code == 429
