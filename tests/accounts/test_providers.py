"""Signing in with an account elsewhere, end to end, against a provider on this machine that has real keys."""

import json
import time
from hashlib import sha256
from threading import Barrier, Thread
from urllib.parse import parse_qsl, urlsplit

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.db import connection
from django.test import Client

from accounts.models import User
from accounts.privacy.erasing import empty_table
from accounts.privacy.registry import registered_tables
from accounts.providers.checks import check_providers
from accounts.providers.configuration import read_providers
from accounts.providers.connections import connect
from accounts.providers.errors import ProviderError
from accounts.providers.identity import Identity
from accounts.providers.provider import UnreadableSettingError
from tests.accounts.authenticator_app import code_of, give_app
from tests.accounts.sign_in_pages import CODE, PASSWORD, SIGN_IN, signed_in
from tests.accounts.stand_in_provider import (
    BACK,
    CLIENT,
    START,
    StandInProvider,
    address_of,
    go_there,
    serving_provider,
    sign_in_there,
)
from tests.conftest import NOW, make_person
from tests.markup import elements_of, markup_of, parts_in, refusals_in
from tests.signing_in import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
SETTINGS, CONNECT = "/settings/sign-in/", "/settings/sign-in/with/uni/"
STEP = "/sign-in/second-step/"
NEW = "new@example.org"


@pytest.fixture
def provider(settings):
    with serving_provider() as found:
        settings.OIDC_PROVIDERS = found.setting()
        yield found


@pytest.fixture
def trusted(provider, settings) -> StandInProvider:
    """It vouches for the addresses of one domain."""
    settings.OIDC_PROVIDERS = provider.setting(proves="example.org")
    return provider


@pytest.fixture
def connected(provider, bob) -> SocialAccount:
    connect(person=bob, identity=Identity("uni", uid_of(provider), "bob@example.org"))
    return SocialAccount.objects.get()


def uid_of(provider: StandInProvider) -> str:
    return sha256(f"{provider.issuer}\n{provider.subject}".encode()).hexdigest()


def prove(client: Client) -> None:
    client.post("/sign-in/again/", {"password": "secret-pass-1"})


# The way there


def test_sign_in_page_offers_who_is_named_and_nobody_else(client, provider, settings):
    def offered() -> list[str]:
        buttons = elements_of(markup_of(client.get(SIGN_IN)), "button")
        return [one.attributes["data-provider"] for one in buttons if "data-provider" in one.attributes]

    assert offered() == ["uni"]
    settings.OIDC_PROVIDERS = ""
    assert offered() == []
    assert client.post(START).status_code == 404
    assert client.get(BACK).status_code == 404


def test_page_leads_to_the_provider_with_all_that_protects_the_way_back(client, provider):
    led = client.post(START)
    asked = dict(parse_qsl(urlsplit(address_of(led)).query))

    assert address_of(led).startswith(f"{provider.issuer}/authorize?")
    assert (asked["response_type"], asked["client_id"], asked["code_challenge_method"]) == ("code", CLIENT, "S256")
    assert (asked["scope"], asked["redirect_uri"]) == ("openid email profile", "http://localhost:8000" + BACK)
    assert min(len(asked["state"]), len(asked["nonce"]), len(asked["code_challenge"])) >= 43
    [link] = [one for one in elements_of(markup_of(led), "a") if one.attributes.get("data-part") == "leave"]
    assert link.attributes["href"] == address_of(led)
    assert "no-store" in led["Cache-Control"]


def test_only_a_form_of_ours_begins_it(provider):
    assert Client().get(START).status_code == 405
    assert Client(enforce_csrf_checks=True).post(START).status_code == 403


# Signing in


def test_connected_account_signs_in_and_leads_on(client, provider, connected, bob, mailoutbox):
    answer = sign_in_there(client, provider, wanted="/sessions/?x=1")

    assert (answer["Location"], signed_in(client)) == ("/sessions/?x=1", bob.pk)
    assert not SocialToken.objects.exists()


def test_it_is_the_subject_that_counts_not_the_address(client, provider, connected, bob, charlie):
    provider.claims = {"email": charlie.email, "email_verified": True}
    sign_in_there(client, provider)
    assert signed_in(client) == bob.pk

    provider.subject = "subject-2"
    provider.claims = {"email": bob.email, "email_verified": True}
    other = Client()
    sign_in_there(other, provider)
    assert signed_in(other) is None


