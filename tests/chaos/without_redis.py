"""While Redis is away people browse, sign in, book and cancel with the real web server, and mail goes out as ever."""

import time
from collections.abc import Callable
from datetime import timedelta
from http.client import HTTPResponse
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

import django

django.setup()

from django.utils import timezone  # noqa: E402 (after the setup)

from sessions_app.models import Booking  # noqa: E402
from tests.chaos.acts import few, settled  # noqa: E402
from tests.chaos.scenario import in_scenario, report, until  # noqa: E402
from tests.chaos.sink import Sink, listen  # noqa: E402
from tests.chaos.stand import Stand, free_port, wait_for  # noqa: E402
from tests.chaos.verdict import judge, open_journal  # noqa: E402
from tests.chaos.world import World, key_of, quarter  # noqa: E402
from tests.conftest import make_person  # noqa: E402


class Browser:
    """Opens pages and fills in forms of one site; notes how long each answer took."""

    def __init__(self, site: str) -> None:
        self.site, self.cookies = site, CookieJar()
        self.opener = build_opener(HTTPCookieProcessor(self.cookies))
        self.took: dict[str, float] = {}

    def get(self, path: str) -> str:
        return self._timed(f"GET {path}", lambda: self.opener.open(self.site + path, timeout=60))

    def post(self, path: str, name: str, **fields: str) -> str:
        token = next(cookie.value for cookie in self.cookies if cookie.name == "csrf")
        body = urlencode(fields | {"csrfmiddlewaretoken": token or ""}).encode()
        request = Request(self.site + path, body)  # noqa: S310 - the address is our own
        return self._timed(name, lambda: self.opener.open(request, timeout=60))

    def _timed(self, name: str, ask: Callable[[], HTTPResponse]) -> str:
        began = time.monotonic()
        try:
            with ask() as answer:
                text = answer.read().decode()
        except HTTPError as error:
            raise AssertionError(f"{name}: {error.code} {error.read().decode()[:2000]}") from error
        self.took[name] = round(time.monotonic() - began, 3)
        return text


def is_up(browser: Browser) -> bool:
    try:
        return bool(browser.get("/how-it-works/"))
    except OSError:
        return False


class Visit:
    """One person at one site, once: signs in, books, cancels, looks around."""

    def __init__(self, stand: Stand, world: World, env: dict[str, str], name: str) -> None:
        self.world, self.mentor = world, world.mentor(0)
        self.mentee = make_person(f"{name}@chaos.test", name, "Europe/London")
        port = free_port()
        site = f"http://127.0.0.1:{port}"
        gunicorn = ["-m", "gunicorn", "mentoring.wsgi", "--bind", f"127.0.0.1:{port}", "--threads", "4"]
        self.web = f"web-{name}"
        stand.start(self.web, gunicorn, env | {"SITE_URL": site})
        self.browser = Browser(site)
        wait_for(lambda: is_up(self.browser), "the site answers")
        self.browser.took.clear()

    def pay(self, times: int) -> dict[str, float]:
        browser = self.browser
        for path in ("/", "/mentors/", f"/mentors/{self.mentor.slug}/", "/sign-in/password/"):
            browser.get(path)
        browser.post("/sign-in/password/", "sign in", login=self.mentee.email, password="secret-pass-1")
        for number in range(times):
            self.book_and_cancel(number)
        browser.get("/sessions/")
        browser.get("/settings/")
        return browser.took

    def book_and_cancel(self, number: int) -> None:
        start = quarter(timezone.now() + timedelta(days=2, hours=number * 2))
        offer = self.mentor.offers.get(instant=True)
        fields = {"start": f"{start:%Y-%m-%dT%H:%MZ}", "offer": str(offer.uuid), "key": f"key-{number}"}
        path = f"/mentors/{self.mentor.slug}/book/"
        self.browser.post(path, f"book {number}", question="Does it hold?", **fields)
        booking = Booking.objects.get(mentee=self.mentee, state="confirmed")
        self.browser.post(
            f"/sessions/{booking.uuid}/cancel/", f"cancel {number}", reason="Solved", seen=str(booking.version)
        )
        booking.refresh_from_db()
        self.world.expect(booking, "cancelled", due=timezone.now())
        self.world.answers |= {key_of(booking, "cancelled", person) for person in booking.participants}


def main() -> None:
    world = World()
    with in_scenario() as (stand, env):
        open_journal()
        sink = Sink(stand.workers)
        server = listen(sink, stand.mail_port)
        stand.halt_redis()
        hanging = Visit(stand, world, env, "hanging").pay(2)
        stand.kill_redis()
        gone = Visit(stand, world, env, "gone").pay(2)
        states = list(Booking.objects.values_list("state", flat=True))

        few(world, "without-redis")
        stand.start_worker("a", env)
        until(stand, settled, "the mails go out without Redis")
        without = len(sink.accepted)
        stand.start_redis()
        few(world, "with-redis")
        until(stand, settled, "the mails go out when Redis is back")
        server.stop()
        verdict = judge(world, sink.accepted)
        report(verdict=verdict.as_dict(), hanging=hanging, gone=gone, states=states, without=without)


if __name__ == "__main__":
    main()
