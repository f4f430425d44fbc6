"""The form in which a person makes a token."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.hooks import Area
from accounts.models import Scope
from common.forms import ChipRadio, PlainText, field_of

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
    area = forms.ChoiceField(
        label=_("What can it reach?"),
        help_text=_("For one programme it works for 90 days at most, and ends with your role there"),
        required=False,
        widget=ChipRadio,
        error_messages={"invalid_choice": _("Choose one of these")},
    )
    days = forms.TypedChoiceField(
        label=_("How long should it work?"),
        choices=list(DAYS.items()),
        initial=90,
        coerce=int,
        widget=ChipRadio,
        error_messages={"required": _("Choose one")},
    )

    key = PlainText(max_length=64, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, areas: Sequence[Area] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("key", uuid4().hex)
        offered = [(one.key, one.name) for one in areas if one.is_open]
        if offered:
            field_of(self, "area", forms.ChoiceField).choices = [("", _("Everything of mine")), *offered]
        else:
            del self.fields["area"]
