"""How soon a page is told, and how many pages one live server holds: `python -m bench.live` from the project's root.

    python -m bench.live browser --messages 200      a message, from the press of one person to the page of the other
    python -m bench.live pages --pages 10000         open pages: memory, CPU while idle, a storm, the way of a hint

The first asks in real browsers: the other person has the thread open twice, once as it is and once without `live.js`,
so that it asks every few seconds as it did before. The second plays its pages on the same machine, with one connection
each. The limit of open files (`ulimit -n`) must be above the number of pages.
"""

import argparse
import asyncio
import contextlib
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil

from .stand import bench_database

ROOT = Path(__file__).resolve().parents[1]
HOST = "127.0.0.1"
STORM = 10.0
# Notes when each message came to be on the page, by the clock that all pages of the machine share.
WATCH = """
window.came = {};
const at = () => performance.timeOrigin + performance.now();
new MutationObserver(() => {
  for (const one of document.querySelectorAll(".msg__body")) came[one.textContent.trim()] ??= at();
}).observe(document, {childList: true, subtree: true});
document.addEventListener("submit", () => { window.pressed = at(); }, true);
"""


def percentile(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def tell_times(name: str, times: list[float]) -> None:
    found = (percentile(times, share) for share in (0.5, 0.95, 0.99))
    print("{:32} p50 {:8.1f} ms, p95 {:8.1f} ms, p99 {:8.1f} ms".format(name, *found), f"({len(times)})", flush=True)


def tell_load() -> None:
    print("Load of the machine in the last 1, 5 and 15 minutes: {:.1f} {:.1f} {:.1f}".format(*os.getloadavg()))


@contextlib.contextmanager
def run_live(variables: dict[str, str], port: int) -> Iterator[psutil.Process]:
    command = [sys.executable, "-m", "live", "--port", str(port)]
    started = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **variables})
    try:
        yield psutil.Process(started.pid)
    finally:
        started.kill()
        started.wait(30)


# In browsers


def measure_browser(variables: dict[str, str], messages: int) -> None:
    from django.core.management import call_command

    from local.ports import free_port
    from sessions_app.models import Engagement

    from .load import run_server

    if not Engagement.objects.live().exists():
        call_command("seed_demo", force=True, verbosity=0)
    engagement = Engagement.objects.live().exclude(mentee=None).select_related("mentor", "mentee").first()
    live_port, port = free_port(), free_port()
    own = variables | {"LIVE_URL": f"http://{HOST}:{live_port}/live/"}
    with run_live(own, live_port), run_server(own, port):
        heard, asked = write_messages(engagement, f"http://{HOST}:{port}", messages)
    tell_times("message, page that is told", heard)
    tell_times("message, page that only asks", asked)
    tell_load()


def write_messages(engagement: Any, home: str, messages: int) -> tuple[list[float], list[float]]:
    """Milliseconds until each message is on the page that is told, and on the one that only asks."""
    from playwright.sync_api import sync_playwright

    from local.places import find_browser

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    path = f"{home}/messages/{engagement.uuid}/"
    heard, asked = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
        writer, told, asking = (
            open_as(browser, home, person) for person in (engagement.mentee, engagement.mentor, engagement.mentor)
        )
        asking.route("**/live*.js", lambda route: route.abort())
        for page in (writer, told, asking):
            page.goto(path)
        told.locator("html[data-hearing]").wait_for(state="attached")
        time.sleep(6)
        for number in range(messages):
            text = f"Message {number} {uuid4()}"
            forget_pace(engagement)
            writer.fill("#id_body", text)
            writer.click(".composer button[type=submit]")
            for page in (told, asking):
                page.locator(".msg__body", has_text=text).wait_for(state="attached")
            pressed = writer.evaluate("() => pressed")
            heard.append(told.evaluate("text => came[text]", text) - pressed)
            asked.append(asking.evaluate("text => came[text]", text) - pressed)
            time.sleep(random.random())
        browser.close()
    return heard, asked


def open_as(browser: Any, home: str, person: Any) -> Any:
    from django.conf import settings
    from django.test import Client

    client, name = Client(), settings.SESSION_COOKIE_NAME
    client.force_login(person)
    context = browser.new_context()
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": home}])
    context.add_init_script(WATCH)
    return context.new_page()


def forget_pace(engagement: Any) -> None:
    """A person may write so many messages in ten minutes; those that are there count as older."""
    from django.utils import timezone

    engagement.messages.update(sent_at=timezone.now().replace(year=2020))


# Many pages


