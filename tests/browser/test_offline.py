"""A person's own page of an event while the venue's network fails, in a real browser."""

import re
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from events.live import running
from events.live.presence import check_in
from events.models import Answer, Presence
from tests.browser.conftest import wait_until
from tests.browser.looking import LOOKS, problems
from tests.conftest import make_person
from tests.events.making import MadeEvening, make_evening

pytestmark = pytest.mark.browser
BOTH = LOOKS[::3]
KEPT = "async () => (await caches.keys()).filter((name) => name.startsWith('evening:')).length"
IS_KEPT = "async () => { const kept = await caches.match(location.pathname); return Boolean(kept); }"
HAS_WORKER = "() => navigator.serviceWorker.controller?.state === 'activated'"


@pytest.fixture
def evening(transactional_db) -> MadeEvening:
    """Everyone is here, and the first round runs."""
    now = timezone.now()
    maria = make_person("maria@example.org", "Maria Marsh", is_staff=True)
    start = now + timedelta(minutes=10)
    made = make_evening(maria, mentees=4, start=start, registration_until=start, wishes_until=start, now=now)
    for registration in made.people:
        check_in(registration=registration, by=registration.person, now=now)
    made.event = running.start_evening(event=made.event, now=now)
    return made


def open_kept(browser_page, evening: MadeEvening, clock: datetime | None = None) -> Page:
    """The page of a person who is seated, once its copy is kept."""
    phone = browser_page(user=evening.mentees[3].person, width=390, clock=clock)
    phone.goto(f"/events/{evening.event.slug}/now/")
    wait_until(phone, HAS_WORKER)
    wait_until(phone, IS_KEPT)
    return phone


def test_page_opens_and_counts_without_a_network(browser_page, evening):
    phone = open_kept(browser_page, evening)
    expect(phone.locator("[data-lost]")).to_be_hidden()

    phone.context.set_offline(True)
    phone.reload()

    expect(phone.locator("[data-lost]")).to_be_visible()
    expect(phone.locator("[data-lost] time")).to_have_text(re.compile(r"^\d\d:\d\d$"))
    expect(phone.locator("[data-part=seat]")).to_contain_text("Table 2")
    expect(phone.locator("[data-round]")).to_have_count(3)
    expect(phone.locator("[data-left]")).to_have_text(re.compile(r"^9:[0-5]\d$"))
    first = phone.locator("[data-left]").inner_text()
    expect(phone.locator("[data-left]")).not_to_have_text(first)
    expect(phone.locator("#network-error")).to_be_hidden()
    assert problems(phone, "phone-offline", BOTH) == []

    phone.context.set_offline(False)
    expect(phone.locator("[data-lost]")).to_be_hidden()


def test_rounds_go_on_by_the_timetable_while_nobody_says_anything(browser_page, evening):
    phone = open_kept(browser_page, evening, clock=timezone.now())
    phone.context.set_offline(True)
    phone.reload()
    expect(phone.locator("[data-lost]")).to_be_visible()

    phone.clock.run_for(11 * 60 * 1000)
    expect(phone.locator("[data-part=seat]")).to_be_hidden()
    expect(phone.locator(".live-phase")).to_contain_text("2")
    phone.clock.run_for(2 * 60 * 1000)

    expect(phone.locator("[aria-current=step]")).to_have_attribute("data-round", "2")


def test_a_press_without_a_network_arrives_once_it_is_back(browser_page, evening):
    """Also after the page was opened again, and what is being typed stays."""
    phone = open_kept(browser_page, evening)
    phone.context.set_offline(True)
    phone.locator("#press-break").click()
    expect(phone.locator("[data-unsent]")).to_be_visible()
    phone.locator("#press-break").click()
    assert problems(phone, "phone-unsent", BOTH) == []
    phone.reload()
    expect(phone.locator("[data-unsent]")).to_be_visible()
    assert not Presence.objects.filter(kind="break").exists()
    phone.locator("[name=words]").fill("Ask for the title first")

    phone.context.set_offline(False)

    expect(phone.locator("[data-part=away]")).to_be_visible()
    expect(phone.locator("[data-unsent]")).to_be_hidden()
    expect(phone.locator("[name=words]")).to_have_value("Ask for the title first")
    kinds = Presence.objects.filter(registration=evening.mentees[3]).values_list("kind", flat=True)
    assert list(kinds) == ["in", "break"]


