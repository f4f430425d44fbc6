"""The frame of every page, the pages that explain, and the pages for when something goes wrong."""

import re

import pytest
from django.http import Http404
from django.test import Client, RequestFactory

from common import views
from common.context_processors import nav_items, site_context
from tests.markup import markup_of

PAGES = {
    "/how-it-works/": "One question, one short session",
    "/help/": "Help",
    "/privacy/": "Privacy",
    "/accessibility/": "Accessibility",
}


def first_heading(response) -> str:
    return re.search(r"<h1[^>]*>(.*?)</h1>", markup_of(response), re.S).group(1).strip()


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "heading"), PAGES.items())
def test_explaining_page_is_public(client: Client, path, heading):
    response = client.get(path)
    assert (response.status_code, first_heading(response)) == (200, heading)


@pytest.mark.django_db
def test_unknown_address_offers_a_search(client: Client):
    response = client.get("/no/such/page/")
    assert (response.status_code, first_heading(response)) == (404, "We can’t find that page")
    assert '<input class="input" id="q" name="q" maxlength="500">' in markup_of(response)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("view", "status", "heading"),
    [
        (views.bad_request, 400, "We couldn’t read that"),
        (views.not_allowed, 405, "There’s no page at this address"),
        (views.forbidden_page, 403, "You don’t have access to this page"),
        (views.not_found, 404, "We can’t find that page"),
        (views.gone_page, 410, "This is no longer here"),
        (views.too_many, 429, "That was too many tries"),
    ],
)
def test_error_page_says_what_happened(rf: RequestFactory, view, status, heading):
    response = view(rf.get("/x/"))
    assert (response.status_code, first_heading(response)) == (status, heading)


@pytest.mark.parametrize(
    ("view", "status", "heading"),
    [
        (views.server_error, 500, "Something went wrong on our side"),
        (views.maintenance_page, 503, "We’re working on the site"),
    ],
)
def test_worst_pages_need_no_database_and_no_context(rf: RequestFactory, view, status, heading):
    # Without the database mark, any query here would fail the test.
    response = view(rf.get("/x/"))
    assert (response.status_code, first_heading(response)) == (status, heading)


def test_worst_page_stands_without_a_static_manifest(rf: RequestFactory, settings):
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    }
    settings.DEBUG = False
    assert b'href="/static/css/app.css"' in views.server_error(rf.get("/x/")).content


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cookie", "attribute"), [("dark", ' data-theme="dark"'), ("light", ' data-theme="light"'), ('"><b>', ""), ("", "")]
)
def test_theme_cookie_is_drawn_by_the_server(client: Client, cookie, attribute):
    client.cookies["theme"] = cookie
    html = markup_of(client.get("/help/"))
    assert re.search(r"<html[^>]*?( data-theme=\"\w*\")? data-zone", html).group(1) == (attribute or None)


@pytest.mark.django_db
def test_title_is_the_page_and_the_site(client: Client, settings):
    settings.SITE_NAME = "Town Library"
    html = markup_of(client.get("/help/"))
    assert re.search(r"<title>(.*?)</title>", html).group(1) == "Help – Town Library"


def labels(user) -> list[str]:
    return [item["label"] for item in nav_items(user, is_mentor=hasattr(user, "mentor_profile"))]


def test_navigation_follows_the_role(alice, bob, maria):
    assert labels(alice) == ["Today", "Availability", "Sessions", "Messages", "Find a mentor", "Events"]
    assert labels(bob) == ["Find a mentor", "My sessions", "Messages", "Events"]
    assert labels(maria) == ["Find a mentor", "My sessions", "Messages", "Events", "Staff", "Profiles"]


def test_site_context_asks_the_database_nothing_by_itself(rf: RequestFactory, bob, django_assert_num_queries):
    request = rf.get("/")
    request.user = bob
    with django_assert_num_queries(0):
        assert site_context(request)["SITE_NAME"] == "Quarterhour"


def test_a_form_without_its_token_gets_our_page(bob, settings):
    client = Client(enforce_csrf_checks=True)
    response = client.post("/time-zone/", {})
    assert (response.status_code, first_heading(response)) == (403, "This page was open too long")


def test_not_found_hides_why(rf: RequestFactory, db):
    texts = [views.not_found(rf.get("/x/"), error).content for error in (Http404("secret"), Http404())]
    assert texts[0] == texts[1]
