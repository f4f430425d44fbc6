"""Until when a request waits for its answer. Pure."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

# Nobody is expected to answer between these, by the clock on their own wall.
EVENING, MORNING = time(22), time(8)
# Time that the morning leaves for an answer, and the least that an evening must leave.
AFTER_WAKING, BEFORE_SLEEP = timedelta(hours=2), timedelta(hours=1)
HALF_A_DAY = timedelta(hours=12)


def answer_deadline(*, start: datetime, notice: timedelta, zone: str, now: datetime, at_most: timedelta) -> datetime:
    """When an unanswered request for `start` ends: `at_most` from now, but before the notice, and never at night.

    If the start is only just outside of the notice, there would be no time left to answer; then half of the time
    remains. A deadline that would fall in the night of `zone` is put off until the morning after it. Where that comes
    too late for the notice it is the evening before, or else the morning all the same, before the start. It is at night
    only if there is no other moment until the start.
    """
    latest = max(start - notice, now + (start - now) / 2)
    wished = min(now + at_most, latest)
    if not is_night(wished, zone):
        return wished
    evening, morning = night_around(wished, zone)
    if morning <= latest:
        return min(latest, morning + AFTER_WAKING)
    if evening >= now + BEFORE_SLEEP:
        return evening
    if morning < start:
        return min(morning + (start - morning) / 2, morning + AFTER_WAKING)
    return evening if evening > now else wished


def back_from_days_off(
    away_until: date | None, days_off: Iterable[tuple[date, date]], *, zone: str, now: datetime
) -> datetime:
    """The morning on which someone is there again; `now` if they are.

    `away_until`: the first day after their break; `days_off`: first and last days, in order. All are dates of `zone`.
    """
    today = day = now.astimezone(ZoneInfo(zone)).date()
    if away_until:
        day = max(day, away_until)
    for first, last in days_off:
        if first <= day <= last:
            day = last + timedelta(days=1)
    return now if day == today else datetime.combine(day, MORNING, ZoneInfo(zone)).astimezone(now.tzinfo)


def add_waking_hours(now: datetime, span: timedelta, *, zone: str) -> datetime:
    """The moment by which `span` will have passed, counting only the hours between 08:00 and 22:00 of `zone`."""
    moment = now
    while True:
        if is_night(moment, zone):
            moment = night_around(moment, zone)[1]
        today = moment.astimezone(ZoneInfo(zone)).date()
        evening = datetime.combine(today, EVENING, ZoneInfo(zone)).astimezone(now.tzinfo)
        if moment + span <= evening:
            return moment + span
        span -= evening - moment
        moment = evening + timedelta(minutes=1)


def is_night(moment: datetime, zone: str) -> bool:
    """Whether the wall clock shows a time after 22:00 or before 08:00."""
    shown = moment.astimezone(ZoneInfo(zone)).time()
    return shown > EVENING or shown < MORNING


def night_around(moment: datetime, zone: str) -> tuple[datetime, datetime]:
    first = (moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) - HALF_A_DAY).date()
    evening = datetime.combine(first, EVENING, ZoneInfo(zone))
    morning = datetime.combine(first + timedelta(days=1), MORNING, ZoneInfo(zone))
    return evening.astimezone(moment.tzinfo), morning.astimezone(moment.tzinfo)
