"""The forms of the account page and of the time zone page."""

from datetime import datetime
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Theme, User
from accounts.rules.zone_choices import zone_groups
from common.forms import ChipRadio, PlainText
from common.zones import find_zone, zone_names

from .credentials import NAME_ERRORS

LONGEST_CITY = 64


class OneOfTwo(PlainText):
    """A field that may be empty if the other of two is filled; the form checks that one of them is."""

    def validate(self, value: Any) -> None:
        return


class ZoneForm(forms.Form):
    """A zone, typed as a city or chosen from the list; typing wins. `cleaned_data["zone"]` is its IANA name."""

    use_required_attribute = False
    city = OneOfTwo(
        label=_("Type a city"),
        help_text=_("Older names and abbreviations work too"),
        max_length=LONGEST_CITY,
        widget=forms.TextInput(attrs={"list": "cities", "autocomplete": "off", "class": "input input--mid"}),
    )
    zone = OneOfTwo(
        label=_("Or choose from the list"),
        max_length=LONGEST_CITY,
        widget=forms.Select(attrs={"class": "select input--mid"}),
    )

    def __init__(self, *args: Any, now: datetime, hour12: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        select = cast(forms.Select, self.fields["zone"].widget)
        select.choices = [("", gettext("Choose a city")), *zone_groups(now, hour12)]

    def clean_city(self) -> str:
        typed: str = self.cleaned_data["city"]
        if typed and find_zone(typed) is None:
            raise ValidationError(
                gettext("We don’t know “%(city)s”. Try a larger city near you, or choose one from the list."),
                code="city",
                params={"city": typed},
            )
        return typed

    def clean_zone(self) -> str:
        chosen: str = self.cleaned_data["zone"]
        if chosen and chosen not in zone_names():
            raise ValidationError(gettext("Choose a city from the list"), code="zone")
        return chosen

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            cleaned["zone"] = find_zone(cleaned["city"]) or cleaned["zone"]
            if not cleaned["zone"]:
                words = gettext("Type a city, or choose one from the list")
                self.add_error("city", ValidationError(words, code="required"))
        return cleaned


class PersonForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["name", "hour_cycle"]
        field_classes = {"name": PlainText}
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"}), "hour_cycle": ChipRadio}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = self.fields["name"]
        name.required = True
        name.error_messages |= NAME_ERRORS
        name.help_text = gettext("As people you talk with see it")


class AppearanceForm(forms.Form):
    theme = forms.ChoiceField(choices=Theme.choices)
