"""A mentor's changes to their own time: the week, the rules, single dates, time off."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import may
from accounts.rules.roles import Power
from common.pages.seen import mark_of
from common.refusals import STALE, RefusalError
from common.zones import UTC_NAME, is_known_zone
from mentors.errors import ProfileError
from mentors.models import MentorProfile
from mentors.resting import note_sign_of
from mentors.services import pause_profile, resume_profile
from sessions_app.models import AvailabilityWindow, DateOverride, Schedule, TimeOff
from sessions_app.models.schedules import MOST_WRITTEN, Weekday

from .openings import announce_opened
from .reserved_time import reserving_what_opens
from .walltime import DAY, Spans

DEFAULT_WINDOWS = ((Weekday.TUESDAY, 18 * 60, 20 * 60), (Weekday.THURSDAY, 18 * 60, 20 * 60))
DEFAULT_MAX_PER_WEEK = 2
MAX_WINDOWS_A_DAY = 12
MAX_EXCEPTIONS = 200
# Dates only matter within the horizon, which is a year at most; two years leave room to plan.
FARTHEST = timedelta(days=730)


Window = tuple[int, int, int]


class ScheduleError(RefusalError):
    """Why a schedule can't be saved. `weekday` names the day of the row at fault."""

    def __init__(self, code: str, message: str, *, weekday: int | None = None, field: str = "") -> None:
        super().__init__(code, message, field=field)
        self.weekday = weekday


@dataclass(frozen=True, slots=True)
class ScheduleRules:
    """The rules of a schedule as its owner wants them. Notices and buffer are minutes."""

    timezone: str
    buffer: int
    notice: int
    move_notice: int
    cancel_notice: int
    horizon_days: int
    max_per_day: int | None = None
    max_per_week: int | None = None
    max_written: int = MOST_WRITTEN
    asked_for_others: bool = True
    meeting_url: str = ""


def wall_text(minute: int) -> str:
    """A minute of a day as a clock shows it; the midnight at the end of the day is 00:00 too."""
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"


def check_spans(spans: Iterable[tuple[int, int]], label: str = "") -> Spans:
    """One day's windows in order. Raises ScheduleError, whose text begins with `label` if there is one."""
    ordered = tuple(sorted(spans))
    if len(ordered) > MAX_WINDOWS_A_DAY:
        raise ScheduleError(
            "too_many", label_problem(label, _("you can have up to %d windows a day") % MAX_WINDOWS_A_DAY)
        )
    for start, end in ordered:
        if not 0 <= start < DAY or end > DAY:
            raise ScheduleError("no_time", label_problem(label, _("times must be between 00:00 and 24:00")))
        if end <= start:
            problem = _("the end must be after %s") % wall_text(start)
            if end < start:
                problem += _(". For hours past midnight, end at midnight and put the rest on the next day")
            raise ScheduleError("ends_early", label_problem(label, problem))
    if any(later[0] < earlier[1] for earlier, later in pairwise(ordered)):
        raise ScheduleError("overlap", label_problem(label, _("these two windows overlap")))
    return ordered


def label_problem(label: str, problem: str) -> str:
    return _("%(day)s: %(problem)s") % {"day": label, "problem": problem} if label else capfirst(problem)


def proposed_schedule(profile: MentorProfile, *, timezone: str) -> Schedule:
    """A schedule to start from, not stored, in this zone; in UTC if the zone is unknown."""
    zone = timezone if is_known_zone(timezone) else UTC_NAME
    return Schedule(profile_id=profile.pk, timezone=zone, max_per_week=DEFAULT_MAX_PER_WEEK)


def save_week(
    *,
    profile: MentorProfile,
    rules: ScheduleRules,
    windows: Iterable[Window],
    by: User,
    now: datetime,
    away_until: date | None = None,
    seen: str | None = None,
) -> Schedule:
    """Store the mentor's normal week and rules, and pause the profile until `away_until` (None: not paused).

    Rows that don't change are not written and keep their ids. `seen` is the mark of the week that was on the page
    (`week_mark`). Raises ScheduleError, with the code `stale` among others; then nothing is saved.
    """
    wanted = check_week(windows)
    with changing_schedule(profile, by, now=now, timezone=rules.timezone) as schedule:
        if seen is not None:
            profile.refresh_from_db(fields=["paused_until"])
            wished = mark_of([getattr(rules, rule.name) for rule in fields(rules)], sorted(wanted), away_until)
            check_seen(seen, week_mark(profile, schedule, now=now), wished)
        changed = write_week(schedule, rules, wanted)
        changed |= write_pause(profile, schedule, away_until, today=local_today(schedule, now), by=by, now=now)
        if changed:
            announce_opened(profile.person_id)
    return schedule


def write_week(schedule: Schedule, rules: ScheduleRules, windows: frozenset[Window]) -> bool:
    """Write what differs. The schedule must be locked. Returns whether anything did. Raises ScheduleError."""
    changed = _write_rules(schedule, rules)
    return _write_windows(schedule, windows) or changed


