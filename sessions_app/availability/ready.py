"""The time in which a mentor said that they are free now: it can be booked until five minutes before. Pure."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from . import walltime
from .rules import Rules
from .walltime import DAY

# Minutes, both: how soon a session can begin, and how far apart starts are
READY_NOTICE, READY_STEP = 5, 15
WHOLE_DAY = ((0, DAY),)


class ReadySpan(NamedTuple):
    """From when until when, as aware datetimes on whole minutes; sessions lie within it."""

    start: datetime
    end: datetime

    def holds(self, start: datetime, length: int) -> bool:
        return self.start <= start and start + timedelta(minutes=length) <= self.end


def span_from(now: datetime, minutes: int) -> ReadySpan:
    """So many minutes, from the next multiple of five minutes at which a session may begin."""
    soonest = walltime.minute_at_or_after(now) + READY_NOTICE
    first = walltime.instant_at(-(-soonest // 5) * 5)
    return ReadySpan(first, first + timedelta(minutes=minutes))


def ready_rules(rules: Rules, span: ReadySpan) -> Rules:
    """The mentor's rules with no other windows than the dates of this span, and with its notice.

    Breaks, caps and a pause hold as ever; time off doesn't, since the mentor has said so today. Windows are times of a
    wall, which may show an hour twice: what lies beyond the span has to be left out by `ReadySpan.holds`.
    """
    zone = ZoneInfo(rules.zone)
    first, last = (moment.astimezone(zone) for moment in span)
    start, end = (local.hour * 60 + local.minute for local in (first, last))
    windows: dict[date, walltime.Spans]
    if first.date() == last.date():
        windows = {first.date(): ((start, end),) if start < end else WHOLE_DAY}
    else:
        windows = {first.date(): ((start, DAY),), last.date(): ((0, end),) if end else ()}
    return replace(rules, windows=(), overrides=windows, time_off=(), notice=READY_NOTICE)
