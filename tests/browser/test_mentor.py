"""Becoming a mentor, setting one's times and answering requests, with and without JavaScript."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Page, expect

from mentors.models import MentorProfile, ProfileState
from sessions_app.models import Booking, BookingState

pytestmark = pytest.mark.browser

QUESTIONS = ("Should I take the counter-offer?", "How do I say no to my boss?", "Is this offer fair?")


def face() -> dict:
    file = BytesIO()
    Image.new("RGB", (400, 400), "teal").save(file, "JPEG")
    return {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}


def go_on(page: Page, heading: str) -> None:
    page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)


def test_person_applies_to_mentor_and_sees_the_profile_in_review(browser_page, bob, topic, js):
    page = browser_page(js=js, user=bob)
    page.goto("/become-a-mentor/")
    page.get_by_role("link", name="Apply to mentor").click()
    expect(page.get_by_label("Your name")).to_have_value("Bob Bose")
    page.locator("#id_headline").fill("Head of hiring")
    page.locator("#id_photo").set_input_files(face())
    go_on(page, "Three questions you’re good at")
    for label, question in zip(("First", "Second", "Third"), QUESTIONS, strict=True):
        page.get_by_label(f"{label} question").fill(question)
    page.get_by_text("Negotiation", exact=True).click()
    if not page.get_by_role("checkbox", name="English").is_checked():
        page.get_by_text("English", exact=True).click()
    go_on(page, "How you work")
    page.get_by_label("How you work").fill("Bring the letter. We read it together.")
    page.get_by_role("button", name="Save and continue").click()
    page.get_by_text("15 minutes", exact=True).click()
    page.get_by_role("button", name="Save and continue").click()

    expect(page).to_have_url(re.compile(r"/mentor/apply/5/$"))
    for question in QUESTIONS:
        expect(page.get_by_text(question)).to_be_visible()
    page.get_by_role("button", name="Send for review").click()

    expect(page.locator(".note--now")).to_be_visible()
    profile = MentorProfile.objects.get(person=bob)
    assert profile.state == ProfileState.SUBMITTED
    assert (profile.draft.headline, tuple(profile.draft.asks)) == ("Head of hiring", QUESTIONS)
    assert list(profile.draft.topics.all()) == [topic]
    assert profile.draft.photo
    assert list(profile.offers.values_list("length", flat=True)) == [15, 25]
    assert not MentorProfile.objects.public().exists()


def test_what_was_typed_survives_a_step_with_a_mistake(browser_page, bob, topic, js):
    page = browser_page(js=js, user=bob)
    page.goto("/mentor/apply/1/")
    page.get_by_label("Your name").fill("Visit www.example.com")
    page.locator("#id_headline").fill("Head of hiring")

    page.get_by_role("button", name="Save and continue").click()

    expect(page.locator(".error-summary")).to_be_visible()
    expect(page.get_by_label("Your name")).to_have_value("Visit www.example.com")
    expect(page.locator("#id_headline")).to_have_value("Head of hiring")


def test_mentor_sets_the_week_and_sees_at_once_what_people_see(browser_page, priya, js):
    page = browser_page(js=js, user=priya.person)
    priya.schedule.windows.exclude(weekday=3).delete()
    page.goto("/mentor/availability/")

    page.get_by_role("button", name="Add a window on Friday").click()
    page.get_by_label("Friday from").fill("18:00")
    page.get_by_label("Friday until").fill("20:00")
    if js:
        expect(page.locator("#preview")).not_to_contain_text("48 times")
    page.get_by_role("button", name="Save availability").last.click()

    expect(page.get_by_label("Friday from")).to_have_value("18:00")
    expect(page.locator("#preview [data-part=times]")).to_be_visible()
    assert list(priya.schedule.windows.values_list("weekday", "start", "end")) == [(3, 0, 1440), (5, 1080, 1200)]


def test_windows_that_overlap_are_refused_beside_their_day_and_kept(browser_page, priya, js):
    page = browser_page(js=js, user=priya.person)
    priya.schedule.windows.exclude(weekday=3).delete()
    page.goto("/mentor/availability/")
    for count, (start, end) in enumerate((("18:00", "20:00"), ("19:00", "21:00")), start=1):
        page.get_by_role("button", name="Add a window on Friday").click()
        expect(page.get_by_label("Friday from")).to_have_count(count)
        page.get_by_label("Friday from").last.fill(start)
        page.get_by_label("Friday until").last.fill(end)

    page.get_by_role("button", name="Save availability").last.click()

    expect(page.get_by_role("alert").first).to_contain_text("Friday")
    expect(page.get_by_label("Friday from").last).to_have_value("19:00")
    assert list(priya.schedule.windows.values_list("weekday", flat=True)) == [3]


def test_mentor_closes_a_date_and_takes_time_off(browser_page, priya, js):
    page = browser_page(js=js, user=priya.person)
    today = timezone.now().date()
    page.goto("/mentor/availability/")
    page.get_by_role("link", name="Add a date").click()
    page.get_by_label("Date", exact=True).fill(f"{today + timedelta(days=5)}")
    page.get_by_text("Away all day", exact=True).click()
    page.get_by_role("button", name="Save this date").last.click()
    expect(page).to_have_url(re.compile(r"/mentor/availability/"))

    page.get_by_role("link", name="Add time off").click()
    page.get_by_label("First day away").fill(f"{today + timedelta(days=8)}")
    page.get_by_label("Last day away").fill(f"{today + timedelta(days=9)}")
    page.get_by_role("button", name=re.compile("Save")).last.click()

    expect(page.get_by_role("row")).to_have_count(3)
    assert list(priya.schedule.overrides.values_list("date", "minutes")) == [(today + timedelta(days=5), [])]
    assert list(priya.schedule.time_off.values_list("first", "last")) == [
        (today + timedelta(days=8), today + timedelta(days=9))
    ]


def answer_of(page: Page, name: str) -> None:
    page.goto("/mentor/")
    expect(page.get_by_role("heading", name="1 request is waiting for your answer")).to_be_visible()
    page.get_by_role("link", name=f"Answer {name}").click()


def test_mentor_accepts_a_request(browser_page, tomas, bob, booked, js):
    booking = booked(tomas, bob)
    page = browser_page(js=js, user=tomas.person, tz="America/Sao_Paulo")

    answer_of(page, "Bob")
    expect(page.get_by_text("Do I take the counter-offer?")).to_be_visible()
    page.get_by_role("button", name="Accept").click()

    expect(page.get_by_text("Confirmed").first).to_be_visible()
    booking.refresh_from_db()
    assert (booking.state, booking.version) == (BookingState.CONFIRMED, 1)


def test_mentor_declines_a_request_with_a_reason_after_taking_more_time(browser_page, tomas, bob, booked, js):
    # So long ago that more time gains hours at any hour of the day, though no deadline falls at night.
    booking = booked(tomas, bob, hours_ago=20)
    page = browser_page(js=js, user=tomas.person, tz="America/Sao_Paulo")

    answer_of(page, "Bob")
    page.get_by_role("button", name="Ask for more time").click()
    answer_of(page, "Bob")
    expect(page.locator("[data-part=more-time-taken]")).to_be_visible()
    page.locator("label", has=page.locator("input[name=because]")).first.click()
    page.get_by_label("Anything to add").fill("Ask Priya.")
    page.get_by_role("button", name="Decline").click()

    booking = Booking.objects.get(pk=booking.pk)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert (booking.state, booking.ended_by, booking.extended) == (BookingState.DECLINED, tomas.person, True)
    assert booking.reason.endswith("Ask Priya.")
