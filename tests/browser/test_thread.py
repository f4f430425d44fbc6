"""What two people do before and in a session, each in a browser of their own: prepare, share, write to each other."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from mentors.models import Format
from sessions_app.models import Booking, SharedFile
from tests.browser.conftest import expect_done
from tests.browser.looking import problems
from tests.mentors.pictures import picture
from tests.sessions_app.helpers.documents import PDF
from tests.sessions_app.helpers.messages import unread_messages, write

pytestmark = pytest.mark.browser


@pytest.fixture
def chat(priya, bob, booked) -> Booking:
    """A session by chat that has just begun."""
    booking = booked(priya, bob)
    start = timezone.now() - timedelta(minutes=1)
    during = type(booking.during)(start, start + timedelta(minutes=25), "[)")
    Booking.objects.filter(pk=booking.pk).update(format=Format.CHAT, during=during)
    booking.occupancies.all().delete()
    return Booking.objects.with_people().get(pk=booking.pk)


@pytest.fixture(autouse=True)
def disk(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def test_mentee_prepares_and_both_share_files(browser_page, priya, bob, booked, js, tmp_path):
    booking = booked(priya, bob)
    (tmp_path / "offer letter.pdf").write_bytes(PDF)
    (tmp_path / "shot.png").write_bytes(picture((600, 400), format="PNG"))
    mentee = browser_page(js=js, user=bob)
    mentee.goto(f"/sessions/{booking.uuid}/")
    mentee.get_by_role("link", name="Add some background").click()
    mentee.locator("#id_situation").fill("They matched it")
    mentee.get_by_text("A decision").click()
    if not js:
        mentee.get_by_role("button", name="Show questions for this kind").click()
    mentee.get_by_label("What are your options?").fill("Stay\nGo")
    mentee.get_by_role("group", name="How sure are you?").get_by_text("6", exact=True).click()
    expect(mentee.locator("#id_situation")).to_have_value("They matched it")
    mentee.get_by_role("button", name="Save").click()
    expect_done(mentee)
    share(mentee, tmp_path / "offer letter.pdf", "Priya")

    mentor = browser_page(js=js, user=priya.person, tz="Asia/Kolkata")
    mentor.goto(f"/sessions/{booking.uuid}/")
    for fact in ("Stay", "6 of 10", "They matched it"):
        expect(mentor.get_by_text(fact).first).to_be_visible()
    with mentor.expect_download() as download:
        mentor.get_by_role("link", name="offer letter.pdf").first.click()
    assert Path(download.value.path()).read_bytes() == PDF
    assert download.value.suggested_filename == "offer letter.pdf"
    share(mentor, tmp_path / "shot.png", "Bob")

    mentee.goto(f"/sessions/{booking.uuid}/files/")
    expect(mentee.locator("img[src$='/small/']").first).to_be_visible()
    found = problems(mentee, "session-files") if js else []
    mentee.get_by_role("button", name="Remove offer letter.pdf").click()
    expect_done(mentee)
    assert list(SharedFile.objects.values_list("name", flat=True)) == ["shot.png"]
    assert found == []


def share(page: Page, path: Path, other: str) -> None:
    page.get_by_role("link", name=re.compile("^Add (a|or remove a) file")).first.click()
    page.get_by_label("A file").set_input_files(path)
    page.get_by_role("button", name="Share this file").click()
    expect_done(page, path.name)
    expect_done(page, other)


def test_a_chat_reaches_the_other_side_by_itself_and_by_keyboard(browser_page, chat, priya, bob):
    mentee, mentor = browser_page(user=bob), browser_page(user=priya.person, tz="Asia/Kolkata")
    for page in (mentee, mentor):
        page.goto(f"/sessions/{chat.uuid}/")
        page.get_by_role("button", name="Go to the chat").click()
        expect(page.get_by_role("log")).to_be_in_viewport()

    say(mentee, "Is “matched” a promise?")
    expect(mentor.get_by_role("log")).to_contain_text("Is “matched” a promise?")
    say(mentor, "Not before it is written.\n\nSee https://example.org/promises")
    expect(mentee.get_by_role("log")).to_contain_text("Not before it is written.")

    link = mentee.get_by_role("link", name="https://example.org/promises")
    expect(link).to_have_attribute("rel", "nofollow ugc noopener noreferrer")
    expect(mentee.get_by_label("Write to Priya")).to_have_value("")
    expect(mentee.get_by_role("log").locator("article")).to_have_count(2)
    expect(mentor.locator("form[data-read]")).to_have_count(0)
    assert unread_messages(priya.person) == []
    assert problems(mentee, "session-chat") == []


def say(page: Page, words: str) -> None:
    """With the keyboard alone."""
    field = page.get_by_label(re.compile(r"^\s*Write to"))
    field.focus()
    page.keyboard.insert_text(words)
    while page.evaluate("document.activeElement.textContent.trim()") != "Send":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(field).to_have_value("")


def test_a_message_that_is_too_long_stays_and_can_be_mended(browser_page, priya, bob, booked):
    booking = booked(priya, bob)
    page = browser_page(user=bob)
    page.goto(f"/messages/{booking.engagement.uuid}/")
    page.get_by_label("Write to Priya").fill("x" * 5001)
    page.get_by_role("button", name="Send").click()

    expect(page.locator("#id_body_error")).to_be_visible()
    expect(page.get_by_label("Write to Priya")).to_be_focused()
    page.get_by_label("Write to Priya").fill("Shorter")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("log")).to_contain_text("Shorter")
    expect(page.locator("#id_body_error")).to_have_count(0)


def test_a_thread_without_scripts_is_read_answered_and_reported(browser_page, priya, bob, booked):
    booking = booked(priya, bob)
    write(booking, priya.person, "Send me your savings", now=timezone.now())
    page = browser_page(js=False, user=bob)
    page.goto("/messages/")
    expect(page.get_by_text("1 new")).to_be_visible()
    page.get_by_role("link", name="Priya Raghunathan").click()
    page.get_by_role("button", name="Mark as read").click()
    page.get_by_label("Write to Priya").fill("No.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("log")).to_contain_text("No.")
    page.get_by_role("log").get_by_role("link", name="Report").click()
    page.get_by_text("Selling or recruiting").click()
    page.get_by_role("button", name="Send report").click()
    expect(page.locator("[data-part=waits]")).to_be_visible()
    page.goto("/messages/")
    expect(page.get_by_text("1 new")).to_have_count(0)


def test_pages_of_a_thread_in_every_look(browser_page, priya, bob, booked):
    booking = booked(priya, bob)
    message = write(
        booking, priya.person, "Is the letter here?\n\nhttps://example.org/" + "x" * 200, now=timezone.now()
    )
    pages = {
        "messages": (bob, "/messages/"),
        "thread": (bob, f"/messages/{booking.engagement.uuid}/"),
        "report": (bob, f"/report/message/{message.uuid}/"),
    }
    readers, found = {bob.pk: browser_page(user=bob)}, []
    for name, (person, path) in pages.items():
        readers[person.pk].goto(path)
        found += problems(readers[person.pk], name)

    assert found == []
