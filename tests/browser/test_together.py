"""Two people at once, each in a browser of their own."""

import re

import pytest
from playwright.sync_api import expect

from sessions_app.models import Booking, BookingState
from tests.browser.conftest import expect_booked, expect_done
from tests.conftest import make_person

pytestmark = pytest.mark.browser


def test_mentee_asks_and_mentor_accepts_while_both_watch(browser_page, tomas, bob, js):
    mentee = browser_page(js=js, user=bob)
    mentor = browser_page(js=js, user=tomas.person, tz="America/Sao_Paulo")
    mentor.goto("/mentor/")
    expect(mentor.get_by_role("link", name="Answer Bob")).to_have_count(0)

    mentee.goto("/mentors/tomas-herrera/?q=Two+offers")
    mentee.locator("label.slot--radio").last.click()
    mentee.get_by_role("button", name="Request this time").click()
    expect(mentee.locator("[data-stage=waiting]")).to_be_visible()
    mentor.reload()
    mentor.get_by_role("link", name="Answer Bob").click()
    expect(mentor.get_by_text("Two offers").first).to_be_visible()
    mentor.get_by_role("button", name="Accept").click()
    expect(mentor.get_by_text("Confirmed").first).to_be_visible()

    mentee.reload()
    expect(mentee.get_by_text("Confirmed").first).to_be_visible()
    expect(mentee.get_by_role("link", name="Add to calendar")).to_be_visible()
    assert Booking.objects.get().state == BookingState.CONFIRMED


def test_mentor_who_answers_a_withdrawn_request_is_told_so(browser_page, tomas, bob, booked, js):
    booking = booked(tomas, bob)
    mentor = browser_page(js=js, user=tomas.person)
    mentor.goto(f"/sessions/{booking.uuid}/respond/")
    mentee = browser_page(js=js, user=bob)
    mentee.goto(f"/sessions/{booking.uuid}/cancel/")
    mentee.get_by_role("button", name="Withdraw the request").click()
    expect_done(mentee)

    mentor.get_by_role("button", name="Accept").click()

    expect(mentor.get_by_text(re.compile("withdrew the request|no longer waiting")).first).to_be_visible()
    booking.refresh_from_db()
    assert booking.state == BookingState.WITHDRAWN


def test_mentor_cancels_and_the_mentee_reads_why(browser_page, priya, bob, booked, js):
    booking = booked(priya, bob)
    mentor = browser_page(js=js, user=priya.person, tz="Asia/Kolkata")
    mentor.goto(f"/sessions/{booking.uuid}/cancel/")
    mentor.get_by_label("Tell Bob why").fill("I am ill today.")
    mentor.get_by_role("button", name="Cancel the session").click()
    expect_done(mentor)

    mentee = browser_page(js=js, user=bob)
    mentee.goto(f"/sessions/{booking.uuid}/")
    expect(mentee.get_by_text("I am ill today.")).to_be_visible()
    expect(mentee.get_by_role("button", name="Join the call")).to_have_count(0)


def test_of_two_who_want_one_time_one_gets_it(browser_page, priya, bob, js):
    carol = make_person("carol@example.org", "Carol Chan")
    pages = [browser_page(js=js, user=person) for person in (bob, carol)]
    for page in pages:
        page.goto("/mentors/priya-raghunathan/?q=Stay+or+go")
        page.locator("label.slot--radio").last.click()
    for page in pages:
        page.get_by_role("button", name="Book this time").click()

    expect_booked(pages[0])
    expect(pages[1].get_by_role("alert").first).to_contain_text("taken")
    assert list(Booking.objects.values_list("mentee", "state")) == [(bob.pk, BookingState.CONFIRMED)]


def test_stranger_finds_no_session_of_others(browser_page, priya, bob, booked, js):
    booking = booked(priya, bob)
    page = browser_page(js=js, user=make_person("charlie@example.org", "Charlie Chen"))

    paths = ["", "move/", "cancel/", "feedback/", "question/", "join/", "respond/", "calendar.ics"]
    answers = {path: page.request.get(f"/sessions/{booking.uuid}/{path}").status for path in paths}

    assert answers == dict.fromkeys(paths, 404)
