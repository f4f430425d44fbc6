"""Whole pages under load: `python -m bench.load --mentors 10000` from the project's root.

The real server, as production runs it, over the world of bench.search; from another process a bounded number of people
who search, look at profiles and book, one request after the other, each on a connection of its own. Then pages of one
kind alone: the server's own CPU for a page of results, for the plainest whole page and for an answer that does nothing.

At last questions in sentences: without a reader, with one that has never met them, and the same questions once more.
What is compared takes turns, so that other work on the machine slows all of it alike; the medians are printed.
"""

import argparse
import http.client
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from statistics import median
from threading import Thread
from urllib.parse import urlencode

import psutil
from django.utils import timezone
from redis import Redis

from .stand import bench_database
from .understanding.questions import load_questions

ROOT = Path(__file__).resolve().parents[1]
ZONE = {"Cookie": "tz=Europe/London"}
# What people ask, as often as they do: mostly a search, then someone's page, now and then a booking.
QUESTIONS = ("Should I take the counter-offer?", "My talk is too long", "First week as a manager", "salary", "")
FILTERS: tuple[dict[str, str], ...] = (
    {},
    {},
    {"when": "evening"},
    {"len": "25"},
    {"topic": "measured-usual"},
    {"topic": "measured-popular"},
)
PLAIN, NOTHING = "/help/", "/healthz/live"
# Nobody has trained a reader on these: of its own examples it would be sure at once.
FIXTURE = ROOT / "tests" / "search" / "understanding" / "fixture.json"
SENTENCES = [question.text for question in load_questions(FIXTURE) if question.language == "en"]
ROUNDS = 3


@contextmanager
def run_server(variables: dict[str, str], port: int, *, workers: int = 2, threads: int = 8) -> Iterator[psutil.Process]:
    own = {"PORT": str(port), "SITE_URL": f"http://127.0.0.1:{port}", "DATA_DIR": f"{variables['DATA_DIR']}/bench"}
    own["NUM_PROXIES"] = "1"
    environment = {**os.environ, **variables, **own}
    manage = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    subprocess.run(manage, cwd=ROOT, env=environment, check=True)
    command = [sys.executable, "-m", "gunicorn", "mentoring.wsgi", "--config", "python:mentoring.gunicorn"]
    command += ["--bind", f"127.0.0.1:{port}", "--access-logfile", "/dev/null"]
    command += ["--workers", str(workers), "--threads", str(threads)]
    started = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        for _try in range(100):
            try:
                if get_page(http.client.HTTPConnection("127.0.0.1", port, timeout=5), "/healthz/live")[0] == 200:
                    break
            except OSError:
                time.sleep(0.1)
        yield psutil.Process(started.pid)
    finally:
        started.terminate()
        started.wait(30)


def get_page(
    connection: http.client.HTTPConnection, path: str, headers: dict[str, str] | None = None
) -> tuple[int, str]:
    connection.request("GET", path, headers=ZONE | (headers or {}))
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


