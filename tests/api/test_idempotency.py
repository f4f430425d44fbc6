"""The same request twice: one effect, one answer."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event

import pytest
import time_machine
from django.db import connection

from accounts.access.idempotency import act_once, forget_answers
from accounts.models import KeptAnswer
from common.api.description import KEY
from mentoring.api_docs import openapi_description
from notifications.models import Notification
from sessions_app.api import bookings
from sessions_app.models import Booking
from tests.api.test_calls import wish
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
LATER = "2026-11-27T10:00:00Z"


def test_same_key_and_body_same_answer(program, bob, offer):
    asked = program(bob)
    body = wish(offer)
    turned = dict(reversed(body.items()))

    first = asked.answer("POST", "bookings/", body, key="k1")
    second = asked.answer("POST", "bookings/", turned, key="k1")

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert (first.get("Idempotency-Replayed"), second["Idempotency-Replayed"]) == (None, "true")
    assert (Booking.objects.count(), Notification.objects.filter(kind="booked").count()) == (1, 2)


def test_the_answer_stays_although_things_have_changed(program, bob, offer):
    asked = program(bob)
    booked = asked.post("bookings/", wish(offer), key="k1")
    address = f"bookings/{booked[1]['uuid']}/"
    asked.post(f"{address}reschedule/", {"version": 0, "start": LATER}, key="k2")

    assert asked.post("bookings/", wish(offer), key="k1") == booked
    assert asked.get(address)[1]["start"] == LATER


def test_another_body_method_or_address_is_422(program, bob, offer):
    asked = program(bob)
    uuid = asked.post("bookings/", wish(offer), key="k1")[1]["uuid"]

    others = [
        asked.post("bookings/", wish(offer, LATER), key="k1"),
        asked.post(f"bookings/{uuid}/cancel/", {}, key="k1"),
        asked.send("PATCH", "me/", {"name": "Robert"}, key="k1"),
    ]

    assert [(status, body["code"]) for status, body in others] == [(422, "other_request")] * 3
    assert Booking.objects.get().state == "confirmed"


def test_keys_are_each_persons_own(program, bob, charlie, offer):
    assert program(bob).post("bookings/", wish(offer), key="k1")[0] == 201
    assert program(charlie).post("bookings/", wish(offer, LATER), key="k1")[0] == 201


def test_a_refusal_has_no_effect_and_is_tried_again(program, bob, offer):
    asked = program(bob)
    offer.profile.schedule.windows.update(end=541)
    refused = asked.post("bookings/", wish(offer), key="k1")
    offer.profile.schedule.windows.update(end=1020)

    assert (refused[0], KeptAnswer.objects.count()) == (409, 0)
    assert asked.post("bookings/", wish(offer), key="k1")[0] == 201


@pytest.mark.parametrize("key", ["x" * 256, "two words", "na\xefve"])
def test_what_is_no_key_is_400(program, bob, offer, key):
    status, refused = program(bob).post("bookings/", wish(offer), key=key)

    assert (status, list(refused["fields"]), Booking.objects.count()) == (400, ["Idempotency-Key"], 0)


def test_keys_are_forgotten_after_two_days(program, bob, offer):
    asked = program(bob)
    asked.post("bookings/", wish(offer), key="k1")

    assert forget_answers(now=NOW + timedelta(hours=47)) == 0
    with time_machine.travel(NOW + timedelta(hours=49), tick=False):
        assert asked.send("PATCH", "me/", {"name": "Robert"}, key="k1")[0] == 200
    assert forget_answers(now=NOW + timedelta(hours=100)) == 1


@pytest.mark.django_db(transaction=True)
def test_racing_with_one_key_books_once_and_the_others_hear_it_is_under_way(program, bob, offer):
    racers = [program(bob) for _number in range(6)]
    barrier = Barrier(len(racers))

    def book(asked) -> tuple[int, str]:
        barrier.wait()
        try:
            status, body = asked.post("bookings/", wish(offer), key="k1")
            return status, body.get("code") or body["uuid"]
        finally:
            connection.close()

    with ThreadPoolExecutor(len(racers)) as pool:
        outcomes = Counter(pool.map(book, racers))

    booked = Booking.objects.get()
    assert set(outcomes) <= {(201, str(booked.uuid)), (409, "in_flight")}
    assert outcomes[201, str(booked.uuid)] >= 1
    assert racers[0].post("bookings/", wish(offer), key="k1")[1]["uuid"] == str(booked.uuid)


@pytest.mark.django_db(transaction=True)
def test_in_flight_is_409_at_once(program, bob, offer, monkeypatch):
    begun, go_on = Event(), Event()
    real = bookings.book_session

    def slow(**fields):
        begun.set()
        go_on.wait(60)
        return real(**fields)

    monkeypatch.setattr(bookings, "book_session", slow)
    first, second = program(bob), program(bob)

    def book():
        try:
            return first.post("bookings/", wish(offer), key="k1")[0]
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        slow_one = pool.submit(book)
        begun.wait(60)
        status, refused = second.post("bookings/", wish(offer), key="k1")
        go_on.set()

        assert (status, refused["code"]) == (409, "in_flight")
        assert slow_one.result() == 201


def test_effect_and_answer_are_there_together_or_not_at_all(program, bob, offer, monkeypatch):
    asked = program(bob)
    asked.client.raise_request_exception = False
    monkeypatch.setattr("accounts.access.idempotency.json.dumps", fails_at(2))

    response = asked.answer("POST", "bookings/", wish(offer), key="k1")

    assert (response.status_code, response["Content-Type"]) == (500, "application/json")
    assert (Booking.objects.count(), KeptAnswer.objects.count()) == (0, 0)


def fails_at(number: int):
    real, calls = json.dumps, []

    def dumps(*given, **options):
        calls.append(given)
        if len(calls) == number:
            raise RuntimeError("the process dies here")
        return real(*given, **options)

    return dumps


def test_everything_that_changes_something_takes_a_key():
    takes = {
        (path, method): KEY.name in [parameter["name"] for parameter in call.get("parameters", [])]
        for path, calls in openapi_description()["paths"].items()
        for method, call in calls.items()
    }

    assert {call for call, has_key in takes.items() if has_key} == {call for call in takes if call[1] != "get"}


@pytest.mark.django_db(transaction=True)
def test_the_same_press_of_a_page_twice_at_once_is_one(bob):
    """The second waits for the first, and finds that it's done."""
    done = []
    both = Barrier(2)

    def press(_number: int) -> bool:
        both.wait(timeout=30)
        try:
            return act_once(bob, "k", now=NOW, act=lambda: done.append(1))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(press, range(2))) == [False, True]
    assert done == [1]


def test_a_press_is_done_again_once_its_key_is_forgotten(bob):
    done = []
    for now in (NOW, NOW + timedelta(hours=47), NOW + timedelta(hours=49)):
        act_once(bob, "k", now=now, act=lambda at=now: done.append(at))

    assert done == [NOW, NOW + timedelta(hours=49)]
    assert KeptAnswer.objects.count() == 1
