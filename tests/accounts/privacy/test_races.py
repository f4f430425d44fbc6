"""Several workers and several presses at once, each with a connection of its own."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts import tasks
from accounts.models import DataExport, Erasure, ErasureState, ExportState, User
from accounts.privacy.erasing import ask_erasure, erase_due, keep_account
from accounts.privacy.exports import ask_export, write_due_copies
from accounts.rules.roles import Power
from notifications.models import Notification
from tests.conftest import NOW, make_person
from tests.sessions_app.helpers.races import race

pytestmark = [pytest.mark.django_db(transaction=True)]
WEEK = timedelta(days=7)
AT_ONCE = 4


@pytest.fixture
def bob() -> User:
    return make_person("bob@example.org", "Bob Bose")


def test_a_copy_that_is_asked_for_several_times_at_once_is_one(bob):
    race([lambda: ask_export(person=bob, now=NOW)] * AT_ONCE)

    assert DataExport.objects.count() == 1


def test_several_workers_write_each_copy_once_and_tell_once(bob):
    ask_export(person=bob, now=NOW)

    race([lambda: write_due_copies(now=NOW)] * AT_ONCE)

    assert DataExport.objects.get().state == ExportState.READY
    assert len(default_storage.listdir("exports")[1]) == 1
    assert Notification.objects.filter(kind="copy_ready").count() == 1


def test_several_workers_remove_a_person_once(bob, mailoutbox, places):
    ask_erasure(person=bob, now=NOW)

    race([lambda: erase_due(now=NOW + WEEK)] * AT_ONCE)
    erase_due(now=NOW + WEEK)

    assert Erasure.objects.get().state == ErasureState.DONE
    assert [mail.to for mail in mailoutbox] == [["bob@example.org"]]
    assert len((places / "erasures.log").read_text().splitlines()) == 1


def test_keeping_and_removing_at_once_leaves_a_whole_person_or_none(bob):
    ask_erasure(person=bob, now=NOW)

    def keep() -> None:
        keep_account(person=bob, now=NOW + WEEK - timedelta(seconds=1))

    outcomes = race([keep, *[lambda: erase_due(now=NOW + WEEK)] * 3])
    erase_due(now=NOW + WEEK)

    person, state = User.objects.get(pk=bob.pk), Erasure.objects.get().state
    assert (outcomes["too_late"], person.name, person.is_active, state) in {
        (0, "Bob Bose", True, ErasureState.KEPT),
        (1, "", False, ErasureState.DONE),
    }


def test_the_last_two_owners_cannot_both_leave_at_once():
    owners = [make_person(f"{name}@example.org", name, is_staff=True) for name in ("Maria", "Otto")]

    outcomes = race([lambda owner=owner: ask_erasure(person=owner, now=NOW) for owner in owners])

    assert outcomes == {"won": 1, "last_owner": 1}
    assert User.objects.who_may(Power.RUN).count() == 1


def test_tasks_of_the_clock_do_what_is_due(bob):
    """By PostgreSQL's clock, as a worker calls them."""
    now = timezone.now()
    ask_export(person=bob, now=now)

    assert (tasks.write_copies(), tasks.forget_copies(), tasks.erase_due()) == (1, 0, 0)
    ask_erasure(person=bob, now=now - WEEK)
    assert tasks.erase_due() == 1
    tasks.retain()

    assert User.objects.get(pk=bob.pk).name == ""
    assert default_storage.listdir("exports")[1] == []
