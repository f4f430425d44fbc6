"""How an instant is written for one reader.

Every function takes aware datetimes, IANA zone names and, where it matters, `now`; nothing here reads a clock.
"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import dateformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from .zones import UTC_NAME, city_of

DAY_MINUTES = 24 * 60
# Morning, afternoon and evening begin here, by the clock of the person meant.
DAY_PARTS = (time(0), time(12), time(17))
EVENING_HOUR, NIGHT_HOUR, MORNING_HOUR = 19, 23, 7
QUARTERS = {0: "", 15: "¼", 30: "½", 45: "¾"}


def in_zone(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone))


def utc_text(moment: datetime) -> str:
    """The value of `<time datetime>` and of a slot's radio: `2026-11-26T14:30Z`."""
    return f"{in_zone(moment, UTC_NAME):%Y-%m-%dT%H:%MZ}"


def offset_of(zone: str, at: datetime) -> timedelta:
    return in_zone(at, zone).utcoffset() or timedelta()


def offset_text(zone: str, at: datetime) -> str:
    """`UTC`, `UTC+5:30`, `UTC−3`."""
    minutes = round(offset_of(zone, at).total_seconds() / 60)
    if minutes == 0:
        return UTC_NAME
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}" + (f":{rest:02}" if rest else "")


def zone_label(zone: str, at: datetime) -> str:
    """`London (GMT)`: the city first, since abbreviations alone are ambiguous."""
    if zone == UTC_NAME:
        return UTC_NAME
    name = in_zone(at, zone).tzname() or ""
    return f"{city_of(zone)} ({name if name.isalpha() else offset_text(zone, at)})"


def is_repeated(local: datetime) -> bool:
    """Whether this wall time comes twice on its date, because the clocks go back over it."""
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def clock_text(moment: datetime, zone: str, hour12: bool = False) -> str:
    """`14:30`, or `2:30 pm` on one line; in an hour that comes twice, with the offset: `01:30 (UTC+1)`."""
    local = in_zone(moment, zone)
    text = bare_clock(local, hour12)
    if hour12:
        text += f"\N{NO-BREAK SPACE}{meridiem_text(local)}"
    return f"{text} ({offset_text(zone, moment)})" if is_repeated(local) else text


def bare_clock(local: datetime, hour12: bool) -> str:
    return f"{(local.hour - 1) % 12 + 1}:{local:%M}" if hour12 else f"{local:%H:%M}"


def meridiem_text(local: datetime) -> str:
    return _("am") if local.hour < 12 else _("pm")


def range_text(start: datetime, end: datetime, zone: str, hour12: bool = False) -> str:
    """`14:30–14:55`, `2:30–2:55 pm`, `11:50 am – 12:15 pm`."""
    if not hour12:
        return f"{clock_text(start, zone)}–{clock_text(end, zone)}"
    first, last = in_zone(start, zone), in_zone(end, zone)
    if meridiem_text(first) == meridiem_text(last) and first.date() == last.date() and not is_repeated(first):
        return f"{bare_clock(first, hour12)}–{clock_text(end, zone, hour12)}"
    return f"{clock_text(start, zone, hour12)} – {clock_text(end, zone, hour12)}"


def time_text(start: datetime, end: datetime | None, zone: str, hour12: bool = False) -> str:
    return clock_text(start, zone, hour12) if end is None else range_text(start, end, zone, hour12)


def day_text(moment: datetime, zone: str, now: datetime, short: bool = False) -> str:
    """`Thursday 26 November` or `Thu 26 Nov`, with the year unless it is the reader's present one."""
    local = in_zone(moment, zone)
    if local.year == in_zone(now, zone).year:
        pattern = pgettext("date pattern", "D j M") if short else pgettext("date pattern", "l j F")
    else:
        pattern = pgettext("date pattern", "D j M Y") if short else pgettext("date pattern", "l j F Y")
    return dateformat.format(local, pattern)


