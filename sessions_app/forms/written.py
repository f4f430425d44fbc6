"""What people type about a question in writing."""

from django import forms

from accounts.validators import validate_plain_text
from sessions_app.models import Resolution

from .booking import question_field


class AskForm(forms.Form):
    """The same question as for a session, without a time."""

    key = forms.CharField(max_length=64, widget=forms.HiddenInput, validators=[validate_plain_text])
    question = question_field()


class HelpedForm(forms.Form):
    helped = forms.ChoiceField(choices=Resolution.choices)
