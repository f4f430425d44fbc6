"""The forms in which people write to staff, and staff write the organisation's texts."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.credentials import NAME_ERRORS, email_field
from accounts.rules.validators import validate_person_name
from common.forms import PlainText

from .models import LONGEST_MESSAGE, LONGEST_TEXT


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


class PublishedTextForm(forms.Form):
    use_required_attribute = False
    body = PlainText(
        label=_("Text"),
        help_text=_(
            "Leave an empty line between paragraphs. Begin a heading with “# ” and each line of a list with “- ”. "
            "Addresses become links. An empty text takes the page away."
        ),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 24}),
    )
