"""Bookings by way of the services, as the product makes them."""

from datetime import datetime, timedelta

import pytest

from accounts.models import User
from mentors.models import Offer
from sessions_app.attendance.acts import join_call, say_absent, settle_silent
from sessions_app.booking.book import book_session
from sessions_app.booking.clock import complete_ended
from sessions_app.models import Booking, WrittenQuestion
from sessions_app.questions.brief_input import BriefInput
from tests.conftest import NOW, at
from tests.sessions_app.helpers.written import QUESTION, ask, reply, writes

THURSDAY = at("2026-11-26 14:30")


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
def over(booking: Booking) -> Booking:
    """Held, and finished by the clock."""
    complete_ended(now=booking.end)
    booking.refresh_from_db()
    return booking


@pytest.fixture
def request_for(ask_first: Offer, bob: User) -> Booking:
    return book(ask_first, bob)


@pytest.fixture
def waiting(booking: Booking, alice: User) -> Booking:
    """alice has joined, bob has not, and she says so at the first moment."""
    join_call(booking=booking, by=alice, now=THURSDAY - timedelta(minutes=1))
    return say_absent(booking=booking, by=alice, now=THURSDAY + timedelta(minutes=5))


@pytest.fixture
def missed(waiting: Booking) -> Booking:
    """By bob, who says nothing."""
    settle_silent(now=THURSDAY + timedelta(minutes=15))
    waiting.refresh_from_db()
    return waiting


@pytest.fixture
def in_writing(alice: User) -> Offer:
    return writes(alice.mentor_profile)


@pytest.fixture
def asked(in_writing: Offer, bob: User) -> WrittenQuestion:
    return ask(in_writing, bob)


@pytest.fixture
def replied(asked: WrittenQuestion) -> WrittenQuestion:
    """Answered by alice, an hour after bob asked."""
    return reply(asked)
