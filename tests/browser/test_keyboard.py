"""A whole booking without a mouse, and what the keyboard must never lose sight of."""

import re

import pytest
from playwright.sync_api import Page, Request, expect

from sessions_app.models import Booking
from tests.browser.conftest import expect_booked, first_free
from tests.browser.looking import STILL

pytestmark = pytest.mark.browser


def presses_until(page: Page, selector: str) -> list[str]:
    """Tab until what has the focus matches; returns every stop on the way."""
    stops = []
    while len(stops) < 30:
        page.keyboard.press("Tab")
        stops.append(page.evaluate("document.activeElement.outerHTML.slice(0, 90)"))
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return stops
    pytest.fail(f"{selector} is not among the first stops: {stops}")


def skip(page: Page, words: str) -> list[str]:
    """A skip link, which is the next stop: two presses."""
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text(words)
    page.keyboard.press("Enter")
    return [words, "Enter"]


def past_the_header(page: Page) -> list[str]:
    return skip(page, "Skip to main content")


def test_keyboard_alone_books_from_the_results_in_few_presses(browser_page, priya, tomas, bob):
    page = browser_page(user=bob)
    page.goto("/mentors/?q=counter-offer+or+two+offers")
    expect(page.locator("ol.results > li")).to_have_count(2)

    to_the_time = skip_to(page, "#found") + presses_until(page, "a.slot")
    page.keyboard.press("Enter")
    expect(page.locator("input[name=start]:checked")).to_have_count(1)
    start = page.locator("input[name=start]:checked").get_attribute("value")
    to_the_button = presses_until(page, "#book-button button")
    page.keyboard.press("Enter")

    expect_booked(page)
    assert f"{Booking.objects.get().start:%Y-%m-%dT%H:%MZ}" == start
    assert len(to_the_time) <= 15, to_the_time
    assert len(to_the_button) <= 14, to_the_button


def test_skip_links_lead_to_the_times(browser_page, priya, tomas, bob):
    """From the top of the results to the first time, and from the top of the mentor's page to its button."""
    page = browser_page(user=bob)
    page.goto("/mentors/?q=counter-offer+or+two+offers")
    to_the_time = skip_to(page, "#first-times") + presses_until(page, "a.slot")
    page.goto(f"/mentors/{priya.slug}/?q=Stay+or+go")
    to_the_button = skip_to(page, "#times-title") + presses_until(page, "#book-button button")

    assert len(to_the_time) <= 8, to_the_time
    assert len(to_the_button) <= 15, to_the_button


def skip_to(page: Page, target: str) -> list[str]:
    stops = presses_until(page, f".skip[href='{target}']")
    expect(page.locator(":focus")).to_be_in_viewport()
    page.keyboard.press("Enter")
    return [*stops, "Enter"]


def test_arrow_keys_choose_another_time(browser_page, priya, bob):
    page = browser_page(user=bob)
    page.goto(f"/mentors/priya-raghunathan/?q=Stay+or+go&day={first_free(priya).date()}")
    past_the_header(page)
    presses_until(page, "input[name=start]")

    page.keyboard.press("ArrowDown")
    start = page.evaluate("document.activeElement.value")
    presses_until(page, "#book button[type=submit]")
    page.keyboard.press("Enter")

    expect_booked(page)
    assert f"{Booking.objects.get().start:%Y-%m-%dT%H:%MZ}" == start


@pytest.mark.parametrize("path", ["/", "/mentors/?q=counter-offer", "/mentors/priya-raghunathan/?q=Stay+or+go"])
def test_focus_is_never_hidden_on_a_phone(browser_page, priya, path):
    page = browser_page(width=390)
    page.goto(path)
    page.evaluate(STILL)

    hidden = []
    for _press in range(60):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUS)
        if stop is None:
            break
        if not stop["seen"]:
            hidden.append(stop["html"])

    assert hidden == []


# Whether some part of what has the focus is on the screen with nothing else over it; null at the end of the page.
FOCUS = """() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const shown = element.closest('label') && element.matches('input') ? element.closest('label') : element;
  const {left, right, top, bottom} = shown.getBoundingClientRect();
  const points = [[0.5, 0.5], [0.1, 0.5], [0.9, 0.5], [0.5, 0.1], [0.5, 0.9]];
  const seen = points.some(([x, y]) => {
    const over = document.elementFromPoint(left + (right - left) * x, top + (bottom - top) * y);
    return over && (shown.contains(over) || over.contains(shown));
  });
  return {seen, html: element.outerHTML.slice(0, 160)};
}"""


def test_escape_closes_the_menu_and_gives_the_focus_back(browser_page, priya):
    page = browser_page(width=390)
    page.goto("/")
    page.locator("summary", has_text=re.compile("")).filter(visible=True).first.click()
    expect(page.locator("details[data-menu]")).to_have_attribute("open", "")

    page.keyboard.press("Escape")

    expect(page.locator("details[data-menu]")).not_to_have_attribute("open", "")
    expect(page.locator("details[data-menu] summary")).to_be_focused()


def test_page_that_learns_the_zone_leaves_alone_whoever_has_begun(browser_page, priya):
    """On a first visit the page is asked for again in the browser's zone; the answer may come late."""
    page, asked_again = browser_page(width=390, tz="Asia/Kolkata"), []
    page.route("**/*", lambda route, request: asked_again.append(route) if is_fetch(request) else route.continue_())
    page.goto("/")
    menu = page.locator("details[data-menu] summary")
    menu.press("Enter")

    with page.expect_event("requestfinished", is_fetch):
        asked_again.pop().continue_()
    page.evaluate("() => new Promise(done => setTimeout(done, 200))")

    expect(menu).to_be_focused()
    expect(page.locator("details[data-menu]")).to_have_attribute("open", "")


def is_fetch(request: Request) -> bool:
    return request.resource_type == "fetch"