def test_same_subject_of_another_issuer_is_someone_else(client, provider, connected, settings):
    with serving_provider() as other:
        settings.OIDC_PROVIDERS = other.setting()
        sign_in_there(client, other)

    assert signed_in(client) is None


def test_unproven_address_of_an_account_needs_the_code_that_its_mailbox_gets(
    client, provider, bob, newest_code, mailoutbox, commits
):
    answer = sign_in_there(client, provider, wanted="/sessions/")
    assert (answer["Location"], signed_in(client)) == (f"{CODE}?next=/sessions/", None)
    assert not SocialAccount.objects.exists()
    assert "asked-by-provider" in parts_in(markup_of(client.get(answer["Location"])))
    assert "Uni X" in mailoutbox[-1].body

    done = client.post(CODE, {"code": newest_code(), "next": "/sessions/"})

    assert (done["Location"], signed_in(client)) == ("/sessions/", bob.pk)
    assert SocialAccount.objects.get().user == bob
    assert ("Uni X" in mailoutbox[-1].subject, mailoutbox[-1].to) == (True, [bob.email])
    again = Client()
    sign_in_there(again, provider)
    assert signed_in(again) == bob.pk


def test_wrong_code_connects_nothing(client, provider, bob, newest_code):
    sign_in_there(client, provider)

    wrong = "000000" if newest_code().replace(" ", "") != "000000" else "111111"
    client.post(CODE, {"code": wrong})
    assert (signed_in(client), SocialAccount.objects.exists()) == (None, False)


def test_code_that_was_sent_anew_connects_too(client, provider, bob, newest_code):
    sign_in_there(client, provider)
    client.post(CODE, {"action": "resend"})
    client.post(CODE, {"code": newest_code()})

    assert SocialAccount.objects.get().user == bob


def test_another_address_after_all_connects_nothing(client, provider, bob, charlie, newest_code):
    sign_in_there(client, provider)
    client.post(SIGN_IN, {"email": charlie.email})
    client.post(CODE, {"code": newest_code()})

    assert (signed_in(client), SocialAccount.objects.exists()) == (charlie.pk, False)


def test_new_person_types_the_code_and_has_an_account_with_their_name(client, provider, newest_code):
    provider.claims = {"email": NEW, "email_verified": True, "name": "Nora New"}
    sign_in_there(client, provider)
    assert not User.objects.filter(email=NEW).exists()

    client.post(CODE, {"code": newest_code()})

    person = User.objects.get(email=NEW)
    assert (person.name, signed_in(client), person.has_usable_password()) == ("Nora New", person.pk, False)
    assert SocialAccount.objects.get().user == person


def test_proven_address_opens_an_account_at_once(client, trusted, mailoutbox):
    trusted.claims = {"email": NEW, "email_verified": True, "given_name": "Nora"}

    sign_in_there(client, trusted)

    person = User.objects.get(email=NEW)
    assert (person.name, signed_in(client)) == ("Nora", person.pk)
    assert EmailAddress.objects.get(user=person).verified


def test_proven_address_signs_in_to_the_account_that_has_it(client, trusted, bob, mailoutbox, commits):
    sign_in_there(client, trusted)

    assert (signed_in(client), SocialAccount.objects.get().user) == (bob.pk, bob)
    assert any("Uni X" in mail.subject for mail in mailoutbox)


@pytest.mark.parametrize(
    ("email", "verified"),
    [("bob@example.org", False), ("bob@example.org", None), ("bob@example.org", "no"), ("bob@other.example", True)],
    ids=["unverified", "unsaid", "words", "other domain"],
)
def test_address_is_proven_only_for_named_domains_and_where_the_provider_says_so(email, verified, client, trusted):
    make_person(email, "Bob")
    trusted.claims = {"email": email, "email_verified": verified}

    answer = sign_in_there(client, trusted)

    assert (answer["Location"], signed_in(client), SocialAccount.objects.exists()) == (CODE, None, False)


def test_name_that_we_would_refuse_is_asked_for(client, trusted):
    trusted.claims = {"email": NEW, "email_verified": True, "name": "https://spam.example"}

    assert sign_in_there(client, trusted)["Location"] == "/sign-in/name/"
    done = client.post("/sign-in/name/", {"name": "Nora"})
    assert (done.status_code, SocialAccount.objects.get().user.name) == (302, "Nora")


