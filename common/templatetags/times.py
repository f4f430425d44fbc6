"""The only way a time is printed on a page: `<time datetime>` in the reader's zone and clock style.

Zone, style and present moment come from the context (`viewer_zone`, `viewer_hour12`, `now`); `zone=` overrides.
"""

from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django import template
from django.template import Context
from django.utils import timezone
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from common import clock_changes, times, zones

from .ui import icon_svg

register = template.Library()


class Reader(NamedTuple):
    zone: str
    now: datetime
    hour12: bool


def reader_of(context: Context, zone: str | None = None) -> Reader:
    return Reader(
        zone or context.get("viewer_zone") or timezone.get_current_timezone_name(),
        context.get("now") or timezone.now(),
        bool(context.get("viewer_hour12")),
    )


def time_tag(start: datetime, text: str) -> SafeString:
    # A range of numbers must not turn round inside right-to-left text.
    isolated = format_html('<span class="num">{}</span>', text) if get_language_bidi() else conditional_escape(text)
    return SafeString(f'<time datetime="{times.utc_text(start)}">{isolated}</time>')


@register.filter
def utc(moment: datetime) -> str:
    """`2026-11-26T14:30Z`, for form values and addresses, never for people."""
    return times.utc_text(moment)


@register.simple_tag(takes_context=True)
def when(
    context: Context, start: datetime, end: datetime | None = None, zone: str | None = None, short: bool = False
) -> SafeString:
    """`Thursday 26 November, 14:30–14:55`."""
    who = reader_of(context, zone)
    return time_tag(start, times.when_text(start, end, zone=who.zone, now=who.now, hour12=who.hour12, short=short))


@register.simple_tag(takes_context=True)
def clock(context: Context, start: datetime, end: datetime | None = None, zone: str | None = None) -> SafeString:
    """`14:30` or `14:30–14:55`."""
    who = reader_of(context, zone)
    return time_tag(start, times.time_text(start, end, who.zone, who.hour12))


@register.simple_tag(takes_context=True)
def deadline(context: Context, moment: datetime, zone: str | None = None) -> SafeString:
    """`08:40`, and with the day where that isn't today."""
    who = reader_of(context, zone)
    return time_tag(moment, times.deadline_text(moment, who.zone, who.now, who.hour12))


@register.simple_tag(takes_context=True)
def time_now(context: Context, zone: str | None = None) -> SafeString:
    who = reader_of(context, zone)
    return time_tag(who.now, times.clock_text(who.now, who.zone, who.hour12))


@register.simple_tag(takes_context=True)
def day(
    context: Context, start: datetime, zone: str | None = None, short: bool = False, relative: bool = False
) -> SafeString:
    """`Thursday 26 November`, `Thu 26 Nov`, or `today`."""
    who = reader_of(context, zone)
    words = times.relative_day_text if relative else times.day_text
    return time_tag(start, words(start, who.zone, who.now, short=short))


@register.simple_tag(takes_context=True)
def card_day(context: Context, start: datetime, zone: str | None = None) -> str:
    """`Today`, `Wed`, `Wed 2 Dec`: stands beside a `{% clock %}`, so it is no `<time>` of its own."""
    who = reader_of(context, zone)
    return times.card_day_text(start, who.zone, who.now)


@register.simple_tag(takes_context=True)
def soon(context: Context, start: datetime, zone: str | None = None) -> SafeString:
    who = reader_of(context, zone)
    return time_tag(start, times.soon_text(start, who.zone, who.now, who.hour12))


@register.simple_tag(takes_context=True)
def zone_label(context: Context, zone: str | None = None) -> str:
    """`London (GMT)`."""
    who = reader_of(context, zone)
    return times.zone_label(who.zone, who.now)


@register.simple_tag(takes_context=True)
def city(context: Context, zone: str | None = None) -> str:
    return zones.city_of(reader_of(context, zone).zone)


@register.simple_tag(takes_context=True)
def theirs(
    context: Context, start: datetime, their_zone: str, name: str = "", end: datetime | None = None
) -> SafeString:
    """`20:00 for Priya in Kolkata`; the weekday in bold where their date is another."""
    return draw_theirs(start, end, their_zone, name, reader_of(context))


@register.simple_tag(takes_context=True)
def theirs_if_other(context: Context, start: datetime, end: datetime, their_zone: str) -> str:
    """`18:00–19:18 in Stockholm`, where something takes place; empty where the reader's clock shows the same."""
    who = reader_of(context)
    if times.has_same_clock(start, who.zone, their_zone):
        return ""
    return draw_theirs(start, end, their_zone, "", who)


def draw_theirs(start: datetime, end: datetime | None, their_zone: str, name: str, who: Reader) -> SafeString:
    words: dict[str, Any] = times.theirs_words(start, end, their_zone, name, who.hour12)
    words["time"] = time_tag(start, words["time"])
    words["weekday"] = format_html("<b>{}</b>", words["weekday"])
    return format_html(times.theirs_pattern(start, who.zone, their_zone, name), **words)


