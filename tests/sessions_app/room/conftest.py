"""A call that bob and alice hold on this site, seen by the windows of their browsers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import pytest

from accounts.models import User
from sessions_app.models import Booking, SignalKind
from sessions_app.room.seats import take_seat
from sessions_app.room.signals import RoomNews, SignalInput, exchange_signals

DESCRIPTION = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
CANDIDATE = "candidate:1 1 udp 2122260223 192.0.2.7 50412 typ host generation 0 ufrag abCD"


@dataclass
class Window:
    """One window of a person's browser, which is in the call."""

    booking: Booking
    person: User
    seat: UUID

    def ask(self, *sent: SignalInput, now: datetime, after: int = 0, leaves: bool = False) -> RoomNews:
        return exchange_signals(
            booking=self.booking, by=self.person, seat=self.seat, sent=sent, after=after, leaves=leaves, now=now
        )


def enter(booking: Booking, person: User, *, now: datetime, tab: str = "one") -> Window:
    seat = take_seat(booking=booking, by=person, tab=tab, now=now)
    return Window(booking, person, seat.key)


def offer_to(other: Window, body: str = DESCRIPTION) -> SignalInput:
    return SignalInput(SignalKind.OFFER, other.seat, body)


def candidate_to(other: Window, body: str = CANDIDATE) -> SignalInput:
    return SignalInput(SignalKind.CANDIDATE, other.seat, body)


@pytest.fixture
def both(booking, alice, bob) -> Callable[[datetime], tuple[Window, Window]]:
    """bob's window and alice's, which came after it."""

    def enter_both(now: datetime) -> tuple[Window, Window]:
        return enter(booking, bob, now=now), enter(booking, alice, now=now)

    return enter_both