def test_address_that_only_the_user_page_has_is_read_there(client, trusted, bob):
    trusted.claims, trusted.userinfo = {}, {"email": bob.email, "email_verified": True}

    sign_in_there(client, trusted)
    assert signed_in(client) == bob.pk


@pytest.mark.parametrize("email", [None, "nobody", ["a@b.example"], "a" * 300 + "@b.example"], ids=["none", *"wlt"])
def test_account_without_an_address_is_told_what_to_do(email, client, provider):
    provider.claims = {"email": email}

    refused = sign_in_there(client, provider)
    assert (refused.status_code, refusals_in(markup_of(refused))) == (400, ["no_address"])


def test_provider_with_another_way_of_saying_who_asks_and_other_keys(client, trusted, bob):
    trusted.basic_only, trusted.algorithm = True, "ES256"

    sign_in_there(client, trusted)

    assert signed_in(client) == bob.pk
    assert "client_secret" not in trusted.forms[-1]


# Second step, roles, closed accounts


def test_second_step_is_asked_and_nothing_is_connected_before_it(client, trusted, bob):
    secret = give_app(bob)

    assert sign_in_there(client, trusted, wanted="/sessions/")["Location"] == STEP
    assert (signed_in(client), SocialAccount.objects.exists()) == (None, False)

    done = client.post(STEP, {"code": code_of(secret)})
    assert (done["Location"], signed_in(client), SocialAccount.objects.count()) == ("/sessions/", bob.pk, 1)


def test_second_step_is_asked_of_a_connected_account(client, provider, connected, bob):
    give_app(bob)

    assert (sign_in_there(client, provider)["Location"], signed_in(client)) == (STEP, None)


def test_role_sleeps_in_a_session_without_the_second_step(client, provider, maria):
    connect(person=maria, identity=Identity("uni", uid_of(provider)))

    sign_in_there(client, provider)

    assert signed_in(client) == maria.pk
    assert client.get("/staff/")["Location"].startswith("/settings/sign-in/role/")


@pytest.mark.parametrize("is_connected", [True, False])
def test_closed_account_stays_closed(is_connected, client, trusted, bob):
    if is_connected:
        connect(person=bob, identity=Identity("uni", uid_of(trusted)))
    User.objects.filter(pk=bob.pk).update(is_active=False)

    assert sign_in_there(client, trusted)["Location"] == "/sign-in/closed/"
    assert (signed_in(client), User.objects.filter(email=bob.email).count()) == (None, 1)


def test_account_that_is_being_removed_can_be_kept(client, provider, connected, bob, client_for):
    own = client_for(bob)
    prove(own)
    own.post("/settings/data/delete-account/", {"password": "secret-pass-1"})
    bob.refresh_from_db()
    assert not bob.is_active

    assert sign_in_there(client, provider)["Location"] == "/keep-account/"


def test_removed_person_leaves_no_connection(connected, bob):
    [table] = [one for one in registered_tables() if one.model is SocialAccount]
    empty_table(table, bob, now=NOW)

    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize("wanted", ["foo", "//evil.example/", "https://evil.example/"])
def test_next_that_is_no_page_of_ours_is_left_out(wanted, client, provider, connected):
    assert sign_in_there(client, provider, wanted=wanted)["Location"] == "/"


def test_held_time_is_booked_after_the_sign_in(client, provider, connected, bob, alice):
    booking = {"key": "k", "offer": alice.mentor_profile.offers.get().uuid, "question": "Should I stay or go now?"}
    held = client.post("/mentors/alice-adair/book/", booking | {"start": "2026-11-26T14:30Z"})
    assert START in [one.attributes["action"] for one in elements_of(markup_of(client.get(held["Location"])), "form")]
    answer = sign_in_there(client, provider)

    assert answer["Location"].startswith("/sessions/")
    assert bob.bookings_as_mentee.exists()


# What goes wrong


