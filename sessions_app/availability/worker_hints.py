"""Wakes a worker when time is freed and people wait for it. It may fail: the task is also run by the clock."""

from django.db import transaction

from notifications.hints import wake_worker
from sessions_app.models import WaitlistEntry

TASK = "sessions_app.tasks.give_time"


def wake_when_committed() -> None:
    transaction.on_commit(_wake_worker, robust=True)


def _wake_worker() -> None:
    if WaitlistEntry.objects.filter(ended_at=None).exists():
        wake_worker(TASK)
