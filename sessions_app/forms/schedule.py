"""The rules of a schedule, its single dates and its time off, and the answer to a request."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.rules.validators import validate_timezone
from common.addresses import validate_meeting_address
from common.forms import DateInput, PlainText, field_of
from common.times import minutes_text
from common.zones import UTC_NAME, city_of, plain_name, zone_names
from sessions_app.availability.schedule import ScheduleError, ScheduleRules
from sessions_app.availability.walltime import DAY, Spans
from sessions_app.models import Schedule

from .week import WindowsField

HOUR = 60
NOTICES = (0, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 12 * HOUR, DAY, 2 * DAY, 3 * DAY, 7 * DAY)
RESTS = (0, 5, 10, 15, 20, 30, 45, HOUR)
RULES = (
    "timezone",
    "notice",
    "buffer",
    "move_notice",
    "cancel_notice",
    "horizon_days",
    "max_per_day",
    "max_per_week",
    "max_written",
    "asked_for_others",
    "meeting_url",
)


def rest_text(minutes: int) -> str:
    """How long a rest or a notice is; “None” where there is none."""
    return minutes_text(minutes) if minutes else gettext("None")


lazy_rest_text = lazy(rest_text, str)


def zone_choices() -> list[tuple[str, str | list[tuple[str, str]]]]:
    parts: dict[str, list[tuple[str, str]]] = {}
    for name in zone_names():
        if name != UTC_NAME:
            parts.setdefault(name.partition("/")[0], []).append((name, city_of(name)))
    by_city = {part: sorted(cities, key=lambda city: plain_name(city[1])) for part, cities in parts.items()}
    return [(UTC_NAME, UTC_NAME), *by_city.items()]


class MinutesField(forms.TypedChoiceField):
    """A choice of minutes. A stored value that is not on the list is added to it."""

    def __init__(self, minutes: Iterable[int], **kwargs: Any) -> None:
        self.minutes = tuple(minutes)
        super().__init__(coerce=int, error_messages={"invalid_choice": _("Choose one from the list")}, **kwargs)
        self.offer()

    def offer(self, *more: int) -> None:
        self.choices = [(minutes, lazy_rest_text(minutes)) for minutes in sorted({*self.minutes, *more})]


class NumberField(forms.IntegerField):
    """A whole number from 1 to `most`, with one message for anything else."""

    def __init__(self, most: int, **kwargs: Any) -> None:
        words = format_lazy(_("Enter a number from 1 to {most}"), most=most)
        limits = [MinValueValidator(1, words), MaxValueValidator(most, words)]
        super().__init__(validators=limits, error_messages={"required": words, "invalid": words}, **kwargs)
        self.widget.attrs |= {"inputmode": "numeric", "class": "input input--num"}


FOLDED = ("horizon_days", "max_per_day", "max_written", "asked_for_others", "move_notice", "cancel_notice")


class RulesForm(forms.Form):
    """The rules beside the week. Only a live profile can pause, so `away_until` is missing for others."""

    timezone = forms.ChoiceField(
        label=_("Your time zone"),
        choices=zone_choices,
        validators=[validate_timezone],
        error_messages={"invalid_choice": _("Choose a city from the list")},
    )
    notice = MinutesField(NOTICES, label=_("Notice you need"))
    buffer = MinutesField(RESTS, label=_("Break between sessions"))
    horizon_days = NumberField(365, label=_("How far ahead, in days"))
    max_per_day = NumberField(50, label=_("Most sessions in a day"), required=False)
    max_per_week = NumberField(200, label=_("Most sessions in a week"), required=False)
    max_written = NumberField(
        20,
        label=_("Most open written questions"),
        help_text=_("While this many wait for your answer, nobody can ask you another in writing."),
    )
    asked_for_others = forms.BooleanField(
        label=_("Ask me to help people who find no time"),
        required=False,
        help_text=_("At most one person a day, who has a question on your topics. You offer a time, or say no."),
    )
    move_notice = MinutesField(NOTICES, label=_("Notice to reschedule"))
    cancel_notice = MinutesField(
        NOTICES, label=_("Notice to cancel"), help_text=_("Later than this, people need to say why.")
    )
    meeting_url = PlainText(
        label=_("Your own meeting address"),
        required=False,
        max_length=300,
        validators=[validate_meeting_address],
        widget=forms.URLInput(attrs={"class": "input", "autocomplete": "off"}),
        help_text=_(
            "Zoom, Meet, Teams, Jitsi or another. Only the person you’re meeting gets it, ten "
            "minutes before. Leave it empty to use one of our rooms."
        ),
    )
    away_until = forms.DateField(
        label=_("Away until"),
        required=False,
        widget=DateInput(),
        help_text=_("Nobody can book a day before this date. Booked sessions stay."),
        error_messages={"invalid": _("Enter a date, like 2026-12-07")},
    )

    def __init__(self, *args: Any, schedule: Schedule, can_pause: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("notice", "buffer", "move_notice", "cancel_notice"):
            field_of(self, name, MinutesField).offer(getattr(schedule, name))
        if not can_pause:
            del self.fields["away_until"]

    @property
    def folded(self) -> list[forms.BoundField]:
        """What few people change: shown when they ask for more rules, or when something of it is wrong."""
        return [self[name] for name in FOLDED]

    @property
    def has_folded_errors(self) -> bool:
        return any(field.errors for field in self.folded)

    @property
    def rules(self) -> ScheduleRules:
        return ScheduleRules(**{name: self.cleaned_data[name] for name in RULES})


def rules_values(schedule: Schedule) -> dict[str, object]:
    return {name: getattr(schedule, name) for name in RULES}


class OverrideForm(forms.Form):
    """One date: away, or with other windows than usual."""

    CLOSED, WINDOWS = "closed", "windows"

    day = forms.DateField(
        label=_("Date"),
        widget=DateInput(),
        error_messages={"required": _("Enter a date"), "invalid": _("Enter a date, like 2026-12-04")},
    )
    kind = forms.ChoiceField(
        label=_("What changes"),
        choices=[(CLOSED, _("Away all day")), (WINDOWS, _("These times instead of the usual ones"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what changes on this date")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["times"] = WindowsField(label=_("Times on this date"), named=False, is_on=self._wants_times)

    def _wants_times(self, data: Mapping[str, Any], name: str) -> bool:
        return bool(data.get("kind") == self.WINDOWS)

    @property
    def spans(self) -> Spans:
        spans: Spans = self.cleaned_data["times"]
        return spans


class TimeOffForm(forms.Form):
    first = forms.DateField(
        label=_("First day away"),
        widget=DateInput(),
        error_messages={"required": _("Enter the first day"), "invalid": _("Enter a date, like 2026-12-04")},
    )
    last = forms.DateField(
        label=_("Last day away"),
        widget=DateInput(),
        error_messages={"required": _("Enter the last day"), "invalid": _("Enter a date, like 2026-12-11")},
    )

    def clean_last(self) -> date:
        first, last = self.cleaned_data.get("first"), self.cleaned_data["last"]
        if first is not None and last < first:
            raise forms.ValidationError(_("The last day can’t be before the first"))
        return last


def add_schedule_error(form: forms.Form, error: ScheduleError) -> None:
    """Show a refusal of the service at the field it is about, or above the form."""
    form.add_error(error.field if error.field in form.fields else None, error.message)
