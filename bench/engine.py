"""The slot engine, beside the loop one writes first, and with the database: `python -m bench.engine` from the root.

One mentor, two daily spans Monday to Friday, 20-minute slots without a buffer: 420 in four weeks. Medians in CPU time,
what is compared measured in turns. Last, what a mentor's page asks for four weeks: the timetable, read from the
database, and its slots; beside the same mentor without busy times in calendars elsewhere.
"First" is what fresh processes take for their first question about a zone. "Ready": all zones were looked at when
they started, as web servers do, and questions about other zones were answered before. "Branched off": the very first
question of such a server's worker, which also makes copies of memory that it shared. "New zone": the process answers
questions, and has never looked at the zone. "Cold": it has done nothing yet.
"""

import argparse
import gc
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from common.known import known
from common.statements import analyze_tables
from common.zones import use_pinned_tzdata
from sessions_app.availability import walltime
from sessions_app.availability.slots import Rules, Slot, Taken, default_step, list_slots

from .cpu import Cpu, CpuMeter
from .stand import bench_database, print_load

NOW = datetime(2026, 9, 28, 6, 0, tzinfo=UTC)
ZONE, OTHER_ZONE = "Europe/Berlin", "Europe/London"
LENGTH = 20
WINDOWS = tuple((day, *span) for day in range(1, 6) for span in ((9 * 60, 12 * 60), (13 * 60, 17 * 60)))
AIMS = {4: 0.1, 12: 0.3}
# Milliseconds of a page, and how often what it costs without busy times.
PAGE_AIM, BUSY_AIM = 3, 1.2
PAGES = ((0, 0), (0, 200), (50, 0), (50, 200), (200, 0), (200, 200))
FIRST_AIM = 3
KINDS = ("ready", "branched off", "new zone", "cold")
RUN_IN = 30
FRESH = 15


def make_rules() -> Rules:
    return Rules(zone=ZONE, windows=WINDOWS, buffer=0, notice=0, horizon_days=100)


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


def ask_fresh(kind: str) -> tuple[float, float]:
    """What this process, which was started for it, takes for its first question, and for the same once more."""
    rules = make_rules()
    if kind in ("ready", "branched off"):
        walltime.prepare_zones([ZONE, OTHER_ZONE], NOW)
    gc.collect()
    gc.freeze()  # as web servers do
    if kind == "branched off" and (child := os.fork()):
        os.waitpid(child, 0)
        os._exit(0)
    if kind in ("ready", "new zone"):
        for _question in range(RUN_IN):
            ask_engine(replace(rules, zone=OTHER_ZONE), [], 4)
    first = cpu_milliseconds(lambda: ask_engine(rules, [], 4))
    return first, median(cpu_milliseconds(lambda: ask_engine(rules, [], 4)) for _ in range(100))


def measure_fresh(kind: str) -> str:
    command = [sys.executable, "-m", "bench.engine", "--fresh", kind]
    runs = [subprocess.run(command, check=True, capture_output=True, text=True).stdout.split() for _ in range(FRESH)]
    first, warm = (median(map(float, times)) for times in zip(*runs, strict=True))
    return f"{kind:>12} {first:8.3f} {warm:8.3f} {first / warm:6.1f}x {FIRST_AIM:6}x"


def measure_engine(weeks: int, bookings: int, rounds: int) -> str:
    rules, taken = make_rules(), make_taken(weeks, bookings)
    ours = ask_engine(rules, taken, weeks)
    if ours != ask_naively(rules, taken, weeks):
        sys.exit(f"The two ways disagree at {weeks} weeks and {bookings} bookings.")
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
        f" {made:10.3f} {median(naive):8.2f} {ratio:6.0f}x"
    )