def refused_code(answer) -> list[str]:
    assert answer.status_code == 400
    page = markup_of(answer)
    ways = [one.attributes.get("action", "") for one in elements_of(page, "form")]
    assert START in ways or SETTINGS in [one.attributes.get("href") for one in elements_of(page, "a")]
    return refusals_in(page)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        ("access_denied", "denied"),
        ("server_error", "not_genuine"),
        ("none", "not_genuine"),
        ("hs256", "not_genuine"),
        ("foreign_key", "not_genuine"),
        ("unknown_kid", "not_genuine"),
        ("header", "not_genuine"),
        ("garbage", "not_genuine"),
        ("no_json", "no_answer"),
        ("list", "no_answer"),
        ("huge", "no_answer"),
    ],
)
def test_answer_that_is_wrong_signs_nobody_in(spoil, code, client, provider, connected):
    provider.spoil = spoil

    assert refused_code(sign_in_there(client, provider)) == [code]
    assert signed_in(client) is None


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"aud": "another"},
        {"aud": [CLIENT, "another"]},
        {"azp": "another"},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": int(NOW.timestamp()) - 120},
        {"exp": None},
        {"iat": int(NOW.timestamp()) + 600},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
    ],
    ids=str,
)
def test_token_that_does_not_fit_signs_nobody_in(claims, client, provider, connected):
    provider.claims |= claims

    assert refused_code(sign_in_there(client, provider)) == ["not_genuine"]
    assert signed_in(client) is None


def test_provider_that_is_down_is_told_of_before_and_after_the_way(client, provider, connected):
    led = client.post(START)
    provider.spoil = "down"
    assert refused_code(client.post(START)) == ["no_answer"]

    assert refused_code(client.get(go_there(provider, led))) == ["no_answer"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": "https://evil.example"},
        {"issuer": None},
        {"token_endpoint": "http://evil.example/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "http://127.0.0.1/a\r\nX-A: b"},
        {"jwks_uri": 7},
    ],
    ids=str,
)
def test_configuration_that_does_not_fit_is_not_used(wrong, client, provider):
    provider.configuration = wrong

    assert refused_code(client.post(START)) == ["no_answer"]


def test_state_works_once_in_the_browser_where_it_began_for_ten_minutes(client, provider, connected):
    led = client.post(START)
    back = go_there(provider, led)
    assert refused_code(Client().get(back)) == ["unknown_journey"]
    assert refused_code(client.get(BACK, {"code": "code-0", "state": "forged"})) == ["unknown_journey"]
    assert refused_code(client.get(BACK)) == ["unknown_journey"]

    late = go_there(provider, client.post(START))
    with time_machine.travel(time.time() + 601, tick=False):
        assert refused_code(client.get(late)) == ["unknown_journey"]

    client.get(back)
    assert signed_in(client) is not None
    client.post("/sign-out/")
    assert refused_code(client.get(back)) == ["unknown_journey"]


def test_code_of_another_browser_is_refused_there(client, provider, connected):
    """The provider finds that the challenge isn't that of the browser which brings the code."""
    foreign = dict(parse_qsl(urlsplit(go_there(provider, Client().post(START))).query))
    own = dict(parse_qsl(urlsplit(go_there(provider, client.post(START))).query))

    assert refused_code(client.get(BACK, own | {"code": foreign["code"]})) == ["no_answer"]
    assert signed_in(client) is None


def test_answer_in_the_name_of_another_issuer_is_refused(client, provider, connected):
    back = go_there(provider, client.post(START))

    assert refused_code(client.get(f"{back}&iss=https%3A%2F%2Fevil.example")) == ["not_genuine"]


def test_ways_are_limited_by_address(client, provider):
    for _time in range(30):
        client.post(START)

    assert client.post(START).status_code == 429
    assert client.get(BACK).status_code == 429


def test_who_is_signed_in_meanwhile_is_led_on(client, provider, connected, bob):
    back = go_there(provider, client.post(START, {"next": "/sessions/"}))
    client.post(PASSWORD, {"login": bob.email, "password": "secret-pass-1"})

    assert client.get(back)["Location"] == "/sessions/"


# Settings


def test_account_is_connected_in_the_settings_after_a_proof(client_for, provider, bob, mailoutbox, commits):
    client = client_for(bob)
    assert client.post(CONNECT)["Location"].startswith("/sign-in/again/")
    prove(client)

    answer = client.get(go_there(provider, client.post(CONNECT)))

    assert (answer["Location"], SocialAccount.objects.get().user) == (SETTINGS, bob)
    assert [mail.to for mail in mailoutbox] == [[bob.email]]
    assert "connections" in parts_in(markup_of(client.get(SETTINGS)))
    prove(client)
    client.get(go_there(provider, client.post(CONNECT)))
    assert (SocialAccount.objects.count(), len(mailoutbox)) == (1, 1)


