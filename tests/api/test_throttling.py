"""How often somebody may ask, counted in Postgres."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client

from accounts.access.throttling import MINUTE, Rate, forget_counts, take_within_rate
from accounts.models import RequestCount
from sessions_app.models import Booking
from tests.api.test_calls import wish
from tests.conftest import NOW, make_mentor, make_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


@pytest.fixture
def few(settings):
    settings.API_ADDRESS_A_MINUTE, settings.API_PERSON_A_MINUTE = 3, 5


def statuses(client: Client, times: int, **headers: str) -> list[int]:
    return [client.get("/api/v1/topics/", headers=headers).status_code for _number in range(times)]


def test_visitors_by_address_and_when_to_try_again(few):
    assert statuses(Client(), 4) == [200, 200, 200, 429]
    with time_machine.travel(NOW + timedelta(seconds=20.5), tick=False):
        refused = Client().get("/api/v1/topics/")
    with time_machine.travel(NOW + MINUTE, tick=False):
        again = statuses(Client(), 4)

    assert (refused.status_code, refused["Retry-After"], refused.json()["code"]) == (429, "40", "too_many_requests")
    assert again == [200, 200, 200, 429]


def test_people_by_person_wherever_they_are(few, bob, charlie, client_for):
    assert statuses(client_for(bob), 3) + statuses(client_for(bob), 3) == [200] * 5 + [429]
    assert statuses(client_for(charlie), 1) == [200]


def test_addresses_are_those_that_we_trust(few, settings):
    claimed = [statuses(Client(), 1, **{"X-Forwarded-For": f"192.0.2.{number}"})[0] for number in range(4)]
    settings.NUM_PROXIES = 1
    behind = [statuses(Client(), 1, **{"X-Forwarded-For": f"192.0.2.{number}"})[0] for number in range(4)]

    assert (claimed, behind) == ([200, 200, 200, 429], [200] * 4)


def test_whoever_guesses_tokens_is_counted_by_address(few):
    guesses = statuses(Client(), 4, Authorization="Token mmt_guess")

    assert guesses == [401, 401, 401, 429]


@pytest.mark.parametrize("method", ["PERSON", "READER", "COUNT", "DELETE"])
def test_no_method_is_a_way_around_that(few, method):
    """Whatever a view happens to call its own: the token is not even looked at."""
    client = Client(raise_request_exception=False)
    guesses = [client.generic(method, "/api/v1/me/", headers={"Authorization": f"Token {n}"}) for n in "12345"]

    assert [answer.status_code for answer in guesses] == [405] * 5


@pytest.fixture
def wishes(db, settings) -> list[dict]:
    """Each for another mentor at another time, so that nothing but the limit is in their way."""
    settings.MAX_BOOKINGS_AN_HOUR, settings.MAX_OPEN_BOOKINGS = 2, 99
    mentors = [make_mentor(make_person(f"m{number}@example.org", f"Mentor M{number}")) for number in range(8)]
    return [wish(mentor.offers.get(), f"2026-11-26T{9 + number:02}:00:00Z") for number, mentor in enumerate(mentors)]


def test_bookings_have_a_limit_of_their_own(program, bob, wishes):
    asked = program(bob)
    booked = [asked.post("bookings/", one)[0] for one in wishes[:3]]

    assert (booked, Booking.objects.count()) == ([201, 201, 429], 2)
    assert asked.get("bookings/")[0] == 200
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        assert asked.post("bookings/", wishes[2])[0] == 201


def test_what_was_refused_or_answered_before_is_no_booking(program, bob, wishes):
    asked = program(bob)
    first = asked.post("bookings/", wishes[0], key="k1")
    refused = [
        *(asked.post("bookings/", wishes[0])[0] for _number in range(3)),
        *(asked.post("bookings/", body)[0] for body in ({}, "{", {**wishes[1], "start": "x"})),
    ]
    again = [asked.post("bookings/", wishes[0], key="k1") for _number in range(3)]

    assert (refused, again) == ([409] * 3 + [400] * 3, [first] * 3)
    assert asked.post("bookings/", wishes[1])[0] == 201
    # Full now: what is repeated is answered all the same.
    assert asked.post("bookings/", wishes[2], key="k2")[0] == 429
    assert asked.post("bookings/", wishes[0], key="k1") == first


@pytest.mark.django_db(transaction=True)
def test_no_booking_slips_through_in_a_race(program, bob, wishes):
    asked = [program(bob) for _one in wishes]

    def book(number: int) -> int:
        try:
            return asked[number].post("bookings/", wishes[number])[0]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = Counter(pool.map(book, range(len(wishes))))

    assert (answers, Booking.objects.count()) == (Counter({201: 2, 429: 6}), 2)


def test_limits_hold_while_redis_is_away(few, settings):
    settings.CELERY_BROKER_URL = settings.REDIS_URL = "redis://localhost:1/0"

    assert statuses(Client(), 4) == [200, 200, 200, 429]


@pytest.mark.django_db(transaction=True)
def test_no_request_slips_through_in_a_race():
    rate = Rate("race", 10, MINUTE)

    def ask(_number: int) -> bool:
        try:
            return take_within_rate(rate, "somebody", now=NOW) is None
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert Counter(pool.map(ask, range(24))) == {True: 10, False: 14}


def test_windows_that_are_over_are_forgotten():
    take_within_rate(Rate("old", 1, MINUTE), "a", now=NOW - timedelta(hours=3))
    take_within_rate(Rate("new", 1, MINUTE), "b", now=NOW)

    assert forget_counts(now=NOW) == 1
    assert [row.key for row in RequestCount.objects.all()] == ["new:b"]
