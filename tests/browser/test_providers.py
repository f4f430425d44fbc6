"""Signing in with an account elsewhere, in a real browser: our content policy lets it go there and come back."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from accounts.providers.connections import connect
from accounts.providers.identity import Identity
from tests.accounts.stand_in_provider import SLUG, StandInProvider, serving_provider
from tests.browser.looking import problems

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BUTTON = f"[data-provider={SLUG}]"


@pytest.fixture
def provider(settings, live_server) -> Iterator[StandInProvider]:
    settings.SITE_URL = live_server.url
    with serving_provider() as found:
        settings.OIDC_PROVIDERS = found.setting()
        yield found


def test_account_elsewhere_is_proven_by_a_code_then_signs_in(browser_page, js, provider, bob, code_for):
    provider.claims["email"] = bob.email
    page = browser_page(js=js)
    page.goto("/sign-in/?next=/settings/sign-in/")
    page.locator(BUTTON).click()
    expect(page).to_have_url(re.compile("/sign-in/code/"))
    page.locator("#id_code").fill(code_for(bob.email))
    page.locator("main form button").first.click()
    expect(page.locator("[data-part=connections]")).to_be_visible()

    again = browser_page(js=js)
    again.goto("/sign-in/?next=/settings/sign-in/")
    again.locator(BUTTON).click()
    expect(again.locator("[data-part=connections]")).to_be_visible()


def test_pages_of_it_in_every_look(browser_page, provider, bob):
    provider.claims["email"] = bob.email
    page, found = browser_page(), []
    page.goto("/sign-in/")
    found += problems(page, "sign-in-providers")
    page.locator(BUTTON).click()
    expect(page).to_have_url(re.compile("/sign-in/code/"))
    found += problems(page, "provider-code")
    provider.spoil = "access_denied"
    page.goto("/sign-in/")
    page.locator(BUTTON).click()
    expect(page.locator("main form")).to_be_visible()
    expect(page).to_have_url(re.compile("/back/"))
    found += problems(page, "provider-denied")

    connect(person=bob, identity=Identity(SLUG, "number", bob.email))
    own = browser_page(user=bob)
    own.goto("/settings/sign-in/")
    found += problems(own, "connections")
    assert found == []
