"""The short texts of an evening: a line for everyone, and a line to remember."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.credentials import NAME_ERRORS, email_field
from accounts.rules.validators import validate_person_name
from common.forms import ChipCheckboxes, ChipRadio, PlainText, field_of
from events.live.walking_in import WalkIn
from events.models import Event, Side
from events.models.events import TEXT_LENGTH
from mentors.languages import language_choices

MESSAGE_LENGTH = 200


class MessageForm(forms.Form):
    use_required_attribute = False
    message = PlainText(label=_("Message to everyone"), max_length=MESSAGE_LENGTH, required=False)


class TakeawayForm(forms.Form):
    use_required_attribute = False
    words = PlainText(label=_("Takeaway"), max_length=TEXT_LENGTH, required=False)


class LineForm(forms.Form):
    """One line of the chat of a pair."""

    use_required_attribute = False
    words = PlainText(
        label=_("Your message"), max_length=TEXT_LENGTH, error_messages={"required": _("Write something to send")}
    )


class WalkInForm(forms.Form):
    """A person at the door who isn't on the list."""

    use_required_attribute = False
    name = PlainText(
        label=_("Name on the board"), max_length=80, validators=[validate_person_name], error_messages=NAME_ERRORS
    )
    email = email_field(
        _("Email address"),
        help_text=_("The one they sign in with. If they’re new, we create an account. A code by email signs them in."),
    )
    side = forms.ChoiceField(label=_("Takes part as"), widget=ChipRadio)
    languages = forms.MultipleChoiceField(
        label=_("Languages they can talk in"),
        choices=language_choices,
        widget=ChipCheckboxes,
        initial=["en"],
        error_messages={"required": _("Choose at least one language")},
    )

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        kwargs["initial"] = {"side": event.sides[0]}
        super().__init__(*args, **kwargs)
        field_of(self, "side", forms.ChoiceField).choices = [(side, Side(side).label) for side in event.sides]
        # With one side there is nothing to choose.
        if len(event.sides) == 1:
            self.fields["side"].widget = forms.HiddenInput()

    def said(self) -> WalkIn:
        return WalkIn(**self.cleaned_data, has_chosen_languages="languages" in self.changed_data)