def test_a_press_whose_answer_is_lost_counts_once(browser_page, evening):
    phone = open_kept(browser_page, evening)
    lost = []

    def lose_first_answer(route):
        if route.request.method != "POST" or lost:
            return route.continue_()
        lost.append(route.fetch().status)
        return route.abort()

    phone.route("**/now/", lose_first_answer)
    phone.locator("[name=words]").fill("Say it twice")
    phone.locator("[name=words] + button").click()

    expect(phone.locator("[data-unsent]")).to_be_visible()
    expect(phone.locator("[data-unsent]")).to_be_hidden()
    expect(phone.locator("[name=words]")).to_have_value("Say it twice")
    assert (lost, Answer.objects.get().takeaway) == ([200], "Say it twice")


def test_the_copy_goes_with_signing_out_and_after_a_day(browser_page, evening):
    phone = open_kept(browser_page, evening)
    assert phone.evaluate(KEPT) == 1
    phone.locator("[data-menu] summary").click()
    phone.locator(".menu__out").click()
    expect(phone.locator(".signin")).to_be_attached()
    wait_until(phone, f"async () => await ({KEPT})() === 0")

    other = open_kept(browser_page, evening, clock=timezone.now())
    other.goto("/help/")
    assert other.evaluate(KEPT) == 1
    other.clock.fast_forward("25:00:00")
    other.reload()
    wait_until(other, f"async () => await ({KEPT})() === 0")


def test_a_copy_that_is_just_being_made_stays(browser_page, evening):
    """Its files are kept before its page is: a page that is opened at that moment must not take them for old ones."""
    phone = browser_page(user=evening.mentees[3].person, width=390)
    phone.goto("/help/")
    phone.evaluate("caches.open('evening:/being-made/')")
    phone.evaluate(
        """async () => {
            const copies = await caches.open("evening:/old/");
            await copies.put("/old/", new Response("Old", { headers: { "Kept-At": "1" } }));
        }"""
    )

    phone.reload()

    wait_until(phone, "async () => !(await caches.has('evening:/old/'))")
    assert phone.evaluate("caches.has('evening:/being-made/')")


def test_a_session_that_has_ended_takes_the_copy_along(browser_page, evening):
    phone = open_kept(browser_page, evening)
    phone.context.clear_cookies()

    phone.reload()

    expect(phone.locator("[name=email]")).to_be_visible()
    assert phone.evaluate(KEPT) == 0


def test_two_people_write_to_each_other_one_of_them_without_scripts(browser_page, evening):
    mentee, mentor = evening.mentees[3], evening.mentors[1]
    pages = [browser_page(user=mentee.person, width=390), browser_page(user=mentor.person, js=False)]
    for page in pages:
        page.goto(f"/events/{evening.event.slug}/now/")
        page.locator("[data-part=chat]").click()
    phone, plain = pages

    plain.locator("[name=words]").fill("Can you hear me?")
    plain.locator("#send").click()
    expect(phone.locator(".live-chat")).to_contain_text("Can you hear me?")
    expect(phone.locator("[data-says]")).to_contain_text("Can you hear me?")
    phone.context.set_offline(True)
    phone.locator("[name=words]").fill("Not a word")
    phone.locator("#send").click()
    expect(phone.locator("[data-unsent]")).to_be_visible()
    phone.context.set_offline(False)
    expect(phone.locator(".live-chat")).to_contain_text("Not a word")
    expect(phone.locator("[name=words]")).to_have_value("")
    plain.reload()
    expect(plain.locator(".live-chat li")).to_have_count(2)
    assert problems(phone, "phone-chat", BOTH) == []
