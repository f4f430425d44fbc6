"""What people type about a question in writing."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.validators import validate_plain_text
from sessions_app.models import Resolution

from .booking import REASON_LENGTH, question_field


class AskForm(forms.Form):
    """The same question as for a session, without a time."""

    key = forms.CharField(max_length=64, widget=forms.HiddenInput, validators=[validate_plain_text])
    question = question_field()


class EndForm(forms.Form):
    """The mentor says why not; whoever takes a question back need not."""

    reason = forms.CharField(
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        validators=[validate_plain_text],
        error_messages={"required": _("Say why, in a few words")},
    )

    def __init__(self, *args: Any, name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("Tell %(name)s why") % {"name": name}


class HelpedForm(forms.Form):
    helped = forms.ChoiceField(choices=Resolution.choices)
