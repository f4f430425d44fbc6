"""While Redis is away people browse, sign in, book and cancel with the real web server, and mail goes out as ever."""

from datetime import timedelta

import django

django.setup()

from django.utils import timezone  # noqa: E402 (after the setup)

from sessions_app.models import Booking  # noqa: E402
from tests.chaos.acts import few, settled  # noqa: E402
from tests.chaos.browser import Browser  # noqa: E402
from tests.chaos.scenario import in_scenario, report, until  # noqa: E402
from tests.chaos.sink import Sink, listen  # noqa: E402
from tests.chaos.stand import Stand, free_port, wait_for  # noqa: E402
from tests.chaos.verdict import judge, open_journal  # noqa: E402
from tests.chaos.world import World, key_of, quarter  # noqa: E402
from tests.conftest import make_person  # noqa: E402


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
        wait_for(self.browser.is_answered, "the site answers")
        self.browser.took.clear()

    def pay(self, times: int) -> dict[str, float]:
        browser = self.browser
        for path in ("/", "/mentors/", f"/mentors/{self.mentor.slug}/"):
            browser.get(path)
        browser.sign_in(self.mentee.email)
        for number in range(times):
            self.book_and_cancel(number)
        browser.get("/sessions/")
        browser.get("/settings/")
        return browser.took

    def book_and_cancel(self, number: int) -> None:
        start = quarter(timezone.now() + timedelta(days=2, hours=number * 2))
        offer = self.mentor.offers.get(instant=True)
        uuid = self.browser.book(self.mentor.slug, str(offer.uuid), start, f"key-{number}")
        booking = Booking.objects.get(uuid=uuid)
        self.browser.cancel(uuid, booking.version, str(number))
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
