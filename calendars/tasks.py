"""The tasks that the clock starts. Running one twice, or in two workers at once, does no harm."""

import time

from celery import shared_task

from common.clock import agreed_now

from .looking import claim_connection, forget_proposals, look_at

SECONDS = 20


@shared_task
def read_due() -> int:
    """Runs by the clock, and when a person connects a calendar or asks us to look: as many as the time allows."""
    end, count = time.monotonic() + SECONDS, 0
    forget_proposals(agreed_now())
    while time.monotonic() < end and (row := claim_connection(agreed_now())):
        look_at(row, agreed_now())
        count += 1
    return count
