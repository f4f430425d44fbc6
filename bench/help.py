"""How soon people are helped who ask: `python -m bench.help --people 600 --mentors 60 --days 28 --seeds 5`.

A made-up community lives through some weeks on the real services and the real database, by a clock of its own. People
ask by the hours of their day. Who sees a time that suits them in the search books it; for the others help is looked for
(`sessions_app/asking/`). Of the mentors a fifth never answers, some say no, and the others offer a time after a while,
which may not suit. Some sessions are cancelled. Printed are the hours until people were booked or answered, and whether
any mentor gave more sessions in a week than they wanted to.
"""

import argparse
import heapq
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from .stand import bench_database

BEGIN = datetime(2026, 11, 30, tzinfo=UTC)  # a Monday
TICK, HOUR, DAY = timedelta(minutes=30), timedelta(hours=1), timedelta(days=1)
ASKS_A_DAY, MOST_A_WEEK = 9, 2
ZONES = ("Europe/London", "Europe/Berlin", "Africa/Lagos", "Asia/Kolkata", "America/New_York")
SUBJECTS = (
    "beekeeping", "bookbinding", "carpentry", "ceramics", "falconry", "gliding",
    "lacemaking", "orienteering", "origami", "puppetry", "saddlery", "weaving",
)  # fmt: skip
SAYS_NO, ADDS_TIME, OFTEN, SUITS, CANCELS = 0.15, 0.6, 0.6, 0.1, 0.08
# The page asks in writing too unless a person unticks it: one in three does.
UNTICKS_WRITING = 1 / 3
# Blocks of four hours in which each begins
TIMES_OF_DAY = {"morning": (2,), "afternoon": (3,), "evening": (4, 5)}
# Of a day, by the hour: when people ask
ARRIVE = [0, 0, 0, 0, 0, 0, 1, 2, 4, 5, 5, 5, 6, 5, 4, 4, 4, 5, 6, 7, 7, 5, 3, 1]