def days_away(moment: datetime, zone: str, now: datetime) -> int:
    """In calendar days of this zone: 0 today, 1 tomorrow."""
    return (in_zone(moment, zone).date() - in_zone(now, zone).date()).days


def relative_day_text(moment: datetime, zone: str, now: datetime, short: bool = False) -> str:
    """`today`, `tomorrow`, `yesterday`, else the date. Never for mails, which are read on another day."""
    words = {0: _("today"), 1: _("tomorrow"), -1: _("yesterday")}
    return words.get(days_away(moment, zone, now)) or day_text(moment, zone, now, short=short)


def card_day_text(moment: datetime, zone: str, now: datetime) -> str:
    """The one or two words under a time on a card: `Today`, `Wed` within six days, else `Wed 2 Dec`."""
    away = days_away(moment, zone, now)
    if away == 0:
        return _("Today")
    if 0 < away < 7:
        return dateformat.format(in_zone(moment, zone), "D")
    return day_text(moment, zone, now, short=True)


def soon_text(moment: datetime, zone: str, now: datetime, hour12: bool = False) -> str:
    """`today, 15:00`; `tomorrow, 08:15`; `Wed 2 Dec, 13:00`."""
    day = relative_day_text(moment, zone, now, short=True)
    return _("{day}, {time}").format(day=day, time=clock_text(moment, zone, hour12))


def deadline_text(moment: datetime, zone: str, now: datetime, hour12: bool = False) -> str:
    """`08:40` if that is today for the reader, else with its day: `Sat 28 Nov, 08:40`."""
    if days_away(moment, zone, now) == 0:
        return clock_text(moment, zone, hour12)
    return when_text(moment, zone=zone, now=now, hour12=hour12, short=True)


def when_text(
    start: datetime, end: datetime | None = None, *, zone: str, now: datetime, hour12: bool = False, short: bool = False
) -> str:
    """`Thursday 26 November, 14:30–14:55`: the way a time to commit to is written, on pages and in mails."""
    day = day_text(start, zone, now, short=short)
    return _("{day}, {time}").format(day=day, time=time_text(start, end, zone, hour12))


def has_same_clock(moment: datetime, zone: str, other_zone: str) -> bool:
    return offset_of(zone, moment) == offset_of(other_zone, moment)


def their_clock_text(start: datetime, viewer_zone: str, their_zone: str, hour12: bool = False) -> str:
    """`20:00`, or `Fri 01:30` where their date is another; empty where both clocks show the same."""
    if has_same_clock(start, viewer_zone, their_zone):
        return ""
    ours, theirs = in_zone(start, viewer_zone), in_zone(start, their_zone)
    clock = clock_text(start, their_zone, hour12)
    return clock if ours.date() == theirs.date() else f"{dateformat.format(theirs, 'D')} {clock}"


def theirs_pattern(start: datetime, viewer_zone: str, their_zone: str, name: str) -> str:
    same_day = in_zone(start, viewer_zone).date() == in_zone(start, their_zone).date()
    if name:
        return _("{time} for {name} in {city}") if same_day else _("{time} {weekday} for {name} in {city}")
    return _("{time} in {city}") if same_day else _("{time} {weekday} in {city}")


def theirs_words(
    start: datetime, end: datetime | None, their_zone: str, their_name: str, hour12: bool = False
) -> dict[str, str]:
    return {
        "time": time_text(start, end, their_zone, hour12),
        "weekday": dateformat.format(in_zone(start, their_zone), "l"),
        "name": their_name,
        "city": city_of(their_zone),
    }


def theirs_text(
    start: datetime,
    end: datetime | None = None,
    *,
    viewer_zone: str,
    their_zone: str,
    their_name: str = "",
    hour12: bool = False,
) -> str:
    """The other person's clock: `20:00 for Priya in Kolkata`, `01:00 Friday for Daniel in Seoul`."""
    pattern = theirs_pattern(start, viewer_zone, their_zone, their_name)
    return pattern.format(**theirs_words(start, end, their_zone, their_name, hour12))


