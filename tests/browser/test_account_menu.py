"""The menu of the account and the choice of colours: by mouse and keyboard, with and without scripts."""

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.browser.looking import problems

pytestmark = pytest.mark.browser
MENU = "details[data-menu]"


def open_menu(page: Page) -> None:
    page.locator(f"{MENU} > summary").click()
    expect(page.locator(".menu__panel")).to_be_visible()


def ground(page: Page) -> str:
    return page.evaluate("getComputedStyle(document.documentElement).colorScheme")


@pytest.mark.parametrize("width", [390, 1280])
def test_open_menu_looks_right_and_fits(browser_page, priya, bob, width):
    found = []
    for name, user in (("bob", bob), ("priya", priya.person)):
        page = browser_page(user=user)
        page.goto("/help/")
        open_menu(page)
        look = [(width, theme, {"resultTypes": ["violations"]}) for theme in ("light", "dark")]
        found += problems(page, f"menu-{name}", look)

    assert found == []


@pytest.mark.parametrize("width", [390, 1280])
def test_menu_is_worked_by_the_keyboard(browser_page, bob, width):
    page = browser_page(user=bob, width=width)
    page.goto("/help/")
    menu = page.locator(f"{MENU} > summary")
    menu.press("Enter")
    expect(page.locator(".menu__panel")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator(".menu__panel a:focus")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator(".menu__panel")).to_be_hidden()
    expect(menu).to_be_focused()

    menu.press("Enter")
    page.locator(".foot a").first.focus()

    expect(page.locator(".menu__panel")).to_be_hidden()


def test_name_of_the_menu_holds_what_is_seen_of_it(browser_page, bob):
    page = browser_page(user=bob)
    page.goto("/help/")

    expect(page.locator(f"{MENU} > summary")).to_have_accessible_name("Your account: Bob (BB)")
    expect(page.locator(".menu__name")).to_be_visible()
    expect(page.locator(f"{MENU} .avatar")).to_have_text("BB")


def test_one_press_in_the_menu_signs_out(browser_page, bob, js):
    page = browser_page(user=bob, js=js, width=390)
    page.goto("/help/")
    open_menu(page)
    page.locator(".menu__out").click()

    expect(page.locator(".menu--account")).to_have_count(0)


def test_visitor_chooses_colours_that_stay(browser_page, transactional_db, js):
    page = browser_page(js=js)
    page.goto("/help/")
    with page.expect_response("**/settings/appearance/"):
        page.locator(".foot button[value=dark]").click()
    expect(page.locator(".foot button[value=dark]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.goto("/privacy/")

    assert (ground(page), page.locator("html").get_attribute("data-theme")) == ("dark", "dark")


def test_colours_change_without_losing_what_was_typed(browser_page, bob):
    page = browser_page(user=bob)
    page.goto("/settings/")
    page.locator("#id_name").fill("Bob B")
    open_menu(page)
    with page.expect_response("**/settings/appearance/"):
        page.locator(".menu__panel button[value=dark]").click()

    expect(page.locator("#id_name")).to_have_value("Bob B")
    expect(page.locator(".foot button[value=dark]")).to_have_attribute("aria-pressed", "true")
    assert (ground(page), User.objects.get(pk=bob.pk).theme) == ("dark", "dark")


@pytest.mark.parametrize("width", [1024, 1153, 1216, 1280, 1366])
@pytest.mark.parametrize("zone", ["America/Sao_Paulo", "Asia/Ho_Chi_Minh"])
def test_head_with_seven_entries_stands_on_one_line(browser_page, priya, width, zone):
    User.objects.filter(pk=priya.person.pk).update(timezone=zone)
    page = browser_page(user=priya.person, width=width)
    page.goto("/help/")
    page.evaluate("""() => {
      const entries = document.querySelector(".head .nav ul");
      entries.append(Object.assign(document.createElement("li"), { innerHTML: "<a href='/'>Programmes</a>" }));
    }""")

    assert page.locator(".head .nav li").count() == 7
    lines = page.locator(".head .tz .city, .head .nav a").evaluate_all(
        "(all) => all.map((one) => { const range = document.createRange(); range.selectNodeContents(one);"
        " return new Set([...range.getClientRects()].map(({ top }) => Math.round(top / 8))).size; })"
    )
    assert max(lines) == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [360, 390, 1100])
@pytest.mark.parametrize("name", ["Women in Engineering Hub", "Mentorenvermittlungsdienst"])
def test_long_name_of_the_site_leaves_the_head_as_high_as_it_is(browser_page, priya, settings, width, name):
    heights = []
    for settings.SITE_NAME in ("Short", name):
        for user in (None, priya.person):
            page = browser_page(user=user, width=width)
            page.goto("/help/")
            heights.append(page.locator(".head__in").bounding_box()["height"])
            assert page.evaluate("document.documentElement.scrollWidth") <= width

    assert heights[2:] == heights[:2]