@register.simple_tag(takes_context=True)
def their_clock(context: Context, start: datetime, their_zone: str) -> str:
    """`20:00` or `Fri 01:30`, small below the reader's own time; empty where both are the same."""
    who = reader_of(context)
    return times.their_clock_text(start, who.zone, their_zone, who.hour12)


@register.simple_tag(takes_context=True)
def hours_ahead(context: Context, their_zone: str, at: datetime | None = None) -> str:
    """`5½ hours ahead`, now or at another moment: between the two, the clocks of one of them may change."""
    who = reader_of(context)
    return times.hours_ahead_text(who.zone, their_zone, at or who.now)


@register.simple_tag(takes_context=True)
def clock_change(context: Context, start: datetime, their_zone: str = "", their_name: str = "") -> str:
    """The note about clocks that change before this session, or an empty text."""
    who = reader_of(context)
    return clock_changes.clock_change_note(start, who.now, who.zone, their_zone, their_name, who.hour12)


@register.simple_tag(takes_context=True)
def until(context: Context, moment: datetime) -> str:
    """`in 8 min`. Beside an absolute time, always."""
    return times.until_text(moment, reader_of(context).now)


@register.simple_tag(takes_context=True)
def ago(context: Context, moment: datetime) -> SafeString:
    """`9 hours ago`, with the absolute time as the title."""
    who = reader_of(context)
    title = times.when_text(moment, zone=who.zone, now=who.now, hour12=who.hour12)
    text = times.ago_text(moment, who.now)
    return format_html('<time datetime="{}" title="{}">{}</time>', times.utc_text(moment), title, text)


@register.simple_tag(takes_context=True)
def clock_now(context: Context, zone: str | None = None, icon: bool = True) -> SafeString:
    """`Mentor’s time: 19:16 (Kolkata)`, with a sun or a moon."""
    return draw_clock_now(reader_of(context, zone), icon=icon)


def draw_clock_now(there: Reader, *, icon: bool = True) -> SafeString:
    values = {"city": zones.city_of(there.zone), "text": times.clock_text(there.now, there.zone, there.hour12)}
    symbol = icon_svg("moon" if times.is_night(there.now, there.zone) else "sun", False, "") if icon else ""
    words = _("Mentor’s time: %(text)s (%(city)s)") % values
    return format_html("<span>{}{}{}</span>", symbol, " " if icon else "", words)


@register.simple_tag(takes_context=True)
def slot_link(
    context: Context, start: datetime, href: str, name: str, length: int | None = None, first: bool = False
) -> SafeString:
    """A time as a link: `15:00` over `Today`; for ears also with whom, and how many minutes."""
    told = conditional_escape(told_of_slot(name, length))
    return draw_slot_link(draw_start(start, reader_of(context)), href, told, first=first)


def told_of_slot(name: str, length: int | None) -> str:
    # For ears, beside its time
    told = _(", %(length)s minutes with %(name)s") if length else _(" with %(name)s")
    return told % {"length": length, "name": name}


class StartDrawn(NamedTuple):
    clock: SafeString
    day: SafeString


def draw_start(start: datetime, who: Reader) -> StartDrawn:
    clock = time_tag(start, times.clock_text(start, who.zone, who.hour12))
    return StartDrawn(clock, conditional_escape(times.card_day_text(start, who.zone, who.now)))


def draw_slot_link(start: StartDrawn, href: str, told: SafeString, *, first: bool = False) -> SafeString:
    """A page of results has sixty of them, so whatever several share is escaped before."""
    return SafeString(
        f'<a class="slot{" slot--first" if first else ""}" href="{escape(href)}">{start.clock}<small>{start.day}'
        f'<span class="vh">{told}</span></small></a>'
    )


@register.simple_tag(takes_context=True)
def slot_radio(
    context: Context,
    start: datetime,
    chosen: datetime | None = None,
    their_zone: str = "",
    their_name: str = "",
) -> SafeString:
    """A time to choose: `15:00`, and the other person's clock where it shows another time."""
    who = reader_of(context)
    there = times.their_clock_text(start, who.zone, their_zone, who.hour12) if their_zone else ""
    below = format_html('<small aria-hidden="true" data-part="theirs">{}</small>', there) if there else ""
    return draw_slot_radio(start, who, their_zone, their_name, is_chosen=start == chosen, below=below)


def draw_slot_radio(
    start: datetime,
    who: Reader,
    their_zone: str,
    their_name: str,
    *,
    is_chosen: bool,
    below: str = "",
) -> SafeString:
    """`below`: small words below the time, for ears too if they should hear them."""
    checked = " checked" if is_chosen else ""
    told = f'<span class="vh">, {draw_theirs(start, None, their_zone, their_name, who)}</span>' if their_zone else ""
    return SafeString(
        f'<label class="slot slot--radio"><input type="radio" name="start" value="{times.utc_text(start)}"{checked}'
        f" required>{time_tag(start, times.clock_text(start, who.zone, who.hour12))}{told}"
        f"{below}</label>"
    )


