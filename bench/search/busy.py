"""Searches while others search, and while people book and cancel.

One searcher alone, then one and four at once beside two people who book and cancel all the time, each a process with a
connection of its own. Beside the clock, which tells of a machine's processors as much as of us, stands how long they
work for one search, here and in the database.
"""

import random
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import cycle
from multiprocessing import get_context
from multiprocessing.connection import Connection
from statistics import median
from typing import TYPE_CHECKING

from django.db import connection

from accounts.models import User
from bench.cpu import Cpu, CpuMeter
from mentors.models import Offer
from search.indexing import refresh_stale_rows
from sessions_app.availability.timetable import load_timetable
from sessions_app.booking.book import book_session
from sessions_app.booking.changes import cancel_booking
from sessions_app.errors import SessionError
from sessions_app.questions.brief_input import BriefInput

from . import rivals

if TYPE_CHECKING:
    from search.criteria import SearchCriteria

SECONDS, WRITERS = 10, 2
# Of whom the writers take their mentors
BOOKED = 400
DAYS = timedelta(days=14)
# The kind of search, how long it took and what it cost
Searches = list[tuple[str, float, Cpu]]


def show_busy(wishes: Mapping[str, "SearchCriteria"], *, now: datetime, zone: str) -> None:
    """Prints milliseconds on the clock and of processors' work for each search, and how much was written meanwhile; at
    last the work for each kind of search.
    """
    # Once in this process, so that those that are forked from it needn't load what an act takes: that is seconds.
    mentee = _make_mentee(0)
    any(_book_some(offer, random.Random(0), mentee, now) for offer in _find_offers())
    print("searches of all kinds in turn:   median    p95   work, ms   searches/s   written/s   work / alone")
    alone, kinds = 0.0, []
    for searchers, writers in ((1, 0), (1, WRITERS), (4, WRITERS)):
        while refresh_stale_rows(now=now):
            pass  # as the clock does every twenty seconds
        connection.close()
        searches, written = _run(searchers, writers, wishes, now, zone)
        clock, work = sorted(took for _kind, took, _cost in searches), median(cost.both for *_, cost in searches)
        alone = alone or work
        of_kinds = ((name, [cost.both for kind, _took, cost in searches if kind == name]) for name in wishes)
        kinds.append(", ".join(f"{name.split(',')[0]} {median(some):.1f}" for name, some in of_kinds if some))
        print(
            f"{searchers} searching, {writers} booking {median(clock):18.1f} {clock[int(len(clock) * 0.95)]:6.1f}"
            f" {work:10.1f} {len(searches) / SECONDS:12.1f} {written / SECONDS:11.1f} {work / alone:14.2f}"
        )
    print("work in each of these, ms:", *kinds, sep="\n  ")


def _run(
    searchers: int, writers: int, wishes: Mapping[str, "SearchCriteria"], now: datetime, zone: str
) -> tuple[Searches, int]:
    context, until = get_context("fork"), time.monotonic() + SECONDS
    acts = [(_search, (wishes, now, zone))] * searchers + [(_write, (now,))] * writers
    pipes = [context.Pipe() for _one in acts]
    processes = [
        context.Process(target=act, args=(theirs, until, number, *given), daemon=True)
        for number, ((_ours, theirs), (act, given)) in enumerate(zip(pipes, acts, strict=True))
    ]
    for process in processes:
        process.start()
    answers = [ours.recv() for ours, _theirs in pipes]
    for process in processes:
        process.join()
    return [one for answer in answers[:searchers] for one in answer], sum(answers[searchers:])


def _search(
    pipe: Connection, until: float, number: int, wishes: Mapping[str, "SearchCriteria"], now: datetime, zone: str
) -> None:
    connection.ensure_connection()
    meter, searches = CpuMeter(), []
    kinds = [*wishes.items()]
    turns = cycle(kinds[number % len(kinds) :] + kinds[: number % len(kinds)])
    while time.monotonic() < until:
        (name, wish), began = next(turns), time.perf_counter()
        cost = meter.measure(lambda wish=wish: rivals.our_answer(wish, now, zone))  # type: ignore[misc]
        searches.append((name, (time.perf_counter() - began) * 1000, cost))
    pipe.send(searches)


def _write(pipe: Connection, until: float, number: int, now: datetime) -> None:
    """Books what is free and cancels it again, as fast as it goes. Counts both."""
    connection.ensure_connection()
    rng, count, mentee, offers = random.Random(number), 0, _make_mentee(number), _find_offers()
    while time.monotonic() < until:
        count += (done := _book_some(rng.choice(offers), rng, mentee, now))
        # One who is refused has perhaps booked as often as one may.
        mentee = mentee if done else _make_mentee(number)
    pipe.send(count)


def _find_offers() -> list[Offer]:
    return list(Offer.objects.bookable().filter(instant=True).select_related("profile__person").order_by("pk")[:BOOKED])


def _book_some(offer: Offer, rng: random.Random, mentee: User, now: datetime) -> int:
    timetable = load_timetable(offer.profile, now=now)
    if not timetable:
        return 0
    slots = timetable.slots(length=offer.length, step=offer.step, now=now, first=now, last=now + DAYS)
    return _book_and_cancel(offer, rng.choice(slots).start, mentee, now) if slots else 0


def _make_mentee(number: int) -> User:
    return User.objects.create_user(f"writes{number}-{time.time_ns()}@bench.example", name="Writes", timezone="UTC")


def _book_and_cancel(offer: Offer, start: datetime, mentee: User, now: datetime) -> int:
    """How many of the two could be done."""
    asked = BriefInput(question="Should I take the counter-offer?")
    try:
        booking = book_session(offer=offer, start=start, brief=asked, mentee=mentee, now=now)
        cancel_booking(booking=booking, by=mentee, reason="Something came up", now=now)
    except SessionError:
        return 0
    return 2
