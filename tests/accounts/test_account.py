"""Changing one's own address and password, and proving oneself before."""

import re
import time

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from accounts.models import User
from accounts.services import create_person
from tests.accounts.sign_in_pages import CODE, PASSWORD, SIGN_IN, signed_in
from tests.form_codes import codes_of
from tests.markup import answers_in, choices_in, links_in, markup_of, parts_in

EMAIL, EMAIL_CODE, AGAIN, AGAIN_CODE = "/settings/email/", "/email-code/", "/sign-in/again/", "/sign-in/again/code/"
NEW_PASSWORD = "half past eleven"

pytestmark = pytest.mark.django_db


@pytest.fixture
def sam() -> User:
    return create_person(email="sam@example.org", name="Sam", timezone="Europe/London")


@pytest.fixture
def as_sam(sam, client, newest_code) -> Client:
    """Signed in by a code, just now."""
    client.post(SIGN_IN, {"email": sam.email})
    client.post(CODE, {"code": newest_code()})
    mail.outbox.clear()
    return client


@pytest.fixture
def as_bob(bob, client) -> Client:
    """Signed in by a password, just now."""
    client.post(PASSWORD, {"login": bob.email, "password": "secret-pass-1"})
    return client


def change_address(client: Client, email: str):
    return client.post(EMAIL, {"email": email, "action_add": "1"}, follow=True)


def test_new_address_takes_the_old_ones_place_once_its_code_is_typed(as_sam, sam, newest_code):
    asked = change_address(as_sam, "new@example.org")
    assert asked.redirect_chain == [(EMAIL_CODE, 302)]
    assert [m.to for m in mail.outbox] == [["new@example.org"]]
    sam.refresh_from_db()
    assert sam.email == "sam@example.org"

    done = as_sam.post(EMAIL_CODE, {"code": newest_code()}, follow=True)

    sam.refresh_from_db()
    assert done.redirect_chain == [("/settings/", 302)]
    assert (answers_in(markup_of(done)), "new@example.org" in markup_of(done)) == (["ok"], True)
    assert sam.email == "new@example.org"
    assert [(a.email, a.verified, a.primary) for a in EmailAddress.objects.all()] == [("new@example.org", True, True)]
    assert mail.outbox[-1].to == ["sam@example.org"]
    assert "new@example.org" in mail.outbox[-1].body


def test_address_of_somebody_else_is_refused_only_to_who_reads_their_mail(as_sam, sam, bob, newest_code):
    asked = change_address(as_sam, bob.email)
    assert asked.redirect_chain == [(EMAIL_CODE, 302)]
    refused = as_sam.post(EMAIL_CODE, {"code": newest_code()})
    sam.refresh_from_db()
    assert "email_taken" in codes_of(refused.context["form"]).get("code", [])
    assert sam.email == "sam@example.org"


@pytest.mark.parametrize(("email", "code"), [("sam@example.org", "duplicate_email"), ("sam", "invalid")])
def test_address_is_refused_and_kept(as_sam, email, code):
    answer = change_address(as_sam, email)
    assert codes_of(answer.context["form"])["email"] == [code]
    assert answer.context["form"]["email"].value() == email


def test_third_wrong_code_for_an_address_ends_it(as_sam, sam):
    change_address(as_sam, "new@example.org")
    for _ in range(3):
        as_sam.post(EMAIL_CODE, {"code": "1"})
    assert as_sam.get(EMAIL_CODE)["Location"] == EMAIL
    sam.refresh_from_db()
    assert sam.email == "sam@example.org"


def test_address_of_a_person_with_a_password_asks_for_it_and_goes_on(as_bob, bob):
    asked = as_bob.post(EMAIL, {"email": "new@example.org", "action_add": "1"})
    assert asked["Location"] == f"{AGAIN}?next=%2Fsettings%2Femail%2F"
    assert mail.outbox == []
    wrong = as_bob.post(AGAIN, {"password": "wrong", "next": EMAIL})
    assert codes_of(wrong.context["form"])["password"] == ["incorrect_password"]
    right = as_bob.post(AGAIN, {"password": "secret-pass-1", "next": EMAIL})
    assert (right["Location"], [m.to for m in mail.outbox]) == (EMAIL_CODE, [["new@example.org"]])


def test_code_can_take_the_place_of_the_password(as_bob, bob, newest_code):
    as_bob.post(EMAIL, {"email": "new@example.org", "action_add": "1"})
    ways = links_in(markup_of(as_bob.get(f"{AGAIN}?next={EMAIL}")))
    assert [way for way in ways if way.startswith(AGAIN_CODE)]
    as_bob.post(f"{AGAIN_CODE}?next={EMAIL}")
    assert [m.to for m in mail.outbox] == [["bob@example.org"]]
    answer = as_bob.post(f"{AGAIN_CODE}?next={EMAIL}", {"code": newest_code()})
    assert (answer["Location"], mail.outbox[-1].to) == (EMAIL_CODE, ["new@example.org"])


