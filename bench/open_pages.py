"""What an open page of a session costs in a minute: `python -m bench.open_pages` from the project's root.

A page in the middle of a call, as one of the two has it open while nothing happens but that time passes. What it asks
for is read from the page itself: each element that asks by its clock, and the thread beside it, with what it was
answered before; once as without a live server, and once while the page hears hints, when it asks less often. Minutes
are played, not waited for. Printed are requests and statements, and the processor time of web and database, as a
ratio to one page of help too. Run it in a worktree of an older commit for what it cost there.
"""

import argparse
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from heapq import heapify, heapreplace
from html import unescape
from statistics import median

import time_machine
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from .cpu import Cpu, CpuMeter
from .stand import bench_database

MINUTES = 10
# Of a part that hears hints, and doesn't say more in `data-seldom`
HEARD_EVERY = 60.0
PART = {"HX-Request": "true"}
TAG = re.compile(r"<\w+\b[^>]*\bhx-get=[^>]*>", re.DOTALL)


@dataclass
class Asker:
    """An element that asks again and again; `path` is where, and changes with what it is answered."""

    name: str
    path: str
    every: float


def read_attribute(tag: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return unescape(found[1]) if found else ""


def list_askers(html: str, *, hears: bool) -> Iterator[Asker]:
    look_every = re.search(r'data-look-every="([\d.]+)"', html)
    watched = 'id="news"' in html
    for tag in TAG.findall(html):
        trigger, hint = read_attribute(tag, "hx-trigger"), read_attribute(tag, "data-hears")
        by_clock = re.search(r"every (\d+)s", trigger)
        if by_clock:
            every = float(by_clock[1])
        elif "data-news" in tag and look_every and not watched:
            every = float(look_every[1])
        else:
            continue
        if hears and hint:
            every = max(every, float(read_attribute(tag, "data-seldom") or HEARD_EVERY))
        name = read_attribute(tag, "id") or hint or read_attribute(tag, "class")
        yield Asker(name, read_attribute(tag, "hx-get"), every)


def play(client: Client, page: str, start: datetime, meter: CpuMeter, *, hears: bool) -> tuple[int, int, Cpu]:
    """Requests, statements and milliseconds of all minutes together."""
    html = client.get(page).content.decode()
    askers = {asker.name: asker for asker in list_askers(html, hears=hears)}
    moments = [(asker.every, name) for name, asker in askers.items()]
    heapify(moments)
    statements, used = 0, []
    while moments[0][0] <= MINUTES * 60:
        seconds, name = moments[0]
        ask = partial(client.get, askers[name].path, headers=PART)
        with time_machine.travel(start + timedelta(seconds=seconds), tick=False):
            # Twice, since counting statements costs time: a question changes nothing.
            with CaptureQueriesContext(connection) as counted:
                answer = ask()
            statements += len(counted)
            used.append(meter.measure(ask))
        for again in list_askers(answer.content.decode(), hears=hears):
            if again.name in askers:
                askers[again.name] = again
        heapreplace(moments, (seconds + askers[name].every, name))
    return len(used), statements, Cpu(sum(one.python for one in used), sum(one.database for one in used))


@contextmanager
def open_session() -> Iterator[tuple[Client, str, datetime]]:
    """A client of a mentee whose call began two minutes ago, its page, and now. Nothing of it stays."""
    from sessions_app.booking.book import book_session
    from sessions_app.conversation.messages import send_message
    from sessions_app.questions.brief_input import BriefInput
    from tests.browser.conftest import ALWAYS, begin, first_free
    from tests.conftest import make_mentor, make_person
    from tests.signing_in import list_browser, sign_in

    with transaction.atomic():
        now = timezone.now()
        mentor = make_mentor(make_person("mentor@bench.example", "Alice Adair"), windows=ALWAYS, notice=60)
        mentee = make_person("mentee@bench.example", "Bob Bose")
        brief, start = BriefInput(question="Do I take the counter-offer?"), first_free(mentor)
        made = book_session(offer=mentor.offers.get(), start=start, brief=brief, mentee=mentee, now=now)
        booking = begin(made, now - timedelta(minutes=2))
        for number in range(20):
            by = (mentor.person, mentee)[number % 2]
            send_message(engagement=booking.engagement, body="Words " * 20, by=by, now=now, key=str(number))
        client = Client(headers={"host": "localhost"})
        sign_in(client, mentee)
        list_browser(client, mentee)
        yield client, f"/sessions/{booking.uuid}/", now
        transaction.set_rollback(True)


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    with bench_database("open_pages"):
        call_command("collectstatic", verbosity=0, interactive=False)
        measure()


def measure() -> None:
    with open_session() as (client, page, now):
        meter = CpuMeter()
        client.get("/help/")
        plain = median(meter.measure(partial(client.get, "/help/")).both for _number in range(30))
        print(f"a page of help: {plain:.2f} ms of processor time")
        for hears in (False, True):
            play(client, page, now, meter, hears=hears)  # warm
            requests, statements, used = play(client, page, now, meter, hears=hears)
            way = "while it hears hints" if hears else "without a live server"
            cost = used.both / MINUTES
            print(
                f"a minute {way}: {requests / MINUTES:.1f} requests, {statements / MINUTES:.0f} statements, "
                f"{cost:.1f} ms ({used.python / MINUTES:.1f} web, {used.database / MINUTES:.1f} database), "
                f"{cost / plain:.1f} × help"
            )


if __name__ == "__main__":
    main()
