"""Signing in by SAML, in a real browser: its provider is another site, whose form browsers send without our cookies."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from accounts.providers.connections import list_connections
from tests.accounts.stand_in_saml_provider import ANSWER, MAIL, SLUG, StandInSamlProvider, serving_saml_provider
from tests.browser.looking import problems

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BUTTON = f"[data-provider={SLUG}]"


def sign_in_at(provider: StandInSamlProvider, page: Page) -> None:
    """Chooses the provider on our page, then signs in there."""
    page.locator(BUTTON).click()
    answer_as(provider, page)


def answer_as(provider: StandInSamlProvider, page: Page) -> None:
    """Waits for the provider's own page, and presses its one button."""
    expect(page).to_have_url(re.compile(re.escape(provider.issuer)))
    page.get_by_role("button").click()


@pytest.fixture
def provider(settings, live_server) -> Iterator[StandInSamlProvider]:
    settings.SITE_URL = live_server.url
    with serving_saml_provider() as found:
        settings.SAML_PROVIDERS = found.setting()
        found.attributes[MAIL] = ["bob@example.org"]
        yield found


def test_account_is_proven_by_a_code_then_signs_in(browser_page, js, provider, bob, code_for, live_server):
    assert urlsplit(live_server.url).hostname != urlsplit(provider.issuer).hostname
    page = browser_page(js=js)
    page.goto("/sign-in/?next=/settings/sign-in/")
    sign_in_at(provider, page)
    expect(page).to_have_url(re.compile("/sign-in/code/"))
    page.locator("#id_code").fill(code_for(bob.email))
    page.locator("main form button").first.click()
    expect(page.locator("[data-part=connections]")).to_be_visible()

    again = browser_page(js=js)
    again.goto("/sign-in/?next=/settings/sign-in/")
    sign_in_at(provider, again)
    expect(again.locator("[data-part=connections]")).to_be_visible()


def test_person_who_is_signed_in_connects_an_account(browser_page, provider, bob, live_server):
    """Where the answer arrives nobody is signed in; on the next page the person is, and still is afterwards.

    Once the person has proven who they are, they are led on to the provider that they chose before.
    """
    page = browser_page(user=bob)
    page.goto("/settings/sign-in/")
    page.locator(BUTTON).click()
    page.locator("[name=password]").fill("secret-pass-1")
    page.locator("main form button").first.click()
    answer_as(provider, page)

    expect(page.locator("[data-part=connections]")).to_be_visible()
    assert [one.name for one in list_connections(bob)] == ["Campus"]


def test_pages_of_it_in_every_look(browser_page, provider, bob):
    page, found = browser_page(), []
    page.goto("/sign-in/")
    found += problems(page, "sign-in-saml")
    provider.changes = {"audience": ""}
    sign_in_at(provider, page)
    expect(page).to_have_url(re.compile(ANSWER))
    found += problems(page, "saml-refused")
    page.locator("main a.btn").click()
    expect(page.locator(BUTTON)).to_be_visible()
    assert found == []
