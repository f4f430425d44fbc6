"""The days of the slot picker in templates: preformatted, since a loop over them costs more than finding the times."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.utils import dateformat
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from common.known import known
from common.templatetags.times import SlotChoice, draw_slot_choice, reader_of
from sessions_app.availability.slot_picker import PickerDay, PickerView
from sessions_app.pages.openers import ADDRESS, Opener, fill_in

register = template.Library()

ANSWER_DUE = "sessions_app/mentor_page/_answer_due.html"
DAY_ATTRIBUTES = 'hx-target="#picker" hx-push-url="true" data-focus-after="#times-title"'
DAY = '<span>{}</span><b>{}</b><i class="day--n{}" aria-hidden="true"></i><span class="vh">{}, {}</span>'
DAY_NONE = '<li><span class="day day--none"><span>{}</span><b>{}</b><i></i><span class="vh">, {}</span></span></li>'
CURRENT = SafeString(' aria-current="date"')


@register.simple_tag
def days_of_picker(picker: PickerView, opener: Opener, their_name: str) -> SafeString:
    """The seven days that are open and the four weeks, each day with what opens it.

    They are the same for all who read in one zone, until a time is taken, so they are drawn once for them.
    """
    days = replace(picker, weeks=tuple(map(tuple, picker.weeks)), times=(), chosen=None, skipped=None)
    drawn = _draw_days(days, their_name, opener.in_form, get_language() or "")
    return fill_in(drawn, opener.address)


@lru_cache(maxsize=1024)  # of 10 KB each
def _draw_days(picker: PickerView, their_name: str, in_form: bool, _language: str) -> str:
    values = {"picker": picker, "their_name": their_name, "opener": Opener(ADDRESS, in_form=in_form)}
    return render_to_string("sessions_app/mentor_page/_picker_days.html", values)


@register.simple_block_tag
def opens_day(content: str, day: date, opener: Opener, css: str = "", label: str = "") -> SafeString:
    """What opens this day of a picker, with this content."""
    named = format_html(' aria-label="{}"', label) if label else ""
    return opener.draw(day, content, f'class="{css}"{named} {DAY_ATTRIBUTES}')


@register.simple_tag
def row_of_days(days: Sequence[PickerDay], opened: date, opener: Opener) -> SafeString:
    """The days at the top of the picker; see `row_of_week`."""
    return SafeString("".join(draw_day_of_row(day, opener, is_open=day.date == opened) for day in days))


def draw_day_of_row(day: PickerDay, opener: Opener, *, is_open: bool) -> SafeString:
    if not day.times:
        return format_html(DAY_NONE, day.weekday, day.date.day, day.times_text)
    words = format_html(DAY, day.weekday, day.date.day, day.dots, day.month, day.times_text)
    return format_html(
        "<li>{}</li>", opener.draw(day.date, words, f'class="day" {DAY_ATTRIBUTES}{CURRENT if is_open else ""}')
    )


@register.simple_tag
def density_strip(weeks: Sequence[Sequence[PickerDay]]) -> SafeString:
    bars = "".join(f"<span>{strip_of(tuple(day.density for day in week))}</span>" for week in weeks)
    return SafeString(f'<span class="strip" aria-hidden="true">{bars}</span>')


@lru_cache(maxsize=512)
def strip_of(densities: tuple[str, ...]) -> str:
    return "".join(f'<i class="strip--{density}"></i>' for density in densities)


@register.simple_tag
def row_of_week(days: Sequence[PickerDay], opened: date, opener: Opener) -> SafeString:
    """Seven days; one with times can be opened."""
    return SafeString("".join(draw_day_of_week(day, opener, is_open=day.date == opened) for day in days))


def draw_day_of_week(day: PickerDay, opener: Opener, *, is_open: bool) -> str:
    number, label = day.date.day, escape(day.label)
    if not day.times:
        words = f'<b aria-hidden="true">{number}</b><span class="vh">{label}</span>'
        return f'<li><span class="mday mday--none">{words}</span></li>'
    attributes = f'class="mday mday--{day.density}" aria-label="{label}"{CURRENT if is_open else ""}'
    return f"<li>{opener.draw(day.date, f'{number}{month_of(day.date)}<i></i>', attributes)}</li>"


def month_of(day: date) -> str:
    return f" <small>{escape(dateformat.format(day, 'M'))}</small>" if day.day == 1 else ""


@register.simple_tag(takes_context=True)
def times_of_day(
    context: Context, picker: PickerView, their_zone: str = "", their_name: str = "", shown_only: bool = False
) -> SafeString:
    """The opened day's times. Where the mentor is asked first (`asks`), below each: by when they would answer."""
    who = reader_of(context)
    drawn = []
    for time in picker.times:
        is_asked = context.get("asks") and not (time.gone or time.is_present or shown_only)
        choice = SlotChoice(
            start=time.slot.start,
            end=time.slot.end,
            their_zone=their_zone,
            their_name=their_name,
            is_chosen=time.slot.start == picker.chosen,
            is_present=time.is_present,
            is_gone=time.gone,
            is_own=time.own,
            is_busy=time.is_busy,
            is_shown_only=shown_only,
            below=answer_due_at(time.slot.start, context) if is_asked else SafeString(""),
        )
        drawn.append(f"<li>{draw_slot_choice(choice, who)}</li>")
    return SafeString("".join(drawn))


def answer_due_at(start: datetime, context: Context) -> SafeString:
    with context.push(start=start):
        return known(context.template).engine.get_template(ANSWER_DUE).render(context)
