"""The tasks that the clock starts. Running one twice, or in two workers at once, does no harm."""

from celery import shared_task

from common.clock import agreed_now

from .registering import clock


@shared_task
def run_registrations() -> int:
    return clock.run_registrations(now=agreed_now())