def test_account_that_another_person_has_connected_is_refused(client_for, provider, connected, charlie):
    client = client_for(charlie)
    prove(client)

    assert refused_code(client.get(go_there(provider, client.post(CONNECT)))) == ["taken"]
    assert SocialAccount.objects.get() == connected


def test_who_signs_in_as_another_meanwhile_connects_nothing(client_for, provider, bob, charlie):
    client = client_for(bob)
    prove(client)
    back = go_there(provider, client.post(CONNECT))
    sign_in(client, charlie)

    assert refused_code(client.get(back)) == ["unknown_journey"]
    assert not SocialAccount.objects.exists()


def test_connection_is_removed_and_a_code_still_signs_in(
    client_for, provider, connected, bob, mailoutbox, newest_code, commits
):
    client, remove = client_for(bob), f"/settings/sign-in/connections/{connected.pk}/remove/"
    assert client.post(remove)["Location"].startswith("/sign-in/again/")
    prove(client)
    assert client.get(remove).status_code == 200

    assert client.post(remove)["Location"] == SETTINGS
    assert not SocialAccount.objects.exists()
    assert "Uni X" in mailoutbox[-1].subject
    assert client.post(remove).status_code == 404
    fresh = Client()
    fresh.post(SIGN_IN, {"email": bob.email})
    fresh.post(CODE, {"code": newest_code()})
    assert signed_in(fresh) == bob.pk


def test_connection_of_another_is_not_there(client_for, connected, charlie):
    client = client_for(charlie)
    prove(client)

    assert client.post(f"/settings/sign-in/connections/{connected.pk}/remove/").status_code == 404


def test_connection_outlives_its_provider_in_the_list_alone(client_for, client, provider, connected, bob, settings):
    settings.OIDC_PROVIDERS = ""

    assert "connections" in parts_in(markup_of(client_for(bob).get(SETTINGS)))
    assert client.get(BACK).status_code == 404


def test_new_password_asks_about_connections_and_ends_them(client_for, connected, bob):
    client = client_for(bob)
    assert "1 connected account" in client.get("/settings/password/").content.decode()

    client.post(
        "/settings/password/",
        {"oldpassword": "secret-pass-1", "password1": "blue horse staple nine", "other_ways": "end"},
    )
    assert not SocialAccount.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_one_account_connected_by_two_people_at_once_is_one_persons(provider, commits):
    people = [make_person(f"p{number}@example.org", f"Person {number}") for number in range(2)]
    barrier, refused = Barrier(2), []

    def run(person: User) -> None:
        barrier.wait()
        try:
            connect(person=person, identity=Identity("uni", "the same"))
        except ProviderError as error:
            refused.append(error.code)
        finally:
            connection.close()

    threads = [Thread(target=run, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (refused, SocialAccount.objects.count()) == (["taken"], 1)


# The setting


def test_presets_need_a_number_and_a_secret_alone():
    lines = [
        "google client_id=a secret='b c'",
        "microsoft client_id=a secret=b tenant=uni.example",
        "",
        "linkedin client_id=a secret=b",
    ]

    google, microsoft, linkedin = read_providers("\n".join(lines))

    assert (google.name, google.secret, google.proves) == ("Google", "b c", {"gmail.com", "googlemail.com"})
    assert microsoft.issuer == "https://login.microsoftonline.com/uni.example/v2.0"
    assert (linkedin.sends_nonce, linkedin.takes_challenge, linkedin.proves) == (False, False, frozenset())


@pytest.mark.parametrize(
    "text",
    [
        "[",
        "[1]",
        "google",
        "google client_id=a",
        "google client_id=a secret=b colour=red",
        "uni name=Uni client_id=a secret=b",
        "uni name=Uni issuer=http://uni.example client_id=a secret=b",
        "UNI! client_id=a secret=b",
        "uni 'name=Uni",
        "uni name",
        "google client_id=a secret=b proves=..",
        "google client_id=a secret=b\ngoogle client_id=a secret=b",
        json.dumps([{"id": "uni", "name": "U" * 41, "issuer": "https://u.example", "client_id": "a", "secret": "b"}]),
    ],
)
def test_setting_that_cannot_be_read_says_why_and_stops_the_start(text, settings):
    with pytest.raises(UnreadableSettingError) as raised:
        read_providers(text)

    settings.OIDC_PROVIDERS = text
    assert [found.id for found in check_providers()] == ["accounts.E002"]
    assert "secret=b" not in str(raised.value)
