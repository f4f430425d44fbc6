import threading
import time
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection, transaction

from accounts.models import User
from notifications import outbox
from notifications.models import Notification, State
from notifications.sending.reaper import reap_leases
from notifications.services import Due, schedule_notices
from tests.notifications.conftest import add_kind

MINUTE = timedelta(minutes=1)


def state_of(row: Notification) -> tuple[str, int]:
    row.refresh_from_db()
    return row.state, row.attempts


def test_claim_takes_the_oldest_due_row(due):
    due(1, since=MINUTE)
    oldest = due(2, since=5 * MINUTE)

    row = outbox.claim_notification()

    assert (row.pk, row.state, row.attempts) == (oldest.pk, State.LEASED, 1)


def test_claim_leases_for_a_minute_of_the_databases_clock(due, database_now):
    due(1)

    row = outbox.claim_notification()

    assert timedelta(0) <= outbox.claimed_at(row) - database_now < 10 * timedelta(seconds=1)


def test_claim_leaves_what_is_not_due_yet_or_is_done(due):
    due(1, since=-MINUTE)
    for number, state in enumerate((State.EXPIRED, State.OBSOLETE, State.DEAD, State.UNCERTAIN), start=2):
        Notification.objects.filter(pk=due(number).pk).update(state=state)

    assert outbox.claim_notification() is None


def test_claim_can_be_told_another_moment(due, database_now):
    row = due(1, since=-timedelta(days=30))

    assert outbox.claim_notification(database_now + timedelta(days=29)) is None
    assert outbox.claim_notification(database_now + timedelta(days=31)).pk == row.pk


def test_claim_uses_the_index_of_rows_to_send(due, settings):
    for number in range(300):
        due(number)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE notifications_notification")
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN " + outbox.CLAIM, {"now": None, "lease": settings.OUTBOX_LEASE})
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "notification_to_send" in plan


@pytest.mark.django_db(transaction=True)
def test_two_workers_claim_each_of_fifty_rows_once(due):
    expected = {due(number).pk for number in range(50)}
    claimed: list[int] = []
    start = threading.Barrier(2)

    def work() -> None:
        start.wait()
        while row := outbox.claim_notification():
            claimed.append(row.pk)
        connection.close()

    workers = [threading.Thread(target=work) for _number in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert Counter(claimed) == Counter(expected)


@pytest.mark.parametrize(
    "finish",
    [
        outbox.begin_data,
        outbox.mark_sent,
        lambda row: outbox.close_unsent(row, State.OBSOLETE, "x"),
        lambda row: outbox.close_dead(row, "x"),
        lambda row: outbox.retry_later(row, "x"),
        lambda row: outbox.postpone_attempt(row, MINUTE, "x"),
        lambda row: outbox.note_error(row, "x"),
        outbox.mark_accepted,
        outbox.send_again,
        outbox.close_uncertain,
    ],
    ids=["fence", "sent", "closed", "dead", "retry", "postpone", "note", "accepted", "again", "uncertain"],
)
def test_worker_that_lost_its_lease_overwrites_nothing(due, database_now, finish):
    due(1)
    zombie = outbox.claim_notification()
    reap_leases(database_now + 5 * MINUTE)
    heir = outbox.claim_notification(database_now + 5 * MINUTE)

    assert finish(zombie) is False
    heir.refresh_from_db()
    assert (heir.state, heir.lease_token != zombie.lease_token, heir.data_started_at) == (State.LEASED, True, None)


def test_fence_refuses_when_the_lease_is_over(due, database_now):
    due(1)
    row = outbox.claim_notification()

    assert outbox.begin_data(row, database_now + 2 * MINUTE) is False


def test_retry_waits_longer_each_time_and_ends_dead(due, database_now, retry_waits):
    row, moment, waits = due(1), database_now, []
    while claimed := outbox.claim_notification(moment):
        outbox.retry_later(claimed, "451 busy", moment)
        row.refresh_from_db()
        waits.append((row.next_try_at - moment).total_seconds())
        moment = row.next_try_at

    assert state_of(row) == (State.DEAD, 8)
    assert row.last_error == "451 busy"
    assert waits[:7] == pytest.approx(retry_waits)


def test_postpone_does_not_count_the_attempt(due, database_now):
    row = due(1)

    outbox.postpone_attempt(outbox.claim_notification(), MINUTE, "server away", database_now)

    assert state_of(row) == (State.PENDING, 0)
    assert (row.next_try_at, row.last_error) == (database_now + MINUTE, "server away")


@pytest.mark.parametrize("leaves", [lambda bob: User.objects.update(is_active=False), lambda bob: bob.delete()])
def test_fence_refuses_when_the_recipient_has_gone(due, bob, leaves):
    due(1)
    row = outbox.claim_notification()
    leaves(bob)

    assert outbox.begin_data(row) is False


def test_fence_looks_where_the_subjects_version_stands(due, alice):
    """Even if whoever changed the subject forgot to silence what was about to be told."""
    add_kind("plain", model=type(alice.mentor_profile))
    profile = alice.mentor_profile
    due(profile.pk, version=profile.version)
    row = outbox.claim_notification()
    type(profile).objects.update(version=profile.version + 1)

    assert outbox.begin_data(row) is False
    type(profile).objects.update(version=profile.version)
    assert outbox.begin_data(row) is True


@pytest.mark.django_db(transaction=True)
def test_fence_waits_for_a_change_that_is_under_way_and_then_refuses(due, bob, database_now):
    due(1)
    row = outbox.claim_notification()
    changing, answers = threading.Event(), []

    def change() -> None:
        with transaction.atomic():
            later = database_now + 60 * MINUTE
            schedule_notices(Due("plain", bob.pk, "thing", 1, 1, later, later + MINUTE), now=database_now)
            changing.set()
            time.sleep(0.3)
        connection.close()

    worker = threading.Thread(target=change)
    worker.start()
    changing.wait()
    answers.append(outbox.begin_data(row))
    worker.join()

    assert answers == [False]


def test_waits_of_many_rows_are_spread():
    waits = [outbox.backoff_delay(1).total_seconds() for _number in range(200)]

    assert 22.5 <= min(waits) < 25
    assert 35 < max(waits) <= 37.5
