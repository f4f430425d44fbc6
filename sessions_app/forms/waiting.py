"""Joining the waiting list, as the buttons of a page send it."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from common.forms import PlainText
from sessions_app.address import clean_words
from sessions_app.models.bookings import QUESTION_LENGTH
from sessions_app.models.schedules import Weekday
from sessions_app.models.waiting import DayPart

from .booking import question_field
from .fields import StartField


class HeldTimeForm(forms.Form):
    question = question_field()


class OfferTimeForm(forms.Form):
    """The time that a mentor has for a person who waits."""

    start = StartField(error_messages={"required": _("Choose a time, or say that you can’t help this time")})


class WaitForm(forms.Form):
    """Either `mentor`, the slug of a profile, or the words of a search. `question`: what was typed on their page."""

    mentor = forms.SlugField(max_length=90, required=False)
    q = PlainText(max_length=QUESTION_LENGTH, required=False)
    question = PlainText(required=False)
    filters = PlainText(max_length=300, required=False)
    asks_mentors = forms.BooleanField(required=False)
    asks_writers = forms.BooleanField(required=False)
    parts = forms.MultipleChoiceField(choices=DayPart, required=False)
    days = forms.TypedMultipleChoiceField(choices=Weekday, coerce=int, required=False)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = self.cleaned_data
        typed = clean_words(data.pop("question", ""))
        if data.get("mentor") and typed:
            data["q"] = typed
        if not (data.get("mentor") or data.get("q")):
            raise ValidationError(_("Tell us what you’re stuck on first"), code="empty")
        return data
