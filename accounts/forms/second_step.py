"""The forms of the second step: a code or a passkey when signing in, and what sets them up."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from common.forms import PlainText

from .credentials import CodeField

# Characters of a browser's answer: signatures and certificates take some thousands
LONGEST_ANSWER = 32_000
UNREADABLE = _("That passkey didn’t work. Try again, or use another way.")


class PasskeyField(forms.JSONField):
    """What a browser answered, as the script of the page sends it: an object, of whatever is in it."""

    def __init__(self, **options: Any) -> None:
        errors = dict.fromkeys(("invalid", "required"), UNREADABLE)
        super().__init__(widget=forms.HiddenInput, error_messages=errors, **options)

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and len(value) > LONGEST_ANSWER:
            raise ValidationError(UNREADABLE, code="invalid")
        try:
            answer = super().to_python(value)
        except (RecursionError, ValueError):  # nested without end, or a number of thousands of digits
            raise ValidationError(UNREADABLE, code="invalid") from None
        if answer is not None and not isinstance(answer, dict):
            raise ValidationError(UNREADABLE, code="invalid")
        return answer


class StepCodeField(CodeField):
    """Six digits of an app, or the eight of a recovery code."""

    def __init__(self, *, help_text: Any, required: bool = True) -> None:
        super().__init__()
        self.help_text, self.required = help_text, required
        self.error_messages["required"] = _("Enter the code")
        self.error_messages["max_length"] = _("A code has 6 digits, a recovery code 8")


class SecondStepForm(forms.Form):
    """A code that was typed, or else what the browser answered with a passkey."""

    code = StepCodeField(help_text=_("6 digits from your app, or one of your recovery codes"))
    passkey = PasskeyField(required=False)

    def __init__(self, data: QueryDict | None) -> None:
        super().__init__(data)
        self.fields["code"].required = data is None or not data.get("passkey")


class AppForm(forms.Form):
    code = StepCodeField(help_text=_("6 digits, shown by the app"))


class PasskeyForm(forms.Form):
    name = PlainText(
        label=_("Name"),
        help_text=_("To recognise it later: “My phone”, “Blue key”"),
        max_length=60,
        error_messages={
            "required": _("Enter a name"),
            "max_length": _("The name must be %(limit_value)d characters or less"),
        },
    )
    passkey = PasskeyField()


class PasskeyAloneForm(forms.Form):
    passkey = PasskeyField()
