"""Nothing suits a person: someone is looked for, a mentor offers a time, and one press books it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from search.indexing import write_profiles
from sessions_app.asking.advancing import advance_routes
from sessions_app.models import HeldTime, Route
from tests.browser.conftest import expect_booked, expect_done
from tests.browser.looking import problems

pytestmark = pytest.mark.browser
WORDS = "Beekeeping on a balcony"


@pytest.fixture
def keeper(priya):
    """Knows about bees, and has times on every day, none of them soon."""
    priya.asks = [f"{WORDS}, without stings"]
    priya.save()
    priya.schedule.notice = 9 * 24 * 60
    priya.schedule.save()
    return priya


def test_someone_is_looked_for_offers_a_time_and_is_booked(browser_page, keeper, bob):
    page, mentor = browser_page(user=bob), browser_page(user=keeper.person, width=390)
    page.goto(f"/mentors/?q={WORDS}")
    found = problems(page, "asking-offered")
    page.locator("form:has([name=asks_mentors]) button").click()
    expect_done(page)
    found += problems(page, "asking-begun")

    write_profiles([keeper.pk])
    advance_routes(now=timezone.now())
    route = Route.objects.get()
    mentor.goto(f"/mentor/asked/{route.uuid}/")
    found += problems(mentor, "asking-mentor")
    mentor.locator("label:has([name=start])").first.click()
    mentor.locator("form:has([name=start]) button").click()
    expect_done(mentor)
    found += problems(mentor, "asking-time-offered")

    held = HeldTime.objects.get()
    page.goto(f"/waiting/held/{held.uuid}/")
    page.locator("form:has(#id_question) button").first.click()
    expect_booked(page)
    advance_routes(now=timezone.now() + timedelta(seconds=1))
    mentor.goto(f"/mentor/asked/{route.uuid}/")
    found += problems(mentor, "asking-won")
    assert found == []
