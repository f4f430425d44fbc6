"""The line that someone takes away."""

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import PlainText
from sessions_app.models.endings import TAKEAWAY_LENGTH


class TakeawayForm(forms.Form):
    text = PlainText(
        label=_("What do you want to remember?"),
        help_text=_("One line. You both read it, and it’s on your card."),
        max_length=TAKEAWAY_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