@pytest.mark.parametrize("address", [EMAIL, "/settings/password/first/"])
def test_person_without_a_password_whose_code_is_old_proves_it_anew(as_sam, sam, newest_code, address):
    sent = {"email": "new@example.org", "action_add": "1", "password1": NEW_PASSWORD}
    with time_machine.travel(time.time() + 15 * 60 + 5):
        asked = as_sam.post(address, sent)
        assert asked["Location"].startswith(f"{AGAIN_CODE}?next=")
        assert mail.outbox == []
        as_sam.post(asked["Location"])
        wrong = as_sam.post(asked["Location"], {"code": "1"})
        assert codes_of(wrong.context["form"])["code"] == ["incorrect_code"]
        answer = as_sam.post(asked["Location"], {"code": newest_code()})
    sam.refresh_from_db()
    expected = (EMAIL_CODE, False) if address == EMAIL else ("/settings/", True)
    assert (answer["Location"], sam.has_usable_password()) == expected


def test_proof_ends_after_three_wrong_codes_and_is_nobody_elses(as_sam, sam, bob, newest_code, client_for):
    as_sam.post(AGAIN_CODE)
    code = newest_code()
    for _ in range(3):
        as_sam.post(AGAIN_CODE, {"code": "1"})
    ended = as_sam.get(AGAIN_CODE)
    assert ("sam@example.org" in markup_of(ended), ended.context["running"]) == (True, None)
    as_sam.post(AGAIN_CODE, {"code": code})
    assert len(mail.outbox) == 2, "a late code asks for a new one"
    assert client_for(bob).get(AGAIN_CODE).context["running"] is None


def test_first_password_works_keeps_this_session_and_is_told(as_sam, sam):
    answer = as_sam.post("/settings/password/first/", {"password1": NEW_PASSWORD}, follow=True)
    assert (answers_in(markup_of(answer)), mail.outbox[-1].to) == (["ok"], ["sam@example.org"])
    sam.refresh_from_db()
    assert (signed_in(as_sam), sam.check_password(NEW_PASSWORD)) == (sam.pk, True)
    assert as_sam.get("/settings/password/first/")["Location"] == "/settings/password/"


def test_password_change_ends_other_sessions(as_bob, bob, client_for):
    other = client_for(bob)
    answer = as_bob.post("/settings/password/", {"oldpassword": "secret-pass-1", "password1": NEW_PASSWORD})
    assert answer["Location"] == "/settings/"
    assert as_bob.get("/settings/").status_code == 200
    assert other.get("/settings/")["Location"] == f"{SIGN_IN}?next=/settings/"


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("oldpassword", "wrong", "enter_current_password"),
        ("oldpassword", "", "required"),
        ("password1", "", "required"),
        ("password1", "password", "password_too_common"),
        ("password1", "bob@example.org", "password_too_similar"),
    ],
)
def test_password_change_is_refused(as_bob, bob, field, value, code):
    data = {"oldpassword": "secret-pass-1", "password1": NEW_PASSWORD} | {field: value}
    answer = as_bob.post("/settings/password/", data)
    bob.refresh_from_db()
    assert code in codes_of(answer.context["form"])[field]
    assert bob.check_password("secret-pass-1")


def link_in(message) -> str:
    return re.search(r"https?://[^/]+(/password/new/\S+)", message.body)[1]


def test_forgotten_password_is_replaced_by_a_link_that_works_once(client, bob):
    assert client.post("/password/forgotten/", {"email": bob.email})["Location"] == "/password/forgotten/sent/"
    link = link_in(mail.outbox[0])
    form = client.get(link, follow=True)
    assert choices_in(markup_of(form), "password1") == [""]
    done = client.post(form.context["action_url"], {"password1": NEW_PASSWORD}, follow=True)
    bob.refresh_from_db()
    assert "password-replaced" in parts_in(markup_of(done))
    assert bob.check_password(NEW_PASSWORD)
    assert "link-used" in parts_in(markup_of(Client().get(link, follow=True)))


def test_link_for_a_new_password_leads_to_us_whatever_host_was_asked(client, bob, settings):
    settings.ALLOWED_HOSTS, settings.SITE_URL = ["*"], "https://mentoring.example.org"
    client.post("/password/forgotten/", {"email": bob.email}, headers={"Host": "evil.example"})
    assert "https://mentoring.example.org/password/new/" in mail.outbox[0].body
    assert "evil.example" not in mail.outbox[0].body


@pytest.mark.parametrize("link", ["/password/new/1-x/", "/password/new/zzzzzzzzzzzzzzzzzzzz-x-y/"])
def test_made_up_link_is_refused(client, bob, link):
    answer = client.get(link)
    assert "link-used" in parts_in(markup_of(answer))


@pytest.mark.parametrize(
    "address", [EMAIL, "/settings/", "/settings/password/", "/settings/password/first/", AGAIN, AGAIN_CODE]
)
def test_account_pages_need_a_sign_in(client, address):
    assert client.get(address)["Location"] == f"{SIGN_IN}?next={address}"


def test_closed_page_says_so(client):
    assert "account-closed" in parts_in(markup_of(client.get("/sign-in/closed/")))
