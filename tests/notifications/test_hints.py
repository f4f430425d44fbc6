import socket
import time
from collections.abc import Iterator
from multiprocessing import get_context

import pytest
from celery import current_app
from redis import Redis

from notifications import hints
from notifications.hints import wake_worker


@pytest.fixture(autouse=True)
def trusting(monkeypatch) -> None:
    """No test's broken broker is held against the next one."""
    monkeypatch.setattr(hints, "_quiet_until", 0.0)


@pytest.fixture
def broker(monkeypatch):
    def use(url: str) -> None:
        monkeypatch.setattr(current_app.conf, "broker_write_url", url)

    return use


@pytest.fixture
def silent_server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def connections_to(server: socket.socket) -> int:
    """How many have been made since it was asked before."""
    count = 0
    try:
        while True:
            server.accept()[0].close()
            count += 1
    except BlockingIOError:
        return count


def seconds(act) -> float:
    began = time.monotonic()
    act()
    return time.monotonic() - began


def test_hint_puts_one_task_into_the_queue(settings):
    queue = Redis.from_url(settings.REDIS_URL)
    queue.delete("celery")

    wake_worker()

    assert queue.llen("celery") == 1
    queue.delete("celery")


@pytest.mark.parametrize("url", ["redis://localhost:1/0", "redis+socket:///nowhere/redis.sock?virtual_host=0"])
def test_hint_gives_up_at_once_when_nobody_listens(broker, url, caplog):
    broker(url)

    assert seconds(wake_worker) < 1
    assert [record.msg for record in caplog.records] == ["no hints to the workers for %s s: %s"]


def test_hint_waits_for_a_server_that_says_nothing_only_once(broker, silent_server, caplog):
    broker(f"redis://127.0.0.1:{silent_server.getsockname()[1]}/0")

    assert seconds(wake_worker) < 2
    assert connections_to(silent_server) == 1
    wake_worker()

    assert connections_to(silent_server) == 0
    assert len(caplog.records) == 1


def test_hints_come_again_after_the_pause(broker, settings, monkeypatch):
    broker("redis://localhost:1/0")
    wake_worker()
    queue = Redis.from_url(settings.REDIS_URL)
    queue.delete("celery")
    broker(settings.CELERY_BROKER_URL)
    wake_worker()
    assert queue.llen("celery") == 0

    monkeypatch.setattr(hints, "_quiet_until", time.monotonic() - 1)
    wake_worker()

    assert queue.llen("celery") == 1
    queue.delete("celery")


def test_hints_share_a_connection_and_outlive_its_end(settings):
    queue = Redis.from_url(settings.REDIS_URL)
    wake_worker()
    queue.delete("celery")
    before = queue.info("stats")["total_connections_received"]

    wake_worker()
    wake_worker()
    kept = queue.info("stats")["total_connections_received"]
    queue.client_kill_filter(_type="normal", skipme=True)
    wake_worker()

    assert (kept, queue.llen("celery")) == (before, 3)
    queue.delete("celery")


def test_forked_process_has_connections_of_its_own(settings):
    queue = Redis.from_url(settings.REDIS_URL)
    wake_worker()
    queue.delete("celery")

    child = get_context("fork").Process(target=wake_worker)
    child.start()
    child.join()
    wake_worker()

    assert (child.exitcode, queue.llen("celery")) == (0, 2)
    queue.delete("celery")
