"""What people type when they book, move, cancel or say how it went."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.forms import email_field
from accounts.validators import validate_person_name
from common.forms import PlainText
from mentors.models import Offer
from sessions_app.models.bookings import QUESTION_LENGTH

from .address import read_start

REASON_LENGTH = 500


class StartField(forms.Field):
    """A start as the picker writes it, `2026-11-26T14:30Z`; anything else is no choice at all."""

    default_error_messages = {"required": _("Choose a time"), "start": _("Choose a time")}

    def to_python(self, value: str | None) -> datetime | None:
        if not value:
            return None
        start = read_start(value)
        if start is None:
            raise ValidationError(self.error_messages["start"], code="start")
        return start


def question_field() -> PlainText:
    return PlainText(
        label=_("What do you want to leave with?"),
        max_length=QUESTION_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": _("Write what you want to leave with"),
            "max_length": _("Your question must be %(limit_value)d characters or less. You have %(show_value)d"),
        },
    )


def carried_files() -> forms.BooleanField:
    """Whether the files that its mentee shared with an earlier question go along; the page says which."""
    return forms.BooleanField(required=False)


class BookingForm(forms.Form):
    offer = forms.ModelChoiceField(queryset=Offer.objects.none(), to_field_name="uuid", widget=forms.HiddenInput)
    key = PlainText(max_length=64, widget=forms.HiddenInput)
    start = StartField()
    question = question_field()
    with_files = carried_files()

    def __init__(self, *args: Any, offers: QuerySet[Offer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer = self.fields["offer"]
        assert isinstance(offer, forms.ModelChoiceField)  # noqa: S101 - said above
        offer.queryset = offers


class GuestForm(forms.Form):
    """Where the joining link goes. Somebody with an account is known by the address alone."""

    email = email_field(_("Your email address"))
    name = PlainText(
        label=_("Your name"),
        help_text=_("What to call you. Leave it empty if you have booked here before."),
        max_length=80,
        required=False,
        validators=[validate_person_name],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


class MoveForm(forms.Form):
    start = StartField()


class CancelForm(forms.Form):
    reason = PlainText(
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why, in a few words")},
    )

    def __init__(self, *args: Any, name: str, needed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = needed
        self.fields["reason"].label = _("Tell %(name)s why") % {"name": name}
