"""Tasks that the clock starts. Running twice, or in two workers at once, does no harm."""

from celery import shared_task

from common.clock import agreed_now
from mentors.moderation.digests import announce_queue


@shared_task
def announce() -> int:
    return announce_queue(now=agreed_now())
