"""The tasks that the clock starts. Running one twice, or in two workers at once, does no harm."""

from celery import shared_task

from common.clock import agreed_now

from . import connecting, looking
from .writing import queue, working


@shared_task
def read_due() -> int:
    """Runs by the clock, and when a person connects a calendar or asks us to look."""
    return looking.read_due(clock=agreed_now)


@shared_task
def forget_proposals() -> int:
    return looking.forget_proposals(now=agreed_now())


@shared_task
def write_due() -> int:
    """Runs by the clock, and when a session of someone who has theirs written changes."""
    return working.write_due(clock=agreed_now)


@shared_task
def finish_endings() -> int:
    return connecting.finish_endings(now=agreed_now())


@shared_task
def enter_missed() -> int:
    return queue.enter_missed(now=agreed_now())
