"""The second step of signing in: set up, asked for, used once, and what a role of staff may do without it."""

import json
import re
import time
from datetime import timedelta
from threading import Barrier, Thread
from urllib.parse import urlencode

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client

from accounts.models import Scope, Trace, User
from accounts.second_factor.app_codes import PERIOD, find_step, new_secret
from accounts.second_factor.checks import check_deployment, check_setting
from accounts.second_factor.factors import FactorError, list_factors, remove_factor
from accounts.tokens import make_token
from tests.accounts.authenticator_app import code_of, give_app, set_up_app
from tests.accounts.sign_in_pages import CODE, PASSWORD, SIGN_IN, signed_in
from tests.accounts.software_passkey import SoftwarePasskey, give_passkey
from tests.conftest import NOW, make_person
from tests.form_codes import codes_of
from tests.markup import elements_of, links_in, markup_of, parts_in, refusals_in
from tests.signing_in import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
STEP, AGAIN = "/sign-in/second-step/", "/sign-in/again/second-step/"
PAGE, APP, PASSKEY, CODES = (f"/settings/sign-in/{part}" for part in ("", "app/", "passkey/", "codes/"))
WAITS, STAFF = "/settings/sign-in/role/", "/staff/"
MINUTE = timedelta(minutes=1)


def type_password(client: Client, person: User):
    return client.post(PASSWORD, {"login": person.email, "password": "secret-pass-1"})


@pytest.fixture
def proven(client, bob) -> Client:
    """bob has just signed in by password and typed it again."""
    type_password(client, bob)
    client.post("/sign-in/again/", {"password": "secret-pass-1"})
    return client


def test_code_by_email_is_followed_by_the_second_step(client, bob, newest_code):
    secret = give_app(bob)
    client.post(SIGN_IN, {"email": bob.email, "next": "/sessions/"})

    led = client.post(CODE, {"code": newest_code(), "next": "/sessions/"})
    assert (led["Location"], signed_in(client)) == (STEP, None)
    assert client.get("/sessions/")["Location"].startswith(SIGN_IN)

    done = client.post(STEP, {"code": code_of(secret)})
    assert (done["Location"], signed_in(client)) == ("/sessions/", bob.pk)


def test_password_is_followed_by_the_second_step(client, bob):
    secret = give_app(bob)

    assert (type_password(client, bob)["Location"], signed_in(client)) == (STEP, None)
    wrong = client.post(STEP, {"code": code_of(secret, steps=5)})
    assert (wrong.status_code, codes_of(wrong.context["form"])) == (422, {"code": ["wrong_code"]})
    assert signed_in(client) is None
    client.post(STEP, {"code": f"{code_of(secret)[:3]} {code_of(secret)[3:]}"})
    assert signed_in(client) == bob.pk


def test_people_without_a_second_step_are_not_asked(client, bob):
    type_password(client, bob)

    assert signed_in(client) == bob.pk
    assert client.get(STEP)["Location"] == "/"


def test_code_of_an_app_is_taken_once_and_none_before_it(client, bob):
    secret = give_app(bob)
    type_password(client, bob)
    client.post(STEP, {"code": code_of(secret)})

    for steps in (0, -1):
        other = Client()
        type_password(other, bob)
        assert other.post(STEP, {"code": code_of(secret, steps=steps)}).status_code == 422
    with time_machine.travel(NOW + timedelta(seconds=PERIOD), tick=False):
        other = Client()
        type_password(other, bob)
        other.post(STEP, {"code": code_of(secret)})
        assert signed_in(other) == bob.pk


