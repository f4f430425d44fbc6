"""The form in which people choose the calendar into which their sessions are put."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from calendars.models import ExternalCalendar
from common.forms import field_of

NOWHERE = "none"


class WritingForm(forms.Form):
    use_required_attribute = False
    calendar = forms.TypedChoiceField(
        label=_("Where do your sessions go?"),
        coerce=lambda value: None if value == NOWHERE else int(value),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose one"),
            "invalid_choice": _("Nothing can be written into this calendar. Choose another one"),
        },
    )

    def __init__(self, calendars: Sequence[ExternalCalendar], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(one.pk, _name_of(one, calendars)) for one in calendars]
        field = field_of(self, "calendar", forms.TypedChoiceField)
        field.choices = [(NOWHERE, _("Into none: email me an invitation for each")), *named]


# With its server's name, where two are called the same.
def _name_of(calendar: ExternalCalendar, others: Sequence[ExternalCalendar]) -> str:
    is_alone = sum(one.shown_name == calendar.shown_name for one in others) == 1
    return calendar.shown_name if is_alone else f"{calendar.shown_name} ({calendar.connection.host})"