def week_mark(profile: MentorProfile, schedule: Schedule, *, now: datetime) -> str:
    """A hash of everything that the page of the week shows. All unsaved proposals have the same one."""
    if not schedule.pk:
        return mark_of("proposal")
    rules = [getattr(schedule, rule.name) for rule in fields(ScheduleRules)]
    windows = sorted(schedule.windows.values_list("weekday", "start", "end"))
    paused = profile.paused_until if profile.is_paused(local_today(schedule, now)) else None
    return mark_of(rules, windows, paused)


def check_seen(seen: str | None, present: str, wanted: str = "") -> None:
    """Raises ScheduleError `stale` where a person acts on what has changed since they looked.

    Not where all is already as they want it: that is their own form, sent twice.
    """
    if seen is not None and present not in (seen, wanted):
        raise ScheduleError(
            STALE,
            _("Your availability was changed in another window since you opened this page. Check it, then save again"),
        )


def check_week(windows: Iterable[Window]) -> frozenset[Window]:
    days: dict[int, list[tuple[int, int]]] = {}
    for weekday, start, end in windows:
        if weekday not in Weekday.values:
            raise ScheduleError("no_weekday", _("Weekdays go from 1 (Monday) to 7 (Sunday)"))
        days.setdefault(weekday, []).append((start, end))
    for weekday, spans in days.items():
        try:
            check_spans(spans, str(Weekday(weekday).label))
        except ScheduleError as error:
            raise ScheduleError(error.code, error.message, weekday=weekday) from None
    return frozenset((weekday, start, end) for weekday, spans in days.items() for start, end in spans)


def set_override(
    *,
    profile: MentorProfile,
    day: date,
    spans: Spans,
    by: User,
    now: datetime,
    override: DateOverride | None = None,
    seen: str | None = None,
) -> DateOverride:
    """Have these windows, or none, on one local date instead of its weekday's. `override` is the one to change.

    Asking twice gives the same row. `seen` is the mark of the override as it was shown. Raises ScheduleError, also if
    the date has another override already.
    """
    minutes = [minute for span in check_spans(spans) for minute in span]
    with changing_schedule(profile, by, now=now) as schedule:
        check_date(day, local_today(schedule, now), field="day")
        present = schedule.overrides.filter(date=day).first()
        if present is not None and present.minutes == minutes and override in (None, present):
            return present
        if override is not None:
            check_seen(seen, present_mark(schedule.overrides.filter(pk=override.pk).first()))
        if present is not None and present != override:
            raise ScheduleError("exists", _("You’ve already set this date. Change it in the list"), field="day")
        if override is None:
            check_room(schedule.overrides.count() + schedule.time_off.count() + 1)
            override = DateOverride(schedule=schedule)
        _check_owner(override.schedule_id, schedule)
        override.date, override.minutes = day, minutes
        override.save()
        announce_opened(profile.person_id)
    return override


def remove_override(
    *, profile: MentorProfile, override: DateOverride, by: User, now: datetime, seen: str | None = None
) -> None:
    """Go back to the weekday's windows on that date. Doing it twice is no error. Raises ScheduleError `stale`."""
    with changing_schedule(profile, by, now=now) as schedule:
        if present := schedule.overrides.filter(pk=override.pk).first():
            check_seen(seen, present.mark)
        if schedule.overrides.filter(pk=override.pk).delete()[0]:
            announce_opened(profile.person_id)


def set_time_off(
    *,
    profile: MentorProfile,
    first: date,
    last: date,
    by: User,
    now: datetime,
    time_off: TimeOff | None = None,
    seen: str | None = None,
) -> TimeOff:
    """Close the local dates from `first` to `last`, both included. `time_off` is the one to change.

    Asking twice gives the same row. `seen` is the mark of the time off as it was shown. Raises ScheduleError, also if
    other time off overlaps.
    """
    check_order(first, last)
    with changing_schedule(profile, by, now=now) as schedule:
        check_date(last, local_today(schedule, now), field="last")
        if time_off is not None:
            check_seen(seen, present_mark(schedule.time_off.filter(pk=time_off.pk).first()))
        others = schedule.time_off.exclude(pk=time_off.pk) if time_off else schedule.time_off.all()
        clash = others.filter(first__lte=last, last__gte=first).first()
        if clash is not None and time_off is None and (clash.first, clash.last) == (first, last):
            return clash
        if clash is not None:
            raise away_already()
        if time_off is None:
            check_room(schedule.overrides.count() + schedule.time_off.count() + 1)
            time_off = TimeOff(schedule=schedule)
        _check_owner(time_off.schedule_id, schedule)
        if (time_off.first, time_off.last) != (first, last):
            time_off.first, time_off.last = first, last
            time_off.save()
            announce_opened(profile.person_id)
    return time_off


def remove_time_off(
    *, profile: MentorProfile, time_off: TimeOff, by: User, now: datetime, seen: str | None = None
) -> None:
    """Open those dates again. Doing it twice is no error. Raises ScheduleError `stale`."""
    with changing_schedule(profile, by, now=now) as schedule:
        if present := schedule.time_off.filter(pk=time_off.pk).first():
            check_seen(seen, present.mark)
        if schedule.time_off.filter(pk=time_off.pk).delete()[0]:
            announce_opened(profile.person_id)


