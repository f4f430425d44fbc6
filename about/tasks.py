"""Tasks that the clock starts. Running twice, or in two workers at once, does no harm."""

from celery import shared_task

from common.clock import agreed_now

from .contact import forget_old_messages


@shared_task
def forget_messages() -> int:
    return forget_old_messages(now=agreed_now())
