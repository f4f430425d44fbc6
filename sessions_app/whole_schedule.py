"""A mentor's schedule read and saved as one: the week, the rules, dates, time off."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from mentors.models import MentorProfile

from .models import Schedule
from .scheduling import (
    DEFAULT_WINDOWS,
    ScheduleError,
    ScheduleRules,
    Window,
    local_today,
    proposed_schedule,
    remove_override,
    remove_time_off,
    save_week,
    set_override,
    set_time_off,
)
from .walltime import Spans


@dataclass(frozen=True, slots=True)
class WholeSchedule:
    """Of dates, those that are not over. `paused_until` is None when the profile is not paused now."""

    rules: ScheduleRules
    windows: Sequence[Window]
    overrides: Mapping[date, Spans]
    time_off: Sequence[tuple[date, date]]
    paused_until: date | None


def read_schedule(profile: MentorProfile, *, timezone: str, now: datetime) -> WholeSchedule:
    """As it is stored, or as one to start from in this zone."""
    schedule = Schedule.objects.filter(profile=profile).first()
    if schedule is None:
        proposed = proposed_schedule(profile, timezone=timezone)
        windows = [(int(weekday), start, end) for weekday, start, end in DEFAULT_WINDOWS]
        return WholeSchedule(rules_of(proposed), windows, {}, [], _pause(profile, proposed, now))
    today = local_today(schedule, now)
    return WholeSchedule(
        rules_of(schedule),
        [(window.weekday, window.start, window.end) for window in schedule.windows.all()],
        {override.date: override.spans for override in schedule.overrides.filter(date__gte=today)},
        [(away.first, away.last) for away in schedule.time_off.filter(last__gte=today)],
        _pause(profile, schedule, now),
    )


def rules_of(schedule: Schedule) -> ScheduleRules:
    return ScheduleRules(**{rule.name: getattr(schedule, rule.name) for rule in fields(ScheduleRules)})


@transaction.atomic
def save_schedule(*, profile: MentorProfile, wanted: WholeSchedule, by: User, now: datetime) -> None:
    """Make all of it so, or nothing. Dates that are over stay as they are. Raises ScheduleError."""
    schedule = save_week(
        profile=profile, rules=wanted.rules, windows=wanted.windows, by=by, now=now, away_until=wanted.paused_until
    )
    today = local_today(schedule, now)
    for override in schedule.overrides.filter(date__gte=today).exclude(date__in=wanted.overrides):
        remove_override(profile=profile, override=override, by=by, now=now)
    stored = {override.date: override for override in schedule.overrides.all()}
    for day, spans in wanted.overrides.items():
        with _said_of("overrides"):
            set_override(profile=profile, day=day, spans=spans, by=by, now=now, override=stored.get(day))
    for away in schedule.time_off.filter(last__gte=today):
        if (away.first, away.last) not in wanted.time_off:
            remove_time_off(profile=profile, time_off=away, by=by, now=now)
    for first, last in wanted.time_off:
        with _said_of("time_off"):
            set_time_off(profile=profile, first=first, last=last, by=by, now=now)


def once_each(days: Sequence[tuple[date, Spans]]) -> dict[date, Spans]:
    """Raises ScheduleError where a date stands twice."""
    found = dict(days)
    if len(found) < len(days):
        raise ScheduleError("exists", _("A date can be set once"), field="overrides")
    return found


def _pause(profile: MentorProfile, schedule: Schedule, now: datetime) -> date | None:
    return profile.paused_until if profile.is_paused(local_today(schedule, now)) else None


@contextmanager
def _said_of(field: str) -> Iterator[None]:
    """Whatever is wrong with one date is said of the list that it stands in."""
    try:
        yield
    except ScheduleError as error:
        raise ScheduleError(error.code, error.message, field=field) from None
