"""One row that can't be done doesn't keep the clock from the others: it is noted, left out, and tried again later."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TypeVar

from billiard.exceptions import SoftTimeLimitExceeded
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet

from accounts.models import User
from sessions_app.models.stuck import ClockAct, wait_after

from .models import StuckRow

logger = logging.getLogger(__name__)

AT_ONCE = 200
LONGEST_ERROR = 300

M = TypeVar("M", bound=Model)


def try_stuck_again(*, by: User, now: datetime) -> int:
    """Staff have all that is stuck tried by the next run of each act. Returns how many. Raises PermissionDenied."""
    if not by.is_staff:
        raise PermissionDenied
    return StuckRow.objects.waiting(now).update(next_try_at=now)


class Guard:
    """For one run of one act, at the moment `now`."""

    def __init__(self, act: ClockAct, *, now: datetime) -> None:
        self.act, self.now = act, now
        self.stuck = StuckRow.objects.of(act)
        self.due = set(self.stuck.filter(next_try_at__lte=now).values_list("row", flat=True))

    def without_stuck(self, rows: "QuerySet[M]") -> "QuerySet[M]":
        return rows.exclude(pk__in=self.stuck.waiting(self.now).values("row"))

    @contextmanager
    def over(self, row: int) -> Iterator[None]:
        """Whatever fails inside is noted against this row and goes no further.

        A task that has run out of time stops, but the row that it hung on is noted first.
        """
        try:
            yield
        except Exception as error:
            logger.exception("the clock failed to %s row %s", self.act, row)
            self._note(row, error)
            if isinstance(error, SoftTimeLimitExceeded):
                raise
        else:
            if row in self.due:
                self.stuck.filter(row=row).delete()

    def forget_others(self, rows: "QuerySet[M]") -> None:
        """Those whose time to be tried again has come and that are not among `rows` any more: nothing is left to do."""
        if self.due:
            left = rows.filter(pk__in=self.due).values_list("pk", flat=True)
            self.stuck.filter(row__in=self.due - set(left)).delete()

    def _note(self, row: int, error: Exception) -> None:
        """Of PostgreSQL's words only the first line is kept: what follows quotes what people wrote."""
        first_line = next(iter(str(error).splitlines()), "")
        text = f"{type(error).__name__}: {first_line}"[:LONGEST_ERROR]
        fresh = {"error": text, "first_at": self.now, "last_at": self.now, "next_try_at": self.now + wait_after(1)}
        stuck, is_new = StuckRow.objects.get_or_create(act=self.act, row=row, defaults=fresh)
        if not is_new:
            stuck.failures += 1
            stuck.error, stuck.last_at, stuck.next_try_at = text, self.now, self.now + wait_after(stuck.failures)
            stuck.save(update_fields=["failures", "error", "last_at", "next_try_at"])


def act_on_each(act: ClockAct, rows: "QuerySet[M]", do: Callable[[M], bool], *, now: datetime) -> int:
    """`do` each of the first rows, in their order, in a transaction of its own. Returns for how many it said True.

    Those that failed lately are left out, so a heap of them can't fill every batch.
    """
    guard, count = Guard(act, now=now), 0
    for row in guard.without_stuck(rows)[:AT_ONCE]:
        with guard.over(row.pk):
            count += do(row)
    guard.forget_others(rows)
    return count
