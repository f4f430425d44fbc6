"""Whatever people and servers do in whatever order: in the end the calendar shows what is agreed, each session once."""

import random
from contextlib import suppress
from datetime import timedelta

import pytest

from accounts.models import User
from calendars.models import Connection, ExportedEvent
from calendars.writing.choosing import choose_calendar, stop_writing
from calendars.writing.queue import LOOKS_EVERY, enter_missed
from common.refusals import RefusalError
from sessions_app.booking.changes import cancel_booking, edit_brief, move_booking
from sessions_app.booking.requests import accept_booking, decline_booking
from sessions_app.models import Booking, BookingState
from sessions_app.questions.brief_input import BriefInput
from tests.calendars.writing.conftest import connect_account, uid_of, work
from tests.calendars.writing.shelf import CrashError
from tests.conftest import NOW
from tests.sessions_app.conftest import THURSDAY, book
from tests.sessions_app.helpers.races import people

pytestmark = pytest.mark.django_db
STEPS = ("find", "put", "remove")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
STARTS = [THURSDAY + day * DAY + half * 30 * MINUTE for day in range(12) for half in range(-8, 5)]


class World:
    """alice's sessions, two calendars of hers on one server, and what she has taken out there herself."""

    def __init__(self, seed, alice, offer, shelf):
        self.dice = random.Random(seed)
        self.alice, self.offer, self.shelf, self.now = alice, offer, shelf, NOW
        self.calendars = [*connect_account(alice, "a"), *connect_account(alice, "b")]
        self.mentees = people(6)
        self.taken_out = set()

    def run(self, count):
        acts = (
            [self.book] * 3
            + [self.move] * 3
            + [self.cancel] * 2
            + [self.answer] * 2
            + [self.edit, self.choose, self.choose]
            + [self.stop, self.fail, self.mend, self.crash, self.crash, self.take_out, self.sweep]
            + [self.work] * 3
        )
        for _ in range(count):
            self.now += self.dice.choice([MINUTE, 10 * MINUTE, 90 * MINUTE])
            with suppress(RefusalError):
                self.dice.choice(acts)()

    def any_booking(self, *states):
        found = list(Booking.objects.filter(state__in=states).order_by("pk"))
        return self.dice.choice(found) if found else None

    def book(self):
        self.offer.instant = self.dice.random() < 0.7
        self.offer.save()
        book(self.offer, self.dice.choice(self.mentees), self.dice.choice(STARTS), now=self.now)

    def move(self):
        if booking := self.any_booking(BookingState.CONFIRMED):
            move_booking(booking=booking, start=self.dice.choice(STARTS), by=self.alice, now=self.now)
            self.taken_out.discard(uid_of(booking))

    def cancel(self):
        if booking := self.any_booking(BookingState.CONFIRMED):
            cancel_booking(booking=booking, by=self.alice, reason="Ill", now=self.now)

    def answer(self):
        if booking := self.any_booking(BookingState.REQUESTED):
            if self.dice.random() < 0.7:
                accept_booking(booking=booking, by=self.alice, now=self.now)
            else:
                decline_booking(booking=booking, by=self.alice, reason="Full", now=self.now)

    def edit(self):
        if booking := self.any_booking(BookingState.CONFIRMED):
            edit_brief(booking=booking, brief=BriefInput(question=f"At {self.now}?"), by=booking.mentee, now=self.now)

    def choose(self):
        calendar = self.dice.choice(self.calendars)
        if not Connection.objects.filter(writes_to=calendar).exists():
            self.taken_out.clear()
        choose_calendar(calendar=calendar, now=self.now)

    def stop(self):
        self.taken_out.clear()
        stop_writing(person=self.alice, now=self.now)

    def fail(self):
        self.shelf.failing = self.dice.choice(["unreachable", "refused", "broken"])

    def mend(self):
        self.shelf.failing = ""

    def crash(self):
        """At the next step that a worker reaches, whichever of two it is."""
        reached = f"{self.dice.choice(['before', 'after'])} {self.dice.choice(STEPS)}"

        def crash(step):
            if step == reached:
                self.shelf.crash = lambda _step: None
                raise CrashError

        self.shelf.crash = crash

    def take_out(self):
        rows = list(ExportedEvent.objects.filter(state="there", lease_until=None).select_related("booking"))
        if rows:
            uid = uid_of(self.dice.choice(rows).booking)
            self.shelf.take_out(uid)
            self.taken_out.add(uid)

    def sweep(self):
        enter_missed(now=self.now)

    def work(self):
        with suppress(CrashError):
            work(self.now)

    def settle(self):
        """All is well again, and workers have time."""
        self.mend()
        self.shelf.crash = lambda _step: None
        for _ in range(6):
            self.now += LOOKS_EVERY + MINUTE
            enter_missed(now=self.now)
            work(self.now)

    def wanted(self):
        chosen = (
            Connection.objects.filter(writes_to__isnull=False).values_list("writes_to__remote_id", flat=True).first()
        )
        if chosen is None:
            return []
        agreed = Booking.objects.filter(state=BookingState.CONFIRMED, during__endswith__gt=self.now)
        rows = [(chosen, uid_of(one), one.sequence, one.start) for one in agreed]
        return sorted(row for row in rows if row[1] not in self.taken_out)


@pytest.mark.parametrize("seed", range(12))
def test_the_calendar_shows_what_is_agreed(seed, alice: User, offer, shelf):
    world = World(seed, alice, offer, shelf)
    world.choose()
    for _round in range(3):
        world.run(14)
        world.settle()
        ahead = [row for row in shelf.standing() if row[3] + timedelta(hours=2) > world.now]
        assert [row for row in ahead if row[3] > world.now] == [row for row in world.wanted() if row[3] > world.now]
        assert not ExportedEvent.objects.filter(next_at__lte=world.now).exists()
