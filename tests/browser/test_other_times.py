"""A request, other times in answer, and one tap that books one of them; in two browsers, with and without scripts."""

import re

import pytest
from playwright.sync_api import expect

from sessions_app.models import Booking
from tests.browser.looking import problems

pytestmark = pytest.mark.browser


def test_mentor_offers_other_times_and_the_mentee_takes_one_with_one_tap(browser_page, booked, tomas, bob, js):
    booking = booked(tomas, bob)
    page, theirs = browser_page(js=js, user=bob), browser_page(js=js, user=tomas.person)
    found = []

    theirs.goto(f"/sessions/{booking.uuid}/respond/")
    found += problems(theirs, "counter-respond") if js else []
    theirs.get_by_role("link", name="Offer other times").click()
    for chosen in (1, 2):
        theirs.locator("#times a.slot:not(.slot--chosen)").nth(3 * chosen).click()
        expect(theirs.get_by_role("heading", name=f"{chosen} of 3 selected")).to_be_visible()
    found += problems(theirs, "counter-choose") if js else []
    theirs.get_by_role("button", name="Offer Bob these 2 times").click()
    expect(theirs.locator("[data-stage=countered]")).to_be_visible()
    found += problems(theirs, "counter-offered") if js else []

    page.goto(f"/sessions/{booking.uuid}/")
    found += problems(page, "counter-mentee") if js else []
    page.locator("#times").get_by_role("button", name=re.compile("Book this time")).nth(1).click()

    expect(page.locator("[data-stage=ahead], [data-stage=soon]")).to_be_visible()
    found += problems(page, "counter-booked") if js else []
    assert Booking.objects.get().state == "confirmed"
    assert found == []


def test_times_that_cannot_be_had_say_so_where_one_would_write(browser_page, booked, priya, tomas, bob, settings):
    """At a limit, on a day that is full, at the present time of a session that is moved, and with a deadline."""
    page = browser_page(user=bob)
    found = []
    page.goto("/mentors/tomas-herrera/")
    page.locator("#times label").first.click()
    found += problems(page, "promise-deadline")
    booking = booked(priya, bob)
    page.goto("/mentors/priya-raghunathan/")
    found += problems(page, "promise-limit")
    page.goto(f"/sessions/{booking.uuid}/move/?day={booking.start:%Y-%m-%d}")
    found += problems(page, "promise-move")
    page.goto(f"/sessions/{booking.uuid}/")
    found += problems(page, "promise-series")
    settings.MAX_OPEN_BOOKINGS = 1
    page.goto("/mentors/tomas-herrera/")
    expect(page.get_by_role("textbox")).to_have_count(0)
    found += problems(page, "promise-open")
    assert found == []
