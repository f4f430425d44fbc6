"""A mentor's week in one clause: "Tue and Thu, 18:00–20:30 (Bengaluru), at most 2 a week"."""

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.times import day_text, range_text
from common.zones import UTC_NAME, city_of
from mentors.models import MentorProfile
from sessions_app.models import Schedule
from sessions_app.models.schedules import Weekday


def describe_times(profile: MentorProfile, hour12: bool) -> str:
    """The mentor's weekly windows; days with the same hours are named together. Empty without windows."""
    schedule = Schedule.objects.filter(profile=profile).prefetch_related("windows").first()
    spans: dict[int, list[str]] = defaultdict(list)
    for window in schedule.windows.all() if schedule else []:
        spans[window.weekday].append(wall_range_text(window.start, window.end, hour12=hour12))
    if schedule is None or not spans:
        return ""
    days_of: dict[str, list[str]] = defaultdict(list)
    for weekday, texts in sorted(spans.items()):
        days_of[_(" and ").join(texts)].append(str(Weekday(weekday).label)[:3])
    clauses = [_("%(days)s, %(hours)s") % {"days": _join_days(days), "hours": hours} for hours, days in days_of.items()]
    text = _("%(times)s (%(city)s)") % {"times": "; ".join(clauses), "city": city_of(schedule.timezone)}
    if schedule.max_per_week:
        most = schedule.max_per_week
        text += ngettext(", at most %(n)s a week", ", at most %(n)s a week", most) % {"n": most}
    return text


def _join_days(days: list[str]) -> str:
    if len(days) == 1:
        return days[0]
    return _("%(many)s and %(last)s") % {"many": ", ".join(days[:-1]), "last": days[-1]}


# Any day on which no clock changes: only its wall-clock times are used.
_ANY_DAY = datetime(2001, 1, 1, tzinfo=UTC)


def date_text(day: date, now: datetime) -> str:
    """`Fri 4 Dec`, with the year unless it is the present one."""
    return day_text(datetime.combine(day, time(12), UTC), UTC_NAME, now, short=True)


def wall_range_text(start: int, end: int, *, hour12: bool) -> str:
    """Minutes of a day as a wall clock shows them: `18:00–20:30`."""
    first, last = (_ANY_DAY + timedelta(minutes=minute) for minute in (start, end))
    return range_text(first, last, UTC_NAME, hour12)
