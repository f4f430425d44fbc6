"""Calendars of an account elsewhere, in a real browser: our content policy lets it go there and come back."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from calendars.models import Connection
from sessions_app.models import BusySpan
from tests.browser.conftest import expect_done
from tests.browser.looking import problems
from tests.calendars.feeds import read_now
from tests.calendars.stand_in_service import ACCOUNT, StandInService, graph_event, serving_calendars

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGE = "/settings/calendars/"
HOUR = timedelta(hours=1)


@pytest.fixture(params=["google", "microsoft"])
def service(request, settings, live_server) -> Iterator[StandInService]:
    settings.SITE_URL = live_server.url
    soon = (timezone.now() + timedelta(days=2)).replace(minute=0, second=0, microsecond=0)
    with serving_calendars(request.param) as found:
        settings.CALENDAR_PROVIDERS = found.setting()
        found.busy[ACCOUNT] = [(soon, soon + HOUR)]
        found.events[ACCOUNT] = [graph_event(soon, soon + HOUR)]
        yield found


def connect(page, service) -> None:
    page.goto(PAGE)
    page.locator(f"[data-service={service.slug}]").click()
    page.locator("#allow").click()
    page.wait_for_url(f"**{PAGE}")
    expect_done(page)


def test_an_account_is_connected_chosen_from_and_mended(browser_page, priya, service, js):
    page = browser_page(js=js, user=priya.person)
    connect(page, service)
    read_now(timezone.now())
    page.goto(PAGE)
    [own, *_others] = Connection.objects.get().calendars.all()
    for box in page.locator("[name$=-calendars]").all():
        box.set_checked(box.get_attribute("value") == str(own.pk))
    page.locator("button[value=count]").click()
    expect_done(page)
    read_now(timezone.now())
    assert BusySpan.objects.count() == 1

    service.revoke()
    Connection.objects.update(next_at=timezone.now())
    read_now(timezone.now())
    page.goto(PAGE)
    page.locator("[data-part=again]").click()
    page.locator("#allow").click()
    page.wait_for_url(f"**{PAGE}")
    expect_done(page)
    assert Connection.objects.get().state == "active"
    assert BusySpan.objects.count() == 1


def test_every_look_of_it_is_sound(browser_page, priya, service):
    page = browser_page(user=priya.person)
    page.goto(PAGE)
    found = problems(page, f"{service.slug}-offered")
    service.consent = "access_denied"
    page.locator(f"[data-service={service.slug}]").click()
    page.locator("#allow").click()
    page.wait_for_url(f"**{PAGE}")
    found += problems(page, f"{service.slug}-denied")
    service.consent = "granted"
    connect(page, service)
    read_now(timezone.now())
    page.goto(PAGE)
    found += problems(page, f"{service.slug}-proposed")
    page.locator("[name$=-calendars]").first.check()
    page.locator("button[value=count]").click()
    expect_done(page)
    service.revoke()
    Connection.objects.update(next_at=timezone.now())
    read_now(timezone.now())
    page.goto(PAGE)
    for fold in page.locator("details > summary").all():
        fold.click()
    found += problems(page, f"{service.slug}-refused")

    assert found == []
