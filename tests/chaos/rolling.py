"""Each process is replaced in turn while people browse, book and listen: two web servers and two live servers behind
our Caddyfile, and two workers. Started by `scenario.launch`.

A step is over when something has happened, never after some time: when the proxy has heard that a web server leaves,
when each client has had so many answers since.
"""

import json
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from datetime import datetime, timedelta
from http.client import HTTPException, HTTPSConnection
from pathlib import Path
from urllib.request import urlopen

import django

from tests.chaos.stand import Stand, free_port, wait_for

PORT = free_port()
# Of the site and of this process too, which signs people in and gives hints.
SITE = {"SITE_URL": f"https://localhost:{PORT}", "NUM_PROXIES": "1", "LIVE_URL": "/live/"}
os.environ.update(SITE)
django.setup()

from django.conf import settings  # noqa: E402 (after the setup)
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import AccessToken, Scope, User  # noqa: E402
from accounts.tokens import PREFIX, hash_text  # noqa: E402
from live.hints import tell_pages  # noqa: E402
from live.streams import Part, StreamKind, disguise, name_stream  # noqa: E402
from live.tickets import issue_ticket  # noqa: E402
from sessions_app.models import Booking  # noqa: E402
from tests.caddy import Proxy, run_proxy  # noqa: E402
from tests.chaos.acts import settled  # noqa: E402
from tests.chaos.scenario import PATIENCE, in_scenario, report  # noqa: E402
from tests.chaos.sink import Sink, listen  # noqa: E402
from tests.chaos.verdict import judge, open_journal  # noqa: E402
from tests.chaos.world import LENGTH, PER_MENTOR, World, new_person, quarter  # noqa: E402

# Of each client, between one step and the next: enough that some came while the process was away.
ANSWERS_BETWEEN = 3
PAUSE = 0.05  # seconds between the requests of a client, which are people
WEB, WORKERS, LIVE = ("web-a", "web-b"), ("worker-a", "worker-b"), ("live-a", "live-b")


class Visitor:
    """A person with one connection, which is opened again only if the site has said that it closes it."""

    def __init__(self, proxy: Proxy) -> None:
        self.proxy = proxy
        self.connection: HTTPSConnection | None = None
        self.answers: Counter[str] = Counter()
        self.troubles: list[str] = []
        self.done = 0
        self._goes_on = True
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def leave(self) -> None:
        self._goes_on = False
        self._thread.join(PATIENCE)

    def acts(self) -> Iterator[Callable[[], None]]:
        raise NotImplementedError

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, bytes]:
        if self.connection is None:
            self.connection = self.proxy.connect(timeout=PATIENCE)
        content = None if body is None else json.dumps(body)
        self.connection.request(
            method, path, content, headers={name.replace("_", "-"): headers[name] for name in headers}
        )
        answer = self.connection.getresponse()
        read = answer.read()
        self.answers[f"{method} {answer.status}"] += 1
        if answer.status not in (200, 201):
            self.troubles.append(f"{method} {path}: {answer.status} {read[:300]!r}")
        return answer.status, read

    def _run(self) -> None:
        waits = threading.Event()
        for act in self.acts():
            if not self._goes_on:
                break
            try:
                act()
            except (OSError, HTTPException) as error:
                self.troubles.append(f"{type(error).__name__}: {error}")
                self.connection = None
            self.done += 1
            waits.wait(PAUSE)
        connection.close()


class Reader(Visitor):
    """Signed in, and looks around."""

    def __init__(self, proxy: Proxy, cookie: str, paths: list[str]) -> None:
        super().__init__(proxy)
        self.cookie, self.paths = cookie, paths

    def acts(self) -> Iterator[Callable[[], None]]:
        while True:
            for path in self.paths:
                yield lambda path=path: self.ask("GET", path, Cookie=self.cookie) and None