class PlayedPage(asyncio.Protocol):
    """A page that listens, on one connection. `heard` is called with each word and when it came."""

    def __init__(self, ticket: str, heard: Any) -> None:
        self.ticket, self.heard = ticket, heard

    def connection_made(self, transport: Any) -> None:
        transport.write(f"GET /live/?t={self.ticket} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        for piece in data.split(b"data: ")[1:]:
            self.heard(piece.split(b"\n", 1)[0].decode(), now)


class Crowd:
    """All pages of the measurement."""

    def __init__(self, count: int, port: int) -> None:
        from live.streams import StreamKind, disguise, name_person_stream, name_stream
        from live.tickets import issue_ticket

        now = datetime.now(UTC)
        self.port, self.listening = port, 0
        self.threads = [name_stream(StreamKind.THREAD, uuid4()) for _number in range(count)]
        began = time.perf_counter()
        self.tickets = [
            issue_ticket([thread, name_person_stream(number)], person=disguise(number), now=now)
            for number, thread in enumerate(self.threads)
        ]
        each = (time.perf_counter() - began) / count * 1e6
        print(f"{'a ticket':32} {each:.0f} µs, {len(self.tickets[0])} letters")
        self.told: list[float] = []

    def hear(self, word: str, now: float) -> None:
        if word == "listening":
            self.listening += 1
        elif word == "messages":
            self.told.append(now)

    async def come(self, within: float) -> float:
        """All connect, each at a moment of its own. How many seconds until all of them hear."""
        self.listening = 0
        began = time.perf_counter()
        await asyncio.gather(*(self.connect(ticket, random.random() * within) for ticket in self.tickets))
        while self.listening < len(self.tickets):
            await asyncio.sleep(0.02)
        return time.perf_counter() - began

    async def connect(self, ticket: str, wait: float) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(wait)
        while True:
            try:
                await loop.create_connection(lambda: PlayedPage(ticket, self.hear), HOST, self.port)
                return
            except OSError:
                await asyncio.sleep(0.5)

    async def measure_hints(self, count: int) -> list[float]:
        """Milliseconds from publishing a hint until its page has it."""
        from redis.asyncio import Redis

        from live.hints import name_channel, write_hint
        from live.streams import Part

        url, times = os.environ["REDIS_URL"], []
        channel = name_channel(url)
        async with Redis.from_url(url) as redis:
            for _number in range(count):
                self.told.clear()
                began = time.perf_counter()
                await redis.publish(channel, write_hint(Part.MESSAGES, (random.choice(self.threads),)))
                while not self.told:
                    await asyncio.sleep(0)
                times.append((self.told[0] - began) * 1000)
                await asyncio.sleep(0.005)
        return times


def tell_memory(name: str, live: psutil.Process) -> None:
    print(f"{name:32} {live.memory_info().rss / 1e6:.0f} MB", flush=True)


def cpu_of(live: psutil.Process) -> float:
    used = live.cpu_times()
    return used.user + used.system


async def measure_pages(variables: dict[str, str], pages: int, seconds: int) -> None:
    from local.ports import free_port

    port = free_port()
    crowd = Crowd(pages, port)
    with run_live(variables, port) as live:
        await crowd.connect(crowd.tickets[0], 0)
        tell_memory("the server with one page", live)
        spent, took = cpu_of(live), await crowd.come(STORM)
        print(f"{pages} pages within {STORM:.0f} s: all hear after {took:.1f} s, CPU {cpu_of(live) - spent:.1f} s")
        tell_memory(f"with {pages} pages", live)
        await measure_idle(live, seconds)
        tell_memory(f"after {seconds} s", live)
        tell_times("a hint, to its page", await crowd.measure_hints(1000))
    with run_live(variables, port) as live:
        # Those of the server that was killed are gone; their pages come back.
        print(f"killed and started again: all hear after {await crowd.come(STORM):.1f} s")
        tell_memory(f"with {pages} pages again", live)
    tell_load()


async def measure_idle(live: psutil.Process, seconds: int) -> None:
    spent, began = cpu_of(live), time.perf_counter()
    await asyncio.sleep(seconds)
    share = (cpu_of(live) - spent) / (time.perf_counter() - began)
    print(f"{'idle':32} {share:.1%} of a core, during {seconds} s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["browser", "pages"])
    parser.add_argument("--messages", type=int, default=200)
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--seconds", type=int, default=600)
    options = parser.parse_args()
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with bench_database("live") as variables:
        if options.what == "browser":
            measure_browser(variables, options.messages)
        else:
            asyncio.run(measure_pages(variables, options.pages, options.seconds))


if __name__ == "__main__":
    main()
