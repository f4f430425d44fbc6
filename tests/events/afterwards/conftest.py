from dataclasses import dataclass

import pytest

from events.models import Event, Pairing, Registration, Side
from tests.events.making import come

from .evening import close, meet


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