@pytest.mark.parametrize(("steps", "is_taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_clocks_may_differ_by_one_code(steps, is_taken):
    secret = new_secret()

    assert (find_step(secret, code_of(secret, steps=steps), at=NOW.timestamp()) is not None) == is_taken


def test_recovery_code_signs_in_once_and_its_person_is_told(client, bob, mailoutbox, commits):
    give_app(bob)
    code = list(Authenticator.objects.get(user=bob, type="recovery_codes").wrap().get_unused_codes())[3]
    type_password(client, bob)

    client.post(STEP, {"code": f"{code[:4]} {code[4:]}"})
    assert (signed_in(client), list_factors(bob).codes_left) == (bob.pk, 9)
    assert "9" in mailoutbox[-1].body

    other = Client()
    type_password(other, bob)
    assert other.post(STEP, {"code": code}).status_code == 422


def test_app_is_set_up_and_recovery_codes_are_shown_once(proven, bob, mailoutbox, commits):
    secret, answer = set_up_app(proven)

    codes = re.findall(r"<code>(\d{4} \d{4})</code>", answer.content.decode())
    factors = list_factors(bob)
    assert (len(set(codes)), factors.codes_left, factors.app is not None) == (10, 10, True)
    assert [mail.to for mail in mailoutbox] == [[bob.email]]
    assert proven.get(APP)["Location"] == PAGE
    assert not any(code in proven.get(PAGE).content.decode() for code in codes)
    assert secret not in json.dumps([*Authenticator.objects.values_list("data", flat=True)])
    assert secret not in json.dumps(dict(proven.session.items()), default=str)


def test_wrong_code_sets_nothing_up_and_keeps_the_key(proven, bob):
    first = elements_of(markup_of(proven.get(APP)), "input", id="secret")[0].attributes["value"]

    wrong = proven.post(APP, {"code": "000000" if code_of(first) != "000000" else "111111"})
    assert (wrong.status_code, codes_of(wrong.context["form"])) == (422, {"code": ["wrong_code"]})
    assert (wrong.context["secret"], list_factors(bob).exist) == (first, False)
    assert proven.post(APP, {"code": ""}).status_code == 422


def options_in(page) -> dict:
    """What the page asks the browser for."""
    [asked] = re.findall(r'<script id="passkey-options"[^>]*>(.*?)</script>', page.content.decode())
    return json.loads(asked)


def test_passkey_is_set_up_and_signs_in(proven, bob, mailoutbox, commits):
    passkey = SoftwarePasskey()
    asked = options_in(proven.get(PASSKEY))
    assert (asked["publicKey"]["rp"]["id"], bob.email in json.dumps(asked)) == ("localhost", True)

    made = proven.post(PASSKEY, {"name": "Blue key", "passkey": json.dumps(passkey.create(asked))})
    assert len(re.findall("<code>", made.content.decode())) == 10
    assert "Blue key" in mailoutbox[-1].body

    client = Client()
    type_password(client, bob)
    answer = passkey.get(options_in(client.get(STEP)))
    client.post(STEP, {"passkey": json.dumps(answer)})
    assert signed_in(client) == bob.pk

    other = Client()
    type_password(other, bob)
    other.get(STEP)
    assert other.post(STEP, {"passkey": json.dumps(answer)}).status_code == 422


@pytest.mark.parametrize("wrong", [{"origin": "https://evil.example"}, {"host": "evil.example"}], ids=[*"oh"])
def test_passkey_of_another_site_is_refused(wrong, proven, client, bob):
    fresh = SoftwarePasskey()
    made = fresh.create(options_in(proven.get(PASSKEY)), **wrong)
    assert proven.post(PASSKEY, {"name": "Key", "passkey": json.dumps(made)}).status_code == 422

    passkey, other = give_passkey(bob), Client()
    type_password(other, bob)
    signed = passkey.get(options_in(other.get(STEP)), **wrong)
    assert other.post(STEP, {"passkey": json.dumps(signed)}).status_code == 422
    assert signed_in(other) is None


def test_passkey_with_a_wrong_signature_or_of_another_person_is_refused(bob, charlie):
    passkey, strangers = give_passkey(bob), give_passkey(charlie)
    client = Client()
    type_password(client, bob)

    spoilt = passkey.get(options_in(client.get(STEP)))
    spoilt["response"]["signature"] = spoilt["response"]["signature"][:-8] + "AAAAAAAA"
    foreign = strangers.get(options_in(client.get(STEP)))
    copied = SoftwarePasskey()
    copied.id = passkey.id
    for answer in (spoilt, foreign, copied.get(options_in(client.get(STEP)))):
        assert client.post(STEP, {"passkey": json.dumps(answer)}).status_code == 422
    assert signed_in(client) is None


def test_secrets_are_read_with_an_earlier_key(bob, client, settings):
    secret = give_app(bob)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key that is long enough for everything"
    type_password(client, bob)

    client.post(STEP, {"code": code_of(secret)})
    assert signed_in(client) == bob.pk


def test_new_codes_end_the_old_ones(proven, bob, mailoutbox, commits):
    _secret, answer = set_up_app(proven)
    old = re.findall(r"<code>(\d{4}) (\d{4})</code>", answer.content.decode())

    renewed = proven.post(CODES)

    new = re.findall(r"<code>(\d{4}) (\d{4})</code>", renewed.content.decode())
    assert (len(new), set(new) & set(old)) == (10, set())
    assert len(mailoutbox) == 2
    assert {"codes-left", "factors"} <= set(parts_in(markup_of(proven.get(PAGE))))


def test_session_without_the_second_step_changes_no_second_step(client, bob):
    """Who has only read bob's mail, or sits at a browser that he signed in before, can't add a factor of their own."""
    secret = give_app(bob)
    sign_in(client, bob, second_step=False)
    number = list_factors(bob).app.pk

    for path in (PASSKEY, CODES, f"/settings/sign-in/{number}/remove/"):
        assert client.post(path)["Location"].startswith(f"{AGAIN}?next=")
    client.post("/sign-in/again/", {"password": "secret-pass-1"})
    assert client.post(CODES)["Location"].startswith(AGAIN)
    assert list_factors(bob).codes_left == 10

    resumed = client.post(f"{AGAIN}?next={CODES}", {"code": code_of(secret), "next": CODES})
    assert len(re.findall("<code>", resumed.content.decode())) == 10


def test_app_is_removed_and_its_codes_with_it(proven, bob, mailoutbox, commits):
    set_up_app(proven)
    remove = f"/settings/sign-in/{list_factors(bob).app.pk}/remove/"

    assert proven.get(remove).status_code == 200
    assert proven.post(remove)["Location"] == PAGE
    assert not Authenticator.objects.exists()
    assert proven.post(remove).status_code == 404
    assert len(mailoutbox) == 2


def test_factor_of_another_is_not_there(proven, bob, charlie):
    set_up_app(proven)
    give_app(charlie)

    assert proven.post(f"/settings/sign-in/{list_factors(charlie).app.pk}/remove/").status_code == 404
    assert list_factors(charlie).exist


# Staff


def test_staff_without_a_second_step_are_led_to_set_one_up(client, maria, charlie, client_for):
    type_password(client, maria)

    led = client.get(STAFF)
    assert led["Location"] == f"{WAITS}?next=%2Fstaff%2F"
    assert parts_in(markup_of(client.get(led["Location"]))) == ["role-waits"]
    assert client_for(charlie).get(STAFF).status_code == 404
    assert client_for(charlie).get(WAITS)["Location"] == PAGE

    client.post("/sign-in/again/", {"password": "secret-pass-1"})
    set_up_app(client)
    assert client.get(STAFF).status_code == 200


def kept_way(client: Client, start: str) -> str:
    """Where the last link of the set-up of an app leads, when it begins on this page."""
    shown = markup_of(client.get(start))
    [key] = elements_of(shown, "input", id="secret")
    # The form for colours has a `next` of its own.
    form = shown[shown.rindex(f'action="{APP}"') :].partition("</form>")[0]
    sent = {one.attributes["name"]: one.attributes["value"] for one in elements_of(form, "input", name="next")}
    done = client.post(APP, sent | {"code": code_of(key.attributes["value"])})
    [on] = [one for one in elements_of(markup_of(done), "a") if "btn--primary" in (one.attributes.get("class") or "")]
    return on.attributes["href"] or ""


def test_set_up_leads_back_to_the_page_that_asked_for_it(client, maria):
    type_password(client, maria)
    waits = markup_of(client.get(client.get(STAFF)["Location"]))
    [app] = [link for link in links_in(waits) if link.startswith(APP)]

    again = client.get(app)
    proven = client.post(again["Location"], {"password": "secret-pass-1", "next": app})
    assert proven["Location"] == app == f"{APP}?next=/staff/"
    assert kept_way(client, app) == STAFF
    assert client.get(app)["Location"] == STAFF


@pytest.mark.parametrize("address", ["https://example.com/", "//example.com/", "javascript:alert(1)", "staff_home", ""])
def test_set_up_leads_to_no_other_site(proven, address):
    assert kept_way(proven, f"{APP}?{urlencode({'next': address})}") == PAGE


def test_passkey_leads_back_too_and_a_second_factor_goes_on_at_once(proven):
    page = f"{PASSKEY}?next=/programmes/"
    shown = proven.get(page)
    assert f"{APP}?next=/programmes/" in links_in(markup_of(shown))
    first = {"name": "Blue", "passkey": json.dumps(SoftwarePasskey().create(options_in(shown))), "next": "/programmes/"}
    assert "/programmes/" in links_in(markup_of(proven.post(PASSKEY, first)))
    other = {"name": "Red", "passkey": json.dumps(SoftwarePasskey().create(options_in(proven.get(page))))}
    assert proven.post(PASSKEY, other | {"next": "/programmes/"})["Location"] == "/programmes/"


def test_what_counts_is_how_this_session_signed_in(client, maria):
    secret = give_app(maria)
    sign_in(client, maria, second_step=False)

    assert client.get(STAFF)["Location"].startswith(WAITS)
    assert client.get("/admin/")["Location"].startswith("/admin/login/")
    assert client.get("/admin/login/?next=/admin/")["Location"].startswith(WAITS)
    client.post(AGAIN, {"code": code_of(secret)})
    assert (client.get(STAFF).status_code, client.get("/admin/").status_code) == (200, 200)


def test_what_was_sent_while_the_role_slept_is_done_after_the_second_step(client, maria, bob):
    secret = give_app(maria)
    sign_in(client, maria, second_step=False)

    led = client.post("/staff/roles/", {"email": bob.email, "role": "support"})
    assert led["Location"] == f"{WAITS}?next=%2Fstaff%2Froles%2F"
    bob.refresh_from_db()
    assert bob.roles == []

    done = client.post(AGAIN, {"code": code_of(secret), "next": "/staff/roles/"})
    bob.refresh_from_db()
    assert (done.status_code, bob.roles) == (302, ["support"])


def test_role_falls_asleep_after_half_an_hour_and_after_twelve(client, maria):
    sign_in(client, maria)

    def opens(after: timedelta) -> bool:
        with time_machine.travel(NOW + after, tick=False):
            return client.get(STAFF).status_code == 200

    assert opens(29 * MINUTE)
    assert opens(58 * MINUTE)
    assert not opens(89 * MINUTE)
    assert opens(87 * MINUTE)
    for half_hours in range(4, 25):
        assert opens(half_hours * 29 * MINUTE)
    assert not opens(12 * 60 * MINUTE + MINUTE)
    with time_machine.travel(NOW + 13 * 60 * MINUTE, tick=False):
        assert client.get("/settings/").status_code == 200


def test_last_factor_of_staff_stays(client, maria):
    type_password(client, maria)
    client.post("/sign-in/again/", {"password": "secret-pass-1"})
    set_up_app(client)
    number = list_factors(maria).app.pk

    refused = client.post(f"/settings/sign-in/{number}/remove/")

    assert (refused.status_code, refusals_in(markup_of(refused))) == (409, ["last_factor"])
    assert list_factors(maria).exist


def test_token_of_staff_does_nothing_that_staff_do(client, maria, settings):
    _token, text = make_token(person=maria, name="All", scope=Scope.WRITE, days=30, now=NOW)
    header = {"HTTP_AUTHORIZATION": f"Token {text}"}

    assert client.get("/api/v1/me/", **header).status_code == 200
    assert client.get(STAFF, **header)["Location"].startswith(SIGN_IN)


@pytest.mark.parametrize(("setting", "wrong", "warned"), [("required", 0, 0), ("optional", 0, 1), ("maybe", 1, 0)])
def test_configuration_is_checked(settings, setting, wrong, warned):
    settings.STAFF_SECOND_FACTOR = setting

    assert (len(check_setting()), len(check_deployment())) == (wrong, warned)


def test_where_it_is_optional_roles_are_awake(client, maria, settings):
    settings.STAFF_SECOND_FACTOR = "optional"
    type_password(client, maria)

    assert client.get(STAFF).status_code == 200


def test_server_removes_all_factors_of_a_person(maria, bob, mailoutbox, commits, capsys):
    give_app(maria)

    call_command("remove_second_step", "Maria@example.org")

    assert not list_factors(maria).exist
    assert list(Trace.objects.values_list("by", "act", "about")) == [(None, "step_removed", maria.pk)]
    assert [mail.to for mail in mailoutbox] == [[maria.email]]
    for address in ("nobody@example.org", bob.email):
        with pytest.raises(CommandError):
            call_command("remove_second_step", address)


# Bad input

PARTS = ("clientDataJSON", "attestationObject", "authenticatorData", "signature")
BAD_PASSKEYS = {
    "list": "[]",
    "number": "1",
    "null": "null",
    "text": '"x"',
    "nothing": "",
    "no-json": "{",
    "brackets": "[" * 50_000,
    "braces": '{"a":' * 6_000,
    "long": json.dumps({"id": "x" * 100_000}),
    "empty": "{}",
    "wrong-types": json.dumps({"id": 1, "rawId": [], "response": 2, "type": None}),
    "odd-response": json.dumps({"id": "AA", "rawId": "AA", "response": {}, "type": "public-key"}),
    "garbage": json.dumps(
        {
            "id": "AA",
            "rawId": "AA",
            "type": "public-key",
            "clientExtensionResults": {},
            "response": dict.fromkeys(PARTS, "o2NmbXRkbm9uZQ"),
        }
    ),
    "no-base64": json.dumps(
        {
            "id": "é",
            "rawId": "é",
            "type": "public-key",
            "response": dict.fromkeys(PARTS, "\x00é"),
        }
    ),
}


@pytest.mark.parametrize("sent", BAD_PASSKEYS.values(), ids=BAD_PASSKEYS)
def test_what_is_no_passkey_is_refused_everywhere(sent, bob):
    give_app(bob)
    give_passkey(bob)
    begun, inside = Client(), Client()
    type_password(begun, bob)
    sign_in(inside, bob)
    session = inside.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": time.time()}]
    session["account_authentication_methods_user"] = str(bob.pk)
    session.save()

    for client, path in ((begun, STEP), (inside, AGAIN), (inside, PASSKEY)):
        assert client.get(path).status_code == 200
        answer = client.post(path, {"passkey": sent, "name": "Mine"})
        assert (path, answer.status_code) == (path, 422)
    assert (signed_in(begun), len(list_factors(bob).passkeys)) == (None, 1)


def test_codes_that_are_none_are_refused(client, bob):
    give_app(bob)
    type_password(client, bob)

    for sent in ("", "x", "١٢٣", "1" * 41, "\x00", "123456\r\n", "𝟙𝟚𝟛𝟜𝟝𝟞"):
        assert client.post(STEP, {"code": sent}).status_code == 422
    assert client.post(STEP).status_code == 422
    assert client.put(STEP).status_code == 405


def test_guessing_is_stopped(client, bob):
    secret = give_app(bob)
    type_password(client, bob)

    answers = [client.post(STEP, {"code": f"{number:06}"}).status_code for number in range(11)]

    assert answers == [422] * 10 + [429]
    assert client.post(STEP, {"code": code_of(secret)}).status_code == 429
    with time_machine.travel(NOW + 11 * MINUTE, tick=False):
        client.post(STEP, {"code": code_of(secret)})
        assert signed_in(client) == bob.pk


@pytest.mark.django_db(transaction=True)
def test_two_factors_of_staff_are_not_both_removed_at_once():
    maria = make_person("maria@example.org", "Maria Marsh", is_staff=True)
    give_app(maria)
    give_passkey(maria)
    numbers = [row.pk for row in Authenticator.objects.filter(user=maria).exclude(type="recovery_codes")]
    barrier, refused = Barrier(2), []

    def remove(number: int) -> None:
        barrier.wait()
        try:
            with transaction.atomic():
                remove_factor(person=maria, number=number)
        except FactorError as error:
            refused.append(error.code)
        finally:
            connection.close()

    threads = [Thread(target=remove, args=[number]) for number in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (refused, list_factors(maria).count) == (["last_factor"], 1)
