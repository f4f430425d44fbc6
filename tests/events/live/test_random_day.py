"""Evenings in which anything may happen, in any order; after each act the rows are recounted from scratch.

What recounts shares no code with what plans, calls or fills.
"""

import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest

from events.errors import EventError
from events.live import running
from events.live.partners import join_alone, report_missing
from events.live.presence import check_in, go_home, take_break
from events.live.stamping import run_evenings
from events.models import Chair, Event, Pairing, Place, Presence, Registration, Round, Side, Wish, WishKind
from tests.conftest import make_person
from tests.events.making import EVENING, MadeEvening, make_evening

pytestmark = pytest.mark.django_db
STANDS, SECOND = ("planned", "held"), timedelta(seconds=1)
COLUMNS = ("round__number", "one", "other", "table")


class RandomDay:
    def __init__(self, evening: MadeEvening, seed: int) -> None:
        self.event, self.dice, self.now = evening.event, random.Random(seed), EVENING - 20 * 60 * SECOND
        self.people, self.newest = list(evening.people), 0
        self.done: Counter[str] = Counter()
        self.called: dict[int, set] = {}
        self.kept_apart = self.keep_some_apart(evening)

    def keep_some_apart(self, evening: MadeEvening) -> set[frozenset[int]]:
        """One by the team, one by a wish, for each mentor: people whom the timetable doesn't seat with them."""
        apart = set()
        for mentor in evening.mentors:
            meets = {one.partner_of(mentor).pk for one in Pairing.objects.of(mentor).filter(is_apart=False)}
            by_team, by_wish = self.dice.sample([one for one in evening.mentees if one.pk not in meets], 2)
            first, second = sorted((by_team, mentor), key=lambda one: one.pk)
            Pairing.objects.create(event=self.event, one=first, other=second, is_apart=True)
            Wish.objects.create(event=self.event, by=by_wish, about=mentor, kind=WishKind.NO)
            apart |= {frozenset((by_team.pk, mentor.pk)), frozenset((by_wish.pk, mentor.pk))}
        return apart

    def live(self, acts: int) -> None:
        for _act in range(acts):
            # Twice as likely as others is what keeps an evening going.
            name = self.dice.choice([*self.acts, "arrive", "arrive", "tick", "tick"])
            self.now += self.dice.randrange(100) * SECOND
            # What is due is done first, so this log decides who is seated.
            self.newest = Presence.objects.order_by("pk").values_list("pk", flat=True).last() or 0
            try:
                self.acts[name]()
            except EventError as error:
                name = f"{name}: {error.code}"
            self.done[name] += 1
            self.recount()

    @property
    def acts(self) -> dict[str, Callable[[], object]]:
        event = {"event": self.event}
        return {
            "arrive": self.by_someone(check_in),
            "break": self.by_someone(take_break),
            "gone": self.by_someone(go_home) if self.dice.random() < 0.4 else lambda: None,
            "missing": self.report_someone,
            "join": self.join_someone,
            "walk in": self.walk_in,
            "call": lambda: running.call_round(**event, now=self.now),
            "start": lambda: running.start_evening(**event, now=self.now),
            "end": lambda: running.end_now(**event, now=self.now) if self.dice.random() < 0.3 else None,
            "pause": lambda: running.pause(**event, now=self.now),
            "resume": lambda: running.resume(**event, now=self.now),
            "minute": lambda: running.add_minute(**event, now=self.now),
            "skip": self.skip_some_round,
            "tick": lambda: run_evenings(now=self.now),
        }

    def by_someone(self, act: Callable[..., object]) -> Callable[[], object]:
        one = self.dice.choice(self.people)
        return lambda: act(registration=one, by=one.person, now=self.now)

    def report_someone(self) -> None:
        ongoing = Round.objects.filter(called_at__isnull=False, during__endswith__gt=self.now)
        pairing = Pairing.objects.filter(round__in=ongoing, outcome="planned").with_people().order_by("pk").first()
        if pairing:
            one = self.dice.choice([pairing.one, pairing.other])
            report_missing(registration=one, pairing=pairing, now=self.now)

    def join_someone(self) -> None:
        """Everybody who is free tries each chair that is free, as people do who all look at their phones."""
        ongoing = Round.objects.filter(called_at__isnull=False, during__endswith__gt=self.now)
        rows = Pairing.objects.that_stand().filter(round__in=ongoing).values_list("one", "other")
        seated = {key for pair in rows for key in pair}
        waiting = set(Chair.objects.filter(round__in=ongoing).values_list("registration", flat=True)) - seated
        for one in self.people:
            for other in self.people:
                if other.pk in waiting and one.side != other.side and one.pk not in seated:
                    try:
                        join_alone(registration=one, other=other, now=self.now)
                    except EventError as error:
                        self.done[f"join: {error.code}"] += 1
                        continue
                    self.done["joined"] += 1
                    return

    def walk_in(self) -> None:
        number = len(self.people)
        if number > 16:
            return
        side = self.dice.choice([Side.MENTEE, Side.MENTOR])
        self.people.append(
            Registration.objects.create(
                event=self.event,
                person=make_person(f"late{number}@example.org", f"Late {number}"),
                side=side,
                state="in",
                place=Place.objects.create(event=self.event, side=side, number=100 + number),
                languages=["en"],
                board_name=f"Late {number}",
                registered_at=self.now,
                attends=[] if self.dice.random() < 0.5 else [2, 3],
            )
        )
        check_in(registration=self.people[-1], by=self.event.by, now=self.now)

    def skip_some_round(self) -> None:
        if self.dice.random() < 0.3:
            running.skip_round(event=self.event, number=self.dice.randint(1, 4), now=self.now)

    # What must hold, from the rows alone

    def recount(self) -> None:
        rows = list(
            Pairing.objects.filter(is_apart=False).values_list("round__number", "one", "other", "table", "outcome")
        )
        standing = [row[:4] for row in rows if row[4] in STANDS]
        seated = Counter((number, key) for number, one, other, _table in standing for key in (one, other))
        met = Counter(frozenset((one, other)) for _number, one, other, _table in standing)
        tables = Counter((number, table) for number, _one, _other, table in standing if table)
        assert [key for key, count in seated.items() if count > 1] == [], "nobody is in two places in one round"
        assert [pair for pair, count in met.items() if count > 1] == [], "no two meet twice"
        assert self.kept_apart & met.keys() == set(), "separations hold"
        assert [key for key, count in tables.items() if count > 1] == [], "a table is for two"
        assert all(number in attends for number, key in seated if (attends := self.attends().get(key))), "who attends"
        self.recount_rounds()
        self.recount_called()
        self.recount_chairs(standing)

    def attends(self) -> dict[int, list[int]]:
        return {one.pk: one.attends for one in self.people}

    def recount_rounds(self) -> None:
        spans = sorted(Round.objects.filter(is_skipped=False).values_list("during", flat=True))
        assert all(one.upper <= other.lower for one, other in pairwise(spans)), "rounds don't overlap"

    def recount_called(self) -> None:
        """Rows of a called round are there for good; what is added later was a free chair."""
        for number in Round.objects.filter(called_at__isnull=False).values_list("number", flat=True):
            rows = Pairing.objects.filter(round__number=number, is_standby=False)
            now = set(rows.values_list(*COLUMNS))
            if number not in self.called:
                self.called[number] = now
                self.recount_call(number)
            assert self.called[number] == now, "a called round stays"

    def recount_call(self, number: int) -> None:
        """Only people who are here are seated, and no two of them who could meet are left without a partner."""
        place = Round.objects.get(number=number)
        planned = Pairing.objects.filter(round=place, outcome="planned")
        seated = {key for pair in planned.values_list("one", "other") for key in pair}
        here = {one.pk for one in self.people if self.log(one)[-1:] in (["in"], ["back"])}
        missed = {one.pk for one in self.people if "missing" in self.log(one)}
        assert seated <= here | missed, "who isn't here isn't seated"
        # A chair without a partner: the partner left in the same act, after the call.
        chairs = set(Chair.objects.filter(round=place).values_list("registration", flat=True))
        met = Pairing.objects.filter(is_apart=False, outcome__in=STANDS).values_list("one", "other")
        impossible = {frozenset(pair) for pair in met} | self.kept_apart
        free = [one for one in self.people if one.pk in here - chairs and (not one.attends or number in one.attends)]
        mentors = [one for one in free if one.side == Side.MENTOR]
        tables = self.event.tables.count() - planned.count()
        couples = [
            (one, other)
            for one in free
            for other in mentors
            if one.side == Side.MENTEE and frozenset((one.pk, other.pk)) not in impossible
        ]
        assert not couples or tables == 0, "holes are filled"

    def log(self, one: Registration) -> list[str]:
        return list(Presence.objects.filter(registration=one, pk__lte=self.newest).values_list("kind", flat=True))

    def recount_chairs(self, standing: list) -> None:
        wanted = {(number, key, table) for number, one, other, table in standing for key in (one, other)}
        chairs = set(Chair.objects.values_list("round__number", "registration", "table"))
        idle = {number for number, _key, _table in chairs - wanted}
        assert wanted <= chairs, "everyone who meets someone has their chair at that table"
        assert idle <= self.called.keys(), "nobody keeps a chair for nothing in a round to come"


@pytest.mark.parametrize("seed", range(2))
def test_whatever_happens_the_rows_hold(maria, seed):
    evening = make_evening(maria, mentees=8, mentors=4, rounds_count=4, break_after=2, break_minutes=5)
    day = RandomDay(evening, seed)
    for one in day.dice.sample(day.people, 9):
        check_in(registration=one, by=one.person, now=day.now)

    day.live(60)

    event = Event.objects.get()
    run_evenings(now=event.end + timedelta(days=1))
    print(f"seed {seed}: {dict(day.done.most_common())}, called {sorted(day.called)}")
    assert day.done.total() >= 60
