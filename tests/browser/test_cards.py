"""Cards on paper and on the phone, and what the desk's camera opens."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from events.models import Plan, PlanState, Presence
from tests.browser.looking import LOOKS, problems
from tests.conftest import make_person
from tests.events.making import MadeEvening, make_evening

pytestmark = pytest.mark.browser
BOTH = LOOKS[::3]


@pytest.fixture
def evening(transactional_db) -> MadeEvening:
    now = timezone.now()
    maria = make_person("maria@example.org", "Maria Marsh", is_staff=True)
    start = now + timedelta(minutes=10)
    made = make_evening(maria, mentees=3, start=start, registration_until=start, wishes_until=start, now=now)
    Plan.objects.create(event=made.event, number=1, state=PlanState.PUBLISHED, by=maria, asked_at=now)
    return made


def test_the_desk_reads_a_card_and_the_phone_shows_the_same_code(browser_page, evening):
    desk, phone = browser_page(user=evening.event.by), browser_page(user=evening.mentees[0].person, width=390)
    desk.goto(f"/events/{evening.event.slug}/print/")
    card = desk.locator(f"[data-card='{evening.mentees[0].uuid}']")
    on_paper = card.locator("svg.qr path").get_attribute("d")
    found = problems(desk, "print", BOTH)
    desk.goto(f"/events/{evening.event.slug}/print/?large=yes")
    found += problems(desk, "print-large", BOTH)
    size = "(one) => parseFloat(getComputedStyle(one).fontSize)"
    assert desk.locator(".sheet--large .timetable").first.evaluate(size) >= 24

    phone.goto(f"/events/{evening.event.slug}/now/")
    phone.locator("[data-part=code] summary").click()
    expect(phone.locator("svg.qr")).to_be_visible()
    assert phone.locator("svg.qr path").get_attribute("d") == on_paper
    found += problems(phone, "phone-code", BOTH)

    desk.goto(f"/e/{evening.mentees[0].uuid}/")
    found += problems(desk, "door-desk", BOTH)
    assert not Presence.objects.exists()
    desk.locator("#press-here").click()
    expect(desk.locator("[data-part=here]")).to_be_visible()
    assert Presence.objects.get().by == evening.event.by
    assert found == []
