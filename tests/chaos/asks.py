"""Thirty people look for help with ten mentors while everything that works for them is killed again and again.

By a clock of its own a month goes by, in steps. In each step the people, the mentors and two workers act side by side,
each in a process of its own. What they do follows from the step and from who they are, and so does where a process
dies: before one of its statements, or just before or after one of its commits. One that was killed does its step once
more, as people and workers do. Nothing in here depends on how fast the machine is. Started by `scenario.launch`.
"""

import os
import signal
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count, pairwise
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402 (after the setup)
from django.db import connection  # noqa: E402

from accounts.models import User  # noqa: E402
from mentors.models import Format, MentorProfile  # noqa: E402
from notifications.models import InboxItem, Notification, State  # noqa: E402
from notifications.outbox import claim_notification, close_unsent, mark_sent  # noqa: E402
from notifications.registry import Nothing, kind_named  # noqa: E402
from programmes.models import Membership, Programme, ProgrammeState, Source  # noqa: E402
from search.indexing import refresh_stale_rows, write_profiles  # noqa: E402
from sessions_app.asking.acts import decline_route, extra_times, offer_of, offer_time, times_to_offer  # noqa: E402
from sessions_app.asking.advancing import advance_routes  # noqa: E402
from sessions_app.availability.timetable import load_timetable_for  # noqa: E402
from sessions_app.booking.book import book_session  # noqa: E402
from sessions_app.booking.changes import cancel_booking  # noqa: E402
from sessions_app.booking.clock import complete_ended, expire_overdue  # noqa: E402
from sessions_app.conversation.messages import send_message  # noqa: E402
from sessions_app.errors import SessionError  # noqa: E402
from sessions_app.models import (  # noqa: E402
    Booking,
    BookingState,
    HeldTime,
    Route,
    RouteKind,
    RouteState,
    StuckRow,
    WaitlistEntry,
    WrittenState,
)
from sessions_app.models.states import AGREED_OR_MISSED, OCCUPYING  # noqa: E402
from sessions_app.models.waiting import HeldTimeAnswer, WaitlistOutcome  # noqa: E402
from sessions_app.questions.brief_input import BriefInput  # noqa: E402
from sessions_app.waiting.acts import decline_time, leave_waitlist, take_time, wait_for_help  # noqa: E402
from sessions_app.waiting.handing_out import hand_out_freed_time  # noqa: E402
from sessions_app.written.acts import expire_written  # noqa: E402
from tests.chaos.scenario import in_scenario, report  # noqa: E402
from tests.conftest import make_mentor  # noqa: E402

PEOPLE, MENTORS = 30, 10
BEGIN = datetime(2026, 11, 30, 7, tzinfo=UTC)  # a Monday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Hours of the first days, in which nearly all is decided; then less often, until every ask is over by the clock
HOURS = (*range(48), *range(48, 96, 6), *range(96, 720, 72), 720, 744, 768)
STEPS = [BEGIN + hour * HOUR for hour in HOURS]
WORDS = "Beekeeping on a balcony"
MINUTES, SESSIONS = 50, 3  # that a mentor gives in a week
# Of three lives in a step at most so many end at a place that the step chooses, among the first of so many.
LIVES, PLACES = 3, (12, 60, 240)
HELPED = (WaitlistOutcome.BOOKED, WaitlistOutcome.ANSWERED)
TOLD = ("help_asked", "held_time", "still_looking", "still_looking_long")


def choose(among: int, *about: object) -> int:
    """A number under `among` that is always the same for the same things."""
    return int.from_bytes(sha256(repr(about).encode()).digest()[:8]) % among


@dataclass(frozen=True)
class Step:
    """`first`: a number of microseconds, from which on each moment of a process is its own, as everywhere."""

    number: int
    first: int = 0
    asked: Iterator[int] = field(default_factory=count)

    @property
    def now(self) -> datetime:
        return STEPS[self.number] + timedelta(microseconds=self.first + next(self.asked))

    def chance(self, percent: int, *about: object) -> bool:
        return choose(100, self.number, *about) < percent


# The world


def make_world() -> None:
    """All are in one programme, in which mentors give so many minutes a week; half of them are open in the evening."""
    programme = Programme.objects.create(
        slug="bees",
        name="Bees",
        state=ProgrammeState.OPEN,
        first_day=BEGIN.date(),
        timezone="UTC",
        made_at=BEGIN,
        most_open=None,
    )
    for number in range(PEOPLE):
        let_in(make_person(f"person-{number}"), programme, asks=True)
    profiles = []
    for number in range(MENTORS):
        person = make_person(f"mentor-{number}")
        windows = [(day, 1080, 1140) for day in range(1, 8)] if number % 2 else []
        profile = make_mentor(person, windows=windows, asks=(WORDS,), instant=number % 3 > 0, max_per_week=SESSIONS)
        if number % 2 == 0:
            profile.offers.create(length=15, format=Format.WRITING)
        let_in(person, programme, gives=True, minutes_a_week=MINUTES)
        profiles.append(profile.pk)
    write_profiles(profiles)


