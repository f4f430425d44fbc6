"""The forms in which people connect calendars and say what counts."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from common.forms import ChipRadio, PlainText, field_of

from .models import LONGEST_ADDRESS, LONGEST_PASSWORD, LONGEST_USER, AllDay, ExternalCalendar


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


class PasswordForm(forms.Form):
    """Never filled in again, and never kept by the browser: it is none of ours."""

    use_required_attribute = False
    password = forms.CharField(
        label=_("App password"),
        help_text=_("One that you make for us only, not your usual password"),
        max_length=LONGEST_PASSWORD,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false", "dir": "ltr"}),
        error_messages={
            "required": _("Enter the app password"),
            "max_length": _("The password must be %(limit_value)d characters or less"),
        },
    )


class CalDavForm(PasswordForm):
    prefix = "caldav"
    field_order = ("address", "user", "password")
    address = PlainText(
        label=_("Server"),
        help_text=_("For example caldav.icloud.com, or the CalDAV address that your calendar shows"),
        max_length=LONGEST_ADDRESS,
        error_messages={
            "required": _("Enter the server’s address"),
            "max_length": _("The address must be %(limit_value)d characters or less"),
        },
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false", "dir": "ltr"}),
    )
    user = PlainText(
        label=_("User name"),
        help_text=_("Often the email address of your account there"),
        max_length=LONGEST_USER,
        error_messages={
            "required": _("Enter your user name there"),
            "max_length": _("The user name must be %(limit_value)d characters or less"),
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "dir": "ltr"}),
    )


class ChoiceForm(forms.Form):
    """Which calendars of a connection count, from the first. Those that its person can change are offered as theirs."""

    use_required_attribute = False
    calendars = forms.MultipleChoiceField(
        label=_("Which of these calendars should block bookings?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Choose at least one calendar, or disconnect the account"),
            "invalid_choice": _("One of these calendars isn’t there any more. Choose again"),
        },
    )

    def __init__(self, calendars: Sequence[ExternalCalendar], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = field_of(self, "calendars", forms.MultipleChoiceField)
        field.choices = [(one.pk, _describe_found(one)) for one in calendars]
        field.initial = [one.pk for one in calendars if one.is_writable]


def _describe_found(calendar: ExternalCalendar) -> str:
    said = ngettext(
        "%(name)s: %(count)d busy time in the next 30 days",
        "%(name)s: %(count)d busy times in the next 30 days",
        calendar.found,
    )
    return said % {"name": calendar.shown_name, "count": calendar.found}


class BusyForm(forms.Form):
    """For calendars that say only when they are busy."""

    use_required_attribute = False
    counts = forms.BooleanField(label=_("Busy times here block bookings"), required=False)


class SwitchesForm(BusyForm):
    treats_tentative = forms.BooleanField(label=_("Events that aren’t certain yet count too"), required=False)
    treats_all_day = forms.ChoiceField(
        label=_("Do events of a whole day count?"),
        choices=AllDay.choices,
        widget=ChipRadio,
        error_messages={"required": _("Choose one"), "invalid_choice": _("Choose one")},
    )
    keeps_titles = forms.BooleanField(
        label=_("Keep the titles of events"),
        help_text=_("Only you see them, here and beside your availability. Switch it off, and we delete them"),
        required=False,
    )
