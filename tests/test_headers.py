"""What every answer carries, whichever address it comes from."""

import gzip
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from accounts.access.throttling import MINUTE, Rate, take_within_rate
from mentors.api import TopicsView
from sessions_app.invites.feeds import make_feed
from tests.api.conftest import program  # noqa: F401 - a fixture
from tests.api.test_calls import wish
from tests.conftest import NOW
from tests.sessions_app.conftest import book
from tests.test_access import ACCESS, NOT_ALLOWED, client_as, content_of, scene  # noqa: F401 - fixtures

pytestmark = [pytest.mark.django_db, pytest.mark.one_cast, pytest.mark.usefixtures("now")]

# What a browser may show with all its powers, since no word of people's is in it as anything but text.
PAGES = ("text/html", "application/json", "application/vnd.oai.openapi+json")
# Addresses whose answer is a file. Another one is added here; its policy comes by itself.
FILES = {
    "api_file",
    "calendar_feed",
    "event_calendar",
    "event_card",
    "look_logo",
    "look_style",
    "mentor_card",
    "mentor_certificate",
    "mentor_photo",
    "my_data_download",
    "provider_metadata",
    "robots",
    "session_calendar",
    "session_card_text",
    "shared_file",
    "staff_exhibit",
    "shared_file_small",
    "site_card",
    "sitemap",
    "sitemap_section",
    "staff_outcomes",
    "web_manifest",
}


# Not a page; the worker is a script of ours, which has to run.
NO_FILES = {"metrics", "event_worker"}


@pytest.mark.parametrize(
    "name", [name for name, row in ACCESS.items() if row.get != NOT_ALLOWED and name not in NO_FILES]
)
@pytest.mark.parametrize("query", ["", "?format=csv"])
def test_a_file_can_do_nothing_in_a_browser(name, query, scene, client_as):  # noqa: F811
    files = 0
    for client in map(client_as, ("mentee", "mentor", "staff")):
        response = client.get(scene.address(name) + query)
        content_of(response)
        if response.status_code == 200 and response["Content-Type"].split(";")[0] not in PAGES:
            files += 1
            policy = {part.strip() for part in response["Content-Security-Policy"].split(";")}
            assert {"sandbox", "default-src 'none'"} <= policy
            assert response["X-Content-Type-Options"] == "nosniff"

    assert bool(files) <= (name in FILES)
    assert files or query or name not in FILES - {"staff_outcomes"}


def test_text_comes_compressed_and_of_another_length_each_time(bob, alice, offer):
    """So its length tells nobody how well a secret beside what they typed was guessed (BREACH)."""
    client, token = Client(headers={"Accept-Encoding": "gzip"}), make_feed(person=bob, replaces=None, now=NOW)
    book(offer, bob)  # an empty feed is so short that it isn't always worth compressing
    feed = f"/calendar/{token}.ics"
    paths = ["/", "/mentors/?q=counter", f"/mentors/{alice.mentor_profile.slug}/", "/api/v1/schema/", "/help/", feed]
    answers = [client.get(path) for path in paths]
    tag = answers[-1]["ETag"]

    assert {path: answer.get("Content-Encoding") for path, answer in zip(paths, answers, strict=True)} == dict.fromkeys(
        paths, "gzip"
    )
    assert gzip.decompress(answers[-1].content).startswith(b"BEGIN:VCALENDAR")
    assert client.get(feed, headers={"If-None-Match": tag}).status_code == 304
    assert len({len(client.get("/help/").content) for _time in range(12)}) > 1


def test_files_come_compressed_where_nothing_collected_them():
    """So `script/server` shows the weight that a deployed server has."""
    asked = """
import django
django.setup()
from django.conf import settings
from django.test import Client
settings.ALLOWED_HOSTS = ["testserver"]
for path in ("/static/css/app.css", "/static/js/app.js", "/static/img/favicon.svg"):
    answer = Client().get(path, headers={"Accept-Encoding": "gzip"})
    print(answer.status_code, answer.get("Content-Encoding"), len(answer.getvalue()))
"""
    saved = {**os.environ, "TESTING": "", "DEBUG": "1", "DJANGO_SETTINGS_MODULE": "mentoring.settings"}
    done = subprocess.run(
        [sys.executable, "-c", asked], cwd=settings.BASE_DIR, env=saved, capture_output=True, text=True
    )
    styles, script, drawing = [line.split() for line in done.stdout.splitlines()]

    assert (done.stderr, styles[:2], script[:2], drawing[:2]) == ("", ["200", "gzip"], ["200", "gzip"], ["200", "None"])
    assert int(styles[2]) < (Path(settings.BASE_DIR) / "static/css/app.css").stat().st_size / 3


def test_a_photo_is_not_compressed_a_second_time(scene, client_as):  # noqa: F811
    photo = client_as("mentor").get(scene.address("mentor_photo"), headers={"Accept-Encoding": "gzip"})

    assert (photo.status_code, photo.get("Content-Encoding"), content_of(photo)[:4]) == (200, None, b"RIFF")


@pytest.mark.parametrize("signed_in", [True, False])
def test_nothing_that_the_api_says_is_kept(signed_in, program, bob, offer, monkeypatch):  # noqa: F811
    """One answer of every status, also of those that no view of the API gives."""
    asked = program(bob) if signed_in else program()
    # An address of its own: the others' tests aren't to find its rate used up.
    client = Client(raise_request_exception=False, headers=asked.headers, REMOTE_ADDR="192.0.2.66")
    answers = [
        client.get("/api/v1/topics/"),
        client.get("/api/v1/schema/"),
        client.get("/api/v1/docs/"),
        asked.answer("POST", "bookings/", wish(offer)),
        asked.answer("POST", "bookings/", "{"),
        asked.answer("POST", "bookings/", wish(offer)),
        asked.answer("PATCH", "me/", {"name": ""}),
        asked.answer("PATCH", "me/", "x" * (257 * 1024)),
        client.post("/api/v1/bookings/", "x", content_type="text/plain"),
        client.get("/api/v1/me/"),
        client.get("/api/v1/me/", headers={"Authorization": "Token mmt_guess"}),
        client.get("/api/v1/nowhere/"),
        client.get("/api/v1/mentors/nobody-at-all/"),
        client.get("/api/v1/topics"),
        client.delete("/api/v1/topics/"),
        client.get("/api/v1/topics/", headers={"Host": "elsewhere.example"}),
    ]
    monkeypatch.setattr(TopicsView, "get", lambda *_given: 1 / 0)
    answers.append(client.get("/api/v1/topics/"))
    for _number in range(601):
        take_within_rate(Rate("person", 600, MINUTE), str(bob.pk), now=NOW)
        take_within_rate(Rate("address", 60, MINUTE), "192.0.2.66", now=NOW)
    answers.append(client.get("/api/v1/me/"))

    statuses = {answer.status_code for answer in answers}
    assert statuses >= {200, 400, 401, 404, 405, 429, 500} | ({201, 409, 415, 422} if signed_in else set())
    assert {(answer.status_code, answer.get("Cache-Control")) for answer in answers} == {
        (status, "private, no-store") for status in statuses
    }
