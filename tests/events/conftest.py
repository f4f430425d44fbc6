from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import time_machine

from accounts.models import User
from events.models import Event, Pairing, Registration, Round, Side
from tests.conftest import NOW
from tests.events.afterwards.evening import close, meet
from tests.events.making import MadeEvening, come, make_evening, make_event


@pytest.fixture
def event(maria) -> Event:
    """Two places for mentees, two for mentors, open for registration."""
    return make_event(maria)


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
def evening(request, one_evening, db) -> MadeEvening:
    """Three rounds, four mentees and two mentors: in each round two mentees are free, and no pair meets twice."""
    if one_evening is None:
        return make_evening(request.getfixturevalue("maria"), mentees=4)
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
def over(event, alice, bob) -> Over:
    mentor, mentee = come(event, alice, side=Side.MENTOR), come(event, bob)
    pair = meet(mentor, mentee)
    close(event)
    return Over(event, mentor, mentee, pair)
