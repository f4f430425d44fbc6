"""The second step in a real browser: a passkey of Chromium's virtual authenticator, and an app's codes."""

import re
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import CDPSession, Page, expect

from accounts.models import User
from accounts.second_factor.lost import ask_reset
from tests.accounts.authenticator_app import code_of
from tests.browser.looking import problems
from tests.conftest import make_person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "secret-pass-1"


@pytest.fixture
def maria(transactional_db) -> User:
    return make_person("maria@example.org", "Maria Marsh", is_staff=True)


def plug_in_key(page: Page) -> CDPSession:
    """A virtual authenticator that says yes to everything."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


def sign_in_by_password(page: Page, person: User) -> None:
    page.goto("/sign-in/password/")
    page.locator("#id_login").fill(person.email)
    page.locator("#id_password").fill(PASSWORD)
    page.locator("main form button").first.click()


def prove(page: Page) -> None:
    page.locator("input[type=password]").fill(PASSWORD)
    page.locator("main form button").first.click()


def read_secret(page: Page) -> str:
    return page.locator("#secret").input_value()


def test_passkey_wakes_a_role_and_signs_in(browser_page, maria):
    page = browser_page()
    plug_in_key(page)
    sign_in_by_password(page, maria)
    page.goto("/staff/")
    expect(page.locator("[data-part=role-waits]")).to_be_visible()

    page.locator("main a[href^='/settings/sign-in/passkey/']").click()
    prove(page)
    page.locator("#id_name").fill("This laptop")
    page.locator("form[data-passkey] button").click()
    expect(page.locator("[data-part=recovery-codes] li")).to_have_count(10)
    page.goto("/staff/")
    expect(page).to_have_url(re.compile("/staff/$"))

    page.context.clear_cookies()
    sign_in_by_password(page, maria)
    expect(page).to_have_url(re.compile("/sign-in/second-step/"))
    page.locator("form[data-passkey] button").click()
    expect(page).to_have_url(re.compile("/staff/$"))


def test_passkey_alone_signs_in_and_wakes_the_role(browser_page, maria):
    page = browser_page(user=maria)
    plug_in_key(page)
    page.goto("/settings/sign-in/passkey/")
    if "/again/" in page.url:
        prove(page)
    page.locator("#id_name").fill("Blue key")
    page.locator("main form button").first.click()
    expect(page.locator("code").first).to_be_visible()
    page.context.clear_cookies()

    page.goto("/sign-in/?next=/staff/")
    page.locator("main a[href^='/sign-in/passkey/']").click()
    found = problems(page, "sign-in-passkey")
    page.locator("form[data-passkey] button").click()
    expect(page).to_have_url(re.compile("/staff/$"))
    assert found == []


def test_passkey_that_is_not_given_can_be_tried_again(browser_page, maria):
    page = browser_page()
    session = plug_in_key(page)
    sign_in_by_password(page, maria)
    page.goto("/settings/sign-in/passkey/")
    prove(page)
    page.evaluate("() => { navigator.credentials.create = () => Promise.reject(new Error('no')); }")
    page.locator("#id_name").fill("This laptop")
    page.locator("form[data-passkey] button").click()
    expect(page.locator("[data-passkey-note]")).to_be_visible()

    page.reload()
    page.locator("#id_name").fill("This laptop")
    page.locator("form[data-passkey] button").click()
    expect(page.locator("[data-part=recovery-codes] li")).to_have_count(10)
    session.detach()


def test_app_is_set_up_and_asked_for(browser_page, maria, js):
    page = browser_page(js=js)
    sign_in_by_password(page, maria)
    page.goto("/settings/sign-in/app/")
    prove(page)
    secret = read_secret(page)
    page.locator("#id_code").fill(code_of(secret))
    page.locator("form[action='/settings/sign-in/app/'] button").click()
    expect(page.locator("[data-part=recovery-codes] li")).to_have_count(10)
    recovery = page.locator("[data-part=recovery-codes] li").first.inner_text()

    page.context.clear_cookies()
    sign_in_by_password(page, maria)
    page.locator("#id_code").fill(recovery)
    page.locator("form:not([data-passkey]) button:has-text('Continue')").click()
    expect(page).to_have_url(re.compile("/staff/$"))


def test_pages_of_the_second_step_in_every_look(browser_page, maria):
    page = browser_page()
    plug_in_key(page)
    sign_in_by_password(page, maria)
    found = looks(page, {"role-waits": "/settings/sign-in/role/", "sign-in-none": "/settings/sign-in/"})
    page.goto("/settings/sign-in/app/")
    prove(page)
    found += problems(page, "app-add")
    page.locator("#id_code").fill("1")
    page.locator("form[action='/settings/sign-in/app/'] button").click()
    found += problems(page, "app-wrong-code")
    page.locator("#id_code").fill(code_of(read_secret(page)))
    page.locator("form[action='/settings/sign-in/app/'] button").click()
    found += problems(page, "recovery-codes")
    found += looks(page, {"passkey-add": "/settings/sign-in/passkey/"})
    page.locator("#id_name").fill("A key with a rather long name that someone gave to it")
    page.locator("form[data-passkey] button").click()
    expect(page.locator("[data-part=factors] li")).to_have_count(2)
    found += problems(page, "sign-in-settings")
    page.locator("[data-part=factors] a").first.click()
    found += problems(page, "factor-remove")
    ask_reset(person=make_person("bob@example.org", "Bob Bose"), now=timezone.now())
    found += looks(page, {"second-step-again": "/sign-in/again/second-step/", "resets": "/staff/second-steps/"})
    page.context.clear_cookies()
    sign_in_by_password(page, maria)
    expect(page).to_have_url(re.compile("/sign-in/second-step/"))
    found += problems(page, "second-step")
    page.locator("form[action='/sign-in/second-step/lost/'] button").click()
    expect(page.locator("[data-part=reset-asked]")).to_be_visible()
    found += problems(page, "second-step-lost")

    assert found == []


def looks(page: Page, paths: dict[str, str]) -> list[str]:
    found: list[str] = []
    look: Callable[[Page, str], list[str]] = problems
    for name, path in paths.items():
        page.goto(path)
        found += look(page, name)
    return found
