"""The forms of staff: whether a testimonial may be shown, and how questions are read."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import PlainText
from search.models import LONGEST_EXAMPLE

SHOW, DECLINE = "show", "decline"


class WordsForm(forms.Form):
    feedback = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    decision = forms.ChoiceField(choices=[(SHOW, _("Show")), (DECLINE, _("Don’t show"))])
    seen = PlainText(max_length=40, required=False)
    reason = PlainText(required=False, max_length=300)


ACCEPT, DISMISS, ADD, RETIRE, BRING_BACK = "accept", "dismiss", "add", "retire", "bring-back"


class ReadingForm(forms.Form):
    """One act on a proposal or an example, whose number is given, or the text of an example to add."""

    act = forms.ChoiceField(choices=[(act, act) for act in (ACCEPT, DISMISS, ADD, RETIRE, BRING_BACK)])
    number = forms.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    text = PlainText(required=False, max_length=LONGEST_EXAMPLE)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("act") == ADD and not data.get("text"):
            self.add_error("text", _("Enter a question as someone would ask it."))
        elif data.get("act") not in (None, ADD) and not data.get("number"):
            self.add_error("number", _("Choose one."))
        return data


class AnsweredForm(forms.Form):
    message = forms.UUIDField()
