"""Wakes a worker when time is freed and somebody waits. It may fail: beat comes anyway."""

from django.db import transaction

from notifications.hints import hint
from sessions_app.models import Waiting

TASK = "sessions_app.tasks.give_time"


def wake_when_committed(*people: int) -> None:
    transaction.on_commit(_wake, robust=True)


def _wake() -> None:
    if Waiting.objects.filter(ended_at=None).exists():
        hint(TASK)
