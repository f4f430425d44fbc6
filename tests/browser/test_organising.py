"""Pages of organisers, guests and hosts of events, in real browsers and in all looks."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from events.live import running
from events.live.presence import check_in
from events.live.solving import solve_rebalances
from events.models import Event, EventKind, Pairing, Registration, Side
from events.planning.publishing import publish_plan
from events.registering.office_hours import OfficeHoursInput, offer_office_hours
from tests.browser.conftest import first_free
from tests.browser.looking import LOOKS, problems
from tests.conftest import make_person
from tests.events.making import come, make_evening, make_guests
from tests.events.planning.making import make_meeting_event, planned

pytestmark = pytest.mark.browser
BOTH = LOOKS[::3]


@pytest.fixture
def maria(transactional_db):
    return make_person("maria@example.org", "Maria Marsh", is_staff=True)


def test_a_networking_evening_is_made_and_planned_on_pages(browser_page, maria):
    team = browser_page(user=maria)
    team.goto("/events/new/")
    team.locator(".tabs a[href='?kind=networking']").click()
    found = problems(team, "networking-new", LOOKS)
    day = timezone.now() + timedelta(days=12)
    team.locator("#id_title").fill("Labs meet industry")
    team.locator("#id_place").fill("Kulturhuset, Stockholm")
    team.locator("#id_day").fill(f"{day:%Y-%m-%d}")
    team.locator("#id_time").fill("18:00")
    team.locator("#id_places_guest").fill("8")
    team.locator("form.form button.btn--primary").click()
    team.wait_for_url(re.compile("labs-meet-industry"))
    event = Event.objects.get()
    assert event.kind == EventKind.NETWORKING
    team.locator("form[action$='/open/'] button").click()
    for guest in make_guests(6):
        said = {"board_name": guest.name, "question": "Who has moved into research?", "contact": "me@lab.example"}
        come(event, guest, side=Side.GUEST, now=timezone.now(), **said)
    bob = make_person("bob@example.org", "Bob Bose")

    own = browser_page(user=bob)
    own.goto(f"/events/{event.slug}/register/")
    own.locator("form.form details summary").click()
    found += problems(own, "networking-register", LOOKS)
    own.locator("#id_question").fill("Who builds labs?")
    own.locator("#id_contact").fill("bob@lab.example")
    own.locator("form.form .form__do button").click()
    own.wait_for_url(re.compile(f"{event.slug}/$"))
    assert Registration.objects.get(person=bob).contact == "bob@lab.example"
    found += problems(own, "networking-page", LOOKS)
    own.goto(f"/events/{event.slug}/wishes/")
    found += problems(own, "networking-wishes", LOOKS)

    publish_plan(plan=planned(event, timezone.now()), now=timezone.now())
    for name in ("plan", "print", "people"):
        team.goto(f"/events/{event.slug}/{name}/")
        found += problems(team, f"networking-{name}", LOOKS)
    for name in ("timetable", "now"):
        own.goto(f"/events/{event.slug}/{name}/")
        found += problems(own, f"networking-{name}", LOOKS)

    Pairing.objects.update(outcome="held")
    Event.objects.update(state="over", ended_at=timezone.now())
    own.goto(f"/events/{event.slug}/after/")
    expect(own.locator("fieldset.group").first).to_be_visible()
    found += problems(own, "networking-after", LOOKS)
    assert found == []


def test_the_desk_adds_someone_and_compares_two_ways(browser_page, maria):
    now = timezone.now()
    start = now + timedelta(minutes=10)
    fields = {"start": start, "registration_until": start, "wishes_until": start, "now": now}
    evening = make_evening(maria, mentees=6, mentors=3, rounds_count=4, **fields)
    for one in evening.people[1:]:
        check_in(registration=one, by=maria, now=now)
    running.start_evening(event=evening.event, now=now)
    desk = browser_page(user=maria)
    desk.goto(f"/events/{evening.event.slug}/desk/")
    found = problems(desk, "desk-fairness", LOOKS)
    desk.locator("#act-rebalance").click()
    expect(desk.locator("[data-part=fairness] [data-stage=asked]")).to_be_visible()
    found += problems(desk, "desk-asked", BOTH)
    assert solve_rebalances(now=timezone.now()) == 1
    desk.reload()
    expect(desk.locator("#act-use")).to_be_visible()
    found += problems(desk, "desk-compare", LOOKS)

    desk.locator("a[href$='/walk-in/']").click()
    found += problems(desk, "walk-in", LOOKS)
    desk.locator("#id_name").fill("Nova Nilsson")
    desk.locator("form.form .form__do button").click()
    expect(desk.locator("#id_email_error, .field--error, [id^=id_email]").first).to_be_visible()
    found += problems(desk, "walk-in-wrong", LOOKS)
    desk.locator("#id_email").fill("nova@example.org")
    desk.locator("form.form .form__do button").click()
    desk.wait_for_url(re.compile("/desk/$"))
    found += problems(desk, "desk-standby", BOTH)
    assert Registration.objects.get(board_name="Nova Nilsson").is_standby
    assert found == []


def test_a_mentor_of_a_pod_sees_who_sits_there(browser_page, maria):
    now = timezone.now()
    start = now + timedelta(minutes=5)
    fields = {"start": start, "registration_until": start, "wishes_until": start, "now": now}
    event = make_meeting_event(maria, mentees=6, mentors=("Ann", "Ben"), group_size=3, rounds_count=2, **fields)
    publish_plan(plan=planned(event, now), now=now)
    for one in event.registrations.select_related("event"):
        check_in(registration=one, by=maria, now=now)
    running.start_evening(event=event, now=now - timedelta(minutes=2))
    ann = browser_page(user=event.registrations.get(board_name="Ann").person, width=390)
    ann.goto(f"/events/{event.slug}/now/")
    expect(ann.locator("button[value=missing]")).to_have_count(3)
    found = problems(ann, "pod-now", LOOKS)
    team = browser_page(user=maria)
    team.goto(f"/events/{event.slug}/print/")
    found += problems(team, "pod-print", LOOKS)
    ann.goto(f"/events/{event.slug}/timetable/")
    found += problems(ann, "pod-timetable", LOOKS)
    assert found == []


def test_after_office_hours_one_press_says_whether_they_helped(browser_page, priya):
    now = timezone.now()
    said = OfficeHoursInput("Office hours: your first month", "", first_free(priya), 45, 6)
    event = offer_office_hours(host=priya.person, said=said, now=now)
    for number, guest in enumerate(make_guests(6)):
        come(event, guest, board_name=guest.name, question="Offer or raise?", now=now)
        if number:
            Registration.objects.filter(person=guest).update(helped=number % 4 + 1)
    host = browser_page(user=priya.person)
    host.goto("/mentor/")
    found = problems(host, "mentor-today", LOOKS)
    host.goto("/notifications/")
    found += problems(host, "host-inbox", BOTH)
    Event.objects.update(state="over", ended_at=now)
    guest = browser_page(user=event.registrations.order_by("pk").first().person)
    guest.goto(f"/events/{event.slug}/")
    guest.locator(f"a[href='/events/{event.slug}/after/']").click()
    found += problems(guest, "hours-after", LOOKS)
    guest.locator("form.form .form__do button").click()
    found += problems(guest, "hours-after-wrong", BOTH)
    guest.locator("input[name=helped][value='4']").check(force=True)
    guest.locator("form.form .form__do button").click()
    guest.wait_for_url(re.compile("/after/$"))
    host.goto(f"/events/{event.slug}/report/")
    found += problems(host, "hours-report", LOOKS)
    host.goto(f"/events/{event.slug}/")
    found += problems(host, "hours-over", BOTH)
    assert found == []
