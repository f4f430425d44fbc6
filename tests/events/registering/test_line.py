"""Random days of registering, cancelling, taking and passing on. After every act the rows are compared with what a slow
recount of them allows."""

import random
from contextlib import suppress
from datetime import timedelta

import pytest

from events.errors import EventError
from events.models import Place, Registration, RegistrationState, Side
from events.registering.acts import cancel_registration, confirm_coming, register, take_place
from events.registering.clock import run_registrations
from events.registering.giving import time_at
from events.registering.inputs import RegistrationInput
from events.registering.managing import change_event
from events.registering.notices import REMINDER_KINDS, STILL_COMING, News
from events.registering.waiting import pass_on
from notifications.models import Notification, State
from sessions_app.models import Occupancy
from tests.conftest import NOW
from tests.events.making import make_event, make_guests, make_said

pytestmark = pytest.mark.django_db
IN, WAITING = RegistrationState.IN, RegistrationState.WAITING
# What the newest notice of a person can be, by their state.
NEWS_OF = {
    "in": {News.REGISTERED, News.ADMITTED},
    "waiting": {News.WAITING, News.OFFERED, News.FREE_FOR_ALL, ""},
    "left": {""},
    "cancelled": {News.LEFT},
    "over": {News.NO_PLACE},
}
ACTS = ("register", "register", "register", "cancel", "cancel", "take", "pass_", "tick", "more")
BEFORE_START = {STILL_COMING, *REMINDER_KINDS.values()}


class Day:
    """An event in so many hours, and people of whom some are promised elsewhere at its time."""

    def __init__(self, by, *, hours: int, seed: int):
        self.dice, self.now = random.Random(seed), NOW
        start = NOW + timedelta(hours=hours)
        self.fields = {"start": start, "registration_until": start, "wishes_until": None}
        self.event = make_event(by, **self.fields)
        self.places = 2
        self.guests = make_guests(6)
        self.busy = {self.guests[1].pk, self.guests[4].pk}
        self.passed: set[int] = set()

    def everyone(self) -> list[Registration]:
        return list(Registration.objects.select_related("event", "person").order_by("waiting_since", "pk"))

    def line(self) -> list[Registration]:
        return [one for one in self.everyone() if one.is_waiting]

    def go_busy(self) -> None:
        """What comes up while somebody waits: they may register before, but have no time any more."""
        for pk in self.busy:
            known = Registration.objects.filter(person=pk).exclude(state=IN).exists()
            if known and not Occupancy.objects.filter(person=pk).exists():
                Occupancy.objects.create(person_id=pk, subject="other", subject_id=pk, during=self.event.during)

    def act(self) -> str:
        self.now += timedelta(minutes=self.dice.choice([1, 10, 40, 150]))
        if self.now >= self.event.start:
            run_registrations(now=self.now)
            return "begun"
        self.before = self.everyone()
        name = self.dice.choice(
            ["register", "register", "register", "cancel", "cancel", "take", "pass_", "tick", "more"]
        )
        with suppress(EventError):
            getattr(self, name)()
        self.go_busy()
        self.event.refresh_from_db()
        return name

    def register(self) -> None:
        said = RegistrationInput(
            board_name="Guest",
            question="Which?",
            languages=["en"],
            attends=self.dice.choice([(), (), (2, 3)]),
            takes_place_at_once=self.dice.random() < 0.7,
        )
        register(event=self.event, person=self.dice.choice(self.guests), side=Side.MENTEE, said=said, now=self.now)

    def cancel(self) -> None:
        if self.before:
            one = self.dice.choice(self.before)
            cancel_registration(registration=one, by=one.person, now=self.now)

    def take(self) -> None:
        if self.before:
            take_place(registration=self.dice.choice(self.before), now=self.now)

    def pass_(self) -> None:
        if asked := [one for one in self.before if one.is_asked(self.now)]:
            one = self.dice.choice(asked)
            self.passed.add(one.pk)
            pass_on(registration=one, now=self.now)

    def tick(self) -> None:
        late = [one.pk for one in self.before if one.answer_by and one.answer_by <= self.now]
        self.passed |= set(late)
        run_registrations(now=self.now)

    def more(self) -> None:
        self.places = min(self.places + 1, 4)
        places = {Side.MENTEE: self.places, Side.MENTOR: 2}
        change_event(event=self.event, said=make_said(**self.fields, places=places), now=self.now)

    def could_come(self, one: Registration) -> bool:
        return not Occupancy.objects.filter(person=one.person_id, during__overlap=time_at(one)).exists()

    def check(self, name: str) -> None:
        everyone = self.everyone()
        inside = [one for one in everyone if one.is_in]
        self.check_places(inside)
        self.check_line(name, everyone)
        self.check_notices(everyone)

    def check_places(self, inside: list[Registration]) -> None:
        assert len(inside) <= self.places == Place.objects.filter(side=Side.MENTEE).count()
        assert len({one.place_id for one in inside}) == len(inside)
        taken = {(one.pk, one.person_id, time_at(one)) for one in inside}
        rows = Occupancy.objects.filter(subject="event").values_list("subject_id", "person_id", "during")
        assert set(rows) == taken

    def check_line(self, name: str, everyone: list[Registration]) -> None:
        waiting = [one for one in everyone if one.is_waiting]
        kept = [one for one in waiting if one.is_asked(self.now)]
        is_rush = self.event.start - self.now < timedelta(hours=3, minutes=30)
        idle = self.places - sum(one.is_in for one in everyone) - len(kept)
        assert idle >= 0 or is_rush
        since = {one.pk: one.waiting_since for one in self.before}
        had = {one.pk for one in self.before if one.is_in}
        new = [one for one in everyone if one.is_in and one.pk not in had]
        for one in waiting:
            if is_rush or one in kept or one.pk in self.passed or not self.could_come(one):
                continue
            # Nobody who could come waits beside an empty place: they have it, or are asked.
            assert idle <= 0, (name, one)
            if name != "take" and (own := since.get(one.pk)):
                assert [other for other in new if (since.get(other.pk) or self.now) > own] == [], name

    def check_notices(self, everyone: list[Registration]) -> None:
        for one in everyone:
            rows = Notification.objects.filter(subject_type="registration", subject_id=one.pk, state=State.PENDING)
            current = {row.kind for row in rows}
            assert all(row.subject_version == one.version for row in rows), (one.state, current)
            news = current - BEFORE_START
            assert len(news) <= 1
            assert next(iter(news), "") in NEWS_OF[one.state], (one.state, current)
            if not one.is_in:
                assert not current & BEFORE_START
            if one.is_asked(self.now):
                assert news == {News.OFFERED}


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("hours", [60, 26, 8])
def test_nobody_overtakes_and_no_place_is_given_twice(maria, hours, seed):
    day = Day(maria, hours=hours, seed=seed)
    for _act in range(12):
        name = day.act()
        if name == "begun":
            break
        day.check(name)

    run_registrations(now=day.event.start)
    assert not Registration.objects.filter(state=WAITING).exists()
    assert Registration.objects.filter(state=IN).count() <= day.places


def test_who_confirms_without_a_place_is_told_so(event, bob):
    one = Registration.objects.create(
        event=event, person=bob, side=Side.MENTEE, state=WAITING, waiting_since=NOW, registered_at=NOW
    )
    with pytest.raises(EventError) as error:
        confirm_coming(registration=one, now=NOW)

    assert error.value.code == "stale"
