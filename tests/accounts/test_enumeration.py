"""Whether an address has an account shows neither in words nor in time."""

import re
import statistics
import time

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from accounts.services import create_person
from tests.markup import data_in

pytestmark = pytest.mark.django_db

FORMS = {
    "/sign-in/": {},
    "/password/forgotten/": {},
}
ROUNDS = 15
# Two medians of the same work differ by less than this on a busy machine; without our care the factor is 3 to 25.
FACTOR, SLACK = 1.6, 0.004


def seen_by(email: str, address: str) -> tuple[int, str, str]:
    """Status, where it leads, and the words of that page, without what differs on every visit."""
    client = Client()
    answer = client.post(address, FORMS[address] | {"email": email})
    page = client.get(answer["Location"]).content.decode()
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page).replace(email, "ADDRESS")
    return answer.status_code, answer["Location"], page.replace(email.replace("@", "%40"), "ADDRESS")


@pytest.mark.parametrize("address", FORMS)
def test_every_address_is_answered_in_the_same_words(bob, address):
    assert seen_by("bob@example.org", address) == seen_by("nobody@example.net", address)


@pytest.mark.parametrize("address", FORMS)
def test_every_address_is_answered_in_the_same_time(settings, address):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    known = [create_person(email=f"p{n}@example.org", name="P", timezone="").email for n in range(ROUNDS)]
    unknown = [f"p{n}@example.net" for n in range(ROUNDS)]
    taken = {"known": [], "unknown": []}
    seconds(address, known[0]), seconds(address, unknown[0])
    for known_email, unknown_email in zip(known, unknown, strict=True):
        taken["known"].append(seconds(address, known_email))
        taken["unknown"].append(seconds(address, unknown_email))
    fast, slow = sorted(statistics.median(times) for times in taken.values())
    assert slow < fast * FACTOR + SLACK, {name: sorted(times) for name, times in taken.items()}


def seconds(address: str, email: str) -> float:
    cache.clear()
    client = Client()
    began = time.perf_counter()
    client.post(address, FORMS[address] | {"email": email})
    return time.perf_counter() - began


def test_every_address_is_sent_what_the_sign_in_page_says(client, bob):
    User.objects.create_user("closed@example.org", name="Closed", is_active=False)
    for email in (bob.email, "closed@example.org", "nobody@example.net"):
        client.post("/sign-in/", {"email": email})
        assert data_in(client.get("/sign-in/code/"), "code-mail") == ["sent"]
        assert mail.outbox[-1].to == [email]
    assert len(mail.outbox) == 3


def test_unknown_address_gets_no_link_for_a_new_password(client):
    client.post("/password/forgotten/", {"email": "nobody@example.net"})
    assert mail.outbox == []
