"""Wakes a worker when time is freed and people wait for it. It may fail: the task is also run by the clock."""

from datetime import datetime

from django.db import transaction

from notifications.hints import wake_worker
from sessions_app.models import WaitlistEntry

TASK = "sessions_app.tasks.give_time"
ADVANCE = "sessions_app.tasks.advance_routes"


def wake_when_committed() -> None:
    transaction.on_commit(_wake_worker, robust=True)


def advance_when_committed() -> None:
    """Wake the worker that asks mentors for people who wait, and that tells them when it is over."""
    transaction.on_commit(lambda: wake_worker(ADVANCE), robust=True)


def advance_soon(waiting: int, *, now: datetime) -> None:
    """Have a worker look at this entry soon, if mentors are asked for it: something was decided."""
    if WaitlistEntry.objects.filter(pk=waiting).exclude(brief=None).update(advance_at=now):
        advance_when_committed()


def _wake_worker() -> None:
    if WaitlistEntry.objects.filter(ended_at=None).exists():
        wake_worker(TASK)
