"""A week as it is being typed: rows of two times, kept as they are until they are valid."""

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any, Self

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.translation import gettext as _

from sessions_app.availability.schedule import ScheduleError, Window, check_spans, label_problem, wall_text
from sessions_app.availability.walltime import DAY, Spans
from sessions_app.models.schedules import Weekday

FIRST_RANGE = ("18:00", "20:00")
BLANK = ("", "")
# Rows that a page shows for a day at most, whatever a client sends: as many as a day may have windows.
MOST_ROWS = 24

_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})(?::00)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class TypedDay:
    """One day's rows as typed, each a pair of texts. `on` is the day's switch."""

    on: bool = False
    ranges: tuple[tuple[str, str], ...] = ()

    @classmethod
    def from_spans(cls, spans: Spans) -> Self:
        return cls(bool(spans), tuple((wall_text(start), wall_text(end)) for start, end in spans))

    @classmethod
    def from_data(cls, data: Mapping[str, Any], name: str, *, on: bool) -> Self:
        starts, ends = (_read_texts(data, f"{name}-{side}") for side in ("from", "until"))
        return cls(on=on, ranges=tuple(zip_longest(starts, ends, fillvalue=""))[:MOST_ROWS])

    def switched(self) -> Self:
        """The day as it is shown: if it is on, it has a row to type in."""
        return replace(self, ranges=(FIRST_RANGE,)) if self.on and not self.ranges else self

    def with_row(self) -> Self:
        rows = (*self.ranges, BLANK) if self.on and self.ranges else self.ranges or (FIRST_RANGE,)
        return replace(self, on=True, ranges=rows[:MOST_ROWS])

    def without_row(self, index: int) -> Self:
        ranges = self.ranges[:index] + self.ranges[index + 1 :]
        return replace(self, on=self.on and bool(ranges), ranges=ranges)

    @property
    def spans(self) -> Spans:
        """The rows that are valid windows by themselves, for drawing the day."""
        read = (span_of(start, end) for start, end in self.ranges) if self.on else ()
        return tuple(sorted({span for span in read if span is not None and span[0] < span[1]}))


def _read_texts(data: Mapping[str, Any], name: str) -> list[str]:
    texts = data.getlist(name) if isinstance(data, QueryDict) else data.get(name, [])
    return [str(text)[:12] for text in texts]


def minute_of(text: str) -> int | None:
    """Minutes from midnight of a time like 18:30 or 24:00; None if it is no time."""
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        return None
    hour, minute = int(match[1]), int(match[2])
    return hour * 60 + minute if minute < 60 and hour * 60 + minute <= DAY else None


def span_of(start: str, end: str) -> tuple[int, int] | None:
    """A row in minutes if both texts are times. An end of 00:00 is the midnight that ends the day."""
    first, last = minute_of(start), minute_of(end)
    return None if first is None or last is None else (first, last or DAY)


class WindowsWidget(forms.Widget):
    """Reads the rows, which pages render with `_ranges.html`. `is_on` tells whether the day is open."""

    def __init__(self, is_on: Callable[[Mapping[str, Any], str], bool]) -> None:
        super().__init__()
        self.is_on = is_on

    def value_from_datadict(self, data: Mapping[str, Any], files: object, name: str) -> TypedDay:
        return TypedDay.from_data(data, name, on=self.is_on(data, name))

    def value_omitted_from_data(self, data: Mapping[str, Any], files: object, name: str) -> bool:
        return False

    def id_for_label(self, id_: str | None, index: str | None = None) -> str:
        return f"{id_}-from-0" if id_ else ""


class WindowsField(forms.Field):
    """Cleans a typed day to windows in minutes, in order; none if it is off.

    `named`: it is a day of the week, and its errors begin with its label.
    """

    def __init__(
        self,
        *,
        named: bool = True,
        is_on: Callable[[Mapping[str, Any], str], bool] = lambda data, name: f"{name}-on" in data,
        **kwargs: Any,
    ) -> None:
        super().__init__(required=False, widget=WindowsWidget(is_on), **kwargs)
        self.named = named

    def clean(self, value: TypedDay) -> Spans:
        if not value.on:
            return ()
        label = str(self.label) if self.named else ""
        rows = [row for row in value.ranges if any(text.strip() for text in row)]
        if not rows and not self.named:
            # A single date has no switch.
            raise ValidationError(_("Add a time, or choose “Away all day”"), code="no_times")
        if not rows:
            raise ValidationError(label_problem(label, _("add a time, or switch the day off")), code="no_times")
        if any(not text.strip() for row in rows for text in row):
            raise ValidationError(label_problem(label, _("enter both times of a window")), code="half")
        spans = [span for row in rows if (span := span_of(*row)) is not None]
        if len(spans) < len(rows):
            raise ValidationError(label_problem(label, _("write times like 18:30")), code="no_time")
        try:
            return check_spans(spans, label)
        except ScheduleError as error:
            raise ValidationError(error.message, code=error.code) from None


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day for the template. `number` is the ISO weekday, which is part of its buttons' names."""

    number: int
    field: BoundField
    day: TypedDay
    focus: int | None = None

    @property
    def ranges(self) -> list[dict[str, object]]:
        return [
            {"index": index, "number": index + 1, "start": start, "end": end, "focus": index == self.focus}
            for index, (start, end) in enumerate(self.day.ranges)
        ]


