"""The tasks of mail and webhooks. They are short, and two running at once do no harm."""

import logging

from celery import shared_task

from common.clock import agreed_now
from notifications.sending.draining import drain_outbox
from notifications.sending.reaper import reap_leases
from notifications.webhooks.delivery import drain_deliveries

from .models import StateCount
from .pruning import delete_outdated_rows as prune_outdated

logger = logging.getLogger(__name__)

__all__ = ["drain_outbox", "prune", "reap", "send_webhooks"]


@shared_task
def reap() -> None:
    reap_leases()


@shared_task
def prune() -> int:
    return prune_outdated(now=agreed_now())


@shared_task
def fold_counts() -> None:
    StateCount.objects.fold()


@shared_task
def check_counts() -> None:
    if wrong := StateCount.objects.mend():
        logger.warning("rows were miscounted: %s", wrong)


@shared_task
def send_webhooks() -> None:
    drain_deliveries()
