"""One booking with all that is written for it, and many people after one time: `python -m bench.booking` from the root.

First beside a bare INSERT of the two rows under the same exclusion constraint, and beside one SQL function that locks,
looks and writes the same rows; in turns, each in a committed transaction of its own. What counts is how long processors
work, in Python and in the database, since time on the clock tells more of the machine's other work.
Then 64 people at once, each a process with a connection of its own: for one slot, for overlapping slots, and one person
for many mentors; beside the bare INSERT ... ON CONFLICT in the same race. The p95 is the median of the rounds'.
"""

import argparse
import os
from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from itertools import cycle
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models.functions import Now
from django.utils import timezone

from common.known import known

from .cpu import Cpu, CpuMeter
from .racers import start_racers
from .stand import bench_database

PEOPLE = 64
DAYS = timedelta(days=14)
WARM_UP = 10

BARE = """
INSERT INTO sessions_app_occupancy (person_id, booking_id, during)
VALUES (%(mentor)s, %(booking)s, %(during)s), (%(mentee)s, %(booking)s, %(during)s)
ON CONFLICT DO NOTHING
"""
# The same rows as the service writes, copied from a booking that it made: nothing is computed but what must be.
CALL = "SELECT pg_temp.book(%s, %s, %s, %s::tstzrange)"
FUNCTION = """
CREATE OR REPLACE FUNCTION pg_temp.book(like_id bigint, mentor bigint, mentee bigint, span tstzrange) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    brief bigint; engagement bigint; booking bigint; taken int;
BEGIN
    PERFORM id FROM accounts_user WHERE id IN (mentor, mentee) ORDER BY id FOR NO KEY UPDATE;
    IF EXISTS (SELECT FROM sessions_app_occupancy WHERE person_id IN (mentor, mentee) AND during && span) THEN
        RETURN NULL;
    END IF;
    INSERT INTO sessions_app_brief ({brief}) SELECT {brief_values} FROM sessions_app_brief AS old
        WHERE id = (
            SELECT brief_id FROM sessions_app_engagement AS e
            JOIN sessions_app_booking AS b ON b.engagement_id = e.id WHERE b.id = like_id
        ) RETURNING id INTO brief;
    INSERT INTO sessions_app_engagement (uuid, mentee_id, mentor_id, brief_id, created_at)
        VALUES (gen_random_uuid(), mentee, mentor, brief, now()) RETURNING id INTO engagement;
    INSERT INTO sessions_app_booking ({booking}) SELECT {booking_values} FROM sessions_app_booking AS old
        WHERE id = like_id RETURNING id INTO booking;
    INSERT INTO sessions_app_occupancy (person_id, booking_id, during)
        VALUES (mentor, booking, span), (mentee, booking, span) ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS taken = ROW_COUNT;
    IF taken < 2 THEN
        RAISE EXCEPTION 'taken';
    END IF;
    INSERT INTO sessions_app_bookingevent (booking_id, by_id, from_state, to_state, event, during, reason, at)
        VALUES (booking, mentee, '', 'confirmed', 'confirmed', span, '', now());
    INSERT INTO notifications_notification ({notice}) SELECT {notice_values} FROM notifications_notification AS old
        WHERE subject_type = 'booking' AND subject_id = like_id;
    INSERT INTO notifications_inboxitem ({line}) SELECT {line_values} FROM notifications_inboxitem AS old
        WHERE subject_type = 'booking' AND subject_id = like_id;
    RETURN booking;
END $$
"""
# What differs from the row that is copied.
NEW = {
    "brief": {"uuid": "gen_random_uuid()", "author_id": "mentee"},
    "booking": {
        "uuid": "gen_random_uuid()",
        "engagement_id": "engagement",
        "mentor_id": "mentor",
        "mentee_id": "mentee",
        "during": "span",
        "room": "gen_random_uuid()::text",
    },
    "notice": {
        "subject_id": "booking",
        "dedupe_key": "old.dedupe_key || booking",
        "message_id": "old.message_id || booking",
        "recipient_id": "mentee",
    },
    "line": {"subject_id": "booking", "dedupe_key": "old.dedupe_key || booking", "recipient_id": "mentee"},
}


def percentile_95(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]


