"""An evening in real browsers: three phones, the desk and the board, through two rounds."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from events.live import running
from events.live.presence import check_in, take_break
from events.models import Round
from sessions_app.models import Occupancy
from tests.browser.looking import LOOKS, problems
from tests.conftest import make_person
from tests.events.making import MadeEvening, make_evening

pytestmark = pytest.mark.browser
BOTH = LOOKS[::3]


@pytest.fixture
def evening(transactional_db) -> MadeEvening:
    """Starts in ten minutes, so check-in is open."""
    now = timezone.now()
    maria = make_person("maria@example.org", "Maria Marsh", is_staff=True)
    start = now + timedelta(minutes=10)
    return make_evening(maria, mentees=4, start=start, registration_until=start, wishes_until=start, now=now)


def test_everyone_is_at_the_right_table(browser_page, evening):
    """One has no scripts, one takes a break, one goes home; nobody else does anything, and all pages agree."""
    address = f"/events/{evening.event.slug}/now/"
    desk = browser_page(user=evening.event.by)
    board = browser_page(width=1920)
    staying, resting, mentor = (
        browser_page(user=person.person, js=js, width=390)
        for person, js in ((evening.mentees[3], True), (evening.mentees[2], True), (evening.mentors[1], False))
    )
    board.goto(f"/events/board/{evening.event.board_key}/")
    desk.goto(f"/events/{evening.event.slug}/desk/")
    for phone in (staying, resting, mentor):
        phone.goto(address)
        phone.locator("#press-here").click()
        expect(phone.locator("[data-part=here]")).to_be_visible()
    for registration in (*evening.mentees[:2], evening.mentors[0]):
        desk.locator(f"[data-person='{registration.uuid}'] button[value=in]").click()
    found = problems(desk, "desk-before", BOTH) + problems(staying, "phone-before", BOTH)

    desk.locator("#act-start").click()
    expect_seat(staying, "running", "Table 2", "Mentor 2")
    mentor.reload()
    expect_seat(mentor, "running", "Table 2", "Mentee 4")
    expect(board.locator("#board li").filter(has_text="Mentee 3")).to_contain_text("Table 1")
    expect(staying.locator("[data-left]")).to_have_text(re.compile(r"^9:[0-5]\d$"))
    found += problems(staying, "phone-running", BOTH)
    found += problems(board, "board-running", BOTH) + problems(desk, "desk-running", BOTH)

    resting.locator("#press-break").click()
    found += problems(resting, "phone-break", BOTH)
    desk.locator(f"[data-person='{evening.mentees[1].uuid}'] button[value=gone]").click()
    desk.locator("#act-end").click()
    expect(staying.locator("#now")).to_have_attribute("data-stage", "changing")
    found += problems(staying, "phone-changing", BOTH)
    desk.locator("#act-end").click()
    expect_seat(staying, "running", "Table 1", "Mentor 1")

    expect(board.locator("#board li").filter(has_text="Mentee 4")).to_contain_text("Table 1")
    for gone in ("Mentee 2", "Mentee 3"):
        expect(board.locator("#board li").filter(has_text=gone)).to_have_count(0)
    end_in_seconds(2, seconds=3)
    expect(staying.locator("#now")).to_have_attribute("data-stage", "changing")
    expect(staying.locator("[data-says]")).not_to_be_empty()
    assert found == []


def test_pages_of_those_who_are_late_free_or_resting_and_of_a_desk_that_is_asked(browser_page, evening):
    """As they look, and as axe reads them; the same of the board before and after."""
    late, free, resting, busy = evening.mentees
    address, board_address = f"/events/{evening.event.slug}/now/", f"/events/board/{evening.event.board_key}/"
    board, desk = browser_page(), browser_page(user=evening.event.by)
    phones = {one: browser_page(user=one.person, width=390) for one in (late, free, resting)}
    board.goto(board_address)
    found = problems(board, "board-before", BOTH)
    for one in (free, resting, busy, *evening.mentors):
        check_in(registration=one, by=one.person, now=timezone.now())
    event = running.start_evening(event=evening.event, now=timezone.now())
    take_break(registration=resting, by=resting.person, now=timezone.now())
    for name, one in (("late", late), ("free", free), ("resting", resting)):
        phones[one].goto(address)
        found += problems(phones[one], f"phone-{name}", BOTH)
    expect(phones[late].locator("#press-here")).to_be_visible()
    expect(phones[free].locator("[data-part=alone]")).to_be_visible()

    end = event.start + timedelta(hours=1)
    Occupancy.objects.create(person=busy.person, subject="other", subject_id=1, during=(end, end + timedelta(hours=1)))
    Round.objects.filter(number=3).update(during=(end - timedelta(minutes=11), end - timedelta(minutes=1)))
    desk.goto(f"/events/{event.slug}/desk/")
    desk.locator("#act-pause").click()
    expect(desk.locator("[data-effect=pause]")).to_contain_text(busy.board_name)
    found += problems(desk, "desk-asked", BOTH)
    desk.locator("#sure").click()
    expect(desk.locator("#act-resume")).to_be_visible()

    running.close_event(event=event, now=timezone.now())
    phones[free].goto(address)
    board.goto(board_address)
    expect(phones[free].locator("[data-part=over]")).to_be_visible()
    found += problems(phones[free], "phone-over", BOTH) + problems(board, "board-over", BOTH)
    assert found == []


def expect_seat(phone: Page, stage: str, table: str, partner: str) -> None:
    expect(phone.locator("#now")).to_have_attribute("data-stage", stage)
    expect(phone.locator("[data-part=seat]")).to_contain_text(table)
    expect(phone.locator("[data-part=seat]")).to_contain_text(partner)


def end_in_seconds(number: int, *, seconds: int) -> None:
    """By hand, since rounds have five minutes at least."""
    place = Round.objects.get(number=number)
    end = timezone.now() + timedelta(seconds=seconds)
    Round.objects.filter(pk=place.pk).update(during=(place.start, end))
    event = place.event
    type(event).objects.filter(pk=event.pk).update(version=event.version + 1)
