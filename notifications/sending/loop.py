"""Each worker process sends mail by itself, for as long as it lives: a thread that looks into Postgres.

It looks every few seconds, so that mail goes on while Redis and beat are away; a hint by Redis only makes one of them
look sooner. How many mails leave at once is how many worker processes there are. Before its process ends, the thread
ends the mail it is at.
"""

import logging
import os
import random
import threading
import time
from collections.abc import Callable

from billiard.process import current_process
from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from notifications.hints import HintListener

from .draining import drain_outbox
from .reaper import reap_leases

logger = logging.getLogger(__name__)

# How long a process that ends waits for the mail it is at. Less than what its own parent and supervisors wait.
PATIENCE = 20.0
# A round ends after that, so that the thread comes to look after other things.
ROUND = 60.0


class OutboxLoop(threading.Thread):
    def __init__(self, goes_on: Callable[[], bool] = lambda: True) -> None:
        super().__init__(name="outbox", daemon=True)
        self._goes_on = goes_on
        self._stopping = threading.Event()
        self._listener = HintListener()
        self._reaps_at = 0.0

    def stop(self, patience: float = PATIENCE) -> bool:
        """End after the mail that is being sent; whether that came to an end in time."""
        self._stopping.set()
        self.join(patience)
        return not self.is_alive()

    def is_over(self) -> bool:
        return self._stopping.is_set() or not self._goes_on()

    def run(self) -> None:
        while not self.is_over():
            try:
                self._work_once()
            except (DatabaseError, InterfaceError) as error:
                logger.warning("the outbox is out of reach: %s", error)
                connection.close()
            except Exception:
                logger.exception("a round over the outbox failed")
                connection.close()
            # Not all processes at the same moment.
            pause = settings.OUTBOX_LOOKS_EVERY.total_seconds() * random.uniform(0.5, 1)  # noqa: S311
            self._listener.wait(pause, self._stopping)
        connection.close()

    def _work_once(self) -> None:
        close_old_connections()
        if time.monotonic() >= self._reaps_at:
            self._reaps_at = time.monotonic() + settings.OUTBOX_REAPS_EVERY.total_seconds()
            reap_leases()
        drain_outbox(seconds=ROUND, stopping=self.is_over)


_loop: OutboxLoop | None = None


def start(**_signal: object) -> None:
    global _loop
    _loop = OutboxLoop(has_its_parent())
    _loop.start()


def stop(**_signal: object) -> None:
    global _loop
    if _loop and not _loop.stop():
        logger.warning("the mail server has not answered in time: the reaper settles what became of the last mail")
    _loop = None


def has_its_parent() -> Callable[[], bool]:
    """Whether the worker that started this process still lives; an orphan must not go on for ever."""
    parent = getattr(current_process(), "_parent_pid", None)
    return (lambda: True) if parent is None else (lambda: os.getppid() == parent)
