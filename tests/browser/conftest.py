"""Real pages in Debian's Chromium. The clock is the real one: a browser has its own and forgets cookies by it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, expect

from accounts.models import User
from accounts.providers.configuration import list_providers
from calendars.sources.providers import list_calendar_providers
from mentors.models import MentorProfile
from sessions_app.availability.timetable import load_timetable
from sessions_app.booking.book import book_session
from sessions_app.models import Booking, Occupancy
from sessions_app.questions.brief_input import BriefInput
from tests.conftest import make_mentor, make_person
from tests.signing_in import sign_in as sign_in_client

ALWAYS = [(day, 0, 1440) for day in range(1, 8)]
MINUTE = timedelta(minutes=1)
CODE = re.compile(r"\b(\d{3})\s?(\d{3})\b")
# Chromium's own line for each answer of 400 and more; `Visitor.answers` judges those.
NETWORK_LINE = "Failed to load resource"
# htmx's lines for a request that found no network, which only a test that takes it away can cause.
OFFLINE_LINES = ("htmx:afterRequest, ", "htmx:sendError, ")


@dataclass
class Visitor:
    """What went wrong behind one page's back: scripts, the security policy, the server, foreign addresses."""

    home: str
    complaints: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        page.on("console", self.hear)
        page.on("response", self.answers)

    def hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith((NETWORK_LINE, *OFFLINE_LINES)):
            self.complaints.append(f"console: {message.text}")

    def answers(self, response: Response) -> None:
        elsewhere = [one.issuer for one in (*list_providers(), *list_calendar_providers())]
        own = (self.home, "data:", django_settings.LIVE_URL or self.home, *elsewhere)
        if response.status >= 500 or not response.url.startswith(own):
            self.complaints.append(f"{response.status} from {response.url}")


@pytest.fixture
def browser_page(chromium, live_server, transactional_db) -> Iterator[Callable[..., Page]]:
    """Opens one more browser, signed in as `user` if given; at the end nothing may have gone wrong in any.

    `page.clock` turns the clock of one opened with `clock`: the moment at which that begins, from where it runs.
    """
    opened, visitors = [], []

    def open_page(
        *,
        js: bool = True,
        width: int = 1280,
        theme: str = "light",
        tz: str = "Europe/London",
        user: User | None = None,
        clock: datetime | None = None,
    ) -> Page:
        context = open_context(chromium, live_server.url, js=js, width=width, theme=theme, tz=tz)
        if user:
            sign_in(context, user, live_server.url)
        opened.append(context)
        visitors.append(Visitor(live_server.url))
        page = context.new_page()
        visitors[-1].watch(page)
        if clock:
            # Before there is a page: one that is open would read 1970 until its clock is set.
            page.clock.install(time=clock)
        return page

    yield open_page
    for context in opened:
        context.close()
    assert [complaint for visitor in visitors for complaint in visitor.complaints] == []


def open_context(
    chromium: Browser, home: str, *, js: bool = True, width: int = 1280, theme: str = "light", tz: str = "Europe/London"
) -> BrowserContext:
    context = chromium.new_context(
        base_url=home,
        java_script_enabled=js,
        viewport={"width": width, "height": 900},
        color_scheme=theme,
        timezone_id=tz,
        reduced_motion="reduce",
        locale="en-GB",
    )
    context.set_default_timeout(10_000)
    expect.set_options(timeout=10_000)
    return context


def sign_in(context: BrowserContext, user: User, url: str) -> None:
    """From now on this browser is `user`'s, whoever had it before."""
    client, name = Client(), django_settings.SESSION_COOKIE_NAME
    sign_in_client(client, user)
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": url}])


def wait_until(page: Page, condition: str, arg: object = None, *, seconds: int = 60) -> None:
    """Wait until this function of JavaScript, or what it promises, is true. Playwright's own `wait_for_function` takes
    every promise for a yes.
    """
    deadline = monotonic() + seconds
    while not page.evaluate(condition, arg):
        assert monotonic() < deadline, f"still not: {condition}"
        page.wait_for_timeout(50)


def expect_booked(page: Page) -> None:
    """This is the page of a session that is agreed."""
    expect(page.locator("[data-stage=ahead], [data-stage=soon], [data-stage=open]")).to_be_visible()


def expect_done(page: Page, words: str = "") -> None:
    """The page answers that what was just pressed has worked."""
    expect(page.locator(".notes .note--ok")).to_contain_text(words)


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def js(request) -> bool:
    return request.param


@pytest.fixture
def priya(transactional_db) -> MentorProfile:
    """Booked at once, at any hour of any day."""
    person = make_person("priya@example.org", "Priya Raghunathan", "Asia/Kolkata")
    return make_mentor(person, windows=ALWAYS, notice=60)


@pytest.fixture
def tomas(transactional_db) -> MentorProfile:
    """Asked first, at any hour of any day."""
    person = make_person("tomas@example.org", "Tomás Herrera", "America/Sao_Paulo")
    asks = ("Read my letter with me", "Two offers", "Resigning")
    profile = make_mentor(person, windows=ALWAYS, instant=False, asks=asks)
    profile.slug = "tomas-herrera"
    profile.save(update_fields=["slug"])
    return profile


@pytest.fixture
def bob(transactional_db) -> User:
    return make_person("bob@example.org", "Bob Bose")


@pytest.fixture
def code_for(mailoutbox) -> Callable[[str], str]:
    def newest(address: str) -> str:
        mail = next(mail for mail in reversed(mailoutbox) if mail.to == [address])
        return "".join(CODE.search(mail.subject).groups())

    return newest


@pytest.fixture
def booked() -> Callable[..., Booking]:
    """Books a session, as its mentee would have done before the test."""

    def book(profile: MentorProfile, mentee: User, *, start: datetime | None = None, hours_ago: int = 0) -> Booking:
        start, brief = start or first_free(profile), BriefInput("Do I take the counter-offer?")
        now = timezone.now() - timedelta(hours=hours_ago)
        return book_session(offer=profile.offers.get(), start=start, brief=brief, mentee=mentee, now=now)

    return book


def begin(booking: Booking, start: datetime) -> Booking:
    """The same session with this start, which no service would allow."""
    during = type(booking.during)(start, start + booking.length * MINUTE, "[)")
    for rows in (Booking.objects.filter(pk=booking.pk), Occupancy.objects.filter(booking=booking)):
        rows.update(during=during)
    return Booking.objects.with_people().get(pk=booking.pk)


def first_free(profile: MentorProfile, *, days_ahead: int = 2) -> datetime:
    """A start that can be booked, some days from now: far enough from every notice."""
    now = timezone.now()
    first = now + timedelta(days=days_ahead)
    length = profile.offers.get().length
    slots = load_timetable(profile, now=now).slots(length=length, now=now, first=first, last=first + timedelta(days=3))
    return slots[0].start
