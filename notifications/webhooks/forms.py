"""The form in which staff enter an endpoint."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import PlainText, field_of
from notifications.models.webhooks import LONGEST_URL

from .events import known_events


class EndpointForm(forms.Form):
    use_required_attribute = False
    url = PlainText(
        label=_("Address"),
        help_text=_("It starts with https:// and can be reached from the internet"),
        max_length=LONGEST_URL,
        error_messages={
            "required": _("Enter the address"),
            "max_length": _("The address must be %(limit_value)d characters or less"),
        },
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
    )
    events = forms.MultipleChoiceField(
        label=_("What should we send?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        events = known_events()
        field = field_of(self, "events", forms.MultipleChoiceField)
        field.choices = list(events.items())
        field.initial = list(events)
