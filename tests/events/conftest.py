import pytest

from events.models import Event
from tests.events.making import make_event


@pytest.fixture
def event(maria) -> Event:
    """Two places for mentees, two for mentors, open for registration."""
    return make_event(maria)
