"""The clock's acts, woken by beat. Short, and harmless when run twice or by two workers at once."""

from celery import shared_task
from django.utils import timezone

from .audit import audit_notices
from .case_digests import announce_disputes
from .services import (
    close_engagements,
    complete_ended,
    expire_overdue,
    expire_written,
    give_freed_time,
    remove_expired_files,
    settle_silent,
    sweep_orphans,
)


@shared_task
def sweep() -> dict[str, int]:
    now = timezone.now()
    return {
        "expired": expire_overdue(now=now),
        "unanswered": expire_written(now=now),
        "missed": settle_silent(now=now),
        "completed": complete_ended(now=now),
        "closed": close_engagements(now=now),
        "given": give_freed_time(now=now),
    }


@shared_task
def give_time() -> int:
    """Woken when time is freed, so that whoever waits has it before somebody else comes by."""
    return give_freed_time(now=timezone.now())


@shared_task
def audit() -> int:
    return audit_notices(now=timezone.now())


@shared_task
def announce() -> int:
    return announce_disputes(now=timezone.now())


@shared_task
def tidy_files() -> dict[str, int]:
    now = timezone.now()
    return {"removed": remove_expired_files(now=now), "orphans": sweep_orphans(now=now)}
