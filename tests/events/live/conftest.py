import pytest

from tests.events.making import MadeEvening, make_evening


@pytest.fixture
def evening(maria) -> MadeEvening:
    """Three rounds, four mentees and two mentors: in each round two mentees are free, and no pair meets twice."""
    return make_evening(maria, mentees=4)
