"""Two people wait for one mentor's time: it is held for the first, passed on, and booked by the second."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from sessions_app.booking.changes import cancel_booking
from sessions_app.models import Booking, HeldTime, TimeOff, WaitlistEntry
from sessions_app.waiting.acts import wait_for_mentor
from sessions_app.waiting.handing_out import hand_out_freed_time
from tests.browser.conftest import expect_booked, expect_done, first_free
from tests.browser.looking import problems
from tests.conftest import make_person

pytestmark = pytest.mark.browser
DAY = timedelta(days=1)


@pytest.fixture
def away(priya) -> TimeOff:
    """All that can be booked is closed."""
    today = timezone.now().date()
    return TimeOff.objects.create(schedule=priya.schedule, first=today - DAY, last=today + 40 * DAY)


def test_two_people_wait_and_the_time_is_held_for_one_after_the_other(browser_page, priya, away, bob, code_for):
    cleo = make_person("cleo@example.org", "Cleo Clark")
    visitor, second = browser_page(), browser_page(user=cleo, width=390)
    visitor.goto("/mentors/priya-raghunathan/?q=Do I take the counter-offer?")
    found = problems(visitor, "waiting-no-times")
    visitor.get_by_role("button", name="Tell me when Priya is free").click()
    found += problems(visitor, "waiting-visitor")
    visitor.locator("#id_email").fill(bob.email)
    visitor.get_by_role("button", name="Email me a code").click()
    visitor.get_by_label("Code").fill(code_for(bob.email))
    visitor.get_by_role("button", name="Continue").click()
    expect_done(visitor)
    second.goto("/mentors/priya-raghunathan/")
    second.get_by_role("button", name="Tell me when Priya is free").click()
    expect(second.get_by_text("A time with Priya Raghunathan")).to_be_visible()

    away.delete()
    start = first_free(priya, days_ahead=0)
    # A whole day is left by Priya's own clock, so that there is a free time at every hour of the day.
    closes = start.astimezone(ZoneInfo(priya.schedule.timezone)).date() + 2 * DAY
    TimeOff.objects.create(schedule=priya.schedule, first=closes, last=closes + 40 * DAY)
    hand_out_freed_time(now=timezone.now())
    visitor.goto("/notifications/")
    visitor.locator("a[href*='/waiting/held/']").first.click()
    expect(visitor.locator("#id_question")).to_have_value("Do I take the counter-offer?")
    found += problems(visitor, "waiting-held")
    first = HeldTime.objects.get(person=bob)
    visitor.get_by_role("button", name="Doesn’t suit me: pass it on").click()
    expect_done(visitor)

    found += problems(visitor, "waiting-list")
    mine = HeldTime.objects.get(person=cleo)
    second.goto(f"/waiting/held/{mine.uuid}/")
    second.locator("#id_question").fill("Which of two offers?")
    second.get_by_role("button", name="Book this time").click()
    expect_booked(second)
    visitor.get_by_role("button", name="Leave the waiting list").first.click()
    expect_done(visitor)
    found += problems(visitor, "waiting-none")
    visitor.goto(f"/waiting/held/{first.uuid}/")
    found += problems(visitor, "waiting-given-back")
    assert found == []


def test_who_is_a_moment_too_early_is_told_why_and_can_stand_in_line(browser_page, js, priya, bob, booked):
    cleo, dora = make_person("cleo@example.org", "Cleo Clark"), make_person("dora@example.org", "Dora Dane")
    start = first_free(priya)
    page = browser_page(user=bob, js=js)
    page.goto(f"/mentors/priya-raghunathan/?t={start:%Y-%m-%dT%H:%MZ}")
    page.locator("#id_question").fill("Which of two offers?")
    booking = booked(priya, dora, start=start)
    wait_for_mentor(profile=priya, words="Mine first", known=[], person=cleo, now=timezone.now())
    cancel_booking(booking=booking, by=dora, reason="ill", now=timezone.now())

    page.get_by_role("button", name="Book this time").click()

    expect(page.get_by_role("alert").locator("[data-refusal=set_aside]")).to_be_visible()
    found = problems(page, "set-aside") if js else []
    page.get_by_role("alert").get_by_role("button", name="Tell me when Priya is free").click()
    expect_done(page)
    assert WaitlistEntry.objects.get(person=bob).words == "Which of two offers?"
    assert found == []


def test_who_finds_nobody_is_told_when_somebody_can_help(browser_page, priya, bob):
    page = browser_page(user=bob)
    page.goto("/mentors/?q=Naming my ferret")
    found = problems(page, "waiting-nobody")
    page.locator("form:has([name=asks_mentors]) button").click()
    expect(page.get_by_text("Naming my ferret", exact=True)).to_be_visible()
    page.goto("/mentors/priya-raghunathan/")
    found += problems(page, "waiting-beside-times")
    assert found == []


def test_the_last_minutes_of_two_people(browser_page, priya, bob, booked):
    booking = booked(priya, bob)
    length, end = booking.end - booking.start, timezone.now().replace(second=0, microsecond=0) + timedelta(minutes=4)
    during = type(booking.during)(end - length, end, "[)")
    Booking.objects.filter(pk=booking.pk).update(during=during)
    booking.occupancies.update(during=during)
    mine, theirs = browser_page(user=bob), browser_page(user=priya.person)
    for page in (mine, theirs):
        page.goto(f"/sessions/{booking.uuid}/")
    found = problems(mine, "last-minutes")
    mine.get_by_role("button", name="Ask Priya for five more minutes").click()
    expect(mine.locator("[data-part=more-time-wanted]")).to_be_visible()
    expect(theirs.locator("[data-part=more-time-asked]")).to_be_visible(timeout=15_000)
    found += problems(theirs, "last-minutes-asked")
    theirs.get_by_role("button", name="Yes, five more minutes").click()
    expect_done(theirs)
    mine.locator("#id_text").fill("Ask for the level in writing")
    mine.get_by_role("button", name="Save for both").click()
    mine.get_by_role("link", name="A card to print or keep").click()
    expect(mine.get_by_text("Ask for the level in writing")).to_be_visible()
    found += problems(mine, "card")
    mine.emulate_media(media="print")
    found += problems(mine, "card-print")
    assert found == []
