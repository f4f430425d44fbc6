"""A worker process sends by itself. Nothing here waits for a fixed time, only for what has to happen."""

import threading
from datetime import timedelta

import pytest
from celery import signals
from django.db import OperationalError
from redis import Redis

from notifications import hints
from notifications.hints import OUTBOX, wake_outbox
from notifications.models import Notification, State
from notifications.sending import loop
from notifications.sending.loop import OutboxLoop

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 60


@pytest.fixture(autouse=True)
def often(settings):
    settings.OUTBOX_LOOKS_EVERY = timedelta(seconds=0.05)


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """No hint is lost because a busy machine let Redis answer late."""
    monkeypatch.setattr(hints, "PATIENCE", PATIENCE)
    monkeypatch.setattr(hints, "_quiet_until", 0.0)


@pytest.fixture
def running():
    """running(): a loop that has begun; all have ended with the test."""
    loops = []

    def start(*arguments) -> OutboxLoop:
        loops.append(OutboxLoop(*arguments))
        loops[-1].start()
        return loops[-1]

    yield start
    for one in loops:
        assert one.stop(PATIENCE)


def until(condition) -> None:
    pause = threading.Event()
    for _number in range(PATIENCE * 50):
        if condition():
            return
        pause.wait(0.02)
    raise TimeoutError


def sent() -> int:
    return Notification.objects.filter(state=State.SENT).count()


def listening(queue: Redis) -> int:
    """How many wait for a hint; other tests have other databases of the same Redis."""
    ours = str(queue.connection_pool.connection_kwargs["db"])
    return len([one for one in queue.client_list() if one["db"] == ours and "b" in one["flags"]])


def test_loop_sends_what_falls_due_without_being_told(due, smtp_sink, running):
    running()
    for number in (1, 2):
        due(number)
        until(lambda number=number: sent() == number)

    assert [mail["Subject"] for mail in smtp_sink.mails] == ["Number 1", "Number 2"]


def test_two_loops_talk_to_the_mail_server_at_the_same_time(due, smtp_sink, running):
    smtp_sink.answers_when = threading.Event()
    due(1)
    due(2)
    running()
    running()

    until(lambda: len(smtp_sink.mails) == 2)
    smtp_sink.answers_when.set()
    until(lambda: sent() == 2)


def test_hint_wakes_one_loop_of_those_that_would_look_much_later(due, smtp_sink, running, settings):
    settings.OUTBOX_LOOKS_EVERY = timedelta(hours=1)
    queue = Redis.from_url(settings.REDIS_URL)
    queue.delete(OUTBOX)
    running()
    running()
    until(lambda: listening(queue) == 2)
    due(1)

    wake_outbox()

    until(lambda: sent() == 1)
    assert queue.llen(OUTBOX) == 0


def test_loop_looks_without_redis(due, smtp_sink, running, settings):
    settings.REDIS_URL = "redis://localhost:1/0"
    running()
    due(1)

    until(lambda: sent() == 1)
    due(2)
    until(lambda: sent() == 2)


def test_loop_that_listens_ends_soon(running, settings):
    settings.OUTBOX_LOOKS_EVERY = timedelta(hours=1)
    worker = running()
    queue = Redis.from_url(settings.REDIS_URL)
    until(lambda: listening(queue) == 1)

    assert worker.stop(PATIENCE) is True


def test_loop_that_stops_ends_the_mail_that_it_is_at(due, smtp_sink, running):
    smtp_sink.answers_when = threading.Event()
    row, next_row = due(1, since=timedelta(minutes=2)), due(2)
    worker = running()
    until(lambda: smtp_sink.mails)

    assert worker.stop(patience=0.05) is False
    smtp_sink.answers_when.set()
    assert worker.stop(PATIENCE) is True

    row.refresh_from_db()
    next_row.refresh_from_db()
    assert (row.state, next_row.state, len(smtp_sink.mails)) == (State.SENT, State.PENDING, 1)


def test_loop_gives_back_what_a_lost_worker_holds(due, smtp_sink, running):
    row = due(1)
    lost = {"state": State.LEASED, "attempts": 1, "lease_token": "00000000-0000-0000-0000-000000000001"}
    Notification.objects.filter(pk=row.pk).update(lease_until=row.due_at, **lost)

    running()

    until(lambda: sent() == 1)


def test_loop_goes_on_after_an_error(due, smtp_sink, running, monkeypatch):
    errors, drain = [OperationalError("away"), ValueError("a mistake")], loop.drain_outbox

    def fail_twice(**options):
        if errors:
            raise errors.pop()
        return drain(**options)

    monkeypatch.setattr(loop, "drain_outbox", fail_twice)
    due(1)
    running()

    until(lambda: sent() == 1)
    assert errors == []


def test_orphan_ends(running):
    alive = threading.Event()
    alive.set()
    worker = running(alive.is_set)

    alive.clear()

    worker.join(PATIENCE)
    assert not worker.is_alive()


def test_worker_process_starts_and_stops_its_loop(due, smtp_sink):
    signals.worker_process_init.send(sender="test")
    try:
        due(1)
        until(lambda: sent() == 1)
        worker = loop._loop
        assert worker.is_alive()
    finally:
        signals.worker_process_shutdown.send(sender="test", pid=1, exitcode=0)

    assert not worker.is_alive()
