"""The slot engine, beside the loop one writes first, and with the database: `python -m bench.engine` from the root.

One mentor, two daily spans Monday to Friday, 20-minute slots. Medians of many calls in CPU time, the two ways
alternated in one run. "first" is a web process' first question about this zone after one about another, with the
timelines that it makes when it starts; "cold" is a process' very first question without those. Last, what a mentor's
page asks for four weeks: the timetable, read from the database, and its slots; by the clock on the wall.
"""

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from common.known import known
from common.zones import use_pinned_tzdata
from sessions_app.availability import slots as availability
from sessions_app.availability import walltime
from sessions_app.availability.slots import Rules, Slot, Taken, default_step, list_slots

from .stand import bench_database

NOW = datetime(2026, 9, 28, 6, 0, tzinfo=UTC)
ZONE, OTHER_ZONE = "Europe/Berlin", "Europe/London"
LENGTH = 20
WINDOWS = tuple((day, *span) for day in range(1, 6) for span in ((9 * 60, 12 * 60), (13 * 60, 17 * 60)))
AIMS = {4: 0.1, 12: 0.3}
PAGE_AIM = 3


def make_rules() -> Rules:
    return Rules(zone=ZONE, windows=WINDOWS, horizon_days=100)


def make_taken(weeks: int, bookings: int) -> list[Taken]:
    """Sessions on the mentor's own grid, spread evenly over all the weeks."""
    starts = ask_engine(make_rules(), [], weeks)
    chosen = (starts[number * len(starts) // bookings] for number in range(bookings))
    return [Taken(slot.start, slot.end) for slot in chosen]


def ask_engine(rules: Rules, taken: list[Taken], weeks: int, limit: int | None = None) -> list[Slot]:
    """Ours; an answer covers at most 62 days, so twelve weeks are two questions."""
    slots: list[Slot] = []
    for week in range(0, weeks, 6):
        first, last = NOW + timedelta(weeks=week), NOW + timedelta(weeks=min(week + 6, weeks))
        slots += list_slots(rules, taken, length=LENGTH, now=NOW, first=first, last=last, limit=limit)
    return slots


def ask_naively(rules: Rules, taken: list[Taken], weeks: int) -> list[Slot]:
    """Walk the days in the mentor's zone and hold every start against every booking."""
    zone, slots = ZoneInfo(rules.zone), []
    length, buffer = timedelta(minutes=LENGTH), timedelta(minutes=rules.buffer)
    step = timedelta(minutes=default_step(LENGTH, rules.buffer))
    earliest, last = NOW + timedelta(minutes=rules.notice), NOW + timedelta(weeks=weeks)
    day: date = NOW.astimezone(zone).date()
    while day <= last.astimezone(zone).date():
        for weekday, opens, closes in rules.windows:
            if weekday != day.isoweekday():
                continue
            midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
            start = (midnight + timedelta(minutes=opens)).astimezone(UTC)
            end = (midnight + timedelta(minutes=closes)).astimezone(UTC)
            while start + length <= end:
                free = all(start + length + buffer <= t.start or t.end + buffer <= start for t in taken)
                if earliest <= start < last and free:
                    slots.append(Slot(start, start + length))
                start += step
        day += timedelta(days=1)
    return slots


def cpu_milliseconds(act: Callable[[], object]) -> float:
    begun = time.process_time()
    act()
    return (time.process_time() - begun) * 1000


def forget_caches() -> None:
    for cached in (
        availability._cached_slots,
        walltime._offset_changes,
        walltime._zone_timeline,
        walltime.day_segments,
    ):
        cached.cache_clear()
    ZoneInfo.clear_cache()


def ask_first(rules: Rules, taken: list[Taken], weeks: int) -> float:
    """The milliseconds of a process' first question about a zone, after it has answered one about another."""
    forget_caches()
    walltime.prepare_zones([ZONE, OTHER_ZONE], NOW)
    ask_engine(replace(rules, zone=OTHER_ZONE), taken, weeks)
    return cpu_milliseconds(lambda: ask_engine(rules, taken, weeks))


def ask_cold(rules: Rules, taken: list[Taken], weeks: int) -> float:
    forget_caches()
    return cpu_milliseconds(lambda: ask_engine(rules, taken, weeks))


def measure_engine(weeks: int, bookings: int, rounds: int) -> str:
    rules, taken = make_rules(), make_taken(weeks, bookings)
    ours = ask_engine(rules, taken, weeks)
    if ours != ask_naively(rules, taken, weeks):
        sys.exit(f"The two ways disagree at {weeks} weeks and {bookings} bookings.")
    first, cold = (median(ask(rules, taken, weeks) for _ in range(21)) for ask in (ask_first, ask_cold))
    soonest, warm, naive = [], [], []
    for turn in range(rounds):
        warm.append(cpu_milliseconds(lambda: ask_engine(rules, taken, weeks)))
        soonest.append(cpu_milliseconds(lambda: ask_engine(rules, taken, min(weeks, 6), limit=3)))
        if turn % 10 == 0:
            naive.append(cpu_milliseconds(lambda: ask_naively(rules, taken, weeks)))
    made = median(cpu_milliseconds(lambda: [Taken(t.start, t.end) for t in taken]) for _ in range(rounds))
    ratio = median(naive) / median(warm)
    return (
        f"{weeks:5} {bookings:8} {len(ours):5} {median(warm):8.3f} {AIMS[weeks]:6.1f} {median(soonest):8.3f}"
        f" {made:10.3f} {first:8.3f} {first / median(warm):5.1f}x {cold:8.3f} {median(naive):8.2f} {ratio:6.0f}x"
    )


def measure_page(bookings: int, rounds: int, busy: int = 0) -> str:
    """`load_timetable` and four weeks of slots, for a mentor in the database who has these many sessions ahead, and is
    `busy` so often elsewhere.
    """

    with transaction.atomic():
        profile = mentor_with(bookings)
        make_busy(profile, busy)
        times = []
        for _turn in range(rounds):
            begun = time.perf_counter()
            found = ask_database(profile)
            times.append((time.perf_counter() - begun) * 1000)
        with CaptureQueriesContext(connection) as queries:
            ask_database(profile)
        transaction.set_rollback(True)
    elsewhere = [Taken(begin, end, counts_as_given=False) for begin, end in busy_times(busy)]
    if found != ask_engine(make_rules(), make_taken(4, bookings) + elsewhere, 4):
        sys.exit(f"The database and the engine alone disagree at {bookings} bookings and {busy} busy times.")
    return f"    4 {bookings:8} {busy:5} {len(found):5} {median(times):8.3f} {PAGE_AIM:6.1f} {len(queries):8}"


def busy_times(count: int) -> list[tuple[datetime, datetime]]:
    """Half hours, every three hours, from the first evening on."""
    begin = NOW.replace(hour=16)
    return [(begin + timedelta(hours=3 * n), begin + timedelta(hours=3 * n, minutes=30)) for n in range(count)]


def make_busy(profile: Any, count: int) -> None:
    from sessions_app.availability.busy_times import replace_busy_times

    replace_busy_times(person=profile.person, calendar=1, spans=busy_times(count), now=NOW)


def ask_database(profile: Any) -> list[Slot]:
    from sessions_app.availability.timetable import load_timetable

    timetable = load_timetable(profile, now=NOW)
    return known(timetable).slots(length=LENGTH, now=NOW, first=NOW, last=NOW + timedelta(weeks=4))


def mentor_with(bookings: int) -> Any:
    from accounts.models import User
    from mentors.models import MentorProfile, Offer
    from sessions_app.models import AvailabilityWindow, Booking, Brief, Engagement, Occupancy, Schedule

    mentor, mentee = (User.objects.create_user(f"{name}@bench.example", name=name) for name in ("Mia", "Max"))
    profile = MentorProfile.objects.create(person=mentor, slug="mia-bench", state="approved", approved_at=NOW)
    offer = Offer.objects.create(profile=profile, length=LENGTH)
    schedule = Schedule.objects.create(profile=profile, timezone=ZONE, horizon_days=make_rules().horizon_days)
    for weekday, start, end in WINDOWS:
        AvailabilityWindow.objects.create(schedule=schedule, weekday=weekday, start=start, end=end)
    brief = Brief.objects.create(author=mentee, question="Which one?")
    engagement = Engagement.objects.create(mentee=mentee, mentor=mentor, brief=brief)
    about = {"engagement": engagement, "offer": offer, "mentor": mentor, "mentee": mentee, "format": "video"}
    for taken in make_taken(4, bookings):
        during = (taken.start, taken.end)
        agreed = {"state": "confirmed", "confirmed_at": NOW, "created_at": NOW, "during": during}
        Occupancy.objects.create(person=mentor, booking=Booking.objects.create(**about, **agreed), during=during)
    return profile


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=300)
    rounds = parser.parse_args().rounds
    use_pinned_tzdata()
    made = median(cpu_milliseconds(make_rules) for _ in range(rounds))
    print(f"milliseconds, medians of {rounds}; making the rules {made:.3f}")
    print("weeks bookings slots     ours   aim  next 3  making them    first  ratio     cold    naive  ratio")
    for weeks in AIMS:
        for bookings in (0, 50, 200):
            print(measure_engine(weeks, bookings, rounds))
    with bench_database("booking"):
        print("\nweeks bookings  busy slots database    aim  queries")
        for bookings, busy in ((0, 0), (50, 0), (50, 200), (200, 0), (0, 0), (0, 200)):
            print(measure_page(bookings, rounds, busy))


if __name__ == "__main__":
    main()
