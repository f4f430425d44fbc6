"""A row that a task fails on doesn't keep it from all others: it is noted, left out, and tried again later."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TypeVar

from billiard.exceptions import SoftTimeLimitExceeded
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet

from accounts.models import User
from accounts.roles import may
from accounts.rules.roles import Power
from sessions_app.models.stuck import ClockAct, wait_after

from .models import StuckRow

logger = logging.getLogger(__name__)

AT_ONCE = 200
LONGEST_ERROR = 300

M = TypeVar("M", bound=Model)


def try_stuck_again(*, by: User, now: datetime) -> int:
    """Let each task try its stuck rows again in its next run. Returns how many. Raises PermissionDenied."""
    if not may(by, Power.LOOK_UP):
        raise PermissionDenied
    return StuckRow.objects.waiting(now).update(next_try_at=now)


class Guard:
    """Notes failures in one run of one task, at the moment `now`."""

    def __init__(self, act: ClockAct, *, now: datetime) -> None:
        self.act, self.now = act, now
        self.stuck = StuckRow.objects.of(act)
        self.due = set(self.stuck.filter(next_try_at__lte=now).values_list("row", flat=True))

    def without_stuck(self, rows: "QuerySet[M]") -> "QuerySet[M]":
        return rows.exclude(pk__in=self.stuck.waiting(self.now).values("row"))

    @contextmanager
    def over(self, row: int) -> Iterator[None]:
        """Note any error inside the block against this row, and go on.

        If the task runs out of time, that is noted against the row too, and then the task stops.
        """
        try:
            yield
        except Exception as error:
            logger.exception("the clock failed to %s row %s", self.act, row)
            self._note_error(row, error)
            if isinstance(error, SoftTimeLimitExceeded):
                raise
        else:
            if row in self.due:
                self.stuck.filter(row=row).delete()

    def forget_others(self, rows: "QuerySet[M]") -> None:
        """Forget stuck rows that are due again but no longer among `rows`: nothing is left to do about them."""
        if self.due:
            left = rows.filter(pk__in=self.due).values_list("pk", flat=True)
            self.stuck.filter(row__in=self.due - set(left)).delete()

    def _note_error(self, row: int, error: Exception) -> None:
        """Keep only the first line of PostgreSQL's message; the others quote what people wrote."""
        first_line = next(iter(str(error).splitlines()), "")
        text = f"{type(error).__name__}: {first_line}"[:LONGEST_ERROR]
        fresh = {"error": text, "first_at": self.now, "last_at": self.now, "next_try_at": self.now + wait_after(1)}
        stuck, is_new = StuckRow.objects.get_or_create(act=self.act, row=row, defaults=fresh)
        if not is_new:
            stuck.failures += 1
            stuck.error, stuck.last_at, stuck.next_try_at = text, self.now, self.now + wait_after(stuck.failures)
            stuck.save(update_fields=["failures", "error", "last_at", "next_try_at"])


def act_on_each(act: ClockAct, rows: "QuerySet[M]", do: Callable[[M], bool], *, now: datetime) -> int:
    """Call `do` for each row, in a transaction of its own, and return for how many it returned True.

    Only the first rows, in their order. Those that failed lately are left out, so that they can't fill every batch.
    """
    guard, count = Guard(act, now=now), 0
    for row in guard.without_stuck(rows)[:AT_ONCE]:
        with guard.over(row.pk):
            count += do(row)
    guard.forget_others(rows)
    return count
