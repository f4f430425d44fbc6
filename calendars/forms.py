"""The forms in which people connect calendars and say what counts."""

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import ChipRadio, PlainText

from .models import AllDay

LONGEST_ADDRESS = 2000


class AddressForm(forms.Form):
    use_required_attribute = False
    address = PlainText(
        label=_("Secret address of your calendar"),
        help_text=_("It starts with https:// or webcal://. Below you see where to find it"),
        max_length=LONGEST_ADDRESS,
        error_messages={
            "required": _("Enter the address"),
            "max_length": _("The address must be %(limit_value)d characters or less"),
        },
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false", "dir": "ltr"}),
    )


class SwitchesForm(forms.Form):
    use_required_attribute = False
    counts = forms.BooleanField(label=_("Busy times here block bookings"), required=False)
    treats_tentative = forms.BooleanField(label=_("Events that aren’t certain yet count too"), required=False)
    treats_all_day = forms.ChoiceField(
        label=_("Do events of a whole day count?"),
        choices=AllDay.choices,
        widget=ChipRadio,
        error_messages={"required": _("Choose one"), "invalid_choice": _("Choose one")},
    )
