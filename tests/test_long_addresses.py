"""The longest question that is allowed, in any script, stands in addresses: every one that a page writes is answered.

Through a real gunicorn, configured as in production, since it is the server that refuses long lines.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, unquote_plus, urljoin, urlsplit

import pytest
import requests
from django.conf import settings
from django.db import connection
from django.test import Client

from local.ports import free_port
from mentoring import gunicorn as configuration
from sessions_app.models.bookings import QUESTION_LENGTH
from tests.conftest import make_mentor, make_person

ROOT = Path(__file__).resolve().parent.parent
ALWAYS = [(day, 0, 1440) for day in range(1, 8)]
LINE = configuration.limit_request_line - len("GET  HTTP/1.1\r\n")
MOST_PAGES = 150


def longest(words: str) -> str:
    return (words * QUESTION_LENGTH)[: QUESTION_LENGTH - 1].strip().ljust(QUESTION_LENGTH, words[0])


QUESTIONS = {
    "devanagari": longest("मैं अपने वेतन के बारे में कैसे बात करूँ? "),
    "han": longest("我应该接受还价吗？还是等待下一次机会呢？"),
    "cyrillic": longest("Как мне попросить о повышении зарплаты? "),
    "arabic": longest("كيف أطلب زيادة في الراتب؟ "),
    "emoji": longest("👩🏽💻🤔🚀"),
    "signs": longest("%&=+#?/ "),
}


# Pages that the walk has to have met with the question in their address
PAGES = {"mentors": "/mentors/?q=", "mentor": "/mentors/priya-raghunathan/", "time zone": "/time-zone/?next="}


def is_page(page: str, address: str) -> bool:
    return PAGES[page] in address and len(urlsplit(address).query) >= QUESTION_LENGTH


class Links(HTMLParser):
    """What a page leads to, and what its script asks for."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        wanted = [given.get("href") if tag == "a" else None, given.get("hx-get")]
        self.found += [address for address in wanted if address is not None]


@dataclass
class Walk:
    """A reader who follows each kind of link once, and a page without a question only if it isn't in `was_at`."""

    home: str
    session: requests.Session
    was_at: set[str]
    seen: set[tuple[str, frozenset[str]]] = field(default_factory=set)
    answers: dict[str, int] = field(default_factory=dict)
    longest: int = 0

    def from_page(self, address: str) -> None:
        waiting = [address]
        while waiting:
            address = waiting.pop(0)
            if self.is_new(address):
                waiting += self.links_of(address, self.session.get(address, timeout=60))

    def is_new(self, address: str) -> bool:
        parts = urlsplit(address)
        names = frozenset(pair.partition("=")[0] for pair in parts.query.split("&"))
        # One that grows from page to page is new each time, and comes to the limit.
        kind = (parts.path, names | {str(len(parts.query) // 400)})
        if kind in self.seen or address in self.was_at:
            return False
        self.seen.add(kind)
        if len(parts.query) < QUESTION_LENGTH:
            self.was_at.add(address)
        return True

    def links_of(self, address: str, response: requests.Response) -> list[str]:
        self.answers[address] = response.status_code
        assert len(self.answers) <= MOST_PAGES, "the walk does not end"
        if "text/html" not in response.headers.get("Content-Type", ""):
            return []
        links = Links()
        links.feed(response.text)
        found = [urljoin(response.url, link).partition("#")[0] for link in links.found]
        ours = [link for link in found if link.startswith(self.home)]
        self.longest = max([self.longest, *(len(link) - len(self.home) for link in ours)])
        return ours

    def broken(self) -> dict[str, int]:
        return {address[:200]: status for address, status in self.answers.items() if status not in (200, 404)}


@pytest.fixture
def server(transactional_db, tmp_path) -> Iterator[str]:
    """Gunicorn as `docs/deployment.md` says, on this test's database."""
    port = free_port()
    name = connection.settings_dict["NAME"]
    url = urlsplit(os.environ["DATABASE_URL"])
    environment = os.environ | {"DATABASE_URL": url._replace(path=f"/{name}").geturl(), "PORT": str(port)}
    command = ["-m", "gunicorn", "mentoring.wsgi", "--config", "python:mentoring.gunicorn", "--workers", "1"]
    home = f"http://127.0.0.1:{port}"
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *command, "--bind", f"127.0.0.1:{port}"], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    try:
        wait_until_it_answers(home, process)
        yield home
    finally:
        process.terminate()
        process.wait(timeout=60)


def wait_until_it_answers(home: str, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None:
        try:
            requests.get(f"{home}/healthz/live", timeout=60)
        except requests.ConnectionError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError("gunicorn has ended")


@pytest.fixture
def walk(server):
    priya = make_person("priya@example.org", "Priya Raghunathan", "Asia/Kolkata")
    make_mentor(priya, windows=ALWAYS, notice=60)
    bob = make_person("bob@example.org", "Bob Bose", "Asia/Kolkata")

    been: dict[str, set[str]] = {"visitor": set(), "bob": set()}

    def walk_as(who: str) -> Walk:
        session = requests.Session()
        if who == "bob":
            client = Client()
            client.force_login(bob)
            session.cookies.set(settings.SESSION_COOKIE_NAME, client.cookies[settings.SESSION_COOKIE_NAME].value)
        return Walk(server, session, been[who])

    return walk_as


def test_every_link_of_every_page_is_answered_for_the_longest_question(walk):
    trouble, longest_seen, met = {}, 0, set()
    for who in ("visitor", "bob"):
        for script, question in QUESTIONS.items():
            walked = walk(who)
            for page in ("/mentors/", PAGES["mentor"]):
                walked.from_page(f"{walked.home}{page}?q={quote(question, safe='')}")
            longest_seen = max(longest_seen, walked.longest)
            trouble |= {(who, script, address): status for address, status in walked.broken().items()}
            met |= {(who, script, page) for page in PAGES if any(is_page(page, address) for address in walked.answers)}

    assert trouble == {}
    assert longest_seen <= LINE
    assert met == {(who, script, page) for who in ("visitor", "bob") for script in QUESTIONS for page in PAGES}


def test_a_reader_comes_back_from_the_time_zone_with_the_question(walk):
    for question in QUESTIONS.values():
        walked = walk("visitor")
        links = walked.links_of("", walked.session.get(f"{walked.home}/mentors/?q={quote(question, safe='')}"))
        page = walked.session.get(next(link for link in links if "/time-zone/?next=" in link))
        main = page.text.partition("<main")[2].partition("</main>")[0]
        hidden = {name: value_of(main, name) for name in ("csrfmiddlewaretoken", "next")}

        back = walked.session.post(f"{walked.home}/time-zone/", {**hidden, "city": "Nairobi"})

        assert (back.status_code, urlsplit(back.url).path) == (200, "/mentors/")
        assert " ".join(question.split()) in unquote_plus(urlsplit(back.url).query)


def test_a_page_that_asks_to_sign_in_first_is_found_again(walk):
    """Whatever was asked for stands in the address of the sign-in, and in those of all pages from there."""
    for question in QUESTIONS.values():
        walked = walk("visitor")

        walked.from_page(f"{walked.home}/settings/?about={quote(question, safe='')}")

        assert walked.broken() == {}
        assert walked.longest <= LINE
        assert any("/sign-in/password/?next=" in address for address in walked.answers)


def value_of(html: str, name: str) -> str:
    found: list[str] = []

    class Field(HTMLParser):
        def handle_starttag(self, tag, attributes):
            given = dict(attributes)
            if tag == "input" and given.get("name") == name:
                found.append(given.get("value") or "")

    Field().feed(html)
    return found[-1]
