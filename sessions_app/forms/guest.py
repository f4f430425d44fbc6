"""The form in which a visitor says who they are."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.credentials import email_field
from accounts.rules.validators import validate_person_name
from common.forms import PlainText


class GuestForm(forms.Form):
    """Where to send the joining link. A person with an account is recognised by the address."""

    email = email_field(_("Your email address"))
    name = PlainText(
        label=_("Your name"),
        help_text=_("What to call you. Leave it empty if you have booked here before."),
        max_length=80,
        required=False,
        validators=[validate_person_name],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
