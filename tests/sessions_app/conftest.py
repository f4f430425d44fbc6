"""Bookings by way of the services, as the product makes them."""

from datetime import datetime

import pytest

from accounts.models import User
from mentors.models import Offer
from sessions_app.models import Booking
from sessions_app.services import BriefInput, book_session
from tests.conftest import NOW, at

THURSDAY = at("2026-11-26 14:30")
QUESTION = "Should I take the counter-offer?"


def book(offer: Offer, mentee: User, start: datetime = THURSDAY, *, now: datetime = NOW, **fields) -> Booking:
    return book_session(offer=offer, start=start, brief=BriefInput(question=QUESTION), mentee=mentee, now=now, **fields)


@pytest.fixture
def ask_first(offer: Offer) -> Offer:
    offer.instant = False
    offer.save()
    return offer


@pytest.fixture
def booking(offer: Offer, bob: User) -> Booking:
    return book(offer, bob)


@pytest.fixture
def request_for(ask_first: Offer, bob: User) -> Booking:
    return book(ask_first, bob)
