"""Two people, one question, more dates: chosen by links, looked at together, booked at once; then a second opinion."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from sessions_app.models import Booking, BookingState, Engagement
from tests.browser.conftest import expect_done, first_free
from tests.browser.looking import problems

pytestmark = pytest.mark.browser


def choose(page: Page, chosen: str) -> None:
    """The last time of the opened day: late in the evening that may be the only one."""
    page.locator("#times a.slot:not(.slot--chosen)").last.click()
    expect(page.get_by_role("heading", name=chosen)).to_be_visible()


def test_mentee_adds_two_dates_and_the_mentor_sees_all_three(browser_page, booked, priya, bob, js):
    booking = booked(priya, bob)
    home = f"/sessions/{booking.uuid}/"
    page, theirs = browser_page(js=js, user=bob), browser_page(js=js, user=priya.person)
    found = []

    page.goto(home)
    found += problems(page, "series-session") if js else []
    page.get_by_role("link", name="Add more dates").click()
    choose(page, "1 of 3 selected")
    page.locator(".days a.day:not([aria-current])").last.click()
    expect(page.locator(".days [aria-current=date]")).to_be_visible()
    choose(page, "2 of 3 selected")
    found += problems(page, "series-choose") if js else []
    page.get_by_role("link", name="Check these 2 dates").click()
    expect(page.get_by_role("heading", name="Check your dates")).to_be_visible()
    found += problems(page, "series-check") if js else []
    assert Booking.objects.count() == 1

    page.get_by_role("button", name="Book these 2 dates").click()

    expect_done(page)
    found += problems(page, "series-booked") if js else []
    theirs.goto(home)
    expect(theirs.get_by_role("region", name="About this question").get_by_role("listitem")).to_have_count(3)
    expect(theirs.get_by_role("link", name="Add more dates")).to_have_count(0)
    theirs.get_by_role("region", name="About this question").get_by_role("link").last.click()
    theirs.get_by_role("link", name="Cancel the session").click()
    theirs.get_by_label("Tell Bob why").fill("A trip")
    theirs.locator("main form [type=submit]").click()
    expect_done(theirs)
    page.goto(home)
    expect(page.get_by_role("region", name="About this question").get_by_role("listitem")).to_have_count(2)
    assert Engagement.objects.count() == 1
    page.goto(f"{home}cancel/")
    page.locator("[name=which][value=all]").check()
    # The time of day decides whether one of them is so near that a reason is asked for.
    page.locator("#id_reason").fill("A trip")
    page.locator("main form [type=submit]").click()
    expect_done(page)
    assert set(Booking.objects.values_list("state", flat=True)) == {BookingState.CANCELLED}
    assert found == []


def test_a_date_that_is_taken_meanwhile_is_named_and_nothing_is_booked(browser_page, booked, priya, bob):
    booking = booked(priya, bob)
    start = first_free(priya, days_ahead=5)
    near = f"{start:%Y-%m-%dT%H:%MZ}&t={start + timedelta(minutes=10):%Y-%m-%dT%H:%MZ}"
    page = browser_page(user=bob)

    page.goto(f"/sessions/{booking.uuid}/further/check/?t={near}")

    expect(page.get_by_role("button", name="Book")).to_have_count(0)
    assert problems(page, "series-conflict") == []


def test_mentee_asks_a_second_person_the_same(browser_page, booked, priya, tomas, bob, js):
    booking = booked(priya, bob)
    page = browser_page(js=js, user=bob)
    page.goto(f"/sessions/{booking.uuid}/")
    page.get_by_role("link", name="Ask a second person").click()

    expect(page.locator("[data-part=same-question]")).to_be_visible()
    expect(page.get_by_role("heading", name="Priya Raghunathan")).to_have_count(0)
    found = problems(page, "second-results") if js else []
    page.get_by_role("link", name="Ask anyone who is free").click()
    page.get_by_role("link", name="Tomás Herrera", exact=True).click()
    page.locator("#times label.slot").first.click()
    page.get_by_role("button", name="Request this time").click()

    expect(page.locator("[data-stage=waiting]")).to_be_visible()
    assert Engagement.objects.get(mentor=tomas.person).continues == booking.engagement
    assert found == []
