"""Wakes a worker at once. It may fail: the row is written, and every worker process also looks by itself."""

import logging
import time
from functools import cache

from celery import current_app
from kombu import Connection
from kombu.pools import producers

logger = logging.getLogger(__name__)

EXPIRES = 10
# When the broker is away, one request waits this long (seconds) to find out; for a while the next ones don't try.
PATIENCE = 1
PAUSE = 30

_quiet_until = 0.0


@cache
def _broker_connection(url: str) -> Connection:
    """How connections to the broker are opened.

    It is not connected itself, so processes may be forked after it was made.
    """
    return current_app.connection_for_write(url, transport_options={"socket_timeout": PATIENCE})


def wake_worker(task: str = "notifications.tasks.drain") -> None:
    global _quiet_until
    if time.monotonic() < _quiet_until:
        return
    try:
        broker = _broker_connection(current_app.conf.broker_write_url)
        # Connections are kept: opening one takes longer than all the SQL of a booking.
        with producers[broker].acquire(block=True, timeout=PATIENCE) as producer:
            current_app.send_task(task, retry=False, ignore_result=True, expires=EXPIRES, producer=producer)
    except Exception as error:  # whatever is wrong with the broker, the act that caused the row has succeeded
        _quiet_until = time.monotonic() + PAUSE
        logger.warning("no hints to the workers for %s s: %s", PAUSE, error)
