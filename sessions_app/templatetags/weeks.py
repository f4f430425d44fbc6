"""The days of the slot picker in templates: preformatted, since a loop over them costs more than finding the times."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from django import template
from django.utils import dateformat
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from sessions_app.availability.slot_picker import PickerDay

register = template.Library()

DAY = (
    '<li><a class="day" href="{}#times" hx-get="{}" hx-target="#picker" hx-push-url="true" '
    'data-focus-after="#times-title"{}><span>{}</span><b>{}</b><i class="day--n{}" aria-hidden="true"></i>'
    '<span class="vh">{}, {}</span></a></li>'
)
DAY_NONE = '<li><span class="day day--none"><span>{}</span><b>{}</b><i></i><span class="vh">, {}</span></span></li>'
CURRENT = SafeString(' aria-current="date"')


@register.simple_tag
def days_of_links(days: Sequence[PickerDay], opened: date, query: str) -> SafeString:
    """The days at the top of the picker; see `week_of_links`."""
    return SafeString("".join(_draw_day(day, query, is_open=day.date == opened) for day in days))


def _draw_day(day: PickerDay, query: str, *, is_open: bool) -> SafeString:
    if not day.times:
        return format_html(DAY_NONE, day.weekday, day.date.day, day.times_text)
    address, current = f"?{query}&day={day.date.isoformat()}", CURRENT if is_open else ""
    named = (day.weekday, day.date.day, day.dots, day.month, day.times_text)
    return format_html(DAY, address, address, current, *named)


@register.simple_tag
def density_strip(weeks: Sequence[Sequence[PickerDay]]) -> SafeString:
    bars = "".join(f"<span>{strip_of(tuple(day.density for day in week))}</span>" for week in weeks)
    return SafeString(f'<span class="strip" aria-hidden="true">{bars}</span>')


@lru_cache(maxsize=512)
def strip_of(densities: tuple[str, ...]) -> str:
    return "".join(f'<i class="strip--{density}"></i>' for density in densities)


@register.simple_tag
def week_of_links(days: Sequence[PickerDay], opened: date, query: str) -> SafeString:
    """Seven days; one with times is a link that opens it. `query` is the rest of the address, escaped for one."""
    rest = escape(query)
    return SafeString("".join(day_link(day, rest, is_open=day.date == opened) for day in days))


def day_link(day: PickerDay, query: str, *, is_open: bool) -> str:
    """A page has twenty-eight of them, so what they share is escaped before: `query`."""
    number, label = day.date.day, escape(day.label)
    if not day.times:
        words = f'<b aria-hidden="true">{number}</b><span class="vh">{label}</span>'
        return f'<li><span class="mday mday--none">{words}</span></li>'
    address = f"?{query}&amp;day={day.date.isoformat()}"
    return (
        f'<li><a class="mday mday--{day.density}" href="{address}#times" hx-get="{address}" aria-label="{label}"'
        f"{CURRENT if is_open else ''}>{number}{month_of(day.date)}<i></i></a></li>"
    )


def month_of(day: date) -> str:
    return f" <small>{escape(dateformat.format(day, 'M'))}</small>" if day.day == 1 else ""
