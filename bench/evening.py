"""Phones of an evening that all ask at once: `python -m bench.evening` from the project's root.

The real server, as production runs it. 250 mentees and 250 mentors are at their tables; then the round ends, the next
one begins, and each phone asks for its page at the same moment, which is the worst that can happen. Measured is how
long it takes until the last phone has the right table and partner. The phones are played on the same machine. The
server's CPU for an answer is also told as a multiple of an answer that does nothing, which hardly varies.
"""

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from .load import NOTHING, cpu_seconds, run_server
from .stand import bench_database

ROOT = Path(__file__).resolve().parents[1]
SECONDS_AIM, UNCHANGED_AIM = 5.0, 5.0
ROUNDS = 3
SEEN = re.compile(rb"now/\?seen=(\w+)")
Phone = dict[str, str]


async def ask_one(port: int, path: str, cookie: str) -> tuple[int, bytes, float]:
    """One request on a connection of its own; and when its answer was there."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    said = (f"GET {path} HTTP/1.1", "Host: 127.0.0.1", f"Cookie: {cookie}", "HX-Request: true", "Connection: close")
    writer.write("\r\n".join((*said, "", "")).encode())
    answer = await reader.read()
    writer.close()
    return int(answer[9:12]), answer, time.perf_counter()


async def ask_all(port: int, asks: list[tuple[str, str]]) -> tuple[list[tuple[int, bytes]], list[float]]:
    began = time.perf_counter()
    answers = await asyncio.gather(*(ask_one(port, path, cookie) for path, cookie in asks))
    return [(status, body) for status, body, _at in answers], sorted(at - began for _status, _body, at in answers)


def play_phones(port: int, phones: list[Phone]) -> dict[str, Any]:
    """What each phone of `phones` gets for its mark, and whether that is right."""
    answers, times = asyncio.run(ask_all(port, [(phone["path"], phone["cookie"]) for phone in phones]))
    marks, wrong = [], 0
    for phone, (status, body) in zip(phones, answers, strict=True):
        words = [phone[name].encode() for name in ("table", "partner") if name in phone]
        wrong += status != int(phone["status"]) or any(word not in body for word in words)
        found = SEEN.search(body)
        marks.append(found.group(1).decode() if found else "")
    return {"times": times, "marks": marks, "wrong": wrong}


def seat_all(event: Any, mentees: list[Any], mentors: list[Any]) -> None:
    """In each round every mentor meets the next mentee."""
    from events.models import Chair, EventTable, Pairing, Round

    half = len(mentors)
    tables = EventTable.objects.bulk_create(EventTable(event=event, number=n, name=f"T{n}") for n in range(1, half + 1))
    for number, (begin, end) in enumerate(event.shape.spans(event.start), start=1):
        place = Round.objects.create(event=event, number=number, during=(begin, end))
        pairs = [(mentees[(n + number) % half], mentors[n], tables[n]) for n in range(half)]
        Pairing.objects.bulk_create(
            Pairing(
                event=event, round=place, table=table, why=["topic"],
                one=min(pair, key=lambda one: one.pk), other=max(pair, key=lambda one: one.pk),
            )
            for *pair, table in pairs
        )  # fmt: skip
        Chair.objects.bulk_create(
            Chair(round=place, registration=one, table=table) for *pair, table in pairs for one in pair
        )


def fill_evening(people: int) -> tuple[Any, list[Any]]:
    """An event that runs, and its people: half on each side, all here, each at a table in each round."""
    from django.utils import timezone

    from accounts.models import User
    from events.live import running
    from events.models import Event, Place, Presence, Registration
    from events.registering.managing import EventInput, create_event

    now = timezone.now()
    User.objects.filter(email__endswith="@evening.example").update(is_active=False)
    by = User.objects.create_user(f"lead{now.timestamp()}@evening.example", name="Lead", roles=["moderator"])
    start, half = now + timedelta(minutes=5), people // 2
    said = EventInput(
        kind="speed", title="Measured", start=start, timezone="Europe/London", mode="on_site", place="Hall",
        registration_until=start, wishes_until=start, places={"mentee": half, "mentor": half},
        rounds_count=6, round_minutes=10, change_minutes=2,
    )  # fmt: skip
    event = create_event(said=said, by=by)
    users = [User(email=f"{n}.{event.pk}@evening.example", name=f"Person {n}", timezone="UTC") for n in range(people)]
    for user in users:
        user.set_unusable_password()
    User.objects.bulk_create(users)
    places = list(Place.objects.filter(event=event).order_by("side", "number"))
    registrations = Registration.objects.bulk_create(
        Registration(
            event=event, person=user, side=place.side, state="in", place=place, question="Which one?",
            languages=["en"], board_name=f"{user.name} of {place.side}", registered_at=now,
        )
        for user, place in zip(users, places, strict=True)
    )  # fmt: skip
    mentees, mentors = ([one for one in registrations if one.side == side] for side in ("mentee", "mentor"))
    seat_all(event, mentees, mentors)
    Presence.objects.bulk_create(Presence(registration=one, kind="in", by=by, at=now) for one in registrations)
    Event.objects.filter(pk=event.pk).update(state="scheduled")
    event.refresh_from_db()
    return running.start_evening(event=event, now=now), registrations


def sign_in_all(registrations: list[Any]) -> list[str]:
    """The cookie of each phone."""
    from django.conf import settings
    from django.test import Client

    cookies = []
    for registration in registrations:
        client = Client()
        client.force_login(registration.person)
        cookies.append(f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}; tz=UTC")
    return cookies


def seats_of(event: Any, number: int) -> dict[int, dict[str, str]]:
    from events.models import Pairing

    found = {}
    pairs = Pairing.objects.filter(event=event, round__number=number, outcome="planned")
    for pair in pairs.select_related("one", "other", "table"):
        for one, other in ((pair.one, pair.other), (pair.other, pair.one)):
            table = f'data-table="{pair.table.name}"' if pair.table else ""
            found[one.pk] = {"table": table, "partner": other.board_name}
    return found


class Server:
    """The server, and 500 phones that ask it."""

    def __init__(self, master: Any, port: int, phones: list[Phone]) -> None:
        self.master, self.port, self.phones = master, port, phones

    def measure(self, name: str, **changes: list[str]) -> tuple[dict[str, Any], float]:
        """What the phones met when all asked at once, and the server's CPU for each. `changes` has a value for each."""
        asked = [phone | {key: every[n] for key, every in changes.items()} for n, phone in enumerate(self.phones)]
        before = cpu_seconds(self.master)
        command = [sys.executable, "-m", "bench.evening", "--play", str(self.port)]
        done = subprocess.run(command, cwd=ROOT, input=json.dumps(asked), capture_output=True, check=True, text=True)
        met, cpu = json.loads(done.stdout), 1000 * (cpu_seconds(self.master) - before) / len(asked)
        times = met["times"]
        print(
            f"{name:16} {cpu:6.2f} ms CPU each; the last after {times[-1]:5.2f} s, half after {median(times):5.2f} s;"
            f" wrong: {met['wrong']}",
            flush=True,
        )
        return met, cpu


