"""The clock's care for the index. Short, and harmless when run twice or by two workers at once."""

import time

from celery import shared_task
from django.utils import timezone

from .indexing import AT_ONCE, add_missing_rows, count_words, sweep
from .unmet import forget_old

SECONDS = 15


@shared_task
def refresh() -> int:
    """All that is stale, as far as the time goes; what is left waits for the next tick."""
    end, count = time.monotonic() + SECONDS, 0
    while time.monotonic() < end:
        count += (done := sweep(now=timezone.now()))
        if done < AT_ONCE:
            break
    return count


@shared_task
def heal() -> int:
    count_words()
    forget_old(now=timezone.now())
    return add_missing_rows()