@dataclass
class Ask:
    """`asked` by `person` about `subject`. `met`: when they were booked or answered; `way`: how."""

    person: Any
    subject: str
    asked: datetime
    suits: frozenset[tuple[int, int]]
    met: datetime | None = None
    way: str = ""

    @property
    def parts(self) -> list[str]:
        """As they would tick them: times of day at which they could on most days."""
        days = Counter(part for _day, part in self.suits)
        return [name for name, blocks in TIMES_OF_DAY.items() if sum(days[block] for block in blocks) > len(blocks)]

    @property
    def weekdays(self) -> list[int]:
        """ISO numbers of those on which they could at one of these times of day."""
        blocks = {block for name in self.parts or TIMES_OF_DAY for block in TIMES_OF_DAY[name]}
        return sorted({day + 1 for day, block in self.suits if block in blocks})

    def fits(self, start: datetime) -> bool:
        local = start.astimezone(self.person.zone)
        return (local.weekday(), local.hour // 4) in self.suits


@dataclass
class Community:
    """`events` are what happens, in order of time; `now` is the clock of this world."""

    chance: random.Random
    days: int
    people: list[Any]
    mentors: list[Any]
    with_ways: bool
    now: datetime = BEGIN
    asks: list[Ask] = field(default_factory=list)
    events: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    order: Any = field(default_factory=count)
    waiting: dict[int, Ask] = field(default_factory=dict)
    seen_routes: set[tuple[int, int]] = field(default_factory=set)
    seen_held: set[int] = field(default_factory=set)

    def at(self, moment: datetime, act: Callable[[], None]) -> None:
        heapq.heappush(self.events, (moment, next(self.order), act))

    def run(self) -> None:
        end = BEGIN + (self.days + 4) * DAY
        for day in range(self.days):
            for _ in range(self.chance.choices((ASKS_A_DAY - 2, ASKS_A_DAY, ASKS_A_DAY + 2))[0]):
                hour = self.chance.choices(range(24), ARRIVE)[0]
                person = self.chance.choice(self.people)
                local = (BEGIN + day * DAY).replace(tzinfo=person.zone, hour=hour, minute=self.chance.randrange(60))
                self.at(max(BEGIN, local.astimezone(UTC)), lambda person=person: self.arrive(person))  # type: ignore[misc]
        self.at(BEGIN, self.tick)
        while self.events and self.events[0][0] < end:
            self.now, _, act = heapq.heappop(self.events)
            act()

    def tick(self) -> None:
        """What the workers do, as often as it matters here."""
        from search.indexing import refresh_stale_rows
        from sessions_app.asking.advancing import advance_routes
        from sessions_app.booking.clock import complete_ended, expire_overdue
        from sessions_app.waiting.handing_out import hand_out_freed_time
        from sessions_app.written.acts import expire_written

        for act in (complete_ended, expire_overdue, expire_written, hand_out_freed_time, advance_routes):
            act(now=self.now)
        refresh_stale_rows(now=self.now)
        self.answer_routes()
        self.answer_held()
        self.at(self.now + TICK, self.tick)

    def arrive(self, person: Any) -> None:
        from search.criteria import SearchCriteria
        from search.finding import find_mentors
        from sessions_app.errors import SessionError
        from sessions_app.questions.limits import why_not_book_anyone
        from sessions_app.waiting.acts import wait_for_help

        if why_not_book_anyone(person, now=self.now) or any(ask.person == person for ask in self.waiting.values()):
            return
        subject = self.chance.choice(SUBJECTS)
        # Who works by day is free in most evenings, and the other way round.
        usual = self.chance.choice(list(TIMES_OF_DAY.values()))
        likely = {(day, part): OFTEN if part in usual else SUITS for day in range(7) for part in range(2, 6)}
        suits = frozenset(block for block, chance in likely.items() if self.chance.random() < chance)
        ask = Ask(person, subject, self.now, suits)
        self.asks.append(ask)
        found = find_mentors(SearchCriteria(words=subject), zone=person.timezone, now=self.now, mentee=person)
        for match in found.matches:
            for slot in match.slots:
                if ask.fits(slot.start) and self.book(ask, match.offer, slot.start):
                    return
        try:
            waiting = wait_for_help(
                words=subject,
                filters="",
                person=person,
                now=self.now,
                asks_mentors=self.with_ways,
                parts=ask.parts,
                days=ask.weekdays,
                asks_writers=self.with_ways and self.chance.random() >= UNTICKS_WRITING,
            )
        except SessionError:
            return
        self.waiting[waiting.pk] = ask

    def book(self, ask: Ask, offer: Any, start: datetime) -> bool:
        from sessions_app.booking.book import book_session
        from sessions_app.errors import SessionError
        from sessions_app.questions.brief_input import BriefInput

        brief = BriefInput(question=ask.subject)
        try:
            booking = book_session(offer=offer, start=start, brief=brief, mentee=ask.person, now=self.now)
        except SessionError:
            return False
        ask.met, ask.way = self.now, "search"
        self.perhaps_cancel(booking)
        return True

    def perhaps_cancel(self, booking: Any) -> None:
        from sessions_app.booking.changes import cancel_booking
        from sessions_app.errors import SessionError

        def cancel() -> None:
            try:
                cancel_booking(booking=booking, by=booking.mentee, reason="I’m ill.", now=self.now)
            except SessionError:
                return

        if self.chance.random() < CANCELS and booking.start > self.now + HOUR:
            self.at(self.now + (booking.start - self.now) * self.chance.random(), cancel)

    def awake_after(self, zone: ZoneInfo, hours: float) -> datetime:
        from sessions_app.booking.deadlines import add_waking_hours

        return add_waking_hours(self.now, timedelta(hours=hours), zone=zone.key)

    def answer_routes(self) -> None:
        from sessions_app.models import Route

        # Asked once more after a time that didn't suit, a route has another version.
        for route in Route.objects.open().filter(held=None).select_related("mentor"):
            if (route.pk, route.version) in self.seen_routes:
                continue
            self.seen_routes.add((route.pk, route.version))
            if never_answers(route):
                continue
            act = self.answer_in_writing if route.written_id else self.offer
            delay = self.chance.lognormvariate(0.7, 0.9)
            self.at(self.awake_after(route.mentor.zone, delay), lambda act=act, pk=route.pk: act(pk))  # type: ignore[misc]

    def offer(self, pk: int) -> None:
        from sessions_app.asking.acts import decline_route, extra_times, offer_of, offer_time, times_to_offer
        from sessions_app.errors import SessionError
        from sessions_app.models import Route

        route = Route.objects.unanswered(self.now).select_related("waiting__person", "mentor").filter(pk=pk).first()
        if route is None:
            return
        offer = offer_of(route, now=self.now)
        times = times_to_offer(route, offer, now=self.now) if offer else []
        if offer and not times and self.chance.random() < ADDS_TIME:
            times = extra_times(route, offer, now=self.now)
        try:
            if not times or self.chance.random() < SAYS_NO:
                decline_route(route=route, by=route.mentor, now=self.now)
            else:
                start = self.chance.choice(times).start
                offer_time(route=route, start=start, by=route.mentor, now=self.now)
        except SessionError:
            return

    def answer_in_writing(self, pk: int) -> None:
        from sessions_app.conversation.messages import send_message
        from sessions_app.errors import SessionError
        from sessions_app.models import Route

        route = Route.objects.open().select_related("written__engagement", "mentor").filter(pk=pk).first()
        if route is None or route.written is None:
            return
        said: dict[str, Any] = {"engagement": route.written.engagement, "by": route.mentor, "answers": True}
        try:
            send_message(body="Try it with a smaller one first.", key=f"k{pk}", now=self.now, **said)
        except SessionError:
            return
        if ask := self.waiting.pop(route.waiting_id, None):
            ask.met, ask.way = self.now, "writing"

    def answer_held(self) -> None:
        from sessions_app.models import HeldTime

        for held in HeldTime.objects.open().exclude(pk__in=self.seen_held).select_related("person"):
            self.seen_held.add(held.pk)
            delay = self.chance.lognormvariate(-1, 0.8)
            self.at(self.awake_after(held.person.zone, delay), lambda pk=held.pk: self.decide(pk))  # type: ignore[misc]

    def decide(self, pk: int) -> None:
        from sessions_app.errors import SessionError
        from sessions_app.models import HeldTime
        from sessions_app.waiting.acts import decline_time, take_time

        held = HeldTime.objects.open().select_related("booking__engagement", "waiting", "person").filter(pk=pk).first()
        if held is None:
            return
        ask = self.waiting.get(held.waiting_id)
        try:
            if ask is None or not ask.fits(held.booking.start):
                decline_time(held=held, by=held.person, now=self.now)
                return
            was_asked = held.is_agreed
            booking = take_time(held=held, question=ask.subject, by=held.person, now=self.now)
        except SessionError:
            return
        ask.met, ask.way = self.now, "request" if was_asked else "line"
        del self.waiting[held.waiting_id]
        self.perhaps_cancel(booking)


def put_away_others() -> None:
    """Nobody of an earlier run is found, or waits. Their rows stay: most tables refuse to be emptied."""
    from accounts.models import User
    from search.models import MentorIndex
    from sessions_app.models import WaitlistEntry

    User.objects.update(is_active=False)
    MentorIndex.objects.all().delete()
    WaitlistEntry.objects.all().delete()


def make_people(chance: random.Random, people: int, mentors: int) -> tuple[list[Any], list[Any]]:
    """Each subject is known to about a twelfth of the mentors, who give two evenings or mornings a week."""
    from accounts.models import User
    from mentors.models import Format, MentorProfile, Offer, ProfileState
    from search.indexing import write_profiles
    from sessions_app.models import AvailabilityWindow, Schedule

    zones = chance.choices(ZONES, k=people + mentors)
    made = [
        User.objects.create(email=f"{uuid4().hex}@help.example", name=f"Person {number}", timezone=zone)
        for number, zone in enumerate(zones)
    ]
    profiles = []
    for number, person in enumerate(made[:mentors]):
        asks = [f"Questions about {SUBJECTS[(number + more * 5) % len(SUBJECTS)]}" for more in range(2)]
        profile = MentorProfile.objects.create(
            person=person,
            slug=uuid4().hex,
            state=ProfileState.APPROVED,
            approved_at=BEGIN,
            headline="Crafts",
            asks=asks,
            how_i_work="By example.",
            languages=["en"],
        )
        Offer.objects.create(profile=profile, length=25, instant=chance.random() < 0.7)
        if chance.random() < 0.4:
            Offer.objects.create(profile=profile, length=15, format=Format.WRITING)
        schedule = Schedule.objects.create(profile=profile, timezone=person.timezone, max_per_week=MOST_A_WEEK)
        for weekday in chance.sample(range(1, 8), 2):
            start = chance.choice((480, 720, 1020, 1140))
            AvailabilityWindow.objects.create(schedule=schedule, weekday=weekday, start=start, end=start + 90)
        profiles.append(profile)
    write_profiles([profile.pk for profile in profiles])
    return made[mentors:], made[:mentors]


def sessions_over_budget() -> int:
    """How many sessions mentors gave in a week of theirs beyond what they wanted to give."""
    from sessions_app.models import Booking
    from sessions_app.models.states import AGREED_OR_MISSED

    weeks: Counter[Any] = Counter()
    given_here = Booking.objects.filter(state__in=AGREED_OR_MISSED, mentor__is_active=True)
    for booking in given_here.select_related("mentor"):
        weeks[(booking.mentor_id, booking.start.astimezone(booking.mentor.zone).isocalendar()[:2])] += 1
    return sum(max(0, given - MOST_A_WEEK) for given in weeks.values())


def never_answers(route: Any) -> bool:
    """A fifth of the mentors, always the same."""
    return bool(route.mentor_id % 5 == 0)


def tell_of_unfilled(asks: list[Ask]) -> None:
    """What was tried, in order, for those who weren't helped within 72 hours: when, whom, and what came of it."""
    from sessions_app.models import Route

    for ask in asks:
        if ask.met and ask.met - ask.asked <= 72 * HOUR:
            continue
        print(f"      {ask.subject}, {ask.person.timezone}, {'/'.join(ask.parts) or 'any'}:", end="")
        tried = Route.objects.filter(waiting__person=ask.person, waiting__since=ask.asked).order_by("opened_at")
        for route in tried:
            began, ended = (
                (moment - ask.asked) / HOUR if moment else 0 for moment in (route.opened_at, route.settled_at)
            )
            silent = " silent" if never_answers(route) else ""
            print(f" {route.kind} {began:.0f}-{ended:.0f} {route.state}{silent};", end="")
        print(f" {ask.way or 'nobody'}", flush=True)


def live_through(seed: int, people: int, mentors: int, days: int, *, with_ways: bool, tells: bool) -> None:
    put_away_others()
    chance, began = random.Random(seed), time.process_time()
    community = Community(chance, days, *make_people(chance, people, mentors), with_ways=with_ways)
    community.run()
    hours = sorted((ask.met - ask.asked) / HOUR if ask.met else float("inf") for ask in community.asks)
    unfilled = sum(hour > 72 for hour in hours) / len(hours)
    p50, p90 = (hours[int(len(hours) * share)] for share in (0.5, 0.9))
    late = [hour for hour in hours if 0.01 < hour < float("inf")]
    ways = Counter(ask.way or "nobody" for ask in community.asks)
    print(
        f"{seed:4}  {'all ways' if with_ways else 'line only':9} {len(hours):5} {p50:7.1f} {p90:7.1f} {unfilled:9.1%}"
        f" {sessions_over_budget():7} {statistics.median(late) if late else 0:9.1f}   "
        f"{', '.join(f'{way} {number}' for way, number in ways.most_common())}  ({time.process_time() - began:.0f} s)",
        flush=True,
    )
    if tells:
        tell_of_unfilled(community.asks)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=600)
    parser.add_argument("--mentors", type=int, default=60)
    parser.add_argument("--days", type=int, default=28)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--line-only", action="store_true", help="as it was: people wait for freed time alone")
    parser.add_argument("--tell", action="store_true", help="what was tried for those who weren't helped in time")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    options = parser.parse_args()
    with bench_database("help"):
        print("hours until booked or answered; 'later': the middle one of those who were not booked at once")
        print("seed  ways       asks     p50     p90  72 h: none  over    later   by")
        for seed in range(options.first, options.first + options.seeds):
            about = (seed, options.people, options.mentors, options.days)
            live_through(*about, with_ways=not options.line_only, tells=options.tell)


if __name__ == "__main__":
    main()