class Booker(Visitor):
    """A new person each time, who books a slot of their own: sent once, without a key that forgives a second try."""

    def __init__(self, proxy: Proxy, world: World) -> None:
        super().__init__(proxy)
        self.world, self.booked = world, {}
        self.tried = 0

    def acts(self) -> Iterator[Callable[[], None]]:
        while True:
            yield self.book

    def book(self) -> None:
        number, now = self.tried, timezone.now()
        self.tried += 1
        mentee = new_person(f"mentee-{number}")
        offer = self.world.mentor(number // PER_MENTOR).offers.get(instant=True)
        start = quarter(now + timedelta(days=2)) + LENGTH * 2 * (number % PER_MENTOR)
        token = give_token(mentee, now)
        wish = {"offer": str(offer.uuid), "start": start.isoformat(), "brief": {"question": "Does it hold?"}}
        headers = {"Authorization": f"Token {token}", "Content_Type": "application/json"}
        status, said = self.ask("POST", "/api/v1/bookings/", wish, **headers)
        if status == 201:
            self.booked[json.loads(said)["uuid"]] = now


class Listener(Visitor):
    """An open page: when its line ends it listens again at once, as its browser does after some seconds."""

    def __init__(self, proxy: Proxy, ticket: str) -> None:
        super().__init__(proxy)
        self.ticket, self.heard = ticket, Counter()

    def acts(self) -> Iterator[Callable[[], None]]:
        while True:
            yield self.listen

    def listen(self) -> None:
        with closing(self.proxy.connect(timeout=PATIENCE)) as line:
            line.request("GET", f"/live/?t={self.ticket}")
            with line.getresponse() as answer:
                self.answers[f"LIVE {answer.status}"] += 1
                if answer.status != 200:
                    self.troubles.append(f"LIVE {answer.status}")
                # The server that goes ends the line in the middle.
                with suppress(OSError, HTTPException):
                    for word in answer:
                        self.heard[word.decode().strip()] += 1


class Site:
    """The processes of the site, and how each is replaced."""

    def __init__(self, stand: Stand, env: dict[str, str], home: Path) -> None:
        self.stand, self.env, self.home = stand, env, home
        self.ports = {name: free_port() for name in (*WEB, *LIVE)}
        self.visitors: list[Visitor] = []

    def start(self, name: str) -> None:
        if name in WORKERS:
            self.stand.start_worker(name, self.env)
            return
        port = str(self.ports[name])
        web = [
            "-m",
            "gunicorn",
            "mentoring.wsgi",
            "--config",
            "python:mentoring.gunicorn",
            "--bind",
            f"127.0.0.1:{port}",
        ]
        self.stand.start(name, web if name in WEB else ["-m", "live", "--port", port], self.env)
        path = "/healthz/ready" if name in WEB else "/live/healthz"
        wait_for(lambda: self.answers(name, path), f"{name} answers", seconds=PATIENCE)

    def answers(self, name: str, path: str) -> bool:
        with suppress(OSError), urlopen(f"http://127.0.0.1:{self.ports[name]}{path}", timeout=PATIENCE) as answer:
            return bool(answer.status == 200)
        return False

    def replace(self, name: str, proxy: Proxy) -> int:
        """Returns the exit status of the process that was there."""
        process = self.stand.processes[name]
        heard = proxy.log.read_text().count
        if name in WEB:
            refused = f'"status_code":503,"host":"127.0.0.1:{self.ports[name]}"'
            before = heard(refused)
            process.terminate()
            wait_for(lambda: proxy.log.read_text().count(refused) > before, f"the proxy hears that {name} leaves")
            self.everyone_goes_on()  # and has its answers, if it was at this one
        process.terminate()
        process.wait(PATIENCE)
        self.everyone_goes_on()
        self.stand.end(name)
        self.start(name)
        if name in WEB:
            wait_for(lambda: self.is_used(name), f"{name} is used again")
        self.everyone_goes_on()
        return process.returncode

    def is_used(self, name: str) -> bool:
        """The proxy has asked it, and says so once it answers as it should."""
        wanted = f'"host":"127.0.0.1:{self.ports[name]}"'
        return "host is up" in [json.loads(line).get("msg") for line in log_lines(self.home) if wanted in line][-1:]

    def everyone_goes_on(self) -> None:
        """Each client has had so many answers since. A listener only gets one when its line ends."""
        busy = [visitor for visitor in self.visitors if not isinstance(visitor, Listener)]
        since = {id(visitor): visitor.done for visitor in busy}
        for visitor in busy:
            wait_for(lambda v=visitor: v.done - since[id(v)] >= ANSWERS_BETWEEN, "clients go on", seconds=PATIENCE)


def give_token(person: User, now: datetime) -> str:
    """As `make_token` does, without the mail that tells of it: each mail that comes here belongs to a booking."""
    text = f"{PREFIX}{person.pk:040}"
    ends = now + timedelta(days=1)
    AccessToken.objects.create(
        person=person, name="all", token_hash=hash_text(text), scope=Scope.WRITE, created_at=now, expires_at=ends
    )
    return text


def log_lines(home: Path) -> list[str]:
    return (home / "caddy.log").read_text().splitlines()


def cookie_of(name: str) -> str:
    client = Client()
    client.force_login(new_person(name))
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def main() -> None:
    world = World()
    with in_scenario() as (stand, env), ExitStack() as stack:
        open_journal()
        home = stand.home / "rolling"
        home.mkdir()
        sink = Sink(stand.workers)
        server = listen(sink, stand.mail_port)
        # A second SIGTERM ends the wait of a web server, once the proxy has heard of it.
        site = Site(stand, env | SITE | {"WEB_LEAVES_AFTER": str(PATIENCE)}, home)
        for name in (*WEB, *LIVE, *WORKERS):
            site.start(name)
        upstreams = [" ".join(f"127.0.0.1:{site.ports[name]}" for name in names) for names in (WEB, LIVE)]
        proxy = stack.enter_context(run_proxy(home, web=upstreams[0], live=upstreams[1], port=PORT))

        page = new_person("page")
        disguised = disguise(page.pk)
        stream = name_stream(StreamKind.PERSON, disguised)
        ticket = issue_ticket([stream], person=disguised, now=timezone.now())
        mentor = world.mentor(0)
        paths = ["/mentors/", f"/mentors/{mentor.slug}/", "/sessions/", "/settings/", "/contact/"]
        booker = Booker(proxy, world)
        readers = [Reader(proxy, cookie_of(f"reader-{number}"), paths[number:] + paths[:number]) for number in range(3)]
        listeners = [Listener(proxy, ticket) for _each in range(4)]
        site.visitors = [booker, *readers, *listeners]
        for visitor in site.visitors:
            visitor.start()
        site.everyone_goes_on()
        ended = {name: site.replace(name, proxy) for name in (*WEB, *WORKERS, *LIVE)}

        def all_hear() -> bool:
            tell_pages(Part.INBOX, stream)
            return all(listener.heard["data: inbox"] for listener in listeners)

        for listener in listeners:
            listener.heard.clear()
        wait_for(all_hear, "each page hears", seconds=PATIENCE)
        for visitor in (booker, *readers):
            visitor.leave()
        wait_for(settled, "all mails are out", seconds=PATIENCE)
        bookings = {str(booking.uuid): booking for booking in Booking.objects.with_people()}
        for uuid, moment in booker.booked.items():
            world.expect(bookings[uuid], "booked", due=moment)
        server.stop()
        report(
            ended=ended,
            troubles=[trouble for visitor in site.visitors for trouble in visitor.troubles],
            answers=dict(sum((visitor.answers for visitor in site.visitors), Counter())),
            tried=booker.tried,
            booked=len(booker.booked),
            there=len(bookings),
            people=len({booking.mentee_id for booking in bookings.values()}),
            lines=[sum(listener.answers.values()) for listener in listeners],
            verdict=judge(world, sink.accepted).as_dict(),
        )


if __name__ == "__main__":
    main()
