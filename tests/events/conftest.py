from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import pytest
import time_machine

from accounts.models import User
from events.models import Event, Pairing, Registration, Round, Side
from tests.conftest import NOW, make_one_of_cast
from tests.events.afterwards.evening import close, meet
from tests.events.making import MadeEvening, come, make_evening, make_event


@pytest.fixture(autouse=True)
def events_are_remembered(remembered) -> None:
    """Before all other fixtures of a test."""


@pytest.fixture
def one_of_cast(one_of_cast, one_cast, remembered) -> Callable[[str], User]:
    return one_of_cast if one_cast else partial(remembered, make_one_of_cast)


@pytest.fixture
def event(remembered, maria) -> Event:
    """Two places for mentees, two for mentors, open for registration."""
    return remembered(make_event, maria)


@pytest.fixture(scope="module")
def one_evening(one_cast, django_db_blocker) -> Iterator[MadeEvening | None]:
    """Made once for a module marked `one_cast`, within its transaction; None in others."""
    if one_cast is None:
        yield None
        return
    with django_db_blocker.unblock(), time_machine.travel(NOW, tick=False):
        made = make_evening(User.objects.get(pk=one_cast.people["maria"]), mentees=4)
    yield made


@pytest.fixture
def evening(request, one_evening, remembered, db) -> MadeEvening:
    """Three rounds, four mentees and two mentors: in each round two mentees are free, and no pair meets twice."""
    if one_evening is None:
        return remembered(make_evening, request.getfixturevalue("maria"), mentees=4)
    return MadeEvening(
        Event.objects.get(pk=one_evening.event.pk),
        *(read_again(people) for people in (one_evening.mentees, one_evening.mentors)),
        {one.number: one for one in Round.objects.filter(event=one_evening.event)},
    )


def read_again(registrations: list[Registration]) -> list[Registration]:
    known = Registration.objects.select_related("event", "person").in_bulk([one.pk for one in registrations])
    return [known[one.pk] for one in registrations]


@dataclass(frozen=True, slots=True)
class Over:
    """alice, a mentor, and bob have met at an event that is over."""

    event: Event
    alice: Registration
    bob: Registration
    pair: Pairing


@pytest.fixture
def over(remembered, event, alice, bob) -> Over:
    return remembered(make_over, event, alice, bob)


def make_over(event: Event, alice: User, bob: User) -> Over:
    mentor, mentee = come(event, alice, side=Side.MENTOR), come(event, bob)
    pair = meet(mentor, mentee)
    close(event)
    return Over(event, mentor, mentee, pair)