def present_mark(row: DateOverride | TimeOff | None) -> str:
    """The mark of a row as it is now. If it has been removed, the mark equals none that a page shows."""
    return row.mark if row else mark_of("gone")


def zone_of_times(profile: MentorProfile) -> str:
    """The zone of a mentor's schedule; empty without one."""
    schedule: Schedule | None = getattr(profile, "schedule", None)
    return schedule.timezone if schedule else ""


def local_today(schedule: Schedule, now: datetime) -> date:
    return now.astimezone(ZoneInfo(schedule.timezone)).date()


@contextmanager
def changing_schedule(
    profile: MentorProfile, by: User, *, now: datetime, timezone: str | None = None
) -> Iterator[Schedule]:
    """A transaction on the locked schedule, or on a new one in this `timezone` if there is none.

    Time that opens in it is reserved for people on the waiting list first. Raises ScheduleError.
    """
    new = Schedule(profile_id=profile.pk, timezone=timezone) if timezone else None
    with transaction.atomic():
        schedule = _locked_schedule(profile, by, new=new)
        if by.pk == profile.person_id:
            note_sign_of(profile, now=now)
        with reserving_what_opens(profile, now):
            yield schedule


def _locked_schedule(profile: MentorProfile, by: User, *, new: Schedule | None = None) -> Schedule:
    """The schedule as it is now, or `new`.

    The owner's row is locked, so bookings of their time and other saves wait.
    """
    if by.pk != profile.person_id and not may(by, Power.REVIEW):
        raise ScheduleError("not_yours", _("This schedule belongs to someone else"))
    User.objects.locked(profile.person_id)
    schedule = Schedule.objects.select_related("profile").filter(profile=profile).first() or new
    if schedule is None:
        raise ScheduleError("no_schedule", _("Save your normal week first"))
    return schedule


def _write_rules(schedule: Schedule, rules: ScheduleRules) -> bool:
    changed = [name for name, value in asdict(rules).items() if getattr(schedule, name) != value]
    is_new = schedule.pk is None
    for name in changed:
        setattr(schedule, name, getattr(rules, name))
    try:
        schedule.clean_fields()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise ScheduleError("rule", messages[0], field=field) from None
    if changed or is_new:
        schedule.save()
    return bool(changed) or is_new


def _write_windows(schedule: Schedule, wanted: frozenset[Window]) -> bool:
    present = {(window.weekday, window.start, window.end): window.pk for window in schedule.windows.all()}
    gone = [pk for key, pk in present.items() if key not in wanted]
    new = wanted - present.keys()
    # Deleted first, because the database refuses windows that overlap.
    AvailabilityWindow.objects.filter(pk__in=gone).delete()
    _insert_windows(schedule, sorted(new))
    return bool(gone or new)


def _insert_windows(schedule: Schedule, windows: Iterable[Window]) -> None:
    AvailabilityWindow.objects.bulk_create(
        AvailabilityWindow(schedule=schedule, weekday=weekday, start=start, end=end) for weekday, start, end in windows
    )


def write_pause(
    profile: MentorProfile, schedule: Schedule, until: date | None, *, today: date, by: User, now: datetime
) -> bool:
    """Pause the profile, or end its pause. The schedule must be locked. Returns whether anything differed."""
    profile.paused_until = schedule.profile.paused_until
    if until == (profile.paused_until if profile.is_paused(today) else None):
        return False
    if until is not None and until <= today:
        raise ScheduleError("away", _("Choose a return date after today"), field="away_until")
    try:
        if until is None:
            resume_profile(profile=profile, by=by, now=now)
        else:
            pause_profile(profile=profile, until=until, by=by, now=now)
    except ProfileError as error:
        raise ScheduleError("away", str(error.message), field="away_until") from None
    return True


def check_date(day: date, today: date, *, field: str) -> None:
    """Raises ScheduleError for a date that is over or too far ahead."""
    if day < today:
        raise ScheduleError("past", _("Choose a date that isn’t in the past"), field=field)
    if day > today + FARTHEST:
        raise ScheduleError("far", _("Choose a date within two years"), field=field)


def check_order(first: date, last: date) -> None:
    if last < first:
        raise ScheduleError("ends_early", _("The last day can’t be before the first"), field="last")


def away_already() -> ScheduleError:
    return ScheduleError("overlap", _("You already have time off on some of these days"), field="first")


def check_room(exceptions: int) -> None:
    """Raises ScheduleError if there are too many dates and spells of time off, counting those that are over."""
    if exceptions > MAX_EXCEPTIONS:
        raise ScheduleError("too_many", _("You can have up to %d dates. Remove some first") % MAX_EXCEPTIONS)


def _check_owner(schedule_id: int, schedule: Schedule) -> None:
    if schedule_id != schedule.pk:
        raise ScheduleError("not_yours", _("This date belongs to someone else"))
