"""The calendar address: made, copied, opened by a program without a sign-in, renewed, stopped; in every look."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar
from playwright.sync_api import expect

from tests.browser.conftest import expect_done
from tests.browser.looking import problems

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def kept_at(address: str) -> list[str] | int:
    """What a calendar program finds there."""
    answer = Client().get("/calendar/" + address.rpartition("/")[2])
    found = answer.status_code == 200
    return [str(event["uid"]) for event in Calendar.from_ical(answer.content).walk("VEVENT")] if found else 404


def test_address_is_made_renewed_and_stopped(browser_page, booked, priya, bob, js):
    booking = booked(priya, bob)
    page = browser_page(js=js, user=bob)

    page.goto("/sessions/")
    page.locator(f"a[href='{reverse('calendar_settings')}']").click()
    page.get_by_role("button", name="Create a calendar address").click()
    address = page.get_by_label("Calendar address").input_value()
    [uid] = kept_at(address)
    assert uid.startswith(str(booking.uuid))
    if js:
        assert page.evaluate("document.activeElement.matches('.note')")

    page.get_by_role("button", name="Create a new address").click()
    newer = page.get_by_label("Calendar address").input_value()
    assert (kept_at(address), kept_at(newer)) == (404, [uid])

    page.get_by_role("button", name="Turn off this address").click()
    expect_done(page)
    assert kept_at(newer) == 404


def test_reloading_the_page_with_the_address_keeps_it(browser_page, bob):
    page = browser_page(user=bob)
    page.goto("/settings/calendar/")
    page.get_by_role("button", name="Create a calendar address").click()
    address = page.get_by_label("Calendar address").input_value()

    page.reload()

    expect(page.get_by_label("Calendar address")).to_have_count(0)
    expect(page.get_by_role("button", name="Turn off this address")).to_be_visible()
    assert kept_at(address) == []


def test_web_calendars_open_from_the_session(browser_page, booked, priya, bob, js):
    page = browser_page(js=js, user=bob)
    page.goto(f"/sessions/{booked(priya, bob).uuid}/")

    page.get_by_text("Google, Outlook, or always up to date").click()

    expect(page.get_by_role("link", name="Google Calendar")).to_be_visible()
    page.get_by_role("link", name="Use a calendar address instead").click()
    expect(page).to_have_url(re.compile(r"/settings/calendar/$"))


def test_every_look_of_it_is_sound(browser_page, booked, priya, bob):
    booking = booked(priya, bob)
    page = browser_page(user=bob)
    page.goto("/settings/calendar/")
    found = problems(page, "calendar-none")
    page.get_by_role("button", name="Create a calendar address").click()
    found += problems(page, "calendar-made")
    page.goto("/settings/calendar/")
    found += problems(page, "calendar-kept")
    page.goto(f"/sessions/{booking.uuid}/")
    page.get_by_text("Google, Outlook, or always up to date").click()
    found += problems(page, "calendar-session")

    assert found == []


def test_what_is_shown_once_is_copied_by_a_button(browser_page, bob):
    page = browser_page(user=bob)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/settings/calendar/")
    page.locator("main form button").first.click()
    page.locator("[data-copies]").click()

    expect(page.locator("[data-copied]")).not_to_be_empty()
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#calendar-address").input_value()
