"""What beat asks for. Harmless when run twice or by two workers at once."""

from celery import shared_task
from django.utils import timezone

from .digests import announce_queue


@shared_task
def announce() -> int:
    return announce_queue(now=timezone.now())