def make_person(name: str) -> User:
    person = User.objects.create(email=f"{name}@chaos.test", name=name.title(), timezone="UTC")
    person.emailaddress_set.create(email=person.email, verified=True, primary=True)
    return person


def let_in(person: User, programme: Programme, **more: Any) -> None:
    sides = {"asks": False, "gives": False} | more
    Membership.objects.create(programme=programme, person=person, source=Source.LINK, joined_at=BEGIN, **sides)


# What each of the processes does in a step


def sweep(step: Step) -> None:
    """The tasks of the clock, in the order in which it happens to start them."""
    tasks = (complete_ended, expire_overdue, expire_written, hand_out_freed_time, advance_routes, refresh_stale_rows)
    for task in sorted(tasks, key=lambda task: choose(100, step.number, task.__name__)):
        task(now=step.now)


def act_as_mentors(step: Step) -> None:
    known = Route.objects.open().select_related("waiting__person", "mentor", "written__engagement")
    for route in known.order_by("waiting__person", "mentor"):
        who = (route.mentor.name, route.waiting.person.name)
        likely = 50 if writes_only(route.waiting.person) else 8
        if route.kind == RouteKind.WRITING and step.chance(likely, "writes", *who):
            allow(send_answer, route, step)
        elif route.kind == RouteKind.REQUEST and route.held_id is None and step.chance(35, "answers", *who):
            allow(answer_request, route, step)


def send_answer(route: Route, step: Step) -> None:
    said: dict[str, Any] = {"engagement": route.written.engagement, "by": route.mentor, "answers": True}
    send_message(body="With a small one.", key=f"answer-{route.pk}", now=step.now, **said)


def answer_request(route: Route, step: Step) -> None:
    offer = offer_of(route, now=step.now)
    times = offer and (
        times_to_offer(route, offer, now=step.now)
        if step.chance(60, "opens no more", route.mentor.name)
        else extra_times(route, offer, now=step.now)
    )
    if not times or step.chance(25, "says no", route.mentor.name):
        decline_route(route=route, by=route.mentor, now=step.now)
    else:
        start = times[choose(min(3, len(times)), step.number, route.mentor.name)].start
        offer_time(route=route, start=start, by=route.mentor, now=step.now)


def act_as_people(step: Step) -> None:
    for number in range(PEOPLE):
        person = User.objects.get(email=f"person-{number}@chaos.test")
        if step.number >= first_step(person):
            allow(ask_once, person)
        if not writes_only(person):
            allow(decide_about_times, person, step)
            allow(act_otherwise, person, step)


def ask_once(person: User) -> None:
    """At the moment of a step that is always the same, however often its process is killed."""
    if not WaitlistEntry.objects.filter(person=person).exists():
        now = STEPS[first_step(person)]
        mentors = not writes_only(person)
        wait_for_help(words=WORDS, filters="", person=person, now=now, asks_mentors=mentors, asks_writers=True)


def number_of(person: User) -> int:
    return int(person.email.split("@")[0].removeprefix("person-"))


def first_step(person: User) -> int:
    """In which they begin to look for help: who wants it in writing first, while mentors have time for it."""
    return 1 if writes_only(person) else 1 + number_of(person) % 20


def writes_only(person: User) -> bool:
    """Some only want an answer in writing, and take no time, so that they get one."""
    return number_of(person) % 5 == 3


def decide_about_times(person: User, step: Step) -> None:
    """Also about times that they let lapse: the mail with its button is still there."""
    known = HeldTime.objects.filter(person=person, until__gt=step.now - 2 * DAY).order_by("at", "pk")
    for held in known.select_related("booking__engagement", "waiting"):
        if held.answer == HeldTimeAnswer.OPEN and step.chance(20, "declines", person.name):
            decline_time(held=held, by=person, now=step.now)
        elif step.chance(30 if held.answer == HeldTimeAnswer.OPEN else 4, "takes", person.name):
            allow(take_time, held=held, question=WORDS, by=person, now=step.now)


def act_otherwise(person: User, step: Step) -> None:
    waiting = WaitlistEntry.objects.filter(person=person, ended_at=None).first()
    if waiting and step.chance(2, "leaves", person.name):
        leave_waitlist(waiting=waiting, by=person, now=step.now)
    if step.chance(4, "books", person.name):
        book_free_time(person, step)
    for booking in Booking.objects.filter(mentee=person, state=BookingState.CONFIRMED, during__startswith__gt=step.now):
        if step.chance(3, "cancels", person.name):
            allow(cancel_booking, booking=booking, by=person, reason="I’m ill.", now=step.now)


