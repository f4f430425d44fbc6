"""The form in which a mentor opens office hours."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from common.forms import WRONG_DAY, DateInput, DayField, PlainText
from common.times import in_zone
from events.models import Event
from events.models.events import TITLE_LENGTH
from events.registering import office_hours
from events.registering.office_hours import OfficeHoursInput

from .event import (
    NO_SUCH_TIME,
    WRONG_TIME,
    Fieldsets,
    TimeInput,
    group_fields,
    moment_of,
    number_field,
)


class OfficeHoursForm(forms.Form):
    """`cleaned_data["said"]` is what the services take. Times are by the clock of the mentor's hours, in `zone`."""

    use_required_attribute = False
    title = PlainText(
        label=_("Title"),
        max_length=TITLE_LENGTH,
        help_text=_("For example: Office hours: your first month as a lead"),
        error_messages={"required": _("Give your office hours a title")},
    )
    about = PlainText(
        label=_("What it’s about"),
        help_text=_("Which questions are welcome, and for whom it is."),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    day = DayField(label=_("Day"), widget=DateInput(), error_messages=WRONG_DAY)
    time = forms.TimeField(label=_("Starts at"), widget=TimeInput(), input_formats=["%H:%M"], error_messages=WRONG_TIME)
    minutes = number_field(_("Minutes"), office_hours.SHORTEST, office_hours.LONGEST, initial=office_hours.USUAL)
    places = number_field(
        _("Places"), office_hours.FEWEST_PLACES, office_hours.MOST_PLACES, initial=office_hours.USUAL_PLACES
    )

    def __init__(self, *args: Any, zone: str, event: Event | None = None, free: datetime | None = None, **kwargs: Any):
        kwargs["initial"] = initial_of(event, free, zone)
        super().__init__(*args, **kwargs)
        self.zone, self.before = zone, event.start if event else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        start = moment_of(cleaned["day"], cleaned["time"], self.zone, before=self.before)
        if start is None:
            self.add_error("time", ValidationError(NO_SUCH_TIME, code="no_such_time"))
            return cleaned
        values = {name: cleaned[name] for name in ("title", "about", "minutes", "places")}
        cleaned["said"] = OfficeHoursInput(start=start, **values)
        return cleaned

    @property
    def fieldsets(self) -> Fieldsets:
        """As `EventForm.fieldsets`."""
        groups: list[tuple[Any, Sequence[str], bool]] = [
            (_("Office hours"), ("title", "about"), False),
            (_("When"), ("day", "time", "minutes"), True),
            (_("Who"), ("places",), True),
        ]
        return group_fields(self, groups)


def initial_of(event: Event | None, free: datetime | None, zone: str) -> dict[str, Any]:
    if event:
        local = in_zone(event.start, zone)
        places = event.places.count()
        known = {"title": event.title, "about": event.about, "minutes": event.length, "places": places}
        return known | {"day": local.date(), "time": local.time()}
    if free is None:
        return {}
    local = in_zone(free, zone)
    return {"day": local.date(), "time": local.time()}