Week = dict[int, TypedDay]


def typed_week(data: QueryDict) -> Week:
    names = {number: f"{WeekForm.prefix}-{number}" for number in Weekday.values}
    return {number: TypedDay.from_data(data, name, on=f"{name}-on" in data) for number, name in names.items()}


class WeekForm(forms.Form):
    prefix = "day"

    def __init__(self, *args: Any, focus: tuple[int, int] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.focus = focus
        for number, label in Weekday.choices:
            self.fields[str(number)] = WindowsField(label=label)

    @classmethod
    def showing(cls, week: Week, *, focus: tuple[int, int] | None = None) -> Self:
        """A form with a week that is still being typed, without errors."""
        return cls(initial={str(number): day for number, day in week.items()}, focus=focus)

    @classmethod
    def of_spans(cls, spans: Mapping[int, Spans]) -> Self:
        return cls.showing({number: TypedDay.from_spans(day) for number, day in spans.items()})

    @property
    def rows(self) -> list[DayRow]:
        return [self._build_row(number) for number in Weekday.values]

    def _build_row(self, number: int) -> DayRow:
        bound = self[str(number)]
        day = (bound.value() or TypedDay()).switched()
        focus = self.focus[1] if self.focus and self.focus[0] == number else None
        return DayRow(number, bound, day, focus)

    @property
    def spans(self) -> dict[int, Spans]:
        """The windows of valid days; all seven once the form is valid."""
        return {number: self.cleaned_data[str(number)] for number in Weekday.values if str(number) in self.cleaned_data}


def sensible_spans(week: Week) -> dict[int, Spans]:
    """The valid windows of a week that is still being typed."""
    spans = {}
    for number, day in week.items():
        with suppress(ValidationError):
            spans[number] = WindowsField(label="").clean(day.switched())
    return spans


def windows_of(spans: Mapping[int, Spans]) -> list[Window]:
    return [(number, start, end) for number in sorted(spans) for start, end in spans[number]]


def spans_of(windows: Iterable[Window]) -> dict[int, Spans]:
    days: dict[int, list[tuple[int, int]]] = {number: [] for number in Weekday.values}
    for weekday, start, end in windows:
        days[weekday].append((start, end))
    return {number: tuple(sorted(day)) for number, day in days.items()}


def edited_week(week: Week, data: QueryDict) -> tuple[Week, tuple[int, int] | None] | None:
    """The week after the button that was pressed, and the row for the cursor; None if no such button was pressed."""
    if "copy" in data:
        source = _read_weekday(data.get("copy-from", ""))
        targets = [number for text in data.getlist("copy-to") if (number := _read_weekday(text)) is not None]
        return week | {number: week[source] for number in targets if source is not None}, None
    number = _read_weekday(data.get("add", data.get("drop", "")).partition("-")[0])
    change = None if number is None else edited_day(week[number], data)
    if number is not None and change is not None:
        day, row = change
        return week | {number: day}, (number, row)
    return (week, None) if {"switch", "add", "drop"} & data.keys() else None


def edited_day(day: TypedDay, data: QueryDict) -> tuple[TypedDay, int] | None:
    """One day after add or remove, and the row for the cursor; None if no such button was pressed."""
    if "add" in data:
        day = day.with_row()
        return day, len(day.ranges) - 1
    if "drop" in data:
        row = str(data["drop"]).partition("-")[2]
        index = int(row) if re.fullmatch(r"[0-9]{1,2}", row) else MOST_ROWS
        day = day.without_row(index)
        return day, max(0, min(index, len(day.ranges) - 1))
    return None


def _read_weekday(text: str) -> int | None:
    return int(text) if text in {str(number) for number in Weekday.values} else None
