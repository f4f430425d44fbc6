"""The clock's acts, woken by beat. One task for each, so that none stops another; harmless when run twice or by two
workers at once. What time it is PostgreSQL says: see `common.clock`.
"""

from celery import shared_task

from common.clock import agreed_now

from . import audit as auditing
from . import case_digests, services


@shared_task
def expire_overdue() -> int:
    return services.expire_overdue(now=agreed_now())


@shared_task
def expire_written() -> int:
    return services.expire_written(now=agreed_now())


@shared_task
def settle_silent() -> int:
    return services.settle_silent(now=agreed_now())


@shared_task
def complete_ended() -> int:
    return services.complete_ended(now=agreed_now())


@shared_task
def close_engagements() -> int:
    return services.close_engagements(now=agreed_now())


@shared_task
def give_time() -> int:
    """Beat wakes it, and whoever frees time, so that who waits has it before somebody else comes by."""
    return services.give_freed_time(now=agreed_now())


@shared_task
def note_zone_changes() -> int:
    return len(services.note_zone_changes(now=agreed_now()))


@shared_task
def audit() -> int:
    return auditing.audit_notices(now=agreed_now())


@shared_task
def announce() -> int:
    return case_digests.announce_disputes(now=agreed_now())


@shared_task
def remove_expired_files() -> int:
    return services.remove_expired_files(now=agreed_now())


@shared_task
def sweep_orphans() -> int:
    return services.sweep_orphans(now=agreed_now())
