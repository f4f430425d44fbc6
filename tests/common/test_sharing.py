"""What a page says to those who share or list it, and what browsers ask for by themselves."""

import json
from io import BytesIO

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import Http404
from PIL import Image

from common.branding.files import root_icon, web_manifest
from tests.markup import elements_of, markup_of
from tests.test_access import ACCESS, NOT_ALLOWED, clients, content_of, scene  # noqa: F401 - two are fixtures
from tests.test_project import PUBLIC_PAGES

pytestmark = [pytest.mark.django_db, pytest.mark.one_cast, pytest.mark.usefixtures("now")]
SITE = "https://mentors.example"
LISTED = {
    "home",
    "mentor_list",
    "mentor_detail",
    "guide",
    "how_it_works",
    "become_a_mentor",
    "help",
    "contact",
    "privacy",
    "accessibility",
    "mentor_card",
    "site_card",
    "event",
    "event_card",
    "events",
    "trust",
}


@pytest.fixture(autouse=True)
def site_address(settings):
    settings.SITE_URL = SITE


def said_by(page) -> dict[str, str]:
    metas = elements_of(page, "meta")
    return {
        str(one.attributes.get("property") or one.attributes.get("name")): one.attributes.get("content") or ""
        for one in metas
    }


def canonical_of(page) -> list[str | None]:
    return [one.attributes["href"] for one in elements_of(page, "link", rel="canonical")]


def test_exactly_the_public_pages_may_be_listed(scene, clients):  # noqa: F811
    found = set()
    # From the end: with a session ahead, which an appeal needs, the one that is over can't be booked any more.
    for name in reversed(ACCESS):
        if name not in PUBLIC_PAGES - {"book", "book_email", "ask", "ask_email", "wait", "wait_email"}:
            continue
        if name.startswith("api_") or ACCESS[name].get == NOT_ALLOWED:
            continue
        answer = clients["anonymous"].get(scene.address(name))
        content_of(answer)
        if "X-Robots-Tag" not in answer.headers:
            found.add(name)

    assert found == LISTED


def test_page_is_shared_under_its_plain_address(client, alice):
    page = markup_of(client.get("/mentors/alice-adair/?q=My+secret&day=2026-11-26"))
    said = said_by(page)

    assert canonical_of(page) == [said["og:url"]] == [f"{SITE}/mentors/alice-adair/"]
    assert (said["og:type"], said["og:site_name"]) == ("profile", settings.SITE_NAME)
    assert said["og:title"] == "Alice Adair, Engineering director"
    assert said["og:image"] == f"{SITE}/share/alice-adair-{alice.mentor_profile.version}.png"
    assert said["twitter:card"] == "summary_large_image"
    assert "secret" not in "".join(said.values())


def test_results_for_a_question_are_not_listed_but_shared_without_it(client, alice):
    plain, asked = client.get("/mentors/"), client.get("/mentors/?q=My+secret")

    assert ("X-Robots-Tag" in plain.headers, asked["X-Robots-Tag"]) == (False, "noindex")
    assert canonical_of(markup_of(asked)) == [f"{SITE}/mentors/"]


@pytest.mark.parametrize("path", ["/nothing-here/", "/sign-in/", "/mentors/nobody/"])
def test_other_pages_say_nothing_to_share(client, path):
    answer = client.get(path)

    assert (canonical_of(markup_of(answer)), answer["X-Robots-Tag"]) == ([], "noindex")
    assert "og:title" not in said_by(markup_of(answer))


def test_quotes_in_a_title_stay_inside_of_their_attribute(client, alice):
    profile = alice.mentor_profile
    profile.headline = 'Head of "Things" & <more>'
    profile.save()
    page = markup_of(client.get("/mentors/alice-adair/"))

    assert said_by(page)["og:title"] == 'Alice Adair, Head of "Things" & <more>'


def test_site_has_a_card_of_the_size_that_is_asked_for(client):
    answer = client.get("/share.png")
    picture = Image.open(BytesIO(b"".join(answer.streaming_content)))

    assert (picture.format, picture.size, answer["Cross-Origin-Resource-Policy"]) == (
        "PNG",
        (1200, 630),
        "cross-origin",
    )


def test_manifest_names_icons_that_there_are(client, settings):
    settings.SITE_NAME = "Town Library of Somewhere"
    answer = client.get("/site.webmanifest")
    manifest = json.loads(answer.content)
    sizes = []
    for icon in manifest["icons"]:
        path = finders.find(icon["src"].removeprefix("/static/"))
        with Image.open(path) as picture:
            sizes.append("{}x{}".format(*picture.size))

    assert answer["Content-Type"] == "application/manifest+json"
    assert (manifest["name"], manifest["short_name"]) == ("Town Library of Somewhere", "Town Library")
    assert sizes == [icon["sizes"] for icon in manifest["icons"]] == ["192x192", "512x512", "512x512"]


@pytest.mark.parametrize("name", ["favicon.ico", "apple-touch-icon.png", "apple-touch-icon-precomposed.png"])
def test_icons_are_found_where_browsers_look(client, name):
    answer = client.get(f"/{name}")
    path = finders.find(answer["Location"].removeprefix("/static/"))
    with Image.open(path) as picture:
        assert picture.format == ("ICO" if name.endswith("ico") else "PNG")


def test_nothing_breaks_before_icons_are_drawn(rf, settings):
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    }
    settings.DEBUG = False

    assert json.loads(web_manifest(rf.get("/site.webmanifest")).content)["icons"] == []
    with pytest.raises(Http404):
        root_icon(rf.get("/favicon.ico"), name="favicon.ico")
