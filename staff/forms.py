"""The form in which staff decide whether a testimonial may be shown."""

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import PlainText

SHOW, DECLINE = "show", "decline"


class WordsForm(forms.Form):
    feedback = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    decision = forms.ChoiceField(choices=[(SHOW, _("Show")), (DECLINE, _("Do not show"))])
    seen = PlainText(max_length=40, required=False)
    reason = PlainText(required=False, max_length=300)