class World:
    """Mentors with their free slots, and people who ask; refilled by taking all bookings out again."""

    def __init__(self, now: datetime) -> None:
        from accounts.models import User
        from demo.world import Seeder
        from mentors.models import MentorProfile, Offer
        from programmes.pairs import mentors_shut_to

        self.now = now
        if MentorProfile.objects.public().count() < 2 * PEOPLE:
            Seeder(2 * PEOPLE, 30, now, with_password=False).run()
        for number in range(PEOPLE - User.objects.filter(email__startswith="asks").count()):
            User.objects.create_user(f"asks{number}@bench.example", name=f"Asks {number}", timezone="Europe/Lisbon")
        self.people = list(User.objects.filter(email__startswith="asks").order_by("pk")[:PEOPLE])
        self.clear()
        self.open_common_hour()
        of_public = Offer.objects.bookable().filter(profile__in=MentorProfile.objects.public(), instant=True)
        offers = list(of_public.select_related("profile__person").order_by("profile", "length"))
        # Those who ask are in no programme.
        shut = mentors_shut_to(self.people[0], {offer.profile.person_id for offer in offers}, now=now)
        open_to_all = [offer for offer in offers if offer.profile.person_id not in shut]
        self.slots = {offer: slots for offer in open_to_all if len(slots := self.slots_of(offer)) > 2}
        self.offers = list({offer.profile_id: offer for offer in self.slots}.values())

    def open_common_hour(self) -> None:
        """Every mentor has an hour at one moment, so that one person can race for many of them."""
        from sessions_app.models import DateOverride, Schedule

        day = (self.now + DAYS / 2).replace(hour=12, minute=0, second=0, microsecond=0)
        start = day + timedelta(days=-day.weekday() % 7)
        for schedule in Schedule.objects.all():
            local = start.astimezone(ZoneInfo(schedule.timezone))
            begin = local.hour * 60 + local.minute
            opened = {"minutes": [begin, begin + 60]}
            DateOverride.objects.update_or_create(schedule=schedule, date=local.date(), defaults=opened)

    def slots_of(self, offer: Any) -> list[Any]:
        from sessions_app.availability.timetable import load_timetable

        timetable = load_timetable(offer.profile, now=self.now)
        if timetable is None:
            return []
        last = self.now + DAYS
        return timetable.slots(length=offer.length, step=offer.step, now=self.now, first=self.now, last=last)

    def clear(self) -> None:
        tables = "sessions_app_booking, sessions_app_engagement, sessions_app_brief, sessions_app_occupancy"
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role TO replica")  # past the triggers that guard the logs
            cursor.execute(f"TRUNCATE {tables}, notifications_notification, notifications_inboxitem CASCADE")
            cursor.execute("SET session_replication_role TO origin")

    def book(self, offer: Any, start: datetime, person: Any) -> Any:
        from sessions_app.booking.book import book_session
        from sessions_app.questions.brief_input import BriefInput

        brief = BriefInput(question="Should I take the counter-offer?")
        return book_session(offer=offer, start=start, brief=brief, mentee=person, now=self.now)


def one_booking(world: World, rounds: int) -> None:
    """The first rounds, in which the connection learns the tables and statements, don't count."""
    pairs = [(offer, world.people[number % (PEOPLE - 1)]) for number, offer in enumerate(world.offers[1:])]
    like = world.book(world.offers[0], world.slots[world.offers[0]][0].start, world.people[-1])
    with connection.cursor() as cursor:
        cursor.execute(FUNCTION.format(**name_columns()))
    meter, far = CpuMeter(), world.now + timedelta(days=3000)
    measured: dict[str, list[Cpu]] = {"ours": [], "bare": [], "function": []}
    for number, (offer, person) in zip(range(WARM_UP + rounds), cycle(pairs), strict=False):
        slot = world.slots[offer][0]
        begin = far + number * timedelta(hours=1)
        span = f"[{begin.isoformat()},{(begin + timedelta(minutes=25)).isoformat()})"
        values = {"mentor": offer.profile.person_id, "mentee": person.pk, "booking": like.pk, "during": span}
        measured["ours"].append(meter.measure(partial(world.book, offer, slot.start, person)))
        free_all()
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM sessions_app_occupancy WHERE booking_id = %s", [like.pk])
            measured["bare"].append(meter.measure(partial(execute_once, cursor, BARE, values)))
            asked = [like.pk, values["mentor"], values["mentee"], span]
            cursor.execute("DELETE FROM sessions_app_occupancy WHERE booking_id = %s", [like.pk])
            measured["function"].append(meter.measure(partial(execute_once, cursor, CALL, asked)))
    print(f"one booking, medians of {rounds} rounds in turns:  CPU ms   Python   database")
    typical = {name: median_of(costs[WARM_UP:]) for name, costs in measured.items()}
    for name, cost in typical.items():
        print(f"{name:>43} {cost.both:13.2f} {cost.python:8.2f} {cost.database:10.2f}")
    for name, aim in (("bare", 6), ("function", 3)):
        print(f"    ours / {name}: {typical['ours'].both / typical[name].both:.1f}x (aim {aim})")


def median_of(costs: list[Cpu]) -> Cpu:
    python, database = zip(*costs, strict=True)
    return Cpu(median(python), median(database))


def execute_once(cursor: CursorWrapper, statement: str, values: Any) -> None:
    """One statement in a transaction of its own."""

    with transaction.atomic():
        cursor.execute(statement, values)


