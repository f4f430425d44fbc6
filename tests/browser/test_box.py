"""A programme's box on a page of another site, in a browser that keeps no cookies of framed pages."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from programmes.models import Look
from tests.browser.conftest import open_context, sign_in
from tests.browser.looking import problems
from tests.chromium import FLAGS, find_browser
from tests.conftest import make_mentor, make_person
from tests.programmes.making import let_in, make_programme

pytestmark = pytest.mark.browser
SITE, STRANGER = "https://www.example.org", "https://stranger.example"
VIOLATIONS = (
    "window.violations = []; addEventListener('securitypolicyviolation', (one) => violations.push(one.blockedURI))"
)


@pytest.fixture
def programme(transactional_db):
    owner = make_person("maria@example.org", "Maria Marsh", is_staff=True, is_superuser=True)
    manager = make_person("alice@example.org", "Alice Adair")
    made = make_programme(manager, owner)
    mentor = make_person("inge@example.org", "Inge Inside")
    make_mentor(mentor)
    let_in(mentor, made, manager, gives=True, asks=False)
    Look.objects.create(programme=made, colour="#7a1f5c", origins=[SITE])
    return made


@pytest.fixture(scope="module")
def strict_browser(chromium) -> Iterator[Browser]:
    """It keeps no cookies of framed pages, and lets a page of a public site frame one of this machine."""
    flags = ["--test-third-party-cookie-phaseout", "--disable-features=LocalNetworkAccessChecks"]
    started = chromium.browser_type.launch(executable_path=find_browser(), args=[*FLAGS, *flags])
    yield started
    started.close()


@pytest.fixture
def foreign_page(strict_browser, live_server, programme) -> Iterator[Callable[[str], Page]]:
    """A page of another site with the box in a frame, for someone who is signed in on ours."""
    context = open_context(strict_browser, live_server.url)
    sign_in(context, make_person("bob@example.org", "Bob Bose"), live_server.url)

    def open_page(site: str) -> Page:
        page = context.new_page()
        page.add_init_script(VIOLATIONS)
        box = f"{live_server.url}/embed/{programme.slug}/"
        html = f'<!doctype html><html lang="en"><title>Ours</title><iframe title="Box" src="{box}"></iframe>'
        page.route(f"{site}/**", lambda route: route.fulfill(body=html, content_type="text/html"))
        page.goto(f"{site}/")
        return page

    yield open_page
    context.close()


def test_named_site_shows_the_box_which_has_no_cookie_and_leads_to_the_whole_site(foreign_page, live_server):
    page = foreign_page(SITE)
    before = page.context.cookies()
    frame = page.frame_locator("iframe")

    expect(frame.locator("[data-part=times] a")).to_have_count(1)
    band = frame.locator("[data-part=look]")
    assert band.evaluate("(one) => getComputedStyle(one).backgroundColor") == "rgb(122, 31, 92)"
    assert page.context.cookies() == before
    assert page.frames[1].evaluate("document.cookie") == ""
    assert page.frames[1].evaluate("violations") == []

    frame.locator("#q").fill("Is this offer fair?")
    frame.locator("#q").press("Enter")
    page.wait_for_url(lambda url: url.startswith(f"{live_server.url}/mentors/"))


def test_site_that_is_not_named_shows_nothing_of_it(foreign_page):
    page = foreign_page(STRANGER)

    assert page.frames[1].url.startswith("chrome-error:")
    assert page.frame_locator("iframe").locator("#q").count() == 0


def test_box_by_itself_reads_well(browser_page, programme):
    page = browser_page()
    page.goto(f"/embed/{programme.slug}/")

    assert problems(page, "box") == []
