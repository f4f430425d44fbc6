"""A session's page in every state, opened by both of its people: it says what is the case, and axe finds nothing."""

import re
from collections.abc import Callable, Iterator

import pytest
import time_machine
from playwright.sync_api import Page, expect

from accounts.models import User
from sessions_app.models import Booking
from tests.browser.conftest import Visitor, open_context, sign_in
from tests.browser.looking import EVERYTHING, LOOKS, SHOTS, problems
from tests.browser.states import STATES, Cast, Sight, State

pytestmark = pytest.mark.browser
# There are many states, and their parts are those of other pages, which are looked at in every look.
# What a finger must hit, 44 pixels high on a phone; links within words and radios drawn as chips have other rules.
SMALL = """() => [...document.querySelectorAll("main :is(.btn, button, summary, select, textarea, [type=text])")]
  .filter(control => control.checkVisibility({visibilityProperty: true}))
  .filter(control => control.getBoundingClientRect().height < 43.9)
  .map(control => control.outerHTML.slice(0, 120))"""
PHONE, DESK = [(390, "dark", EVERYTHING)], [(1280, "light", EVERYTHING)]


@pytest.fixture
def cast(priya, tomas, bob, settings, tmp_path) -> Cast:
    settings.MEDIA_ROOT = tmp_path / "media"
    return Cast(priya, tomas, bob, settings)


@pytest.fixture(scope="module")
def windows(chromium, live_server) -> Iterator[dict[str, tuple[Page, Visitor]]]:
    """One browser for each zone, kept for all states, so that it loads styles and scripts once."""
    opened: dict[str, tuple[Page, Visitor]] = {}
    yield opened
    for page, _visitor in opened.values():
        page.context.close()


@pytest.fixture
def page_of(windows, chromium, live_server) -> Callable[[User], Page]:
    """The browser where this person lives, signed in as them; nothing may go wrong behind its back."""
    used = []

    def open_page(person: User) -> Page:
        if person.timezone not in windows:
            page, visitor = (
                open_context(chromium, live_server.url, tz=person.timezone).new_page(),
                Visitor(live_server.url),
            )
            visitor.watch(page)
            windows[person.timezone] = (page, visitor)
        page, visitor = windows[person.timezone]
        sign_in(page.context, person, live_server.url)
        used.append(visitor)
        return page

    yield open_page
    assert [complaint for visitor in used for complaint in visitor.complaints] == []


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
def test_page_of_a_session(state: State, cast, page_of):
    built = state.build(cast)
    address = f"/sessions/{built.uuid}/" if isinstance(built, Booking) else built
    mentor = built.mentor if isinstance(built, Booking) else cast.priya.person
    found = []
    # The server's clock alone: the browser keeps its own, which none of these pages reads.
    with time_machine.travel(state.at, tick=True):
        for side, person, sight, looks in (
            ("mentee", cast.bob, state.mentee, PHONE),
            ("mentor", mentor, state.mentor, DESK),
        ):
            if sight:
                page = page_of(person)
                page.goto(address)
                check(page, sight)
                found += small_controls(page)
                found += problems(page, f"state-{state.name}-{side}", LOOKS if SHOTS else looks)
                page.goto("about:blank")  # else it would look again by itself, in the next state

    assert found == []


def small_controls(page: Page) -> list[str]:
    page.set_viewport_size({"width": 390, "height": 900})
    return [f"lower than 44 pixels: {control}" for control in page.evaluate(SMALL)]


def check(page: Page, sight: Sight) -> None:
    """On a desk and on a phone, where a bar at the foot of the page may hold what a wide page has in its head."""
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(re.escape(sight.heading)))
    expect(page.locator("#zone-notice")).to_be_hidden()
    if sight.says:
        expect(page.get_by_text(sight.says).first).to_be_visible()
    if sight.does:
        control = page.locator("a, button, summary", has_text=sight.does)
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            expect(control.filter(visible=True)).not_to_have_count(0)
