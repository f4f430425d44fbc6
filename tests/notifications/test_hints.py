import socket
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing import get_context

import pytest
from redis import Redis

from mentoring.celery import app
from notifications import hints
from notifications.hints import MOST_KEPT, OUTBOX, HintListener, wake_outbox, wake_worker
from tests.redis_connections import end_connections


def wake_for_a_task() -> None:
    wake_worker("notifications.tasks.reap")


# Each with the list of Redis that it goes to
HINTS = [pytest.param(wake_outbox, OUTBOX, id="outbox"), pytest.param(wake_for_a_task, "celery", id="task")]


@pytest.fixture(autouse=True)
def trusting(monkeypatch) -> None:
    """No test's broken broker is held against the next one."""
    monkeypatch.setattr(hints, "_quiet_until", 0.0)


@pytest.fixture(autouse=True)
def queue(settings) -> Iterator[Redis]:
    """Where nothing waits."""
    redis = Redis.from_url(settings.REDIS_URL)
    redis.delete(OUTBOX, "celery")
    yield redis
    redis.delete(OUTBOX, "celery")


@pytest.fixture
def use_redis(settings, monkeypatch) -> Callable[[str], None]:
    def use(url: str) -> None:
        settings.REDIS_URL = url.replace("redis+socket", "unix").replace("virtual_host", "db")
        monkeypatch.setattr(app.conf, "broker_write_url", url)

    return use


@pytest.fixture
def silent_server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def address_of(server: socket.socket) -> str:
    return f"redis://127.0.0.1:{server.getsockname()[1]}/0"


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


@pytest.mark.parametrize(("give_hint", "name"), HINTS)
def test_hint_is_one_entry_of_a_list(give_hint, name, queue):
    give_hint()

    assert queue.llen(name) == 1


@pytest.mark.parametrize("url", ["redis://localhost:1/0", "redis+socket:///nowhere/redis.sock?virtual_host=0"])
@pytest.mark.parametrize(("give_hint", "_name"), HINTS)
def test_hint_gives_up_at_once_when_nobody_listens(give_hint, _name, use_redis, url, caplog):
    use_redis(url)

    assert seconds(give_hint) < 1
    assert [record.msg for record in caplog.records] == ["no hints to the workers for %s s: %s"]


@pytest.mark.parametrize(("give_hint", "_name"), HINTS)
def test_hint_waits_for_a_server_that_says_nothing_only_once(give_hint, _name, use_redis, silent_server, caplog):
    use_redis(address_of(silent_server))

    assert seconds(give_hint) < 2
    assert connections_to(silent_server) == 1
    wake_outbox()
    wake_for_a_task()

    assert connections_to(silent_server) == 0
    assert len(caplog.records) == 1


@pytest.mark.parametrize(("give_hint", "name"), HINTS)
def test_hints_come_again_after_the_pause(give_hint, name, use_redis, settings, monkeypatch, queue):
    own = settings.CELERY_BROKER_URL
    use_redis("redis://localhost:1/0")
    give_hint()
    use_redis(own)
    give_hint()
    assert queue.llen(name) == 0

    monkeypatch.setattr(hints, "_quiet_until", time.monotonic() - 1)
    give_hint()

    assert queue.llen(name) == 1


@pytest.mark.parametrize(("give_hint", "name"), HINTS)
def test_hints_share_a_connection_and_outlive_its_end(give_hint, name, queue):
    give_hint()
    before = queue.info("stats")["total_connections_received"]

    give_hint()
    give_hint()
    kept = queue.info("stats")["total_connections_received"]
    end_connections(queue)
    give_hint()

    assert (kept, queue.llen(name)) == (before, 4)


@pytest.mark.parametrize(("give_hint", "name"), HINTS)
def test_forked_process_has_connections_of_its_own(give_hint, name, queue):
    give_hint()

    child = get_context("fork").Process(target=give_hint)
    child.start()
    child.join()
    give_hint()

    assert (child.exitcode, queue.llen(name)) == (0, 3)


def test_hints_that_nobody_takes_up_do_not_pile_up(queue):
    queue.lpush(OUTBOX, *range(MOST_KEPT))

    wake_outbox()

    assert queue.llen(OUTBOX) == 1


def test_listener_takes_up_one_hint(queue):
    wake_outbox()
    wake_outbox()

    HintListener().wait(60, threading.Event())

    assert queue.llen(OUTBOX) == 1


def test_listener_waits_no_longer_than_it_is_told():
    assert seconds(lambda: HintListener().wait(0.05, threading.Event())) >= 0.05


def test_listener_hears_nothing_for_a_while_after_a_silent_redis(use_redis, silent_server, caplog):
    use_redis(address_of(silent_server))
    listener = HintListener()

    listener.wait(0.01, threading.Event())
    listener.wait(0.01, threading.Event())

    assert connections_to(silent_server) == 1
    assert [record.msg for record in caplog.records] == ["no hints from Redis for %s s: %s"]


def test_listener_ends_with_its_process():
    ending = threading.Event()
    ending.set()

    HintListener().wait(60, ending)
