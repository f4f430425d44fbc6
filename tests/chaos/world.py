"""People and bookings under chaos, by way of the product's services; and beside it a list of what must arrive."""

import itertools
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from accounts.models import User
from mentors.models import MentorProfile
from notifications.models import Notification
from sessions_app.booking.book import book_session
from sessions_app.booking.changes import cancel_booking, move_booking
from sessions_app.booking.clock import expire_overdue
from sessions_app.models import Booking
from sessions_app.questions.brief_input import BriefInput
from tests.conftest import make_mentor, make_person

T = TypeVar("T")
EVERY_DAY = [(day, 0, 1440) for day in range(1, 8)]
LENGTH = timedelta(minutes=15)
PER_MENTOR = 8


def whatever_happens(act: Callable[[], T]) -> T:
    """What a person does whose page failed: try again."""
    for _attempt in range(600):
        try:
            return act()
        except (OperationalError, InterfaceError):
            connection.close()
            time.sleep(0.1)
    raise TimeoutError("the database never came back")


@transaction.atomic
def new_person(name: str) -> User:
    return User.objects.filter(email=address(name)).first() or make_person(address(name), name, "UTC")


@transaction.atomic
def new_mentor(name: str) -> MentorProfile:
    rules = {"windows": EVERY_DAY, "length": 15, "buffer": 0, "notice": 0, "move_notice": 0, "cancel_notice": 0}
    person = new_person(name)
    there = MentorProfile.objects.filter(person=person).first()
    profile = there or make_mentor(person, asks=("Why?",), **rules)
    if not there:
        profile.offers.create(length=15, instant=False, title="Ask first")
    return profile


def quarter(moment: datetime) -> datetime:
    """The start of the next quarter of an hour."""
    return moment.astimezone(UTC).replace(second=0, microsecond=0) + timedelta(minutes=15 - moment.minute % 15)


@dataclass
class World:
    """`expected` and `forbidden` are keys of rows, written down from what was done and not from the outbox.

    `answers`: those of the expected that nobody is owed who never heard of the booking.
    """

    expected: dict[str, datetime] = field(default_factory=dict)
    answers: set[str] = field(default_factory=set)
    forbidden: set[str] = field(default_factory=set)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)
    _mentors: list[MentorProfile] = field(default_factory=list)

    def mentor(self, number: int) -> MentorProfile:
        while len(self._mentors) <= number:
            self._mentors.append(whatever_happens(partial(new_mentor, f"mentor-{len(self._mentors)}")))
        return self._mentors[number]

    def book(
        self, name: str, *, start: datetime | None = None, now: datetime | None = None, instant: bool = True
    ) -> Booking:
        """`name` is the mentee's; every booking has its own, and its own slot, two days ahead unless said otherwise."""
        number = next(self._numbers)
        profile = self.mentor(number // PER_MENTOR)
        mentee = whatever_happens(partial(new_person, name))
        moment = now or timezone.now()
        begin = start or quarter(moment + timedelta(days=2)) + LENGTH * 2 * (number % PER_MENTOR)
        brief = BriefInput(question="Does it hold?")

        def attempt() -> Booking:
            """The key makes a second attempt find what the first has booked."""
            offer = profile.offers.get(instant=instant)
            return book_session(offer=offer, start=begin, brief=brief, mentee=mentee, now=moment, key=name)

        booking = whatever_happens(attempt)
        if now is None:
            self.expect(booking, "booked", due=moment)
        return booking

    def cancel(self, booking: Booking, *, by_mentor: bool = False) -> None:
        """A mentee knows of what they booked, whatever came by mail: they are told when the mentor cancels it."""
        cancelled = self._change(booking, "cancelled", partial(cancel_booking, reason="Solved"), by_mentor=by_mentor)
        people = [booking.mentor_id] if by_mentor else [booking.mentor_id, booking.mentee_id]
        self.answers |= {key_of(cancelled, "cancelled", person) for person in people}

    def move(self, booking: Booking) -> None:
        self._change(booking, "moved", partial(move_booking, start=booking.start + LENGTH))

    def _change(self, booking: Booking, kind: str, act: Callable[..., Booking], *, by_mentor: bool = False) -> Booking:
        now = timezone.now()

        def attempt() -> Booking:
            """An act whose answer was lost may have been done all the same."""
            fresh = Booking.objects.with_people().get(pk=booking.pk)
            by = fresh.mentor if by_mentor else fresh.mentee
            return fresh if fresh.version > booking.version else act(booking=fresh, by=by, now=now)

        changed = whatever_happens(attempt)
        self._moved_on(booking)
        self.expect(changed, kind, due=now)
        return changed

    def expire(self, booking: Booking) -> None:
        now = timezone.now()
        expire_overdue(now=now)
        self._moved_on(booking)
        booking.refresh_from_db()
        self.expect(booking, "request_expired", due=now, people=[booking.mentee_id])

    def expect(self, booking: Booking, kind: str, *, due: datetime, people: Iterable[int] | None = None) -> None:
        for person in people or (booking.mentor_id, booking.mentee_id):
            self.expected[key_of(booking, kind, person)] = due

    def _moved_on(self, booking: Booking) -> None:
        """What the version that the caller holds would have told is not expected any more; it may have left before."""
        about = f":booking:{booking.pk}:"
        for key in [key for key in self.expected if about in key]:
            del self.expected[key]

    def forbid(self, booking: Booking, *, version: int) -> None:
        """No worker was awake when this version was overtaken, so nothing of it may ever leave."""
        rows = Notification.objects.about("booking", booking.pk).filter(subject_version=version)
        self.forbidden |= set(rows.values_list("dedupe_key", flat=True))


def key_of(booking: Booking, kind: str, person: int) -> str:
    return Notification.key(kind, "booking", booking.pk, booking.version, person)


def address(name: str) -> str:
    return f"{name}@chaos.test"