def measure_rounds(server: Server, event: Any, registrations: list[Any]) -> None:
    from django.utils import timezone

    from events.live import running

    def addresses(marks: list[str]) -> list[str]:
        return [f"/events/{event.slug}/now/?seen={mark}" for mark in marks]

    count = len(registrations)
    marks = server.measure("warm", path=addresses([""] * count))[0]["marks"]
    nothing, same, news = [], [], []
    for turn in range(ROUNDS):
        nothing.append(server.measure("nothing")[1])
        same.append(server.measure("unchanged", path=addresses(marks), status=["204"] * count)[1])
        running.end_now(event=event, now=timezone.now())
        running.end_now(event=event, now=timezone.now())
        seats = seats_of(event, turn + 2)
        right = {key: [seats[one.pk][key] for one in registrations] for key in ("table", "partner")}
        found, cpu = server.measure(f"round {turn + 2} begins", path=addresses(marks), **right)
        marks = found["marks"]
        news.append((cpu, found["times"][-1]))
    idle, one, changed = median(nothing), median(same), median(cpu for cpu, _last in news)
    worst = max(last for _cpu, last in news)
    print("CPU for a phone, and how many times that of an answer that does nothing:")
    print(f"with all there is {one:.1f} ms (aim {UNCHANGED_AIM}), {one / idle:.1f}")
    print(f"with its next table to learn {changed:.1f} ms, {changed / idle:.1f}")
    print(f"All {count} right after {worst:.1f} s at worst (aim {SECONDS_AIM} on two cores)")
    print("Load of the machine in the last 1, 5 and 15 minutes: {:.1f} {:.1f} {:.1f}".format(*os.getloadavg()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--phones", type=int, default=500)
    parser.add_argument("--play", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.play:
        print(json.dumps(play_phones(options.play, json.load(sys.stdin))))
        return
    with bench_database("evening") as variables:
        from local.ports import free_port

        event, registrations = fill_evening(options.phones)
        phones = [{"path": NOTHING, "cookie": cookie, "status": "200"} for cookie in sign_in_all(registrations)]
        port = free_port()
        with run_server(variables, port) as master:
            measure_rounds(Server(master, port, phones), event, registrations)


if __name__ == "__main__":
    main()
