"""How many bytes a page is, as it travels: on a slow phone they are what its reader waits for."""

import gzip
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from tests.conftest import make_mentor, make_person
from tests.markup import elements_of

pytestmark = pytest.mark.django_db
CARDS = 20
# Of a page with twenty people. It is ten times as much before it is compressed.
MOST_HTML, MOST_STYLES, MOST_SCRIPTS = 16_000, 20_000, 25_000


def packed(names: list[str]) -> int:
    """Bytes of these static files together, compressed as they are when they are collected."""
    files = [Path(finders.find(name.removeprefix("/static/"))) for name in names]
    return sum(len(gzip.compress(file.read_bytes(), 9)) for file in files)


def test_a_page_of_results_travels_light(now):
    for number in range(CARDS):
        make_mentor(make_person(f"m{number}@example.org", f"Mentor {number}"))

    response = Client().get("/mentors/?q=counter-offer", headers={"accept-encoding": "gzip"})

    html = gzip.decompress(response.content).decode()
    assert len(elements_of(html, "article", class_="mcard")) == CARDS
    assert len(response.content) <= MOST_HTML
    assert packed([link.attributes["href"] for link in elements_of(html, "link", rel="stylesheet")]) <= MOST_STYLES
    assert packed([script.attributes["src"] for script in elements_of(html, "script")]) <= MOST_SCRIPTS


@pytest.mark.parametrize("path", ["/", "/mentors/", "/help/", "/accounts/login/"])
def test_pages_of_visitors_load_two_scripts(client, path):
    """What calls, evenings and open threads need comes only with their pages."""
    scripts = [
        Path(script.attributes["src"]).name for script in elements_of(client.get(path).content.decode(), "script")
    ]

    assert len(scripts) == 2
    assert scripts[1] == "app.js"
