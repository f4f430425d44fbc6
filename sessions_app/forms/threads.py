"""The forms of a thread: a message, a report, and the reason of staff for reading."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import ChipRadio, PlainText
from sessions_app.models import ReportReason
from sessions_app.models.threads import MESSAGE_LENGTH, REASON_LENGTH, REPORT_LENGTH

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


class ReportForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("What’s wrong?"),
        choices=ReportReason.choices,
        widget=ChipRadio,
        error_messages={"required": _("Choose what’s wrong")},
    )
    words = PlainText(
        label=_("What should we know?"),
        max_length=REPORT_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class OpeningForm(forms.Form):
    """Why staff read what two people wrote to each other."""

    reason = PlainText(
        label=_("Why are you reading this?"),
        help_text=_("Kept in the log with your name."),
        max_length=REASON_LENGTH,
        error_messages={"required": _("Give a reason, in a few words")},
    )


class OutcomeForm(forms.Form):
    outcome = PlainText(
        label=_("What was done?"),
        help_text=_("For the team. Neither of the two people reads this."),
        max_length=REPORT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say what was done, or that nothing was needed")},
    )
