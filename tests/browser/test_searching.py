"""Searching: results while the words are typed, filters that go along, an address that can be shared."""

import re

import pytest
from playwright.sync_api import expect

from search.criteria import Drop, SearchCriteria
from search.messages import search_messages
from search.models import UnmetSearch
from tests.browser.conftest import wait_until
from tests.conftest import make_mentor, make_person

pytestmark = pytest.mark.browser


def test_results_come_while_typing_and_filters_keep_the_words(browser_page, priya, tomas):
    page = browser_page()
    # The first page with times is drawn again once the browser has told its zone.
    page.goto("/help/")
    page.goto("/mentors/")
    expect(page.get_by_role("heading", name="2 people can help")).to_be_visible()
    # Screen readers only read out changes in an element that was there before.
    status = page.get_by_role("status").element_handle()
    box = page.locator("#q")

    box.press_sequentially("reading a lett")
    expect(page.get_by_role("heading", name="1 person has written about this")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("1 person")
    assert status.evaluate("(element) => element.isConnected")
    expect(page.get_by_role("heading", name="Tomás Herrera")).to_be_visible()
    # The reader is still in the box, and the words are in the address, so that the search can be shared.
    expect(box).to_be_focused()
    expect(page).to_have_url(re.compile(r"q=reading\+a\+lett$"))

    page.get_by_text("25 min", exact=True).first.click()
    expect(page).to_have_url(re.compile(r"q=reading\+a\+lett&len=25"))
    expect(page.get_by_role("heading", name="Tomás Herrera")).to_be_visible()

    page.go_back()
    expect(page).to_have_url(re.compile(r"q=reading\+a\+lett$"))
    expect(page.get_by_role("checkbox", name="25 min")).not_to_be_checked()
    page.reload()
    expect(box).to_have_value("reading a lett")
    assert UnmetSearch.objects.count() == 0


def test_filters_take_one_row_on_a_phone_that_begins_at_the_chosen_one(browser_page, priya):
    page = browser_page(width=390)
    page.goto("/mentors/?q=counter-offer&len=45")
    chips = page.locator(".filters .chip")
    expect(page.get_by_role("checkbox", name="45 min")).to_be_in_viewport()
    assert chips.evaluate_all("(chips) => new Set(chips.map((chip) => chip.getBoundingClientRect().top)).size") == 1

    page.get_by_role("radio").first.focus()

    expect(chips.first).to_be_in_viewport()


def test_enter_asks_and_shift_enter_begins_a_line(browser_page, priya, tomas):
    page = browser_page()
    page.goto("/")
    box = page.locator("#q")

    box.press_sequentially("resigning")
    box.press("Shift+Enter")
    expect(box).to_have_value("resigning\n")
    box.press("Backspace")
    box.press("Enter")

    expect(page).to_have_url(re.compile(r"/mentors/\?q=resigning$"))


def test_after_back_the_box_and_the_filters_say_what_the_results_are_for(browser_page, priya, tomas):
    page = browser_page()
    page.goto("/mentors/?q=counter-offer")
    box, lengths, filters = page.locator("#q"), page.locator("[name=len]"), page.locator("[name=when]")
    expect(page.get_by_role("heading", name="Priya Raghunathan")).to_be_visible()
    chosen = re.compile("len=")
    page.locator("label:has([name=len])").first.click()
    expect(page).to_have_url(chosen)
    box.fill("resigning")
    expect(page.get_by_role("heading", name="Tomás Herrera")).to_be_visible()
    page.locator("label:has([name=when])").nth(2).click()
    expect(page).to_have_url(re.compile("when="))

    page.go_back()
    expect(page).to_have_url(re.compile("q=resigning&len="))
    expect(page.get_by_role("heading", name="Tomás Herrera")).to_be_visible()
    expect(filters.nth(2)).not_to_be_checked()
    page.go_back()

    expect(page).to_have_url(re.compile(r"q=counter-offer$"))
    expect(page.get_by_role("heading", name="Priya Raghunathan")).to_be_visible()
    expect(box).to_have_value("counter-offer")
    expect(lengths.first).not_to_be_checked()
    # The page that Back drew is as alive as the one that was opened.
    box.fill("resigning")
    expect(page.get_by_role("heading", name="Tomás Herrera")).to_be_visible()


def test_a_search_that_finds_nobody_gives_way_and_says_so(browser_page, priya, js):
    page = browser_page(js=js)
    page.goto("/mentors/?q=counter-offer&len=45")

    [of_other_lengths] = search_messages([Drop.LENGTH], SearchCriteria(lengths=(45,)), soonest="")
    expect(page.locator("#found-title")).to_contain_text(of_other_lengths)
    expect(page.get_by_role("heading", name="Priya Raghunathan")).to_be_visible()

    page.locator("#q").fill("zyzzyva")
    page.get_by_role("button", name="Find mentors").click()

    expect(page.get_by_role("heading", name="Nobody has written about this yet")).to_be_visible()
    expect(page.get_by_role("link", name="Ask anyone who is free")).to_be_visible()
    assert list(UnmetSearch.objects.values_list("words", "count")) == [("zyzzyva", 1)]


@pytest.mark.parametrize("width", [390, 1280])
def test_cards_out_of_sight_are_drawn_once_they_come_near(browser_page, priya, width):
    for number in range(12):
        make_mentor(make_person(f"m{number}@example.org", f"Mentor {number}"))
    page = browser_page(width=width)
    page.goto("/mentors/")
    drawn = "() => [...document.querySelectorAll('.mcard')].map(c => c.checkVisibility({contentVisibilityAuto: true}))"
    wait_until(page, f"() => ({drawn})()[0]")  # which of them are near is known with the first frame
    first, *_others, last = page.evaluate(drawn)
    links = page.locator(".mcard h3 a")

    assert (links.count(), first, last) == (13, True, False)
    assert len(page.get_by_role("article").all()) == 13  # readers of screens have them all
    links.last.focus()
    expect(links.last).to_be_in_viewport()
    wait_until(page, f"() => ({drawn})().at(-1)")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