def hours_ahead_text(zone: str, other: str, at: datetime) -> str:
    """How far the other zone's clock is from this one's: `5½ hours ahead`, `1 hour behind`, `same time`."""
    minutes = round((offset_of(other, at) - offset_of(zone, at)).total_seconds() / 60)
    if minutes == 0:
        return _("same time")
    hours, rest = divmod(abs(minutes), 60)
    if hours == 0 or rest not in QUARTERS:
        amount = f"{hours} h {rest} min" if hours else ngettext("{n} minute", "{n} minutes", rest).format(n=rest)
    else:
        plural = hours + (1 if rest else 0)
        amount = ngettext("{n} hour", "{n} hours", plural).format(n=f"{hours}{QUARTERS[rest]}")
    return (_("{amount} ahead") if minutes > 0 else _("{amount} behind")).format(amount=amount)


def is_night(moment: datetime, zone: str) -> bool:
    """Evening or night there, 19:00 to 07:00: a time one should know that one is asking for."""
    hour = in_zone(moment, zone).hour
    return hour >= EVENING_HOUR or hour < MORNING_HOUR


def count_days(number: int) -> str:
    return ngettext("%(n)d day", "%(n)d days", number) % {"n": number}


def count_hours(number: int) -> str:
    return ngettext("%(n)d hour", "%(n)d hours", number) % {"n": number}


def count_minutes(number: int) -> str:
    return ngettext("%(n)d minute", "%(n)d minutes", number) % {"n": number}


def minutes_text(minutes: int, *, days_from: int = DAY_MINUTES) -> str:
    """`45 minutes`, `4 hours`, `1 day`: in the largest unit that divides it, in days only from so many minutes on."""
    if minutes % DAY_MINUTES == 0 and minutes >= days_from:
        return count_days(minutes // DAY_MINUTES)
    return count_hours(minutes // 60) if minutes % 60 == 0 else count_minutes(minutes)


def hours_and_minutes_text(minutes: int) -> str:
    """`12 hours 25 minutes`, for people who read it aloud."""
    hours, rest = divmod(minutes, 60)
    words = [count_hours(hours)] if hours else []
    return " ".join([*words, count_minutes(rest)] if rest or not hours else words)


# Exact, since rounding would make "within" or "at least" untrue.
def days_and_hours_text(hours: int) -> str:
    """`47 hours`; from two days on `2 days`, `5 days 7 hours`."""
    days, rest = divmod(hours, 24)
    if days < 2:
        return count_hours(hours)
    return f"{count_days(days)} {count_hours(rest)}" if rest else count_days(days)


def span_text(length: timedelta) -> str:
    """`8 min`, `2 h 14 min`, `3 days`, rounded down."""
    minutes = max(int(length.total_seconds() // 60), 0)
    if minutes < 60:
        return _("{minutes} min").format(minutes=minutes)
    if minutes >= 2 * DAY_MINUTES:
        return count_days(minutes // DAY_MINUTES)
    hours, rest = divmod(minutes, 60)
    if rest == 0:
        return _("{hours} h").format(hours=hours)
    return _("{hours} h {minutes} min").format(hours=hours, minutes=rest)


def until_text(moment: datetime, now: datetime) -> str:
    return _("in {span}").format(span=span_text(moment - now)) if moment > now else _("now")


def ago_text(moment: datetime, now: datetime) -> str:
    """`just now`, `14 min ago`, `9 hours ago`, `2 days ago`: to the nearest whole one."""
    past, hour, day = now - moment, timedelta(hours=1), timedelta(days=1)
    if past < timedelta(minutes=1):
        return _("just now")
    if past < hour:
        span = span_text(past)
    else:
        span = count_hours(round(past / hour)) if past < day - hour / 2 else count_days(round(past / day))
    return _("{span} ago").format(span=span)
