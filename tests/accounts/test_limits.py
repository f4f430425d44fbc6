"""How often a code may be asked for, and that nobody learns more by asking often."""

import time

import pytest
import time_machine
from django.core import mail
from django.core.cache import caches
from django.test import Client, RequestFactory

from accounts.client_address import UNKNOWN, client_address
from tests.accounts.sign_in_pages import SIGN_IN
from tests.markup import markup_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("email", ["bob@example.org", "nobody@example.net"], ids=["known", "unknown"])
def test_fourth_code_in_a_minute_is_refused_with_the_time_to_come_back(client, bob, email):
    client.cookies["tz"] = "Europe/London"
    with time_machine.travel("2026-11-24 13:46:10+00:00", tick=False):
        answers = [client.post(SIGN_IN, {"email": email}).status_code for _ in range(3)]
        refused = client.post(SIGN_IN, {"email": email.upper()})
    assert answers == [302, 302, 302]
    assert refused.status_code == 429
    assert "Wait until <time" in markup_of(refused)
    assert ">13:47</time>" in markup_of(refused)
    assert len(mail.outbox) == 3


def test_a_day_has_thirty_codes_for_an_address(client, bob):
    start = time.time()
    for number in range(35):
        with time_machine.travel(start + number * 1500):
            Client(REMOTE_ADDR=f"192.0.2.{number}").post(SIGN_IN, {"email": bob.email})
    assert len(mail.outbox) == 30


def test_one_place_cannot_ask_for_many_addresses(client):
    answers = [client.post(SIGN_IN, {"email": f"p{number}@example.net"}).status_code for number in range(21)]
    assert answers == [302] * 20 + [429]


def test_forwarded_header_of_a_stranger_buys_nothing(client):
    answers = [
        client.post(SIGN_IN, {"email": f"p{number}@example.net"}, headers={"X-Forwarded-For": f"192.0.2.{number}"})
        for number in range(21)
    ]
    assert [answer.status_code for answer in answers] == [302] * 20 + [429]


@pytest.mark.parametrize(
    ("proxies", "forwarded", "peer", "expected"),
    [
        (0, "203.0.113.9", "192.0.2.1", "192.0.2.1"),
        (1, "203.0.113.9", "192.0.2.1", "203.0.113.9"),
        (1, "6.6.6.6, 203.0.113.9", "192.0.2.1", "203.0.113.9"),
        (2, "6.6.6.6, 203.0.113.9, 198.51.100.7", "192.0.2.1", "203.0.113.9"),
        (2, "203.0.113.9", "192.0.2.1", "192.0.2.1"),
        (1, "nonsense", "192.0.2.1", "192.0.2.1"),
        (1, "", "192.0.2.1", "192.0.2.1"),
        (0, "", "", UNKNOWN),
        (0, "", "2001:DB8::1", "2001:db8::"),
    ],
)
def test_client_address_trusts_our_own_proxies_only(settings, proxies, forwarded, peer, expected):
    settings.NUM_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR=peer, headers={"X-Forwarded-For": forwarded})
    assert client_address(request) == expected


def test_limits_are_kept_in_postgres():
    assert type(caches["default"]).__name__ == "DatabaseCache"
