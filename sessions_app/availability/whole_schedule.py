"""A mentor's schedule read and saved as a whole: the week, the rules, single dates, time off."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import date, datetime
from itertools import pairwise

from django.utils.translation import gettext as _

from accounts.models import User
from common.pages.seen import mark_of
from mentors.models import MentorProfile
from sessions_app.models import DateOverride, Schedule, TimeOff

from .openings import announce_opened
from .schedule import (
    DEFAULT_WINDOWS,
    ScheduleError,
    ScheduleRules,
    Window,
    away_already,
    changing_schedule,
    check_date,
    check_order,
    check_room,
    check_seen,
    check_spans,
    check_week,
    local_today,
    proposed_schedule,
    write_pause,
    write_week,
)
from .walltime import Spans


@dataclass(frozen=True, slots=True)
class WholeSchedule:
    """A schedule with its single dates and time off, without those that are over.

    `paused_until` is None when the profile is not paused now.
    """

    rules: ScheduleRules
    windows: Sequence[Window]
    overrides: Mapping[date, Spans]
    time_off: Sequence[tuple[date, date]]
    paused_until: date | None

    @property
    def mark(self) -> str:
        """A hash of everything in the schedule, to tell whether it has changed since someone read it."""
        overrides = sorted((day, tuple(spans)) for day, spans in self.overrides.items())
        return mark_of(self.rules, sorted(self.windows), overrides, sorted(self.time_off), self.paused_until)


def read_schedule(profile: MentorProfile, *, timezone: str, now: datetime) -> WholeSchedule:
    """The stored schedule, or a proposal to start from in this zone."""
    schedule = Schedule.objects.filter(profile=profile).first()
    if schedule is None:
        proposed = proposed_schedule(profile, timezone=timezone)
        windows = [(int(weekday), start, end) for weekday, start, end in DEFAULT_WINDOWS]
        return WholeSchedule(rules_of(proposed), windows, {}, [], _current_pause(profile, proposed, now))
    today = local_today(schedule, now)
    return WholeSchedule(
        rules_of(schedule),
        [(window.weekday, window.start, window.end) for window in schedule.windows.all()],
        {override.date: override.spans for override in schedule.overrides.filter(date__gte=today)},
        [(away.first, away.last) for away in schedule.time_off.filter(last__gte=today)],
        _current_pause(profile, schedule, now),
    )


def rules_of(schedule: Schedule) -> ScheduleRules:
    return ScheduleRules(**{rule.name: getattr(schedule, rule.name) for rule in fields(ScheduleRules)})


def save_schedule(
    *, profile: MentorProfile, wanted: WholeSchedule, by: User, now: datetime, seen: str | None = None
) -> None:
    """Make the schedule exactly as `wanted`, or change nothing. Dates that are over stay as they are.

    Only differences are written. `seen` is the mark of the schedule that was read before. Raises ScheduleError.
    """
    windows = check_week(wanted.windows)
    with changing_schedule(profile, by, now=now, timezone=wanted.rules.timezone) as schedule:
        if seen is not None:
            profile.refresh_from_db(fields=["paused_until"])
            present = read_schedule(profile, timezone=profile.person.zone_name, now=now)
            check_seen(seen, present.mark, wanted.mark)
        changed = write_week(schedule, wanted.rules, windows)
        today = local_today(schedule, now)
        changed |= write_pause(profile, schedule, wanted.paused_until, today=today, by=by, now=now)
        changed |= _write_exceptions(schedule, wanted, today=today)
        if changed:
            announce_opened(profile.person_id)


def _write_exceptions(schedule: Schedule, wanted: WholeSchedule, *, today: date) -> bool:
    """Write single dates and time off as their difference from what is stored, in a few queries for any number."""
    overrides, times_off = list(schedule.overrides.all()), list(schedule.time_off.all())
    over = sum(one.date < today for one in overrides) + sum(one.last < today for one in times_off)
    count = over + len(wanted.overrides) + len(set(wanted.time_off))
    with _errors_about("overrides"):
        changed = _write_overrides(schedule, overrides, wanted.overrides, today=today, exceptions=count)
    with _errors_about("time_off"):
        return _write_time_off(schedule, times_off, wanted.time_off, today=today, exceptions=count) or changed


def _write_overrides(
    schedule: Schedule,
    stored: Sequence[DateOverride],
    wanted: Mapping[date, Spans],
    *,
    today: date,
    exceptions: int,
) -> bool:
    """`exceptions`: how many dates and spells of time off there will be."""
    minutes = {}
    for day, spans in wanted.items():
        minutes[day] = [minute for span in check_spans(spans) for minute in span]
        check_date(day, today, field="day")
    present = {override.date: override.minutes for override in stored}
    if minutes.keys() - present.keys():
        check_room(exceptions)
    gone = [override.pk for override in stored if override.date >= today and override.date not in minutes]
    new = [day for day in minutes if present.get(day) != minutes[day]]
    if gone:
        DateOverride.objects.filter(pk__in=gone).delete()
    if new:
        DateOverride.objects.bulk_create(
            [DateOverride(schedule=schedule, date=day, minutes=minutes[day]) for day in new],
            update_conflicts=True,
            unique_fields=["schedule", "date"],
            update_fields=["minutes"],
        )
    return bool(gone or new)


def _write_time_off(
    schedule: Schedule,
    stored: Sequence[TimeOff],
    wanted: Sequence[tuple[date, date]],
    *,
    today: date,
    exceptions: int,
) -> bool:
    spans = sorted(set(wanted))
    for first, last in spans:
        check_order(first, last)
        check_date(last, today, field="last")
    kept = [(away.first, away.last) for away in stored if away.last < today]
    if any(later[0] <= earlier[1] for earlier, later in pairwise(sorted(kept + spans))):
        raise away_already()
    present = {(away.first, away.last) for away in stored}
    gone = [away.pk for away in stored if away.last >= today and (away.first, away.last) not in spans]
    new = [span for span in spans if span not in present]
    if new:
        check_room(exceptions)
    if gone:
        TimeOff.objects.filter(pk__in=gone).delete()
    if new:
        TimeOff.objects.bulk_create(TimeOff(schedule=schedule, first=first, last=last) for first, last in new)
    return bool(gone or new)


def refuse_repeated_dates(days: Sequence[tuple[date, Spans]]) -> dict[date, Spans]:
    """Raises ScheduleError for a date that is listed twice."""
    found = dict(days)
    if len(found) < len(days):
        raise ScheduleError("exists", _("Set each date only once"), field="overrides")
    return found


def _current_pause(profile: MentorProfile, schedule: Schedule, now: datetime) -> date | None:
    return profile.paused_until if profile.is_paused(local_today(schedule, now)) else None


@contextmanager
def _errors_about(field: str) -> Iterator[None]:
    """Name the list as the field of any ScheduleError about one of its entries."""
    try:
        yield
    except ScheduleError as error:
        raise ScheduleError(error.code, error.message, field=field) from None
