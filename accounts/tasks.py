"""Deletes what is kept about requests and signing in, once it is of no more use."""

from celery import shared_task
from django.core.management import call_command

from common.clock import agreed_now

from . import web_sessions
from .access import idempotency, throttling
from .privacy import erasing, exports, retention

# A large copy takes minutes
LONGEST_COPY = 600


@shared_task
def forget_counts() -> None:
    throttling.forget_counts(now=agreed_now())


@shared_task
def forget_answers() -> None:
    idempotency.forget_answers(now=agreed_now())


@shared_task
def forget_web_sessions() -> None:
    """Sessions in the browser that have expired. Django leaves them in their table until it is told so."""
    call_command("clearsessions")


@shared_task
def forget_ended_sessions() -> int:
    return web_sessions.forget_ended_sessions()


@shared_task(soft_time_limit=LONGEST_COPY, time_limit=LONGEST_COPY + 30)
def write_copies() -> int:
    return exports.write_due_copies(now=agreed_now())


@shared_task
def forget_copies() -> int:
    return exports.forget_copies(now=agreed_now())


@shared_task(soft_time_limit=LONGEST_COPY, time_limit=LONGEST_COPY + 30)
def erase_due() -> int:
    return erasing.erase_due(now=agreed_now())


@shared_task(soft_time_limit=LONGEST_COPY, time_limit=LONGEST_COPY + 30)
def retain() -> None:
    retention.retain(now=agreed_now())
