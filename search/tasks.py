"""The clock's care for the index. Short, and harmless when run twice or by two workers at once."""

import time

from celery import shared_task

from common.clock import agreed_now

from . import indexing, unmet
from .figures import rounds
from .reading.learning import forget_old_proposals
from .reading.noted import forget_noted
from .reading.retraining import learn_to_read
from .reminders import sweep

SECONDS = 15


@shared_task
def refresh() -> int:
    """As many rows as the time allows; the next run does the rest."""
    end, count = time.monotonic() + SECONDS, 0
    while time.monotonic() < end:
        count += (done := indexing.refresh_stale_rows(now=agreed_now()))
        if done < indexing.AT_ONCE:
            break
    return count


@shared_task
def count_words() -> None:
    indexing.count_words()


@shared_task
def forget_old() -> None:
    unmet.forget_old(now=agreed_now())


@shared_task
def forget_proposals() -> None:
    forget_old_proposals(now=agreed_now())


@shared_task
def forget_noted_searches() -> None:
    forget_noted(now=agreed_now())


@shared_task
def add_missing() -> int:
    return indexing.add_missing_rows()


@shared_task
def retrain_reader() -> str:
    """Where topics or examples have changed since questions were last learnt to be read."""
    return learn_to_read(now=agreed_now())


@shared_task
def send_figures() -> int:
    return rounds.schedule_mails(now=agreed_now())


@shared_task(soft_time_limit=300, time_limit=330)
def send_reminders() -> int:
    return sweep.send_reminders(now=agreed_now())
