"""The line that somebody takes away."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.validators import validate_plain_text
from sessions_app.models.endings import TAKEAWAY_LENGTH


class TakeawayForm(forms.Form):
    text = forms.CharField(
        label=_("What do you want to remember?"),
        help_text=_("One line. Both of you read it, and it is on the card."),
        max_length=TAKEAWAY_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        validators=[validate_plain_text],
    )
