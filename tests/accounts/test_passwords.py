"""What a password may be, how often one is hashed, and what a new one ends."""

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.auth.password_validation import validate_password
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from accounts.models import AccessToken, Scope, User
from accounts.providers.connections import connect, find_person
from accounts.providers.identity import Identity
from accounts.services import create_person
from accounts.tokens import find_token, make_token
from accounts.ways_in import describe_ways_in, ways_in
from sessions_app.invites.feeds import find_feed, make_feed
from tests.accounts.sign_in_pages import CODE, PASSWORD, SIGN_IN, signed_in
from tests.conftest import NOW

pytestmark = pytest.mark.django_db

OLD, NEW = "secret-pass-1", "half past eleven"
CHANGE, FIRST, FORGOTTEN = "/settings/password/", "/settings/password/first/", "/password/forgotten/"

EASY = [
    "mentor2026",
    "mentoring2026",
    " " * 10,
    "Password1!",
    "qwertyuiop12",
    "sunflower7",
    "aaaaaaaaaaaa",
    "abcdefgh1",
    "iloveyou2026",
    "hunter2hunter2",
    "Quarterhour1",
    "quarterhour2026",
    "Bob Bose 1",
    "bobbose2026",
    "bob@example.org1",
    "\u5bc6\u7801\u5bc6\u7801\u5bc6\u7801\u5bc6\u7801",
]
HARD = ["half past eleven", "purple-otter-42", "x7kq9mzpt4", "correct horse battery staple", "z" + "kq9mtw4h" * 15]


@pytest.mark.parametrize("password", EASY)
def test_easy_password_is_refused_with_what_to_do(bob, password):
    with pytest.raises(ValidationError) as refused:
        validate_password(password, bob)

    assert "password_too_easy" in {error.code for error in refused.value.error_list}


@pytest.mark.parametrize("password", HARD)
def test_hard_password_is_taken(bob, password):
    assert validate_password(password, bob) is None


@pytest.mark.parametrize("address", [FIRST, CHANGE])
def test_every_page_that_takes_a_new_password_refuses_an_easy_one(bob, client, newest_code, address):
    client.post(PASSWORD, {"login": bob.email, "password": OLD})
    if address == FIRST:
        sam = create_person(email="sam@example.org", name="Sam", timezone="")
        client = Client()
        client.post(SIGN_IN, {"email": sam.email})
        client.post(CODE, {"code": newest_code()})

    form = client.post(address, {"oldpassword": OLD, "password1": "mentor2026"}).context["form"]

    assert [error.code for errors in form.errors.as_data().values() for error in errors] == ["password_too_easy"]


class CountedHasher(Argon2PasswordHasher):
    """The real one, and how often it has run."""

    runs = 0

    def encode(self, *args, **kwargs):
        CountedHasher.runs += 1
        return super().encode(*args, **kwargs)

    def verify(self, *args, **kwargs):
        CountedHasher.runs += 1
        return super().verify(*args, **kwargs)


@pytest.fixture
def counted(settings):
    settings.PASSWORD_HASHERS = [f"{__name__}.CountedHasher"]
    yield CountedHasher
    CountedHasher.runs = 0


@pytest.mark.parametrize("who", ["known", "closed", "without a password", "unknown"])
def test_a_wrong_password_is_hashed_once_for_every_address(counted, client, who):
    person = User(email="sam@example.org", is_active=who != "closed")
    person.set_password(None if who == "without a password" else OLD)
    person.save()
    person.emailaddress_set.create(email=person.email, verified=True, primary=True)
    counted.runs = 0

    client.post(PASSWORD, {"login": "nobody@example.net" if who == "unknown" else person.email, "password": "wrong"})

    assert counted.runs == 1


def test_a_wrong_password_is_hashed_once_where_it_is_asked_for_again(counted, client, bob):
    client.post(PASSWORD, {"login": bob.email, "password": OLD})
    counted.runs = 0

    refused = client.post("/sign-in/again/", {"password": "wrong", "next": "/settings/email/"})

    assert ("password" in refused.context["form"].errors, counted.runs) == (True, 1)


@pytest.fixture
def everything_of(bob):
    """A token, a calendar address, a connected account and another browser, all of bob's."""
    _token, text = make_token(person=bob, name="Phone", scope=Scope.READ, days=30, now=NOW)
    address = make_feed(person=bob, replaces=None, now=NOW)
    identity = Identity("uni", "number")
    connect(person=bob, identity=identity)
    elsewhere = Client()
    elsewhere.force_login(bob)

    def what_works() -> dict[str, bool]:
        return {
            "token": find_token(text, now=NOW) is not None,
            "calendar": find_feed(address) is not None,
            "provider": find_person(identity) == bob,
            "elsewhere": elsewhere.get("/settings/").status_code == 200,
        }

    assert what_works() == {"token": True, "calendar": True, "provider": True, "elsewhere": True}
    return what_works


def through(page: str, bob: User, sent: dict[str, str]):
    """Bob's new password, through one of the three pages; the form as it was shown, and the answer."""
    client = Client()
    address = page
    if page == FORGOTTEN:
        mail.outbox.clear()
        client.post(FORGOTTEN, {"email": bob.email})
        link = next(part for part in mail.outbox[0].body.split() if "/password/new/" in part)
        address = client.get(link[link.index("/password/") :])["Location"]
    elif page == FIRST:
        bob.set_password(None)
        bob.save()
        client.post("/sign-in/", {"email": bob.email})
        code = "".join(character for character in mail.outbox[-1].subject if character.isdecimal())
        client.post("/sign-in/code/", {"code": code})
    else:
        client.post(PASSWORD, {"login": bob.email, "password": OLD})
        sent = sent | {"oldpassword": OLD}
    shown = client.get(address).context["form"]
    answer = client.post(address, sent | {"password1": NEW})
    bob.refresh_from_db()
    assert (answer.status_code, bob.check_password(NEW)) == (302, True)
    return client, shown