def book_free_time(person: User, step: Step) -> None:
    """One of the soonest times of a mentor, which others see, too."""
    profile = MentorProfile.objects.order_by("pk")[choose(MENTORS, step.number, "whom", person.name)]
    timetable = load_timetable_for(person, profile, now=step.now)
    offer = profile.offers.timed().get()
    slots = timetable.slots(length=offer.length, now=step.now, first=step.now, last=step.now + 7 * DAY, limit=2)
    if slots:
        said, key = BriefInput(question=WORDS), f"{step.number}"
        book_session(offer=offer, start=slots[-1].start, brief=said, mentee=person, now=step.now, key=key)


def allow(act: Callable[..., Any], *given: Any, **more: Any) -> None:
    """Do it, unless it is refused: others were quicker, or a limit says no."""
    try:
        act(*given, **more)
    except SessionError:
        return


ROLES: dict[str, Callable[[Step], None]] = {
    "worker-a": sweep,
    "worker-b": sweep,
    "mentors": act_as_mentors,
    "people": act_as_people,
}


# Living and dying


def die_at(place: int) -> None:
    """Have this process killed at its place of this number: a statement, or one of the two sides of a commit."""
    places = count()

    def pass_by() -> None:
        if next(places) == place:
            os.kill(os.getpid(), signal.SIGKILL)

    def execute(go_on: Callable[..., Any], *statement: Any) -> Any:
        pass_by()
        return go_on(*statement)

    def commit() -> None:
        pass_by()
        commit_really()
        pass_by()

    connection.ensure_connection()
    commit_really = connection._commit
    connection._commit = commit
    connection.execute_wrappers.append(execute)


def begin_life(role: str, step: Step, life: int) -> int:
    """Returns the number of a process that does this step's part of a role, or is killed on the way."""
    if pid := os.fork():
        return pid
    code = 1
    try:
        if life < LIVES and choose(3, step.number, role, life, "dies") == 0:
            die_at(choose(PLACES[choose(len(PLACES), step.number, role, life)], step.number, role, life, "place"))
        ROLES[role](Step(step.number, (life * len(ROLES) + list(ROLES).index(role)) * 100_000))
        code = 0
    except BaseException:
        print(f"{role} in step {step.number}", file=sys.stderr)
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def live_through(step: Step) -> Iterator[int]:
    """Has all roles act at once, each until it has done its part. Yields how each process ended."""
    connection.close()  # no process may use another's
    lives = Counter(dict.fromkeys(ROLES, 0))
    running = {begin_life(role, step, 0): role for role in ROLES}
    while running:
        pid, status = os.wait()
        role = running.pop(pid)
        code = os.waitstatus_to_exitcode(status)
        yield code
        if code == -signal.SIGKILL:
            lives[role] += 1
            running[begin_life(role, step, lives[role])] = role


def send_due(step: Step) -> None:
    """What the outbox would send: of the kinds that are about asks, what is rendered; the rest is left out."""
    while row := claim_notification(step.now):
        if row.kind not in TOLD:
            close_unsent(row, State.OBSOLETE, "not about asks", step.now)
        elif row.is_too_late(step.now):
            close_unsent(row, State.EXPIRED, "too late", step.now)
        elif isinstance(said := kind_named(row.kind).render(row, step.now), Nothing):
            close_unsent(row, State.OBSOLETE, said.reason, step.now)
        else:
            mark_sent(row, step.now)


# The verdict


def list_wrongs() -> dict[str, list[str]]:
    """By what must never be, where it was."""
    return {
        "stuck": [f"{row.act} {row.row}: {row.error}" for row in StuckRow.objects.all()],
        **wrongs_of_asks(),
        **wrongs_of_routes(),
        **wrongs_of_mentors(),
        **wrongs_of_notices(),
    }


def wrongs_of_asks() -> dict[str, list[str]]:
    wrong: dict[str, list[str]] = {"open": [], "won_twice": [], "helped_twice": [], "helped_by_nothing": []}
    for ask in WaitlistEntry.objects.prefetch_related("routes", "held_times").select_related("person"):
        name = f"{ask.person.name} {ask.ended}"
        won = [route for route in ask.routes.all() if route.state == RouteState.WON]
        taken = [held for held in ask.held_times.all() if held.answer == HeldTimeAnswer.TAKEN]
        booked = Booking.objects.filter(mentee=ask.person, engagement__brief__question=ask.words)
        answered = ask.routes.filter(written__state=WrittenState.ANSWERED, state=RouteState.WON)
        if ask.ended_at is None or ask.ended_at > ask.until + DAY or ask.advance_at is not None:
            wrong["open"].append(name)
        if len(won) > 1:
            wrong["won_twice"].append(f"{name} {[(route.kind, route.mentor_id) for route in won]}")
        # Times that were taken, and answers: what a person books on the side is their own.
        if len(taken) + answered.count() > 1:
            wrong["helped_twice"].append(name)
        is_by_something = answered.count() == 1 if ask.ended == WaitlistOutcome.ANSWERED else booked.exists()
        if (ask.ended in HELPED and not is_by_something) or (won and ask.ended not in HELPED):
            wrong["helped_by_nothing"].append(name)
    return wrong


