"""What of programs' requests is of no use any more."""

from celery import shared_task
from django.utils import timezone

from .access.idempotency import forget_answers
from .access.throttling import forget_counts


@shared_task
def forget_requests() -> None:
    now = timezone.now()
    forget_counts(now=now)
    forget_answers(now=now)
