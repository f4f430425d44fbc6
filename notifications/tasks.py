"""Beat wakes these up often; each is short, and two at once do no harm."""

import logging
import time
from datetime import datetime

from celery import shared_task

from common.clock import agreed_now

from .delivery import deliver
from .outbox import claim
from .pruning import prune as prune_outdated
from .reaper import reap_leases
from .smtp import ServerAwayError
from .webhooks.delivery import drain_deliveries, forget_old

logger = logging.getLogger(__name__)

DRAIN_SECONDS = 20


@shared_task
def drain() -> None:
    drain_outbox()


@shared_task
def reap() -> None:
    reap_leases()


@shared_task
def prune() -> int:
    return prune_outdated(now=agreed_now())


@shared_task
def send_webhooks() -> None:
    drain_deliveries()


@shared_task
def forget_webhooks() -> None:
    forget_old(now=agreed_now())


def drain_outbox(now: datetime | None = None, *, seconds: float = DRAIN_SECONDS) -> int:
    """Deliver due rows, one after the other, until none is left or the time is up. Returns how many were taken up."""
    end = time.monotonic() + seconds
    taken = 0
    while time.monotonic() < end and (row := claim(now)):
        taken += 1
        try:
            deliver(row, now)
        except ServerAwayError as error:
            logger.warning("mail server away: %s", error)
            break
    return taken
