"""Text that people write for each other."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.validators import validate_plain_text


class PlainText(forms.CharField):
    """Text of people: line breaks count as one character, as they do in the browser's own count."""

    default_validators = [validate_plain_text]
    default_error_messages = {"max_length": _("Use %(limit_value)d characters or less. You have %(show_value)d")}

    def to_python(self, value: Any) -> str | None:
        text = super().to_python(value)
        return text.replace("\r\n", "\n") if text else text