class Person:
    """One who searches, opens someone's page and, every tenth time, holds a time: a visitor's booking begins so."""

    def __init__(self, port: int, seed: int, requests: int, kind: str, sentences: Sequence[str] = ()) -> None:
        self.rng, self.requests, self.kind = Random(seed), len(sentences) or requests, kind
        self.sentences = iter(sentences)
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.times: dict[str, list[float]] = {"results": [], "mentor": [], "hold": [], "plain": [], "nothing": []}
        self.errors: list[str] = []
        self.links: list[str] = []
        self.cookie = ""

    def run(self) -> None:
        for number in range(self.requests):
            kind = self.kind or ("hold" if number % 10 == 9 else "mentor" if number % 3 == 2 else "results")
            try:
                self.ask(kind)
            except (OSError, http.client.HTTPException) as error:
                self.errors.append(f"{kind}: {type(error).__name__}")
                self.connection.close()

    def ask(self, kind: str) -> None:
        if kind in ("plain", "nothing"):
            self.timed(kind, "GET", PLAIN if kind == "plain" else NOTHING)
        elif kind == "sentences":
            self.timed("results", "GET", f"/mentors/?{urlencode({'q': next(self.sentences)})}")
        elif kind == "results" or not self.links:
            query = urlencode({"q": self.rng.choice(QUESTIONS), **self.rng.choice(FILTERS)})
            page = self.timed("results", "GET", f"/mentors/?{query}")
            self.links = re.findall(r'href="(/mentors/[^"/]+/\?offer=[^"#]+)#book"', page)
        else:
            path = self.rng.choice(self.links).replace("&amp;", "&")
            page = self.timed("mentor", "GET", path)
            if kind == "hold":
                self.hold(path, page)

    def hold(self, path: str, page: str) -> None:
        form = page[page.find('id="book"') :]
        inputs = [dict(re.findall(r'([\w-]+)="([^"]*)"', tag)) for tag in re.findall(r"<input\b[^>]*>", form)]
        fields = {one["name"]: one["value"] for one in inputs if one.get("type") == "hidden" and "name" in one}
        starts = [one["value"] for one in inputs if one.get("name") == "start"]
        if not starts or "csrfmiddlewaretoken" not in fields:
            self.errors.append("hold: the page has no time to choose")
            return
        fields |= {"start": starts[0], "question": "Should I take the counter-offer?"}
        self.timed("hold", "POST", f"{path.split('?')[0]}book/", urlencode(fields))

    def timed(self, kind: str, method: str, path: str, body: str = "") -> str:
        # Everyone comes from elsewhere: holds are limited by address.
        address = ".".join(str(self.rng.randrange(1, 255)) for _part in range(4))
        headers = {"Cookie": f"tz=Europe/London{self.cookie}", "X-Forwarded-For": address}
        if body:
            headers |= {"Content-Type": "application/x-www-form-urlencoded"}
        began = time.perf_counter()
        self.connection.request(method, path, body=body or None, headers=headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        self.times[kind].append((time.perf_counter() - began) * 1000)
        # A refusal (taken meanwhile, held too often) is an answer, not an error.
        if answer.status >= 500 or answer.status in (400, 403, 404):
            self.errors.append(f"{kind}: {answer.status}")
        for cookie in answer.headers.get_all("Set-Cookie", []):
            if cookie.startswith("csrf="):
                self.cookie = f"; {cookie.split(';')[0]}"
        return text


def run_people(words: Sequence[str]) -> dict[str, object]:
    """In this process: all at once, and what they met. `words` are what `from_outside` gives, as texts.

    Each person stays with one of the servers at these ports; they are spread evenly. Of sentences, each asks those of
    the round that `seed` numbers.
    """
    kind = words[3]
    ports = [int(port) for port in words[0].split(",")]
    count, requests, seed = int(words[1]), int(words[2]), int(words[4])
    own = SENTENCES[seed::ROUNDS] if kind == "sentences" else []
    crowd = [
        Person(ports[number % len(ports)], seed * 1000 + number, requests, kind, own[number::count])
        for number in range(count)
    ]
    threads = [Thread(target=person.run) for person in crowd]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    kinds = crowd[0].times
    times = {name: sorted(one for person in crowd for one in person.times[name]) for name in kinds}
    return {"seconds": seconds, "times": times, "errors": [error for person in crowd for error in person.errors]}


def from_outside(ports: Sequence[int], count: int, requests: int, kind: str, seed: int) -> dict:
    words = [",".join(map(str, ports)), str(count), str(requests), kind, str(seed)]
    done = subprocess.run(
        [sys.executable, "-m", "bench.load", "--people", *words], cwd=ROOT, capture_output=True, check=True
    )
    return json.loads(done.stdout)


def cpu_seconds(master: psutil.Process) -> float:
    """Seconds that the server's processes have used."""
    used = [process.cpu_times() for process in (master, *master.children(recursive=True))]
    return sum(times.user + times.system for times in used)


def memory_of(master: psutil.Process) -> str:
    """What a worker takes of its own, and with its part of what the processes share."""
    taken = [process.memory_full_info() for process in master.children()]
    own, with_shared = (sum(getattr(one, kind) for one in taken) / len(taken) / 1e6 for kind in ("uss", "pss"))
    return f"{own:.0f} MB of its own ({with_shared:.0f} with its part of what is shared)"


def forget_readings(url: str) -> None:
    """Those of the run before, which Redis keeps for minutes: what was just asked would not be new."""
    redis = Redis.from_url(url)
    for key in redis.scan_iter("reading:*"):
        redis.delete(key)


def print_report(name: str, met: dict, used: float) -> float:
    total = sum(map(len, met["times"].values()))
    rate = total / met["seconds"]
    print(f"{name}: {total} requests, {rate:.0f} a second, {1000 * used / total:.2f} ms of the server's CPU each")
    for kind, times in met["times"].items():
        if times:
            print(
                f"    {kind:8} {len(times):6}  p50 {median(times):6.1f} ms  p95 {times[int(len(times) * 0.95)]:6.1f} ms"
            )
    print(f"    errors: {len(met['errors'])} {sorted(set(met['errors']))[:5]}")
    return 1000 * used / total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mentors", type=int, default=10_000)
    parser.add_argument("--crowd", type=int, default=8, help="people at once")
    parser.add_argument("--requests", type=int, default=60, help="of each of them")
    parser.add_argument("--people", nargs=5, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.people:
        print(json.dumps(run_people(options.people)))
        return
    with bench_database(f"search_{options.mentors}") as variables:
        from bench.search.world import fill_world
        from local.ports import free_port
        from search.indexing import refresh_stale_rows
        from search.models import StoredReader
        from search.reading.retraining import learn_to_read

        now = timezone.now()
        fill_world(options.mentors, now=now)
        while refresh_stale_rows(now=now):
            pass
        StoredReader.objects.all().delete()
        port = free_port()
        with run_server(variables, port) as master:
            from_outside([port], 4, 10, "", 0)  # warm

            def measure(name: str, kind: str, seed: int) -> float:
                before = cpu_seconds(master)
                met = from_outside([port], options.crowd, options.requests, kind, seed)
                return print_report(name, met, cpu_seconds(master) - before)

            measure("people", "", 1)
            alone: dict[str, list[float]] = {"results": [], "plain": [], "nothing": []}
            for seed in range(ROUNDS):
                for kind, costs in alone.items():
                    costs.append(measure(f"{kind} alone", kind, seed))
            results, plain, nothing = map(median, alone.values())
            memory = memory_of(master)
            learn_to_read(now=now)
            reader = StoredReader.objects.get()
            from_outside([port], 4, 10, "results", ROUNDS)  # each worker loads it
            forget_readings(variables["REDIS_URL"])
            asked: dict[str, list[float]] = {"without a reader": [], "with one": [], "the same again": []}
            for seed in range(ROUNDS):
                for name, costs in asked.items():
                    StoredReader.objects.all().delete()
                    if name != "without a reader":
                        reader.save(force_insert=True)
                    costs.append(measure(f"sentences, {name}", "sentences", seed))
            without, new, again = map(median, asked.values())
            print(f"CPU of a page of results: {results:.1f} ms, {results / plain:.1f} times a plain page (aim 5),")
            print(
                f"{results / nothing:.0f} times an answer that does nothing; a plain page {plain / nothing:.1f} times"
            )
            print(f"With a reader {new:.1f} ms for a new question and {again:.1f} for one that was asked before:")
            print(f"{new / without:.2f} and {again / without:.2f} times the {without:.1f} ms that it costs without one")
            print(f"A worker takes {memory_of(master)}; without a reader {memory}")
            print("Load of the machine in the last 1, 5 and 15 minutes: {:.1f} {:.1f} {:.1f}".format(*os.getloadavg()))


if __name__ == "__main__":
    main()
