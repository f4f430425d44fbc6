"""From a question to a booked session and what a mentee does with it, with and without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from sessions_app.models import Booking, BookingState, Occupancy
from tests.browser.conftest import expect_booked, expect_done, first_free
from tests.browser.looking import problems
from tests.conftest import make_person

pytestmark = pytest.mark.browser

QUESTION = "My manager matched my new offer. Should I take the counter-offer?"


def test_guest_books_with_a_code_from_a_mail_and_types_nothing_twice(browser_page, priya, code_for, js):
    page = browser_page(js=js)
    page.goto("/")
    page.locator("#q").fill(QUESTION)
    page.get_by_role("button", name="Find mentors").click()

    page.get_by_role("link", name=re.compile("25 minutes with Priya")).first.click()
    expect(page.locator("#id_question")).to_have_value(QUESTION)
    expect(page.locator("input[name=start]:checked")).to_have_count(1)
    page.get_by_role("button", name="Book this time").click()

    expect(page.locator("#id_email")).to_be_visible()
    expect(page.locator("[data-part=held]")).to_be_visible()
    expect(page.get_by_text(QUESTION)).to_be_visible()
    assert list(Booking.objects.values_list("state", "mentee")) == [(BookingState.HELD, None)]
    page.locator("#id_email").fill("sam@example.org")
    page.locator("#id_name").fill("Sam Whitlock")
    page.get_by_role("button", name="Email me a code").click()

    page.get_by_label("code", exact=False).first.fill(code_for("sam@example.org"))
    page.get_by_role("button", name=re.compile("Continue|Confirm email address")).click()

    expect_booked(page)
    expect(page.get_by_text(QUESTION)).to_be_visible()
    booking = Booking.objects.get()
    assert (booking.state, booking.mentee.email, booking.mentee.name, booking.question) == (
        BookingState.CONFIRMED,
        "sam@example.org",
        "Sam Whitlock",
        QUESTION,
    )
    page.goto("/sessions/")
    expect(page.get_by_role("article")).to_contain_text("With Priya Raghunathan")


@pytest.mark.parametrize("text", ["👩" * 500, "a\n" * 249 + "bc"], ids=["emoji", "line breaks"])
def test_as_many_characters_as_the_page_counts_are_taken(browser_page, priya, bob, text):
    page = browser_page(user=bob)
    page.goto("/mentors/?q=counter-offer")
    page.get_by_role("link", name=re.compile("25 minutes with Priya")).first.click()

    page.locator("[name=question]").fill(text)
    expect(page.locator("[data-count-of]")).to_contain_text("500 of 500")
    page.get_by_role("button", name="Book this time").click()

    expect_booked(page)
    assert Booking.objects.get().question == text


def test_signed_in_mentee_books_in_two_clicks(browser_page, priya, bob, js):
    page = browser_page(js=js, user=bob)
    page.goto("/mentors/?q=counter-offer")

    page.get_by_role("link", name=re.compile("25 minutes with Priya")).first.click()
    page.get_by_role("button", name="Book this time").click()

    expect_booked(page)
    booking = Booking.objects.get()
    assert (booking.state, booking.mentee, booking.question) == (BookingState.CONFIRMED, bob, "counter-offer")


def test_back_after_eleven_picks_shows_the_page_and_keeps_what_was_typed(browser_page, priya, bob):
    page = browser_page(user=bob)
    page.goto("/mentors/priya-raghunathan/?q=Stay")
    days = page.get_by_role("navigation", name="Choose a day")
    current = days.locator("[aria-current=date]")
    shown = [(page.url, current.get_attribute("formaction"))]
    for pick in range(11):
        days.get_by_role("button").nth(1 + pick % 2).click()
        expect(days.get_by_role("button").nth(1 + pick % 2)).to_have_attribute("aria-current", "date")
        shown.append((page.url, current.get_attribute("formaction")))
    page.locator("#id_question").fill("Stay, or go?")

    for address, day in reversed(shown[:-1]):
        page.go_back()
        expect(page).to_have_url(address)
        expect(current).to_have_attribute("formaction", day)
        expect(page.get_by_role("banner")).to_be_visible()
    expect(page.locator("#picker #picker, #picker header")).to_have_count(0)
    expect(page.locator("#id_question")).to_have_value("Stay, or go?")
    page.locator("label.slot--radio").last.click()
    page.get_by_role("button", name="Book this time").click()

    expect_booked(page)
    assert Booking.objects.get().question == "Stay, or go?"


def test_back_to_a_page_that_is_no_longer_this_persons_shows_the_other_page_alone(browser_page, priya, bob, booked):
    booking = booked(priya, bob)
    page = browser_page(user=bob)
    page.goto(f"/sessions/{booking.uuid}/move/")
    days = page.get_by_role("navigation", name="Choose a day")
    days.get_by_role("link").nth(1).click()
    expect(page).to_have_url(re.compile("day="))
    page.context.clear_cookies()

    page.go_back()

    expect(page).to_have_url(re.compile("/sign-in/"))
    expect(page.get_by_role("banner")).to_have_count(1)
    expect(page.locator("#picker")).to_have_count(0)


def test_mentee_opens_a_day_among_four_weeks(browser_page, priya, bob, js):
    page = browser_page(js=js, width=390, user=bob)
    page.goto("/mentors/priya-raghunathan/?q=Stay+or+go")
    weeks = page.get_by_role("navigation", name="Four weeks")
    expect(weeks).to_be_hidden()

    page.locator("#four-weeks summary").press("Enter")
    day = weeks.get_by_role("button").nth(17)
    wanted, name = re.search(r"day=([\d-]+)", day.get_attribute("formaction"))[1], day.get_attribute("aria-label")
    day.press("Enter")

    expect(page).to_have_url(re.compile(f"day={wanted}"))
    expect(page.locator("#times-title")).to_be_in_viewport()
    expect(page.locator("#times-title")).to_have_text(name.split(",")[0])
    assert page.locator("input[name=start]").count() == int(re.search(r"(\d+) times?$", name)[1])
    if js:
        expect(page.locator("#times-title")).to_be_focused()
    page.locator("#four-weeks summary").click()
    expect(weeks.locator("[aria-current=date]")).to_have_attribute("aria-label", name)
    # What looks for problems is a script itself.
    assert not js or problems(page, "mentor-four-weeks") == []


def test_question_stays_while_other_days_and_lengths_are_opened(browser_page, priya, bob, js):
    priya.offers.create(length=45)
    page = browser_page(js=js, width=390, user=bob)
    page.goto("/mentors/priya-raghunathan/?q=Stay+or+go")
    field, first, second = page.locator("#id_question"), "Do I take it?", "Do I take the counter-offer?"

    field.fill(first)
    page.locator(".days button:not([aria-current])").first.click()
    expect(page).to_have_url(re.compile("day="))
    expect(field).to_have_value(first)
    field.fill(second)
    page.locator(".lenopt:not([aria-current])").click()
    expect(page.locator(".lenopt[aria-current]")).to_contain_text("45")
    expect(field).to_have_value(second)

    # The bar that leads to the times goes once one is picked, and doesn't lie on what is written next.
    expect(page.locator(".stickybar")).to_be_visible()
    page.locator("input[name=start]").first.check(force=True)
    expect(page.locator(".stickybar")).to_be_hidden()
    # Enter, on a time, books that time, and opens nothing else.
    page.locator("input[name=start]").first.press("Enter")

    expect_booked(page)
    booking = Booking.objects.get()
    assert (booking.length, booking.question) == (45, second)


def test_mentee_picks_another_day_and_time(browser_page, priya, bob, js):
    page = browser_page(js=js, user=bob)
    page.goto("/mentors/priya-raghunathan/?q=Stay+or+go")

    day = page.get_by_role("navigation", name="Choose a day").get_by_role("button").nth(2)
    wanted = re.search(r"day=([\d-]+)", day.get_attribute("formaction"))[1]
    day.click()
    expect(page.get_by_role("navigation", name="Choose a day").locator("[aria-current=date]")).to_have_attribute(
        "formaction", re.compile(wanted)
    )
    if js:
        expect(page.locator("#times-title")).to_be_focused()
    time = page.locator("label.slot--radio").nth(3)
    start = time.locator("input").get_attribute("value")
    time.click()
    page.get_by_role("button", name="Book this time").click()

    expect_booked(page)
    assert f"{Booking.objects.get().start:%Y-%m-%dT%H:%MZ}" == start


def test_mentee_moves_a_session_and_cancels_it_with_a_reason(browser_page, priya, bob, booked, js):
    booking = booked(priya, bob)
    page = browser_page(js=js, user=bob)
    page.goto("/sessions/")
    page.get_by_role("link", name=re.compile("Open the session")).click()

    page.get_by_role("link", name="Reschedule").click()
    time = page.locator("label.slot--radio", has=page.locator("input:not(:checked)")).last
    start = time.locator("input").get_attribute("value")
    time.click()
    page.get_by_role("button", name="Move to this time").click()
    expect_done(page)
    booking.refresh_from_db()
    assert (f"{booking.start:%Y-%m-%dT%H:%MZ}", booking.sequence, booking.moves) == (start, 1, 1)

    page.get_by_role("link", name="Cancel the session").click()
    page.get_by_label(re.compile("Priya|reason", re.IGNORECASE)).fill("I found the answer.")
    page.get_by_role("button", name="Cancel the session").click()
    expect_done(page)
    expect(page.get_by_text("I found the answer.")).to_be_visible()
    booking.refresh_from_db()
    assert (booking.state, booking.ended_by, booking.reason) == (BookingState.CANCELLED, bob, "I found the answer.")
    assert Occupancy.objects.count() == 0
    page.goto("/sessions/?tab=cancelled")
    expect(page.get_by_role("article")).to_contain_text("With Priya Raghunathan")


def test_empty_question_keeps_everything_and_says_what_to_write(browser_page, priya, bob, js):
    page = browser_page(js=js, user=bob)
    page.goto("/mentors/priya-raghunathan/")
    time = page.locator("label.slot--radio").last
    start = time.locator("input").get_attribute("value")
    time.click()
    page.locator("form#book").evaluate("form => form.noValidate = true")
    page.get_by_role("button", name="Book this time").click()

    summary = page.locator(".error-summary")
    expect(summary.get_by_role("link")).to_have_attribute("href", "#id_question")
    expect(page.locator("input[name=start]:checked")).to_have_value(start)
    expect(page).to_have_title(re.compile("^Error: "))
    if js:
        expect(summary).to_be_focused()


def test_the_one_who_comes_second_keeps_the_question_and_gets_the_nearest_times(browser_page, priya, bob, booked, js):
    start = first_free(priya)
    page = browser_page(js=js, user=bob)
    page.goto(f"/mentors/priya-raghunathan/?t={start:%Y-%m-%dT%H:%MZ}&q=Stay+or+go")
    expect(page.locator("input[name=start]:checked")).to_have_value(f"{start:%Y-%m-%dT%H:%MZ}")
    booked(priya, make_person("rival@example.org", "Rita Rival"), start=start)

    page.get_by_role("button", name="Book this time").click()

    note = page.get_by_role("alert").first
    expect(note).to_contain_text("taken")
    assert note.get_by_role("link").count() >= 2
    expect(page.locator("#id_question")).to_have_value("Stay or go")
    if js:
        expect(note).to_be_focused()
    note.get_by_role("link").first.click()
    page.get_by_role("button", name="Book this time").click()
    expect_booked(page)
    assert sorted(Booking.objects.values_list("mentee__email", flat=True)) == ["bob@example.org", "rival@example.org"]


def test_a_second_click_books_once(browser_page, priya, bob, js):
    page = browser_page(js=js, user=bob)
    page.goto("/mentors/priya-raghunathan/?q=Stay+or+go")
    page.locator("label.slot--radio").last.click()

    page.get_by_role("button", name="Book this time").dblclick()

    expect_booked(page)
    assert Booking.objects.count() == 1


def test_a_browser_that_knows_its_zone_is_never_asked_for_it(browser_page, priya):
    """Another zone than the site's is shown at once; the same one only ends the question."""
    for zone, shown in (("Asia/Tokyo", "Asia/Tokyo"), ("UTC", "UTC")):
        page = browser_page(tz=zone)
        page.goto("/mentors/priya-raghunathan/")
        expect(page.locator(f"p[data-times-in='{shown}']")).to_be_visible()
        expect(page.locator("[data-asks-zone]")).to_have_count(0)
        page.goto("/mentors/")
        expect(page.locator(f"p[data-times-in='{shown}']")).to_be_visible()
        expect(page.locator("[data-asks-zone]")).to_have_count(0)


def test_a_page_without_times_is_fetched_once(browser_page, priya):
    page = browser_page(tz="Asia/Tokyo")
    fetched = []
    page.on("request", lambda request: fetched.append(request.resource_type))

    page.goto("/help/", wait_until="networkidle")
    once = [kind for kind in fetched if kind in ("document", "fetch")]
    page.goto("/mentors/", wait_until="networkidle")

    assert once == ["document"]
    assert [kind for kind in fetched if kind in ("document", "fetch")] == ["document", "document"]


def test_a_traveller_is_asked_once_on_the_first_page_with_times(browser_page, priya, bob):
    page = browser_page(user=bob, tz="Europe/Lisbon")
    asked = page.locator("#zone-notice")
    for address, is_asked in (("/help/", False), ("/mentors/", True), ("/mentors/priya-raghunathan/", False)):
        page.goto(address, wait_until="networkidle")
        expect(asked).to_be_visible(visible=is_asked)
