"""What setting freed time aside costs: `python -m bench.freeing` from the root; prints medians in milliseconds.

Cancelling with and without it, alternated, while nobody waits and while many do; a mentor's change of the week; and
how long a worker takes from the first waiting person to the last, which is how long a freed time is kept back at most.
"""

import argparse
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from statistics import median
from time import perf_counter
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from .booking import PEOPLE, World, percentile_95
from .stand import bench_database

OFF, ON = "without", "set aside"


def measure_milliseconds(act: Callable[[], object]) -> float:
    began = perf_counter()
    act()
    return (perf_counter() - began) * 1000


def measure_cancelling(world: World, rounds: int, line: str) -> None:
    from sessions_app.booking.changes import cancel_booking

    def cancel(booking: Any) -> Callable[[], object]:
        return lambda: cancel_booking(booking=booking, by=booking.mentee, reason="ill", now=world.now)

    measured: dict[str, list[float]] = {OFF: [], ON: []}
    for number in range(2 * rounds):
        offer = world.offers[number % len(world.offers)]
        booking = world.book(offer, world.slots[offer][0].start, world.people[number % PEOPLE])
        switch_reserving(name := (OFF, ON)[number % 2])
        measured[name].append(measure_milliseconds(cancel(booking)))
        release_all()
    show_medians(f"cancelling, {line}", measured)


def changing_the_week(world: World, rounds: int, line: str) -> None:
    from sessions_app.availability.schedule import save_week
    from sessions_app.availability.whole_schedule import rules_of

    measured: dict[str, list[float]] = {OFF: [], ON: []}
    for number in range(2 * rounds):
        profile = world.offers[number // 2 % len(world.offers)].profile
        rules, days = rules_of(profile.schedule), [(1, 0, 600 + number % 2), (6, 540, 1020 + number % 2)]
        switch_reserving(name := (OFF, ON)[number % 2])
        about: dict[str, Any] = {
            "profile": profile,
            "rules": rules,
            "windows": days,
            "by": profile.person,
            "now": world.now,
        }
        with transaction.atomic():
            measured[name].append(measure_milliseconds(partial(save_week, **about)))
            transaction.set_rollback(True)
    show_medians(f"changing the week, {line}", measured)


def switch_reserving(name: str) -> None:
    settings.RESERVED_FOR = timedelta(minutes=2 if name == ON else 0)


def release_all() -> None:
    from sessions_app.models import ReservedTime

    ReservedTime.objects.all().delete()


def show_medians(what: str, measured: dict[str, list[float]]) -> None:
    words = (f"{name} {median(times):.2f} (p95 {percentile_95(times):.2f})" for name, times in measured.items())
    print(f"{what}: {', '.join(words)}")


def fill_waitlist(world: World, count: int) -> None:
    """For help with words that someone has, and with words that nobody has."""
    from accounts.models import User
    from sessions_app.models import WaitlistEntry

    names = [f"waits{number}@bench.example" for number in range(count)]
    known = set(User.objects.filter(email__in=names).values_list("email", flat=True))
    User.objects.bulk_create([User(email=name, name="Waits", timezone="UTC") for name in names if name not in known])
    until = world.now + timedelta(days=30)
    for person in User.objects.filter(email__in=names):
        about = "Should I take the counter-offer?" if person.pk % 10 == 0 else f"Naming ferret {person.pk}"
        WaitlistEntry.objects.create(person=person, words=about, since=world.now, until=until)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--line", type=int, default=300)
    options = parser.parse_args()
    with bench_database("booking"):
        from search.indexing import rebuild_index
        from sessions_app.models import WaitlistEntry
        from sessions_app.waiting.handing_out import hand_out_freed_time

        world = World(timezone.now())
        WaitlistEntry.objects.all().delete()
        rebuild_index(now=world.now)
        for count in (0, options.line):
            fill_waitlist(world, count)
            line = f"{count} in line" if count else "nobody in line"
            measure_cancelling(world, options.rounds, line)
            changing_the_week(world, options.rounds // 4, line)
        look = measure_milliseconds(lambda: hand_out_freed_time(now=world.now, seconds=600))
        again = measure_milliseconds(lambda: hand_out_freed_time(now=world.now, seconds=600))
        print(f"the worker's look at {options.line} in line: {look:.0f}, and again {again:.0f}")


if __name__ == "__main__":
    main()
