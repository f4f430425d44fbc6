"""When the reader of a mentor's times has none: during their own sessions, and when calendars of theirs say so."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Self

from django.db.models import BooleanField, QuerySet, Value

from accounts.models import User
from sessions_app.models import BusySpan, Occupancy

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class JoinedSpans:
    """Spans in order of time, none of which touch. A calendar may have thousands, and each time is asked about."""

    starts: tuple[datetime, ...] = ()
    ends: tuple[datetime, ...] = ()

    @classmethod
    def join(cls, spans: Iterable[Span]) -> Self:
        starts: list[datetime] = []
        ends: list[datetime] = []
        for start, end in sorted(spans):
            if ends and start <= ends[-1]:
                ends[-1] = max(ends[-1], end)
            else:
                starts.append(start)
                ends.append(end)
        return cls(tuple(starts), tuple(ends))

    def overlap(self, start: datetime, end: datetime) -> bool:
        last = bisect_left(self.starts, end) - 1
        return last >= 0 and self.ends[last] > start


NOTHING = JoinedSpans()


class ReaderTimes(NamedTuple):
    """During `sessions` they can't book. `elsewhere` is advice: those times are marked, and can be booked."""

    sessions: list[Span]
    elsewhere: JoinedSpans


def reader_times_of(person: User | None, *, now: datetime) -> ReaderTimes:
    """From now on, by one statement, whether or not they have connected a calendar."""
    if person is None:
        return ReaderTimes([], NOTHING)
    sessions = Occupancy.objects.in_force(now).filter(person=person, during__endswith__gt=now)
    elsewhere = BusySpan.objects.filter(person=person).ahead(now)
    rows = _spans(sessions, is_elsewhere=False).union(_spans(elsewhere, is_elsewhere=True), all=True)
    found: tuple[list[Span], list[Span]] = ([], [])
    for during, is_elsewhere in rows:
        found[is_elsewhere].append((during.lower, during.upper))
    return ReaderTimes(found[False], JoinedSpans.join(found[True]))


def _spans(rows: QuerySet[Any], *, is_elsewhere: bool) -> QuerySet[Any, Any]:
    flag = Value(is_elsewhere, output_field=BooleanField())
    return rows.order_by().annotate(is_elsewhere=flag).values_list("during", "is_elsewhere")
