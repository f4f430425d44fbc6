"""Deletes what is kept about requests and signing in, once it is of no more use."""

from celery import shared_task
from django.core.management import call_command

from common.clock import agreed_now

from .access import idempotency, throttling


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
