"""Rounds down the waiting list. A round asks everyone once about the time that was reserved when it began.

It may take several runs of the task. Time that comes free meanwhile stays reserved for the next round, so it is offered
to the first in line first.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings

from sessions_app.availability.reserved_time import release_reserved
from sessions_app.availability.worker_hints import wake_when_committed
from sessions_app.models import LineRound, ReservedTime, WaitlistEntry
from sessions_app.models.waiting import WaitlistEntryQuerySet

Place = tuple[int, datetime, int]


@dataclass(frozen=True, slots=True)
class Round:
    """`after`: the place of the last person asked, None at the front. `number`: of the row that this was read from."""

    number: int
    began_at: datetime
    about: tuple[int, ...]
    after: Place | None = None

    def still_to_ask(self, now: datetime) -> WaitlistEntryQuerySet:
        waitings = WaitlistEntry.objects.askable(now).by_place()
        return waitings.behind(*self.after) if self.after else waitings

    def after_asking(self, waiting: WaitlistEntry) -> "Round":
        return replace(self, after=(waiting.lapses, waiting.since, waiting.pk))


def present_round(*, now: datetime) -> Round:
    """The round that was not finished, or a new one. Time that is reserved after this moment is not part of it."""
    row, _is_new = LineRound.objects.get_or_create(pk=LineRound.THE_ONE)
    if row.began_at and row.lapses is not None and row.since and row.waiting:
        return Round(row.number, row.began_at, tuple(row.about), (row.lapses, row.since, row.waiting))
    return Round(row.number, now, tuple(ReservedTime.objects.values_list("pk", flat=True)))


def finish_round(asked: Round, *, now: datetime) -> None:
    """Everyone has been asked: time that nobody took is free for all."""
    release_reserved(asked.about, now=now)
    _store_round(asked, began_at=None, about=[], lapses=None, since=None, waiting=None)


def pause_round(asked: Round, *, now: datetime) -> None:
    """The next run continues from here, at once. Until then time stays reserved, unless its reservation has expired."""
    release_reserved((), now=now)
    if asked.after is None:
        return
    ReservedTime.objects.filter(pk__in=asked.about).update(until=now + settings.RESERVED_FOR)
    lapses, since, waiting = asked.after
    _store_round(asked, began_at=asked.began_at, about=list(asked.about), lapses=lapses, since=since, waiting=waiting)
    wake_when_committed()


def _store_round(asked: Round, **values: object) -> None:
    """Store the round, unless another worker has meanwhile. It asked the same people, so its place is as good."""
    row = LineRound.objects.filter(pk=LineRound.THE_ONE, number=asked.number)
    row.update(number=asked.number + 1, **values)