class SlotChoice(NamedTuple):
    """A time of a day, as it is shown to one reader.

    It can be chosen, unless it `is_present` (that of the session which is being moved), `is_gone` (taken, perhaps by
    the reader's `is_own` session) or everything is `is_shown_only`. `their_zone`: of the person on the other side.
    `below`: markup that stands below the two clocks.
    """

    start: datetime
    end: datetime
    their_zone: str = ""
    their_name: str = ""
    is_chosen: bool = False
    is_present: bool = False
    is_gone: bool = False
    is_own: bool = False
    is_busy: bool = False
    is_shown_only: bool = False
    below: SafeString = SafeString("")


@register.simple_tag(takes_context=True)
def slot_choice(context: Context, start: datetime, end: datetime, **facts: Any) -> SafeString:
    """One time of a list, with the facts of a `SlotChoice`."""
    return draw_slot_choice(SlotChoice(start, end, **facts), reader_of(context))


def draw_slot_choice(slot: SlotChoice, who: Reader) -> SafeString:
    """A page has up to a hundred, and people open the same day again and again: the same is drawn once."""
    # What is drawn depends on the present through dates alone, and in every zone a day begins with a quarter.
    quarter = who.now.replace(minute=who.now.minute // 15 * 15, second=0, microsecond=0)
    return _draw_slot_choice(slot, who._replace(now=quarter), get_language() or "")


@lru_cache(maxsize=4096)  # of less than 2 KB each
def _draw_slot_choice(slot: SlotChoice, who: Reader, _language: str) -> SafeString:
    clock = time_tag(slot.start, times.clock_text(slot.start, who.zone, who.hour12))
    if slot.is_present:
        drawn = f'data-part="slot-present" aria-current="time">{clock} <small>{escape(_("now"))}</small>'
        return SafeString(f'<span class="slot slot--radio slot--gone slot--present" {drawn}</span>')
    if slot.is_gone:
        # A session, an event, or a time that is held for them
        own = "slot-own", _(", you already have something then")
        part, told = own if slot.is_own else ("slot-taken", _(", taken"))
        drawn = f'data-part="{part}">{clock}<span class="vh">{escape(told)}</span>'
        return SafeString(f'<span class="slot slot--radio slot--gone" {drawn}</span>')
    if slot.is_shown_only:
        return SafeString(f'<span class="slot slot--radio slot--rest">{clock}</span>')
    other = slot.their_zone, slot.their_name
    below = busy_mark() if slot.is_busy else ""
    radio = draw_slot_radio(slot.start, who, *other, is_chosen=slot.is_chosen, below=below)
    if not slot.their_zone:
        return radio
    return SafeString(f'{radio}<div class="both">{draw_both(slot.start, slot.end, *other, who)}{slot.below}</div>')


@register.simple_tag
def busy_mark() -> SafeString:
    """Below a time at which a calendar of the reader's says that they are busy."""
    return format_html(
        '<small aria-hidden="true">{}</small><span class="vh">, {}</span>', _("busy"), _("busy in your calendar")
    )


@register.simple_tag(takes_context=True)
def both_clocks(context: Context, start: datetime, end: datetime, their_zone: str, their_name: str) -> SafeString:
    """The two 24-hour bars: the reader's day and the other person's."""
    return draw_both(start, end, their_zone, their_name, reader_of(context))


def draw_both(start: datetime, end: datetime, their_zone: str, their_name: str, who: Reader) -> SafeString:
    mine = draw_clock_row(start, end, who.zone, _("You"), who)
    return mine + draw_clock_row(start, end, their_zone, their_name, who)


CLOCK_ROW = (
    '<p class="both__one"><span class="who">{} {}, {}{}</span><b class="num">{}</b>{}<svg class="clock24" '
    'viewBox="0 0 1440 12" preserveAspectRatio="none" aria-hidden="true" focusable="false"><rect x="{}" y="-3" '
    'width="{}" height="18"/></svg></p>'
)


def draw_clock_row(start: datetime, end: datetime, zone: str, name: str, who: Reader) -> SafeString:
    """In `zone`, the day of the person called `name`."""
    local = times.in_zone(start, zone)
    at = local.hour * 60 + local.minute
    minutes = round((end - start).total_seconds() / 60)
    part, other_day = "", SafeString("")
    if is_night := times.is_night(start, zone):
        part = ", " + (_("evening") if times.EVENING_HOUR <= local.hour < times.NIGHT_HOUR else _("night"))
    if local.date() != times.in_zone(start, who.zone).date():
        other_day = format_html('<span class="who">{}</span>', times.day_text(start, zone, who.now, short=True))
    return format_html(
        CLOCK_ROW,
        icon_svg("moon" if is_night else "sun", False, ""),
        name,
        times.zone_label(zone, start),
        part,
        time_tag(start, times.range_text(start, end, zone, who.hour12)),
        other_day,
        at,
        # Never thinner than the eye can find, never over the end of the day's bar.
        min(max(minutes, 24), times.DAY_MINUTES - at),
    )
