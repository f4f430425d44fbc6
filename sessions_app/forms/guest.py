"""The form in which a visitor says who they are."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.credentials import email_field, first_name_field


class GuestForm(forms.Form):
    """Where to send the joining link. A person with an account is recognised by the address.

    The name may be empty, since a known person has one; a new one is asked for it after the code (see `NameStage`).
    """

    email = email_field(_("Your email address"))
    name = first_name_field(
        _("Your first name"),
        help_text=_("Your mentor sees it. Leave it empty if you’ve used this address here before."),
        required=False,
    )
