"""Fields that several forms share."""

from datetime import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from sessions_app.address import read_start


class StartField(forms.Field):
    """A start as the picker writes it, `2026-11-26T14:30Z`; anything else counts as nothing chosen."""

    default_error_messages = {"required": _("Choose a time"), "start": _("Choose a time")}

    def to_python(self, value: str | None) -> datetime | None:
        if not value:
            return None
        start = read_start(value)
        if start is None:
            raise ValidationError(self.error_messages["start"], code="start")
        return start
