"""The form in which a mentor chooses the days of a certificate."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from common.forms import DateInput


def day_field(label: Any) -> forms.DateField:
    wrong = {"required": _("Choose a day"), "invalid": _("Enter a date, like 2026-11-30")}
    return forms.DateField(label=label, widget=DateInput(), error_messages=wrong)


class CertificateForm(forms.Form):
    """`today` is the mentor's local date. The form begins with this year until today."""

    first_day = day_field(_("First day"))
    last_day = day_field(_("Last day"))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        kwargs["initial"] = {"first_day": today.replace(month=1, day=1), "last_day": today}
        super().__init__(*args, **kwargs)
        self.today = today
        for field in self.fields.values():
            field.widget.attrs["max"] = today.isoformat()

    def clean_last_day(self) -> date:
        last: date = self.cleaned_data["last_day"]
        first = self.cleaned_data.get("first_day")
        if last > self.today:
            raise ValidationError(_("Choose today or an earlier day"), code="future")
        if first and last < first:
            raise ValidationError(_("Choose the first day or a later one"), code="before")
        return last
