"""The dates of a series, as the page that checks them sends them."""

from collections.abc import Iterable
from datetime import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from common.forms import PlainText
from sessions_app.address import read_start


class StartsField(forms.Field):
    widget = forms.MultipleHiddenInput
    default_error_messages = {"required": _("Choose at least one time"), "start": _("Choose the times again")}

    def to_python(self, value: Iterable[str] | None) -> list[datetime]:
        starts = [read_start(text) for text in value or ()]
        if None in starts:
            raise ValidationError(self.error_messages["start"], code="start")
        return sorted({start for start in starts if start})


class StartsForm(forms.Form):
    start = StartsField()


class FurtherForm(StartsForm):
    key = PlainText(max_length=64, widget=forms.HiddenInput)
