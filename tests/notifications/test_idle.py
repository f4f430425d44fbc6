"""Accounts that nobody has used for two years: told twice, then removed; one sign-in begins it all again."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import AccessToken, Erasure, Scope, User
from accounts.privacy.retention import retain
from notifications.idle import FIRST, LAST
from notifications.models import Notification
from notifications.registry import Message, Nothing, kind_named
from tests.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
DAY = timedelta(days=1)
TWO_YEARS = settings.RETENTION["idle accounts"]
SEEN = NOW - TWO_YEARS + FIRST - DAY  # so that the first mail is due on the first day


@pytest.fixture
def idle(bob) -> User:
    User.objects.filter(pk=bob.pk).update(last_login=SEEN)
    bob.refresh_from_db()
    return bob


def told(person: User) -> list[str]:
    return list(Notification.objects.filter(recipient=person).order_by("pk").values_list("kind", flat=True))


def test_person_is_told_twice_and_then_removed(idle):
    assert retain(now=NOW - 2 * DAY)["idle accounts"] == 0
    retain(now=NOW)
    retain(now=NOW + DAY)
    assert told(idle) == ["idle_soon"]

    retain(now=NOW + FIRST - LAST - DAY)
    assert told(idle) == ["idle_soon"]
    retain(now=NOW + FIRST - LAST)
    assert told(idle) == ["idle_soon", "idle_last"]

    retain(now=NOW + FIRST - DAY)
    assert not Erasure.objects.exists()
    retain(now=NOW + FIRST)
    assert Erasure.objects.get(person=idle).due_at == NOW + FIRST + settings.ERASURE_GRACE


def test_nobody_is_removed_without_both_mails(idle):
    """After a long time without workers the mails come first, with all their time."""
    late = NOW + 3 * TWO_YEARS

    retain(now=late)

    assert (told(idle), Erasure.objects.count()) == (["idle_soon"], 0)
    retain(now=late + FIRST - LAST)
    retain(now=late + FIRST - DAY)
    assert (told(idle), Erasure.objects.count()) == (["idle_soon", "idle_last"], 0)


def test_signing_in_begins_it_again(idle):
    retain(now=NOW)
    row = Notification.objects.get(recipient=idle)
    assert isinstance(kind_named(row.kind).render(row, NOW), Message)

    Client().post("/sign-in/password/", {"login": idle.email, "password": "secret-pass-1"})

    row = Notification.objects.get(recipient=idle)
    assert isinstance(kind_named(row.kind).render(row, NOW), Nothing)
    assert retain(now=NOW + FIRST)["idle accounts"] == 0
    retain(now=NOW + TWO_YEARS)
    assert told(idle) == ["idle_soon", "idle_soon"]


def test_a_program_that_acts_counts_as_use(idle):
    made = {"created_at": SEEN, "expires_at": NOW + TWO_YEARS, "scope": Scope.READ}
    AccessToken.objects.create(person=idle, name="Phone", token_hash="x", last_used_at=NOW - DAY, **made)

    assert retain(now=NOW)["idle accounts"] == 0


def test_staff_and_newcomers_stay(maria, charlie):
    User.objects.filter(pk=maria.pk).update(last_login=NOW - 2 * TWO_YEARS)
    User.objects.filter(pk=charlie.pk).update(last_login=None, date_joined=NOW - DAY)

    assert retain(now=NOW)["idle accounts"] == 0


def test_who_never_signed_in_counts_from_the_day_they_joined(charlie):
    User.objects.filter(pk=charlie.pk).update(last_login=None, date_joined=SEEN)

    retain(now=NOW)

    assert told(charlie) == ["idle_soon"]
