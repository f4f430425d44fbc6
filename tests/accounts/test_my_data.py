"""Settings, Data: the copy, who of staff looked, and how an account is deleted or kept."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import DataExport, Erasure, ErasureState, ExportState, Trace, TracedAct, User
from accounts.privacy.erasing import ask_erasure
from accounts.privacy.exports import ask_export, write_due_copies
from accounts.roles import give_role
from accounts.rules.roles import StaffRoleName
from tests.accounts.sign_in_pages import CODE, PASSWORD, SIGN_IN, signed_in
from tests.conftest import NOW
from tests.markup import markup_of, parts_in, refusals_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
PAGE, COPY, REMOVE = "/settings/data/", "/settings/data/copy/", "/settings/data/delete-account/"
KEEP, AGAIN = "/keep-account/", "/sign-in/again/"
DAY = timedelta(days=1)
COPIES = {"copy-waiting", "copy-ready", "copy-failed"}


def parts_of(page) -> set[str]:
    return set(parts_in(markup_of(page)))


def refusal_of(page) -> list[str]:
    return refusals_in(markup_of(page))


@pytest.fixture(autouse=True)
def places(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path / "media")


@pytest.fixture
def proven(client: Client, bob: User) -> Client:
    """bob has signed in, and has just typed the password once more."""
    client.post(PASSWORD, {"login": bob.email, "password": "secret-pass-1"})
    client.post(AGAIN, {"password": "secret-pass-1"})
    assert signed_in(client) == bob.pk
    return client


def test_asking_for_a_copy_needs_a_recent_sign_in(client_for, bob):
    client = client_for(bob)

    led = client.post(COPY)
    assert led["Location"].startswith(AGAIN)
    assert not DataExport.objects.exists()

    client.post(AGAIN, {"password": "secret-pass-1"}, follow=True)
    assert client.post(COPY)["Location"] == PAGE
    assert DataExport.objects.get(person=bob).state == ExportState.ASKED


def test_page_says_how_far_the_copy_is(proven, bob):
    assert parts_of(proven.get(PAGE)) & COPIES == set()

    proven.post(COPY)
    assert parts_of(proven.get(PAGE)) & COPIES == {"copy-waiting"}

    write_due_copies(now=timezone.now())
    assert parts_of(proven.get(PAGE)) & COPIES == {"copy-ready"}

    DataExport.objects.update(state=ExportState.FAILED, key="")
    assert parts_of(proven.get(PAGE)) & COPIES == {"copy-failed"}


def test_second_copy_on_a_day_is_refused(proven, bob):
    ask_export(person=bob, now=NOW)
    write_due_copies(now=NOW)

    page = proven.post(COPY, follow=True)

    assert [message.extra_tags for message in page.context["messages"]] == ["too_often"]
    assert DataExport.objects.count() == 1


def test_copy_is_downloaded_by_its_person_alone_and_for_a_day(client_for, client, bob, charlie):
    export = ask_export(person=bob, now=NOW)
    address = f"{COPY}{export.uuid}/"
    assert client_for(bob).get(address).status_code == 404
    write_due_copies(now=NOW)

    answer = client_for(bob).get(address)
    assert b"".join(answer.streaming_content).startswith(b"PK")
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert "no-store" in answer["Cache-Control"]
    assert client_for(charlie).get(address).status_code == 404
    assert client.get(address)["Location"].startswith(SIGN_IN)
    with time_machine.travel(NOW + DAY, tick=False):
        assert client_for(bob).get(address).status_code == 404


def test_page_names_staff_who_looked(client_for, bob, maria):
    assert "looked" not in parts_of(client_for(bob).get(PAGE))
    Trace.objects.note_look(by=maria, about=[bob], looked_at=TracedAct.PERSON, now=NOW)

    page = client_for(bob).get(PAGE)

    assert "looked" in parts_of(page)
    assert maria.display_name in page.content.decode()


def test_a_role_that_was_given_is_no_look(client_for, bob, maria):
    give_role(person=bob, role=StaffRoleName.SUPPORT, by=maria, now=NOW)

    assert "looked" not in parts_of(client_for(bob).get(PAGE))


def test_deleting_needs_a_recent_sign_in(client_for, bob):
    assert client_for(bob).post(REMOVE)["Location"].startswith(AGAIN)
    assert not Erasure.objects.exists()


def test_deleting_closes_the_account_everywhere(proven, client_for, bob):
    elsewhere = client_for(bob)

    answer = proven.post(REMOVE)

    assert answer["Location"] == KEEP
    assert (signed_in(proven), elsewhere.get(PAGE)["Location"].partition("?")[0]) == (None, SIGN_IN)
    assert Erasure.objects.get(person=bob).due_at == NOW + 7 * DAY
    assert "keep-account" in parts_of(proven.get(KEEP))


def test_signing_in_by_password_leads_to_keeping_the_account_alone(client, bob):
    ask_erasure(person=bob, now=NOW)

    led = client.post(PASSWORD, {"login": bob.email, "password": "secret-pass-1"})

    assert (led["Location"], signed_in(client)) == (KEEP, None)
    assert client.get("/settings/")["Location"].startswith(SIGN_IN)
    client.post(KEEP)
    assert (signed_in(client), User.objects.get(pk=bob.pk).is_active) == (bob.pk, True)
    assert Erasure.objects.get().state == ErasureState.KEPT


def test_signing_in_by_code_leads_there_too(client, bob, newest_code):
    ask_erasure(person=bob, now=NOW)
    client.post(SIGN_IN, {"email": bob.email})

    led = client.post(CODE, {"code": newest_code()})

    assert (led["Location"], signed_in(client)) == (KEEP, None)


def test_nobody_keeps_an_account_without_having_proven_who_they_are(client, client_for, bob, charlie):
    ask_erasure(person=bob, now=NOW)

    for visitor in (client, client_for(charlie)):
        assert visitor.post(KEEP)["Location"] == SIGN_IN
    assert Erasure.objects.get().state == ErasureState.ASKED


def test_proof_is_good_for_an_hour(client, bob):
    ask_erasure(person=bob, now=NOW)
    client.post(PASSWORD, {"login": bob.email, "password": "secret-pass-1"})

    with time_machine.travel(NOW + timedelta(minutes=61), tick=False):
        assert client.post(KEEP)["Location"] == SIGN_IN


def test_after_a_week_the_page_says_that_it_is_too_late(client, bob):
    ask_erasure(person=bob, now=NOW)
    with time_machine.travel(NOW + 7 * DAY, tick=False):
        client.post(PASSWORD, {"login": bob.email, "password": "secret-pass-1"})
        page = client.post(KEEP)

    assert (page.status_code, refusal_of(page)) == (409, ["too_late"])


def test_account_that_staff_closed_can_not_be_kept(client, bob):
    User.objects.filter(pk=bob.pk).update(is_active=False)

    led = client.post(PASSWORD, {"login": bob.email, "password": "secret-pass-1"})

    assert led["Location"] == "/sign-in/closed/"
    assert client.post(KEEP)["Location"] == SIGN_IN


def test_the_only_owner_is_told_before_pressing(client_for, maria):
    assert refusal_of(client_for(maria).get(REMOVE)) == ["last_owner"]
