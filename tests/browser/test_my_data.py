"""One's own data in a real browser: a copy that is asked for and read, an account that is deleted and kept."""

import io
import zipfile

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Erasure, ErasureState, Trace, TracedAct, User
from accounts.privacy.erasing import ask_erasure
from accounts.privacy.exports import write_due_copies
from tests.browser.looking import problems
from tests.conftest import make_person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "secret-pass-1"


@pytest.fixture(autouse=True)
def places(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path / "media")
    settings.ERASURE_LOG = tmp_path / "erasures.log"


def prove(page: Page) -> None:
    """The page that asks for the password once more goes on with what its reader had pressed."""
    page.locator("input[type=password]").fill(PASSWORD)
    page.locator("main form button").first.click()


def test_copy_is_asked_for_and_downloaded(browser_page, booked, priya, bob, js):
    booking = booked(priya, bob)
    page = browser_page(js=js, user=bob)
    page.goto("/settings/")
    page.locator("main a[href='/settings/data/']").click()
    page.locator("form[action='/settings/data/copy/'] button").click()
    prove(page)
    expect(page.locator("[data-part=copy-waiting]")).to_be_visible()

    write_due_copies(now=timezone.now())
    page.reload()
    with page.expect_download() as download:
        page.locator("[data-part=copy-ready] a").click()

    with zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes())) as archive:
        assert booking.question in archive.read("index.html").decode()
        assert "questions.json" in archive.namelist()


def test_account_is_deleted_and_kept(browser_page, booked, priya, bob, js):
    booked(priya, bob)
    page = browser_page(js=js, user=bob)
    page.goto("/settings/data/")
    page.locator("main a[href='/settings/data/delete-account/']").click()
    page.locator("form[action='/settings/data/delete-account/'] button").click()
    prove(page)
    expect(page.locator("[data-part=keep-account]")).to_be_visible()
    assert not User.objects.get(pk=bob.pk).is_active
    page.locator("form[action='/keep-account/'] button").click()

    expect(page.locator("[data-part=keep-account]")).to_have_count(0)
    assert User.objects.get(pk=bob.pk).is_active
    assert Erasure.objects.get().state == ErasureState.KEPT


def test_every_look_of_it_is_sound(browser_page, bob):
    maria = make_person("maria@example.org", "Maria Marsh", is_staff=True)
    now = timezone.now()
    page = browser_page(user=bob)
    page.goto("/settings/data/")
    found = problems(page, "data-empty")
    Trace.objects.note_look(by=maria, about=[bob], looked_at=TracedAct.PERSON, now=now)
    Trace.objects.note_look(by=maria, about=[bob], looked_at=TracedAct.SESSION, subject="1", now=now)
    page.goto("/settings/data/delete-account/")
    found += problems(page, "data-delete")
    page.goto("/settings/data/")
    page.locator("form[action='/settings/data/copy/'] button").click()
    prove(page)
    found += problems(page, "data-waiting")
    write_due_copies(now=timezone.now())
    page.goto("/settings/data/")
    expect(page.locator("[data-part=copy-ready]")).to_be_visible()
    found += problems(page, "data-ready")

    assert found == []


def test_looks_of_the_page_that_keeps_an_account(browser_page, bob):
    ask_erasure(person=bob, now=timezone.now())
    page = browser_page()
    page.goto("/sign-in/password/")
    page.locator("input[name=login]").fill(bob.email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main form button").first.click()

    expect(page.locator("[data-part=keep-account]")).to_be_visible()
    assert problems(page, "data-keep") == []
