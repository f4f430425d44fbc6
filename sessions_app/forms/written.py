"""What people type about a question in writing."""

from django import forms

from accounts.validators import validate_plain_text

from .booking import carried_files, question_field


class AskForm(forms.Form):
    """The same question as for a session, without a time."""

    key = forms.CharField(max_length=64, widget=forms.HiddenInput, validators=[validate_plain_text])
    question = question_field()
    with_files = carried_files()