def wrongs_of_routes() -> dict[str, list[str]]:
    routes = Route.objects.select_related("waiting__person", "mentor", "held")
    left = routes.open().exclude(waiting__ended_at=None)
    held = HeldTime.objects.open().select_related("person", "waiting")
    asked = Counter((route.waiting_id, route.kind, route.mentor_id) for route in routes)
    # What a person takes after their search has ended in another way is their own.
    of_taken = [route for route in routes.requests() if is_won(route) != (route.state == RouteState.WON)]
    return {
        "left_open": [f"{route.waiting.person.name} {route.mentor.name} {route.kind}" for route in left],
        "left_held": [f"{one.person.name} {one.at}" for one in held],
        "asked_twice": [str(key) for key, times in asked.items() if times > 1],
        "taken_and_not_won": [f"{route.waiting.person.name} {route.state}" for route in of_taken],
    }


def is_won(route: Route) -> bool:
    """Whether the time that its mentor offered was taken, and ended the search."""
    is_taken = route.held is not None and route.held.answer == HeldTimeAnswer.TAKEN
    return is_taken and route.waiting.ended == WaitlistOutcome.BOOKED


def wrongs_of_mentors() -> dict[str, list[str]]:
    wrong: dict[str, list[str]] = {"booked_twice": [], "over_minutes": [], "over_sessions": [], "bothered": []}
    for mentor in User.objects.filter(mentor_profile__isnull=False):
        of_theirs = Booking.objects.filter(mentor=mentor)
        agreed = sorted(of_theirs.filter(state__in=(*AGREED_OR_MISSED, *OCCUPYING)), key=lambda one: one.start)
        wrong["booked_twice"] += [f"{mentor.name} {two.start}" for one, two in pairwise(agreed) if two.start < one.end]
        minutes: Counter[Any] = Counter()
        sessions: Counter[Any] = Counter()
        for one in agreed:
            week = one.start.isocalendar()[:2]
            sessions[week] += 1
            minutes[week] += one.length if one.programme_id else 0
        wrong["over_minutes"] += [f"{mentor.name} {week}" for week, given in minutes.items() if given > MINUTES]
        wrong["over_sessions"] += [f"{mentor.name} {week}" for week, given in sessions.items() if given > SESSIONS]
        asked = Route.objects.requests().filter(mentor=mentor).order_by("opened_at").values_list("opened_at", flat=True)
        wrong["bothered"] += [
            f"{mentor.name} {later}" for earlier, later in pairwise(asked) if later - earlier < settings.ROUTE_EVERY
        ]
    return wrong


def wrongs_of_notices() -> dict[str, list[str]]:
    """A mail, or the reason why it was no use any more, for each that was asked and each time that was held."""
    rows = Notification.objects.filter(kind__in=TOLD)
    told = Counter(rows.filter(state=State.SENT).values_list("kind", "subject_id", "subject_version", "recipient"))
    written = set(rows.values_list("kind", "subject_id", "recipient"))
    due = {("help_asked", route.pk, route.mentor_id) for route in Route.objects.requests()}
    due |= {("held_time", held.pk, held.person_id) for held in HeldTime.objects.all()}
    over = Counter(InboxItem.objects.filter(kind="help_over").values_list("subject_id", flat=True))
    ended = Route.objects.requests().filter(state=RouteState.ENDED).values_list("pk", flat=True)
    return {
        "told_twice": [str(key) for key, times in told.items() if times > 1],
        "told_nobody": [str(key) for key in sorted(due - written)],
        "not_settled": [row.dedupe_key for row in rows.filter(state__in=(State.PENDING, State.LEASED))],
        "not_thanked": [str(pk) for pk in ended if over[pk] != 1],
    }


def main() -> None:
    with in_scenario():
        make_world()
        ended: Counter[int] = Counter()
        for number in range(len(STEPS)):
            step = Step(number)
            ended.update(live_through(step))
            send_due(step)
        asks = Counter(WaitlistEntry.objects.values_list("ended", flat=True))
        states = Counter(Route.objects.values_list("state", flat=True))
        report(wrong=list_wrongs(), ended=ended, asks=asks, routes=states, bookings=Booking.objects.count())


if __name__ == "__main__":
    main()
