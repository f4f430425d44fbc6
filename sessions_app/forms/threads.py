"""The forms of a thread: a message, and how far it is read."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import PlainText
from sessions_app.models.threads import MESSAGE_LENGTH

MOST_ID = 2**63 - 1


class MessageForm(forms.Form):
    """`seen` is the newest message on the form's page; `again` is set on a form that was refused before."""

    body = PlainText(
        max_length=MESSAGE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3, "class": "textarea textarea--short"}),
        error_messages={
            "required": _("Write something first"),
            "max_length": _("Your message must be %(limit_value)d characters or less. You have %(show_value)d"),
        },
    )
    key = PlainText(max_length=64, widget=forms.HiddenInput)
    seen = forms.IntegerField(min_value=0, max_value=MOST_ID, required=False, widget=forms.HiddenInput)

    # Whether the mentor sends it as the answer to a question in writing: the value of the button that was pressed.
    answers = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].label = _("Write to %(name)s") % {"name": name}


class ReadForm(forms.Form):
    until = forms.IntegerField(min_value=1, max_value=MOST_ID)
