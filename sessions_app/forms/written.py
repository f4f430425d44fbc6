"""What people type about a question in writing."""

from django import forms

from common.forms import PlainText

from .booking import carried_files, question_field


class AskForm(forms.Form):
    """The same question as for a session, without a time."""

    key = PlainText(max_length=64, widget=forms.HiddenInput)
    question = question_field()
    with_files = carried_files()
