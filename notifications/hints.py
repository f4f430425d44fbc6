"""Hints to the workers that there is something to do now. They may be lost: what is to be done is a row in PostgreSQL,
and the workers also look by themselves.

A hint about the outbox is one word in a list of Redis. Every act with a notice gives one, and composing a message of
Celery takes as long as a quarter of a booking (decision 18).
"""

import logging
import threading
import time
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.module_loading import import_string

from common.later import LaterModule

if TYPE_CHECKING:
    import kombu
    import redis
else:
    kombu, redis = LaterModule("kombu"), LaterModule("redis")

logger = logging.getLogger(__name__)

# The list of hints that no worker process has taken up yet. With so many of them nobody listens, and one is enough.
OUTBOX = "hints:outbox"
MOST_KEPT = 100
EXPIRES = 10
# When Redis is away, one request waits this long (seconds) to find out; for a while the next ones don't try.
PATIENCE = 1
PAUSE = 30
# A worker process that listens comes back this often to see whether it shall end.
LISTENS = 1

_quiet_until = 0.0


def wake_outbox() -> None:
    """Have one worker process that has nothing to do look into the outbox."""
    _give_hint(_push_hint)


def wake_worker(task: str) -> None:
    """Have a worker run this task."""
    _give_hint(lambda: _send_task(task))


class HintListener:
    """How one worker process hears of hints about the outbox. While Redis is away, it hears nothing and only waits."""

    def __init__(self) -> None:
        self._deaf_until = 0.0

    def wait(self, seconds: float, ending: threading.Event) -> None:
        """Until a hint comes, the process is ending, or so many seconds are over."""
        until = time.monotonic() + seconds
        while not ending.is_set() and (left := until - time.monotonic()) > 0:
            if time.monotonic() < self._deaf_until:
                ending.wait(left)
            elif self._hears(min(left, LISTENS)):
                return

    def _hears(self, seconds: float) -> bool:
        try:
            # Redis takes 0 for ever.
            return bool(_connect(settings.REDIS_URL, LISTENS + PATIENCE).brpop([OUTBOX], timeout=max(seconds, 0.01)))
        except Exception as error:  # whatever is wrong with Redis, mail goes on
            self._deaf_until = time.monotonic() + PAUSE
            logger.warning("no hints from Redis for %s s: %s", PAUSE, error)
            return False


def _give_hint(give: Callable[[], object]) -> None:
    global _quiet_until
    if time.monotonic() < _quiet_until:
        return
    try:
        give()
    except Exception as error:  # whatever is wrong with Redis, the act that caused the row has succeeded
        _quiet_until = time.monotonic() + PAUSE
        logger.warning("no hints to the workers for %s s: %s", PAUSE, error)


def _push_hint() -> None:
    hints = _connect(settings.REDIS_URL, PATIENCE)
    if hints.lpush(OUTBOX, "") > MOST_KEPT:
        hints.ltrim(OUTBOX, 0, 0)


def _send_task(task: str) -> None:
    app = _tasks_app()
    broker = _broker_connection(app.conf.broker_write_url)
    with kombu.pools.producers[broker].acquire(block=True, timeout=PATIENCE) as producer:
        app.send_task(task, retry=False, ignore_result=True, expires=EXPIRES, producer=producer)


def _tasks_app() -> Any:
    """Celery's application. The project makes it, and a process that sends no task never loads it."""
    return import_string(settings.TASKS_APP)


@cache
def _connect(url: str, patience: float) -> "redis.Redis":
    """Keeps its connections, since opening one takes long. A forked process opens its own."""
    once = redis.retry.Retry(redis.backoff.NoBackoff(), 0)
    return redis.Redis.from_url(url, socket_connect_timeout=PATIENCE, socket_timeout=patience, retry=once)


@cache
def _broker_connection(url: str) -> "kombu.Connection":
    """How connections to the broker are opened.

    It is not connected itself, so processes may be forked after it was made.
    """
    return _tasks_app().connection_for_write(url, transport_options={"socket_timeout": PATIENCE})
