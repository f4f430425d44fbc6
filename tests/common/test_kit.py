"""The component kit in a browser: accessible in both themes and at both widths, and no wider than its window."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.browser.conftest import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.urls("tests.common.kit_urls")]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture
def browser(chromium: Browser) -> Browser:
    return chromium


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_kit_is_accessible_and_fits(live_server, browser, theme, width):
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=theme)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{live_server.url}/dev/kit/")
    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    assert [(rule["id"], [node["target"] for node in rule["nodes"]]) for rule in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert complaints == []


def test_kit_reflows_at_320_pixels(live_server, browser):
    page = browser.new_page(viewport={"width": 320, "height": 700})
    page.goto(f"{live_server.url}/dev/kit/")
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_counter_and_zone_cookie_follow_the_browser(live_server, browser):
    context = browser.new_context(timezone_id="Asia/Tokyo")
    page = context.new_page()
    page.goto(f"{live_server.url}/help/")
    # A page without times isn't asked for again; the next one is in the zone that the browser has told.
    wait_until(page, "() => document.cookie.includes('tz=')")
    page.goto(f"{live_server.url}/help/")
    page.get_by_text("Times are shown in Tokyo (JST).").wait_for()
    assert [cookie["value"] for cookie in context.cookies() if cookie["name"] == "tz"] == ["Asia%2FTokyo"]
    page.goto(f"{live_server.url}/dev/kit/")
    page.fill("#id_question", "Is it fair?")
    assert page.inner_text("#id_question_count") == "11 of 500 characters"


def test_menu_works_by_keyboard_without_script(live_server, browser):
    page = browser.new_context(viewport={"width": 390, "height": 700}, java_script_enabled=False).new_page()
    page.goto(f"{live_server.url}/help/")
    page.focus(".menu > summary")
    page.keyboard.press("Enter")
    assert page.locator(".menu__panel a").all_inner_texts() == ["Find a mentor", "My sessions", "Events", "Sign in"]
    assert page.locator(".menu__panel").is_visible()
