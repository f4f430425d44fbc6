import pytest

from events.models import Event
from tests.events.making import MadeEvening, make_evening, make_event


@pytest.fixture
def event(maria) -> Event:
    """Two places for mentees, two for mentors, open for registration."""
    return make_event(maria)


@pytest.fixture
def evening(maria) -> MadeEvening:
    """Three rounds, four mentees and two mentors: in each round two mentees are free, and no pair meets twice."""
    return make_evening(maria, mentees=4)
