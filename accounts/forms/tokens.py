"""The form in which a person makes a token."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Scope
from common.forms import ChipRadio, PlainText

DAYS = {30: _("30 days"), 90: _("90 days"), 365: _("A year")}


class TokenForm(forms.Form):
    use_required_attribute = False
    name = PlainText(
        label=_("What is it for?"),
        help_text=_("A name to help you recognise the program later"),
        max_length=60,
        error_messages={
            "required": _("Enter what the token is for"),
            "max_length": _("The name must be %(limit_value)d characters or less"),
        },
    )
    scope = forms.ChoiceField(
        label=_("What can the program do?"),
        choices=Scope.choices,
        initial=Scope.READ,
        widget=ChipRadio,
        error_messages={"required": _("Choose one")},
    )
    days = forms.TypedChoiceField(
        label=_("How long should it work?"),
        choices=list(DAYS.items()),
        initial=90,
        coerce=int,
        widget=ChipRadio,
        error_messages={"required": _("Choose one")},
    )