PAGES = [CHANGE, FIRST, FORGOTTEN]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    ("sent", "goes_on"),
    [({"other_ways": "end"}, False), ({"other_ways": "keep"}, True), ({}, False), ({"other_ways": ""}, False)],
    ids=["end", "keep", "nothing said", "empty"],
)
def test_new_password_ends_every_way_in_unless_told_otherwise(bob, everything_of, page, sent, goes_on):
    client, shown = through(page, bob, sent)

    assert everything_of() == {"token": goes_on, "calendar": goes_on, "provider": goes_on, "elsewhere": False}
    assert shown["other_ways"].initial == "end"
    assert "1 API token" in shown["other_ways"].help_text
    assert "calendar" in shown["other_ways"].help_text
    assert signed_in(client) == (None if page == FORGOTTEN else bob.pk)


@pytest.mark.parametrize("page", PAGES)
def test_who_has_nothing_else_is_asked_nothing(bob, page):
    _client, shown = through(page, bob, {})

    assert "other_ways" not in shown.fields


def test_a_refused_password_ends_nothing(bob, everything_of, client):
    client.post(PASSWORD, {"login": bob.email, "password": OLD})
    answer = client.post(CHANGE, {"oldpassword": OLD, "password1": "mentor2026", "other_ways": "keep"})

    assert everything_of() == {"token": True, "calendar": True, "provider": True, "elsewhere": True}
    assert answer.context["form"]["other_ways"].value() == "keep"


def test_every_kind_of_secret_that_belongs_to_a_person_is_a_way_in(bob, everything_of):
    """Whatever opens something by a secret that we keep the hash of: a new one has to join `ways_in`."""
    from django.apps import apps

    keepers = {
        model.__name__
        for model in apps.get_models()
        if any(field.name == "token_hash" for field in model._meta.get_fields())
    }

    # A link into a programme is the programme's, not its maker's: managers revoke it.
    assert keepers - {"Invitation"} == {"AccessToken", "CalendarFeed"}
    assert (len(ways_in), len(describe_ways_in(bob))) == (3, 3)


def sent_after_proof(client: Client, address: str, sent: dict[str, str]):
    """What is asked for is done once the password has been typed again, if the page wants that."""
    answer = client.post(address, sent)
    return client.post(answer["Location"], {"password": OLD}) if answer.status_code == 302 else answer


@pytest.mark.parametrize("page", ["tokens", "calendar_settings"])
def test_a_mail_tells_of_each_new_way_in(bob, client, django_capture_on_commit_callbacks, page):
    client.post(PASSWORD, {"login": bob.email, "password": OLD})
    mail.outbox.clear()

    with django_capture_on_commit_callbacks(execute=True):
        sent_after_proof(client, reverse(page), {"name": "Phone & desk", "scope": "write", "days": "30"})

    (told,) = mail.outbox
    assert told.to == [bob.email]
    assert reverse(page) in told.body
    assert ("Phone & desk" in told.body) == (page == "tokens")
    assert not any(token in told.body for token in ("mmt_", "/calendar/feed"))


def test_what_was_not_made_is_not_told(bob, client, django_capture_on_commit_callbacks):
    client.post(PASSWORD, {"login": bob.email, "password": OLD})
    make_token(person=bob, name="Phone", scope=Scope.READ, days=30, now=NOW)
    make_feed(person=bob, replaces=None, now=NOW)
    mail.outbox.clear()

    with django_capture_on_commit_callbacks(execute=True):
        refused = sent_after_proof(client, reverse("tokens"), {"name": "Phone", "scope": "read", "days": "30"})
        client.post(reverse("calendar_settings"))

    assert (mail.outbox, AccessToken.objects.count(), list(refused.context["form"].errors)) == ([], 1, ["name"])


@pytest.mark.parametrize("address", ["/password/forgotten/", "/sign-in/"])
@pytest.mark.parametrize(
    "typed", ["BOB@example.org", "bob@\u0435xample.org", "bob@example.or\u0261", "Bob@EXAMPLE.ORG"]
)
def test_what_opens_an_account_is_mailed_to_its_own_address(bob, client, address, typed):
    mail.outbox.clear()

    client.post(address, {"email": typed})

    for message in mail.outbox:
        client.post(CODE, {"code": message.subject[:7]})
        assert message.to == [bob.email] or signed_in(client) != bob.pk


@pytest.mark.parametrize("address", ["/password/forgotten/", "/sign-in/"])
def test_an_address_that_only_compares_as_the_same_gets_nothing(client, address):
    """PostgreSQL writes the dotless i and the plain one with the same capital; the mailbox is another person's."""
    victim = User.objects.create_user("kim@mail.example", OLD, name="Kim")
    victim.emailaddress_set.create(email=victim.email, verified=True, primary=True)

    client.post(address, {"email": "kim@ma\u0131l.example"})

    assert {to for message in mail.outbox for to in message.to} <= {victim.email}
