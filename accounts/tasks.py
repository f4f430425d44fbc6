"""Deletes what the API keeps about requests, once it is of no more use."""

from celery import shared_task

from common.clock import agreed_now

from .access import idempotency, throttling


@shared_task
def forget_counts() -> None:
    throttling.forget_counts(now=agreed_now())


@shared_task
def forget_answers() -> None:
    idempotency.forget_answers(now=agreed_now())
