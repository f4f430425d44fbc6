"""From the second press of Join to the first picture: `python -m bench.room` from the project's root.

The real server, as production runs it, and two Chromiums with cameras that it makes up. One person joins and waits; the
other one joins. Measured is how long it takes from that press until both see a frame of the other. Everything runs on
this machine, so the network costs nothing and encoding two videos costs much of what is measured.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from .load import run_server
from .stand import bench_database

ROOT = Path(__file__).resolve().parents[1]
SECONDS_AIM = 2.0
FLAGS = ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
SEES = """() => new Promise((seen) => {
  const picture = document.querySelector("#other-picture");
  picture.requestVideoFrameCallback(() => seen(performance.timeOrigin + performance.now()));
})"""


def make_session() -> Any:
    """A session that has just begun, between two people made for this."""
    from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
    from django.utils import timezone

    from accounts.models import User
    from mentors.models import MentorProfile, Offer
    from sessions_app.models import Booking, Brief, Engagement, Schedule

    now = timezone.now()
    stamp = f"{now:%Y%m%d%H%M%S}"
    names = ("mentor", "mentee")
    mentor, mentee = (
        User.objects.create(email=f"{name}-{stamp}@bench.example", name=name.title(), timezone="UTC") for name in names
    )
    profile = MentorProfile.objects.create(person=mentor, slug=f"bench-{stamp}")
    Schedule.objects.create(profile=profile, timezone="UTC")
    offer = Offer.objects.create(profile=profile, title="A talk", length=45, format="video")
    brief = Brief.objects.create(author=mentee, question="How long does it take?")
    engagement = Engagement.objects.create(mentor=mentor, mentee=mentee, brief=brief)
    return Booking.objects.create(
        engagement=engagement,
        offer=offer,
        mentor=mentor,
        mentee=mentee,
        during=DateTimeTZRange(now, now + timedelta(minutes=45), "[)"),
        format="video",
        state="confirmed",
        created_at=now,
        confirmed_at=now,
    )


@contextmanager
def open_room(browser: Any, home: str, person: Any, path: str) -> Any:
    from django.conf import settings
    from django.test import Client

    client, name = Client(), settings.SESSION_COOKIE_NAME
    client.force_login(person)
    context = browser.new_context(base_url=home, permissions=["camera", "microphone"])
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": home}])
    page = context.new_page()
    page.goto(path)
    page.locator("#own-picture").wait_for(state="visible")
    yield page
    page.locator("[data-do=leave]").click()
    page.wait_for_timeout(500)
    context.close()


def measure_once(browser: Any, home: str, booking: Any, waits: float) -> float:
    """Seconds from the second press until both see the other."""
    path = f"/sessions/{booking.uuid}/room/"
    with (
        open_room(browser, home, booking.mentee, path) as first,
        open_room(browser, home, booking.mentor, path) as second,
    ):
        first.locator("[data-do=join]").click()
        first.locator("[data-state=waiting]").wait_for()
        first.wait_for_timeout(waits * 1000)
        for page in (first, second):
            page.evaluate(f"window.sees = ({SEES})(); undefined")
        pressed = time.time() * 1000
        second.locator("[data-do=join]").click()
        return (max(page.evaluate("window.sees") for page in (first, second)) - pressed) / 1000


@contextmanager
def run_live(variables: dict[str, str], port: int, live: int) -> Any:
    environment = {**os.environ, **variables, "SITE_URL": f"http://127.0.0.1:{port}"}
    command = [sys.executable, "-m", "live", "--host", "127.0.0.1", "--port", str(live)]
    started = subprocess.Popen(command, cwd=ROOT, env=environment)
    time.sleep(3)
    yield
    started.terminate()
    started.wait(30)


def measure(home: str, rounds: int, waits: float) -> None:
    from playwright.sync_api import sync_playwright

    booking = make_session()
    with sync_playwright() as playwright:
        program = shutil.which("chromium-headless-shell") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        times = sorted(measure_once(browser, home, booking, waits) for _round in range(rounds))
        browser.close()
    print(f"{rounds} calls, the first person waiting {waits:g} s for the second:")
    print(f"both see each other after {median(times):.2f} s (aim {SECONDS_AIM}), {times[0]:.2f} to {times[-1]:.2f} s")
    print("Load of the machine in the last 1, 5 and 15 minutes: {:.1f} {:.1f} {:.1f}".format(*os.getloadavg()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--waits", type=float, default=3, help="seconds that the first person waits for the second")
    parser.add_argument("--hints", action="store_true", help="with the live server, which tells pages to ask")
    options = parser.parse_args()
    with bench_database("room") as variables:
        from local.ports import free_port

        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        port, live = free_port(), free_port()
        if options.hints:
            variables["LIVE_URL"] = f"http://127.0.0.1:{live}/live/"
        with run_server(variables, port), run_live(variables, port, live) if options.hints else nullcontext():
            measure(f"http://127.0.0.1:{port}", options.rounds, options.waits)


if __name__ == "__main__":
    main()
