"""What search engines are told: only what a stranger can open, in pages of bounded cost."""

from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.urls import resolve

from about.models import TextKind
from about.texts import publish_text, version_mark
from events.registering.managing import cancel_event
from mentoring import crawlers
from mentors.models import MentorProfile, ProfileState
from tests.conftest import NOW, make_mentor, make_person
from tests.events.making import make_event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
SITE = "https://mentors.example"
NAMES = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture(autouse=True)
def site_address(settings):
    settings.SITE_URL = SITE


def read(client, path: str) -> list[dict[str, str]]:
    answer = client.get(path.removeprefix(SITE))
    assert answer["Content-Type"] == "application/xml"
    entries = ElementTree.fromstring(answer.content)  # noqa: S314 - our own
    return [{part.tag.removeprefix(NAMES): part.text or "" for part in entry} for entry in entries]


def addresses(client, path: str) -> list[str]:
    return [entry["loc"] for entry in read(client, path)]


def test_map_leads_from_the_index_to_every_page_that_a_stranger_can_open(client, alice, maria):
    make_mentor(make_person("dora@example.org", "Dora Dane"))
    for number, hidden in enumerate((ProfileState.DRAFT, ProfileState.SUSPENDED, ProfileState.APPROVED)):
        person = make_person(f"{number}@example.org", f"Hidden {number}", is_active=hidden != ProfileState.APPROVED)
        make_mentor(person)
        MentorProfile.objects.filter(person=person).update(state=hidden)
    publish_text(kind=TextKind.TERMS, body="Be kind.", by=maria, now=NOW, seen=version_mark(None))
    open_event, called_off = make_event(maria), make_event(maria, title="Rained off")
    make_event(maria, title="Draft", is_open=False)
    cancel_event(event=called_off, reason="Flood", now=NOW)
    sections = addresses(client, "/sitemap.xml")
    found = [page for section in sections for page in addresses(client, section)]

    assert sections == [f"{SITE}/sitemap-{name}.xml" for name in ("pages", "mentors", "events")]
    assert found[-3:-1] == [f"{SITE}/mentors/alice-adair/", f"{SITE}/mentors/dora-dane/"]
    assert found[-1] == f"{SITE}/events/{open_event.slug}/"
    names = {resolve(page.removeprefix(SITE)).url_name for page in found}
    assert names == {*crawlers.PAGES, "terms", "mentor_detail", "event"}
    answers = [client.get(page.removeprefix(SITE)) for page in found]
    assert {(answer.status_code, answer.get("X-Robots-Tag")) for answer in answers} == {(200, None)}


def test_terms_are_listed_only_once_they_are_written(client):
    assert f"{SITE}/terms/" not in addresses(client, "/sitemap-pages.xml")


def test_mentors_come_in_pages_with_the_day_of_their_last_approval(client, alice, monkeypatch):
    monkeypatch.setattr(crawlers.MentorSitemap, "limit", 1)
    later = make_mentor(make_person("dora@example.org", "Dora Dane"))
    MentorProfile.objects.filter(pk=later.pk).update(approved_at=datetime(2026, 11, 25, 9, tzinfo=UTC))
    index = read(client, "/sitemap.xml")
    second = read(client, "/sitemap-mentors.xml?p=2")

    assert [entry["loc"] for entry in index[1:3]] == [f"{SITE}/sitemap-mentors.xml{page}" for page in ("", "?p=2")]
    assert index[1]["lastmod"].startswith("2026-11-25")
    assert [(entry["loc"], entry["lastmod"]) for entry in second] == [(f"{SITE}/mentors/dora-dane/", "2026-11-25")]
    assert [client.get(f"/sitemap-mentors.xml?p={page}").status_code for page in ("3", "0", "x", "9" * 30)] == [404] * 4


def test_cost_does_not_grow_with_the_number_of_mentors(client, alice, django_assert_num_queries):
    for number in range(3):
        make_mentor(make_person(f"{number}@example.org", f"Mentor {number}"))
    with django_assert_num_queries(2):
        client.get("/sitemap-mentors.xml")
    with django_assert_num_queries(4):
        client.get("/sitemap.xml")


def test_robots_are_sent_to_the_map_and_kept_from_addresses_with_a_query(client):
    lines = client.get("/robots.txt").content.decode().splitlines()

    assert f"Sitemap: {SITE}/sitemap.xml" in lines
    assert {"Disallow: /*?", "Allow: /sitemap-", "Disallow: /staff/", "Disallow: /admin/", "Disallow: /api/"} <= {
        *lines
    }


def test_host_of_a_request_is_in_no_address(client, alice):
    settings.ALLOWED_HOSTS.append("other.example")
    answers = [client.get(path, headers={"Host": "other.example"}) for path in ("/sitemap.xml", "/sitemap-mentors.xml")]

    assert [b"other.example" in answer.content for answer in answers] == [False, False]
