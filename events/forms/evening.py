"""The short texts of an evening: a line for everyone, and a line to remember."""

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import PlainText
from events.models.events import TEXT_LENGTH

MESSAGE_LENGTH = 200


class MessageForm(forms.Form):
    use_required_attribute = False
    message = PlainText(label=_("Message to everyone"), max_length=MESSAGE_LENGTH, required=False)


class TakeawayForm(forms.Form):
    use_required_attribute = False
    words = PlainText(label=_("Takeaway"), max_length=TEXT_LENGTH, required=False)
