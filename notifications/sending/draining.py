"""Sends due rows one after the other over one connection, and keeps each row's lease while the mail server takes its
time.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from types import TracebackType
from typing import Self

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from notifications import outbox
from notifications.models import Notification

from . import breaker
from .breaker import Passage
from .delivery import deliver_notification
from .smtp import MailServer, ServerAwayError

logger = logging.getLogger(__name__)

DRAIN_SECONDS = 20.0
# A lease is renewed twice before it could end, in case one of the two fails.
RENEWALS_IN_A_LEASE = 3


def drain_outbox(
    now: datetime | None = None, *, seconds: float = DRAIN_SECONDS, stopping: Callable[[], bool] = lambda: False
) -> int:
    """Deliver due rows until none is left, the time is up, or the caller stops it. Returns how many were taken up."""
    end = time.monotonic() + seconds
    taken = 0
    with MailServer() as server, LeaseKeeper() as keeper:
        while time.monotonic() < end and not stopping() and (row := take_up(now)):
            taken += 1
            try:
                with keeper.keep_lease(row):
                    deliver_notification(row, now, server=server)
            except ServerAwayError as error:
                logger.warning("mail server away: %s", error)
                break
    return taken


def take_up(now: datetime | None = None) -> Notification | None:
    """The next row to deliver, leased; None if none is due, or while the breaker is open."""
    passage = breaker.find_passage(now)
    if passage == Passage.SHUT:
        return None
    return outbox.claim_notification(now, waiting_too=passage == Passage.PROBE)


class LeaseKeeper:
    """Renews the lease of the row in hand, in a thread that starts with the first row.

    A process that hangs renews nothing, so its row goes to another worker. No row is held for longer than a mail server
    may take at most.
    """

    def __init__(self) -> None:
        self._every = settings.OUTBOX_LEASE.total_seconds() / RENEWALS_IN_A_LEASE
        self._longest = settings.EMAIL_ANSWER_TIMEOUT + settings.OUTBOX_LEASE.total_seconds()
        self._row: Notification | None = None
        self._since = 0.0
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self._thread:
            self._thread.join()

    @contextmanager
    def keep_lease(self, row: Notification) -> Iterator[None]:
        if self._thread is None:
            self._thread = threading.Thread(target=self._keep_leases, name="lease keeper", daemon=True)
            self._thread.start()
        self._row, self._since = row, time.monotonic()
        try:
            yield
        finally:
            self._row = None

    def _keep_leases(self) -> None:
        while not self._over.wait(self._every):
            # Read once: the other thread may set both at any moment. A row that was taken up just now needs nothing
            # yet, and one that takes too long is given up.
            row, since = self._row, self._since
            if row and self._every / 2 < time.monotonic() - since < self._longest:
                self._renew_lease(row)
        connection.close()

    def _renew_lease(self, row: Notification) -> None:
        try:
            outbox.renew_lease(row)
        except (DatabaseError, InterfaceError) as error:
            logger.warning("the lease of notification %s could not be renewed: %s", row.pk, error)
            connection.close()
