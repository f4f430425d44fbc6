from contextlib import suppress
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from notifications.bounces import has_bouncing_address, mark_bouncing
from notifications.models import Notification, State
from notifications.outbox import begin_data, claim_notification
from notifications.services import Due, RetryError, retry_dead, schedule_notices
from tests.conftest import NOW

HOUR = timedelta(hours=1)


def told(person, **changes) -> Due:
    fields = {
        "kind": "plain",
        "recipient_id": person.pk,
        "subject_type": "thing",
        "subject_id": 1,
        "version": 0,
        "due_at": NOW,
        "send_before": NOW + 24 * HOUR,
    }
    return Due(**fields | changes)


def test_schedule_writes_one_row_for_each_due(alice, bob):
    schedule_notices(told(alice), told(bob), told(bob, kind="held", due_at=NOW + HOUR), now=NOW)

    rows = Notification.objects.order_by("pk").values_list(
        "kind", "recipient", "state", "next_try_at", "date", "attempts"
    )
    assert list(rows) == [
        ("plain", alice.pk, "pending", NOW, NOW, 0),
        ("plain", bob.pk, "pending", NOW, NOW, 0),
        ("held", bob.pk, "pending", NOW + HOUR, NOW + HOUR, 0),
    ]


def test_schedule_twice_keeps_the_first_row(bob):
    schedule_notices(told(bob), now=NOW)
    first = Notification.objects.get()

    schedule_notices(told(bob, due_at=NOW + HOUR), now=NOW)

    kept = Notification.objects.get()
    assert (kept.pk, kept.message_id, kept.due_at) == (first.pk, first.message_id, NOW)


def test_schedule_leaves_out_what_could_only_come_too_late(alice, bob):
    schedule_notices(
        told(alice, send_before=NOW),
        told(bob, due_at=NOW + 2 * HOUR, send_before=NOW + HOUR),
        told(bob, kind="held"),
        now=NOW,
    )

    assert list(Notification.objects.values_list("kind", "recipient")) == [("held", bob.pk)]


def test_schedule_without_dues_writes_nothing(db):
    schedule_notices(now=NOW)

    assert Notification.objects.count() == 0


def test_schedule_of_a_new_version_silences_the_older_one(alice, bob):
    schedule_notices(told(alice), told(bob), told(bob, subject_id=2), now=NOW)

    schedule_notices(told(bob, version=1), now=NOW)

    rows = Notification.objects.order_by("subject_id", "subject_version", "recipient")
    assert list(rows.values_list("subject_id", "subject_version", "recipient", "state", "reason")) == [
        (1, 0, alice.pk, "obsolete", "moved on"),
        (1, 0, bob.pk, "obsolete", "moved on"),
        (1, 1, bob.pk, "pending", ""),
        (2, 0, bob.pk, "pending", ""),
    ]


def test_a_new_version_stops_a_worker_that_is_about_to_send_the_older_one(due, bob, database_now):
    due(1)
    row = claim_notification()

    schedule_notices(told(bob, version=1, due_at=database_now, send_before=database_now + HOUR), now=database_now)

    assert begin_data(row) is False
    row.refresh_from_db()
    assert (row.state, row.reason) == (State.OBSOLETE, "moved on")


def test_a_new_version_leaves_alone_what_is_leaving_already(due, bob, database_now):
    due(1)
    row = claim_notification()
    assert begin_data(row) is True

    schedule_notices(told(bob, version=1, due_at=database_now, send_before=database_now + HOUR), now=database_now)

    row.refresh_from_db()
    assert row.state == State.LEASED


def test_schedule_rolls_back_with_its_cause(bob):
    with suppress(RuntimeError), transaction.atomic():
        schedule_notices(told(bob), now=NOW)
        raise RuntimeError

    assert Notification.objects.count() == 0


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"state": State.LEASED}, "notification_lease_goes_with_leased"),
        ({"lease_until": NOW}, "notification_lease_goes_with_leased"),
        ({"state": State.SENT}, "notification_sent_at_goes_with_sent"),
        ({"sent_at": NOW}, "notification_sent_at_goes_with_sent"),
        ({"send_before": NOW - HOUR}, "notification_due_before_too_late"),
    ],
)
def test_database_refuses_rows_that_contradict_themselves(bob, fields, constraint):
    schedule_notices(told(bob), now=NOW)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Notification.objects.update(**fields)


def test_schedule_hints_to_the_workers_only_about_what_is_due(alice, bob, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as later:
        schedule_notices(told(bob, due_at=NOW + HOUR), now=NOW)
    with django_capture_on_commit_callbacks() as at_once:
        schedule_notices(told(alice), told(bob), now=NOW)

    assert (len(later), len(at_once)) == (0, 1)


@pytest.fixture
def dead(due):
    row = due(1)
    Notification.objects.filter(pk=row.pk).update(state=State.DEAD, attempts=8, last_error="550 No such user")
    row.refresh_from_db()
    return row


def test_dead_row_is_given_all_its_attempts_back(dead, maria, database_now):
    retry_dead(dead, maria, database_now)

    dead.refresh_from_db()
    assert (dead.state, dead.attempts, dead.last_error) == (State.PENDING, 0, "550 No such user")
    assert (dead.retried_by, dead.retried_at) == (maria, database_now)
    assert claim_notification().pk == dead.pk


def test_retried_row_gives_the_address_another_chance(dead, maria, bob, database_now):
    mark_bouncing(bob, bob.email, "550 No such user", database_now)
    assert has_bouncing_address(bob) is True

    retry_dead(dead, maria, database_now)

    assert has_bouncing_address(bob) is False


def test_only_staff_retry(dead, charlie, database_now):
    with pytest.raises(PermissionDenied):
        retry_dead(dead, charlie, database_now)

    dead.refresh_from_db()
    assert dead.state == State.DEAD


def test_row_that_nobody_would_read_any_more_stays_dead(dead, maria):
    with pytest.raises(RetryError, match="too late"):
        retry_dead(dead, maria, dead.send_before)

    dead.refresh_from_db()
    assert dead.state == State.DEAD


def test_second_click_on_retry_is_told_so(dead, maria, database_now):
    retry_dead(dead, maria, database_now)

    with pytest.raises(RetryError, match="isn’t marked as failed any more"):
        retry_dead(dead, maria, database_now)
