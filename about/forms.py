"""The forms in which people write to staff, and staff write the organisation's texts."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.credentials import NAME_ERRORS, email_field
from accounts.rules.validators import validate_person_name
from common.forms import PlainText

from .models import LONGEST_MESSAGE, LONGEST_TEXT, TextKind


class ContactForm(forms.Form):
    use_required_attribute = False
    name = PlainText(
        label=_("Your name"),
        max_length=80,
        validators=[validate_person_name],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages=NAME_ERRORS,
    )
    email = email_field(_("Your email address"), help_text=_("We’ll reply to this address"))
    text = PlainText(
        label=_("Your message"),
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": _("Write your message")},
    )
    key = PlainText(max_length=64, widget=forms.HiddenInput)
    # No person sees this field. Programs that fill in every field give themselves away by it.
    website = PlainText(required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    @property
    def is_from_a_program(self) -> bool:
        return bool(self.data.get("website"))

    @property
    def shown_fields(self) -> list[forms.BoundField]:
        return [self["name"], self["email"], self["text"]]


WHEN_EMPTY = {
    TextKind.TERMS: _("An empty text takes the page away."),
    TextKind.PRIVACY: _("If it’s empty, the page lists only what this software keeps."),
    TextKind.LONG_TERM: _("If it’s empty, the page has our words on how to find a mentor for longer."),
}


class PublishedTextForm(forms.Form):
    use_required_attribute = False
    body = PlainText(
        label=_("Text"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 24, "class": "textarea textarea--page"}),
    )

    def __init__(self, *args: Any, kind: TextKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        how = _(
            "Leave an empty line between paragraphs. Begin a heading with “# ” and each line of a list with “- ”. "
            "Addresses become links."
        )
        self.fields["body"].help_text = f"{how} {WHEN_EMPTY[kind]}"