def measure_pages(rounds: int) -> None:
    """`load_timetable` and four weeks of slots, for mentors who have so many sessions ahead and are so often busy
    elsewhere.
    """
    with transaction.atomic():
        profiles = {(bookings, busy): mentor_with(bookings, busy) for bookings, busy in PAGES}
        analyze_tables()
        meter = CpuMeter()
        measured: dict[tuple[int, int], list[Cpu]] = {page: [] for page in PAGES}
        for _turn in range(rounds):
            for page, profile in profiles.items():
                measured[page].append(meter.measure(partial(ask_database, profile)))
        found = {page: ask_database(profile) for page, profile in profiles.items()}
        transaction.set_rollback(True)
    costs = {page: median(cost.both for cost in costs) for page, costs in measured.items()}
    for (bookings, busy), slots in found.items():
        elsewhere = [Taken(begin, end, counts_as_given=False) for begin, end in busy_times(busy)]
        if slots != ask_engine(make_rules(), make_taken(4, bookings) + elsewhere, 4):
            sys.exit(f"The database and the engine alone disagree at {bookings} bookings and {busy} busy times.")
        python = median(cost.python for cost in measured[bookings, busy])
        cost, ratio = costs[bookings, busy], costs[bookings, busy] / costs[bookings, 0]
        print(
            f"    4 {bookings:8} {busy:5} {len(slots):5} {cost:8.3f} {PAGE_AIM:6.1f} {python:8.3f} {cost - python:8.3f}"
            f" {ratio:6.2f}x {BUSY_AIM:5}x"
        )


def busy_times(count: int) -> list[tuple[datetime, datetime]]:
    """Half hours, every three hours, from the first evening on."""
    begin = NOW.replace(hour=16)
    return [(begin + timedelta(hours=3 * n), begin + timedelta(hours=3 * n, minutes=30)) for n in range(count)]


def ask_database(profile: Any) -> list[Slot]:
    from sessions_app.availability.timetable import load_timetable

    timetable = load_timetable(profile, now=NOW)
    return known(timetable).slots(length=LENGTH, now=NOW, first=NOW, last=NOW + timedelta(weeks=4))


def mentor_with(bookings: int, busy: int) -> Any:
    from accounts.models import User
    from mentors.models import MentorProfile, Offer
    from sessions_app.availability.busy_times import replace_busy_times
    from sessions_app.models import AvailabilityWindow, Booking, Brief, Engagement, Occupancy, Schedule

    mark = f"{bookings}-{busy}"
    mentor, mentee = (User.objects.create_user(f"{name}{mark}@bench.example", name=name) for name in ("Mia", "Max"))
    profile = MentorProfile.objects.create(person=mentor, slug=f"mia-{mark}", state="approved", approved_at=NOW)
    offer = Offer.objects.create(profile=profile, length=LENGTH)
    rules = make_rules()
    schedule = Schedule.objects.create(
        profile=profile, timezone=ZONE, horizon_days=rules.horizon_days, buffer=rules.buffer, notice=rules.notice
    )
    for weekday, start, end in WINDOWS:
        AvailabilityWindow.objects.create(schedule=schedule, weekday=weekday, start=start, end=end)
    brief = Brief.objects.create(author=mentee, question="Which one?")
    engagement = Engagement.objects.create(mentee=mentee, mentor=mentor, brief=brief)
    about = {"engagement": engagement, "offer": offer, "mentor": mentor, "mentee": mentee, "format": "video"}
    for taken in make_taken(4, bookings):
        during = (taken.start, taken.end)
        agreed = {"state": "confirmed", "confirmed_at": NOW, "created_at": NOW, "during": during}
        Occupancy.objects.create(person=mentor, booking=Booking.objects.create(**about, **agreed), during=during)
    replace_busy_times(person=mentor, calendar=mentor.pk, spans=busy_times(busy), now=NOW)
    return profile


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--fresh", choices=KINDS, help="ask one question in this process")
    options = parser.parse_args()
    use_pinned_tzdata()
    if options.fresh:
        print(*ask_fresh(options.fresh))
        return
    rounds = options.rounds
    print_load("at the start")
    made = median(cpu_milliseconds(make_rules) for _ in range(rounds))
    print(f"milliseconds, medians of {rounds}; making the rules {made:.3f}")
    print("weeks bookings slots     ours   aim  next 3  making them    naive  ratio")
    for weeks in AIMS:
        for bookings in (0, 50, 200):
            print(measure_engine(weeks, bookings, rounds))
    print(f"\n{FRESH} processes     first     warm   ratio    aim")
    for kind in KINDS:
        print(measure_fresh(kind))
    with bench_database("booking"):
        print("\nweeks bookings  busy slots     page    aim   Python database   ratio    aim")
        measure_pages(rounds)


if __name__ == "__main__":
    main()
