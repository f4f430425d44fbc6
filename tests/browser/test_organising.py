"""Pages of organisers, guests and hosts of events, in real browsers and in all looks."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from events.models import Event, EventKind, Pairing, Registration, Side
from events.planning.publishing import publish_plan
from tests.browser.looking import LOOKS, problems
from tests.conftest import make_person
from tests.events.making import come, make_guests
from tests.events.planning.making import planned

pytestmark = pytest.mark.browser
BOTH = LOOKS[::3]


@pytest.fixture
def maria(transactional_db):
    return make_person("maria@example.org", "Maria Marsh", is_staff=True)


def test_a_networking_evening_is_made_and_planned_on_pages(browser_page, maria):
    team = browser_page(user=maria)
    team.goto("/events/new/")
    team.get_by_role("link", name="Networking", exact=True).click()
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
