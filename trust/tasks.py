"""The tasks that the clock starts. Running one twice, or in two workers at once, does no harm."""

from celery import shared_task

from common.clock import agreed_now

from . import notices, sanctions, seals
from .signals import looking


@shared_task
def tell_of_overdue() -> int:
    return notices.tell_owners_of_overdue(now=agreed_now())


@shared_task
def run_sanctions() -> int:
    return sanctions.run_sanctions(now=agreed_now())


@shared_task
def look_for_signals() -> int:
    return looking.look_for_signals(now=agreed_now())


@shared_task
def seal_day() -> bool:
    """Returns whether the logs were sealed; once a day they are."""
    return seals.seal_logs(now=agreed_now()) is not None
