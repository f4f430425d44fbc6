"""Two people, one of whom does not come: the wait, the statement, the mails, and what both read afterwards."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from notifications.tasks import drain_outbox
from sessions_app.attendance.acts import join_call, say_absent, settle_silent
from sessions_app.attendance.disputes import contest_missed
from sessions_app.attendance.excuses import excuse
from sessions_app.attendance.reviews import consider_numbers
from sessions_app.models import (
    AttendanceAct,
    Booking,
    BookingState,
    Confirmation,
    ExcuseKind,
    LedgerReview,
    Role,
)
from sessions_app.quiet.acts import say_here, say_stop
from tests.browser.conftest import begin, expect_done
from tests.browser.looking import problems
from tests.conftest import make_mentor, make_person
from tests.sessions_app.helpers.ledger import miss
from tests.smtp import smtp_sink  # noqa: F401 - a fixture

pytestmark = pytest.mark.browser
MINUTE = timedelta(minutes=1)


@pytest.fixture
def running(priya, bob, booked, settings, live_server) -> Callable[[int], Booking]:
    """running(6): a session that began six minutes ago, whose room is a page of ours."""
    settings.MEETING_URL = live_server.url + "/healthz/live?{token}"

    def make(minutes: int) -> Booking:
        return begin(booked(priya, bob), timezone.now() - minutes * MINUTE)

    return make


def test_mentee_waits_says_so_and_the_mentor_misses_it(browser_page, running, priya, bob, smtp_sink, js):  # noqa: F811
    booking = running(6)
    address = f"/sessions/{booking.uuid}/"
    mentee = browser_page(js=js, user=bob)
    mentee.goto(address)
    with mentee.expect_popup() as opened:
        mentee.get_by_role("button", name="Join the call").first.click()
    opened.value.wait_for_url(f"**/healthz/live?*{booking.room}")
    mentee.goto(address)
    mentee.get_by_role("button", name="Priya hasn’t come").click()
    expect(mentee.locator("[data-part=absence-claimed]")).to_be_visible()

    mentor = browser_page(js=js, user=priya.person, tz="Asia/Kolkata")
    mentor.goto("/notifications/")
    mentor.get_by_role("link", name="Bob is waiting for you in your session").click()
    expect(mentor.locator("[data-part=absence-asked]")).to_be_visible()
    expect(mentor.get_by_role("button", name="I missed it")).to_be_visible()

    later = timezone.now() + 11 * MINUTE
    assert settle_silent(now=later) == 1
    drain_outbox(later)
    subjects = {mail["To"].addresses[0].addr_spec: mail["Subject"] for mail in smtp_sink.mails}
    assert subjects["priya@example.org"].startswith("You missed Bob on ")
    assert subjects["bob@example.org"].startswith("Priya didn’t join on ")

    mentor.reload()
    expect(mentor.get_by_role("heading", name="You missed this session")).to_be_visible()
    mentor.get_by_role("textbox", name="What happened").fill("My flight was late.")
    mentor.get_by_role("button", name="Tell Bob what happened").click()
    expect_done(mentor)

    mentee.goto(address)
    expect(mentee.get_by_role("heading", name="Priya didn’t join")).to_be_visible()
    expect(mentee.get_by_text("My flight was late.").first).to_be_visible()
    mentee.get_by_role("link", name="Another time with Priya").click()
    expect(mentee.locator("#id_question")).to_have_value("Do I take the counter-offer?")
    booking.refresh_from_db()
    assert booking.state == BookingState.MENTOR_NO_SHOW


def test_page_tells_by_itself_that_the_other_is_here(browser_page, running, priya, bob):
    booking = running(1)
    mentor = browser_page(user=priya.person, tz="Asia/Kolkata", clock=timezone.now())
    mentor.goto(f"/sessions/{booking.uuid}/")
    expect(mentor.locator("[data-part=other-awaited]")).to_be_visible()
    join_call(booking=booking, by=bob, now=timezone.now())

    mentor.clock.run_for(21_000)

    expect(mentor.locator("[data-part=other-here]")).to_be_visible()


def test_page_moves_on_in_the_shape_of_the_session_by_itself(browser_page, running, priya, bob):
    booking = running(1)
    page = browser_page(user=bob, clock=timezone.now())
    page.goto(f"/sessions/{booking.uuid}/")
    part = page.locator("#agenda [aria-current=step]")
    expect(part).to_contain_text("Hello")
    during = type(booking.during)(booking.start - 8 * MINUTE, booking.end - 8 * MINUTE, "[)")
    Booking.objects.filter(pk=booking.pk).update(during=during)

    page.clock.run_for(61_000)

    expect(part).to_contain_text("Work on the question")
    expect(page.locator(".now__dial b")).to_have_text("16")


def test_looks_of_who_came(browser_page, running, priya, bob):
    maria = make_person("maria@example.org", "Maria Marsh", is_staff=True)
    booking = running(6)
    mentor, mentee = browser_page(user=priya.person), browser_page(user=bob)
    staff = browser_page(user=maria)
    found = []

    def look(name: str) -> None:
        for side, page in (("mentor", mentor), ("mentee", mentee)):
            page.goto(f"/sessions/{booking.uuid}/")
            found.extend(problems(page, f"who-{name}-{side}"))

    now = timezone.now()
    join_call(booking=booking, by=priya.person, now=now - 7 * MINUTE)
    look("waits")
    say_absent(booking=booking, by=priya.person, now=now)
    look("asked")
    settle_silent(now=now + 11 * MINUTE)
    look("missed")
    Booking.objects.update(during=type(booking.during)(booking.start, now, "[)"))
    contest_missed(booking=booking, by=bob, words="I was in the call and saw nobody there.", now=now)
    look("contested")
    staff.goto("/staff/attendance/")
    found.extend(problems(staff, "who-staff"))
    staff.get_by_label("Your message to").fill("Bob had joined as well.")
    staff.get_by_role("button", name="It doesn’t count against anyone").click()
    expect_done(staff)
    look("decided")

    assert found == []
    assert AttendanceAct.objects.filter(kind="held", person=maria).count() == 1


def test_looks_of_what_counts_against_people(browser_page, booked, priya, bob):
    maria = make_person("maria@example.org", "Maria Marsh", is_staff=True)
    now = timezone.now()
    other = make_mentor(make_person("dora@example.org", "Dora Dane")).offers.get()
    missed = miss(other, bob, *(now - days * timedelta(days=1) for days in (1, 2, 3, 90)))
    excuse(booking=missed[-1], person=bob, kind=ExcuseKind.FORGIVEN, by=missed[-1].mentor, now=now)
    consider_numbers(now=now)
    LedgerReview.objects.update_or_create(person=bob, side=Role.MENTEE, defaults={"number": 3.4, "opened_at": now})
    mentee, staff, mentor = browser_page(user=bob), browser_page(user=maria), browser_page(user=priya.person)
    found = []

    def look(page, address: str, name: str) -> None:
        page.goto(address)
        found.extend(problems(page, name))

    look(mentee, "/settings/missed/", "ledger")
    look(staff, "/staff/missed/", "ledger-staff")
    look(staff, "/staff/policy/", "policy-staff")
    look(mentor, "/mentor/still-here/", "still-here")
    say_stop(profile=priya, now=now)
    look(mentor, "/mentor/still-here/", "resting")
    look(mentor, "/mentor/", "resting-today")
    look(mentee, f"/mentors/{priya.slug}/", "resting-page")
    say_here(profile=priya, now=now)
    LedgerReview.objects.all().delete()
    for booking in missed[:-1]:
        excuse(booking=booking, person=bob, kind=ExcuseKind.FORGIVEN, by=booking.mentor, now=now)
    booking = booked(priya, bob)
    fields = {"start": booking.start, "due_at": booking.start - MINUTE, "asked_at": booking.start - 2 * MINUTE}
    Confirmation.objects.create(booking=booking, person=bob, **fields)
    look(mentee, f"/sessions/{booking.uuid}/", "to-confirm")
    mentee.get_by_role("button", name="Yes, I’m coming").click()
    expect(mentee.locator("[data-part=confirmed]")).to_be_visible()

    assert found == []
