"""What beat asks for. Harmless when run twice or by two workers at once."""

from celery import shared_task

from common.clock import agreed_now
from mentors.moderation.digests import announce_queue


@shared_task
def announce() -> int:
    return announce_queue(now=agreed_now())