def name_columns() -> dict[str, str]:
    from notifications.models import InboxItem, Notification
    from sessions_app.models import Booking, Brief

    named = {}
    for name, model in (("brief", Brief), ("booking", Booking), ("notice", Notification), ("line", InboxItem)):
        fields = [known(field.column) for field in model._meta.concrete_fields if not field.primary_key]
        named[name] = ", ".join(fields)
        named[f"{name}_values"] = ", ".join(NEW[name].get(column, f'old."{column}"') for column in fields)
    return named


def free_all() -> None:
    """All bookings out of the way of the next; a TRUNCATE would have connections forget what they know of tables."""

    from sessions_app.models import Booking, Engagement, Occupancy

    Occupancy.objects.all().delete()
    Booking.objects.exclude(state="cancelled").update(state="cancelled")
    Engagement.objects.live().update(closed_at=Now())


def measure_races(world: World, rounds: int) -> None:
    """The bare insert races for the same spans, of the same people."""
    wide = max(world.slots, key=lambda offer: len(world.slots[offer]))
    first = world.slots[wide][0]
    near = [
        (offer, slot.start)
        for offer in world.slots
        for slot in world.slots[offer]
        if offer.profile_id == wide.profile_id and slot.start < first.end and slot.end > first.start
    ]
    together, start = same_time(world)
    kinds = {
        "64 for one slot": [(wide, first.start, person) for person in world.people],
        "64 for overlapping slots": [(*near[number % len(near)], one) for number, one in enumerate(world.people)],
        f"one for {len(together)} mentors": [(offer, start, world.people[0]) for offer in together],
    }
    spare = spare_bookings(world, PEOPLE)
    with start_racers(PEOPLE, {"ours": world.book, "bare": bare_try}) as field:
        for name, tries in kinds.items():
            outcomes: Counter[str] = Counter()
            times: dict[str, list[float]] = {"ours": [], "bare": []}
            work: dict[str, list[float]] = {"ours": [], "bare": []}
            # The first round, in which new connections learn the tables, doesn't count.
            for number in range(rounds + 1):
                became, ours, ours_work = field.run_race("ours", tries)
                free_all()
                for_bare = [(row, *one) for row, one in zip(spare, tries, strict=False)]
                _became, bare, bare_work = field.run_race("bare", for_bare)
                free_all()
                outcomes += became
                if number:
                    times["ours"].append(percentile_95(ours))
                    times["bare"].append(percentile_95(bare))
                    work["ours"].append(median(ours_work))
                    work["bare"].append(median(bare_work))
            worst, other = median(times["ours"]), median(times["bare"])
            print(f"{name}, {rounds + 1} rounds: {dict(outcomes)}")
            print(f"    p95 {worst:.0f} ms, bare {other:.0f} ms: {worst / other:.1f}x (aim 2)")
            lost, lost_bare = median(work["ours"]), median(work["bare"])
            print(f"    who loses costs {lost:.2f} ms of CPU, of the bare {lost_bare:.2f}: {lost / lost_bare:.1f}x")


def same_time(world: World) -> tuple[list[Any], datetime]:
    """The moment at which most mentors are free, and they."""
    counts = Counter(slot.start for offer in world.offers for slot in world.slots[offer])
    start = max(counts, key=lambda moment: counts[moment])
    free = [offer for offer in world.offers if any(slot.start == start for slot in world.slots[offer])]
    return free[:PEOPLE], start


def spare_bookings(world: World, count: int) -> list[int]:
    """Rows for occupancies to point to, so that the bare insert is that alone."""

    world.clear()
    like = world.book(world.offers[0], world.slots[world.offers[0]][-1].start, world.people[-1])
    named = name_columns()
    values = named["booking_values"]
    for name, column in (("engagement", "engagement_id"), ("mentor", "mentor_id"), ("mentee", "mentee_id")):
        values = values.replace(f" {name},", f" old.{column},")
    copies = values.replace("span", "old.during")
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO sessions_app_booking ({named['booking']}) SELECT {copies}"
            " FROM sessions_app_booking AS old, generate_series(1, %s) WHERE old.id = %s RETURNING id",
            [count, like.pk],
        )
        rows = [row[0] for row in cursor.fetchall()]
    free_all()
    return rows


def bare_try(row: int, offer: Any, start: datetime, person: Any) -> bool:
    end = start + timedelta(minutes=offer.length)
    values = {"mentor": offer.profile.person_id, "mentee": person.pk, "booking": row}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(BARE, values | {"during": f"[{start.isoformat()},{end.isoformat()})"})
        if cursor.rowcount < 2:
            transaction.set_rollback(True)
        return cursor.rowcount == 2


def print_load() -> None:
    print(f"load of this machine, with {os.cpu_count()} processors: {os.getloadavg()[0]:.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--races", type=int, default=5)
    options = parser.parse_args()
    with bench_database("booking"):
        world = World(timezone.now())
        print_load()
        one_booking(world, options.rounds)
        if options.races:
            measure_races(world, options.races)
        print_load()


if __name__ == "__main__":
    main()
