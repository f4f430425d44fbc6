"""What whole pages cost, beside a page of help: `python -m bench.pages` from the project's root.

Each page is asked in this process, through everything that a request passes, as the server hands it on; pages take
turns, so that other work on the machine slows all alike. Milliseconds of processors' work, ours and the database's,
each the middle one; statements; and bytes, as they are and as they travel.
"""

import argparse
import gc
import os
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from statistics import median
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from common.known import known
from tests.signing_in import list_browser, sign_in

from .cpu import Cpu, CpuMeter
from .stand import bench_database

HELP = "help"
WARM_UP = 3
MENTORS = 300
AIMS = {"results": 5.0, "mentor": 3.0, "session": 4.0, "thread, nothing new": 0.5}
PART = {"HTTP_HX_REQUEST": "true"}


class MeasuredPage(NamedTuple):
    """`headers` are those of htmx for a part of a page; `reader` is None for a visitor."""

    name: str
    path: str
    reader: Any = None
    headers: dict[str, str] = {}


class Site:
    """The application that a server calls for each request."""

    def __init__(self) -> None:
        settings.STATIC_ROOT = settings.DATA_DIR / "bench" / "static"
        call_command("collectstatic", interactive=False, verbosity=0)
        from mentoring.wsgi import application

        self.application = application
        self.cookies: dict[int, str] = {}

    def ask(self, page: MeasuredPage, *, compressed: bool = True) -> tuple[int, bytes]:
        path, _mark, query = page.path.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.input": BytesIO(),
            "wsgi.url_scheme": "http",
            "HTTP_COOKIE": self.cookie_of(page.reader),
            **page.headers,
        }
        if compressed:
            environ["HTTP_ACCEPT_ENCODING"] = "gzip, deflate, br"
        status: list[int] = []

        def start_response(line: str, *_headers: Any) -> Any:
            status.append(int(line.split()[0]))

        # A server also closes what it was answered. Here that would close the connection that is measured.
        body = b"".join(self.application(environ, start_response))
        return status[0], body

    def cookie_of(self, reader: Any) -> str:
        if reader is None:
            return "tz=Europe/London"
        if reader.pk not in self.cookies:
            client = Client()
            sign_in(client, reader)
            list_browser(client, reader)
            self.cookies[reader.pk] = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
        return self.cookies[reader.pk]


def list_pages() -> Iterator[MeasuredPage]:
    from mentors.models import MentorProfile
    from sessions_app.models import Booking, Message
    from sessions_app.models.states import OPEN

    now = timezone.now()
    yield MeasuredPage(HELP, reverse("help"))
    yield MeasuredPage("results", f"{reverse('mentor_list')}?{urlencode({'q': 'How do I ask for more salary?'})}")
    coming = Booking.objects.filter(state="confirmed", during__startswith__gt=now + timedelta(days=2))
    booking = coming.with_people().order_by("pk")[0]
    profile = MentorProfile.objects.get(person=booking.mentor)
    yield MeasuredPage("mentor", reverse("mentor_detail", args=[profile.slug]))
    yield MeasuredPage("mentor, signed in", reverse("mentor_detail", args=[profile.slug]), known(booking.mentee))
    session = reverse("session", args=[booking.uuid])
    yield MeasuredPage("session", session, booking.mentee)
    yield MeasuredPage("session, its mentor", session, booking.mentor)
    past = Booking.objects.past(now).exclude(state__in=OPEN).with_people().order_by("-pk")[0]
    yield MeasuredPage("session, past", reverse("session", args=[past.uuid]), past.mentee)
    yield MeasuredPage("home", reverse("home"))
    yield MeasuredPage("home, signed in", reverse("home"), booking.mentee)
    yield MeasuredPage("help, signed in", reverse("help"), booking.mentee)
    yield MeasuredPage("my sessions", reverse("session_list"), booking.mentee)
    message = Message.objects.select_related("engagement__mentor").order_by("-pk")[0]
    thread = reverse("thread", args=[message.engagement.uuid])
    yield MeasuredPage("thread", thread, message.engagement.mentor)
    yield MeasuredPage("thread, nothing new", f"{thread}?after={message.pk}", message.engagement.mentor, PART)


def measure_pages(site: Site, pages: list[MeasuredPage], rounds: int) -> dict[str, list[Cpu]]:
    connection.close_at = None  # else the connection that is measured is closed after a minute
    meter = CpuMeter()
    costs: dict[str, list[Cpu]] = {page.name: [] for page in pages}
    for number in range(WARM_UP + rounds):
        for page in pages:
            used = meter.measure(lambda page=page: site.ask(page))  # type: ignore[misc]
            if number >= WARM_UP:
                costs[page.name].append(used)
    return costs


def count_statements(site: Site, page: MeasuredPage) -> int:
    count = 0

    def count_one(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        nonlocal count
        count += 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count_one):
        site.ask(page)
    return count


def fill_world() -> None:
    """The demo's, new each day: what was to come is past by then."""
    from demo.clearing import clear_world, is_seeded
    from demo.world import Seeder
    from search.indexing import refresh_stale_rows
    from sessions_app.models import Booking

    now = timezone.now()
    fresh = Booking.objects.filter(during__startswith__gt=now + timedelta(days=25)).exists()
    if is_seeded() and not fresh:
        clear_world()
    if not is_seeded():
        Seeder(MENTORS, 30, now, with_password=False, portraits=20).run()
    while refresh_stale_rows(now=now):
        pass


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--only", default="", help="pages with this in their names, beside help")
    options = parser.parse_args()
    os.environ["ALLOWED_HOSTS"] = "localhost"
    with bench_database("pages"):
        fill_world()
        site = Site()
        pages = [page for page in list_pages() if page.name == HELP or options.only in page.name]
        before = os.getloadavg()[0]
        gc.collect()
        gc.freeze()
        costs = measure_pages(site, pages, options.rounds)
        plain = median(cost.python for cost in costs[HELP])
        print(f"medians of {options.rounds}, CPU ms; load {before:.1f} before and {os.getloadavg()[0]:.1f} after")
        print(f"{'':22}  ours  database  × help   aim  statements    bytes  gzipped")
        for page in pages:
            ours, database = (median(cost[part] for cost in costs[page.name]) for part in (0, 1))
            status, body = site.ask(page, compressed=False)
            _status, packed = site.ask(page)
            aim = f"{AIMS[page.name]:.1f}" if page.name in AIMS else ""
            print(
                f"{page.name:22}{ours:6.2f}{database:10.2f}{ours / plain:8.1f}{aim:>6}"
                f"{count_statements(site, page):12}{len(body):9}{len(packed):9}{'' if status < 400 else f'  {status}'}"
            )


if __name__ == "__main__":
    main()
