"""The form of one offer."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import ChipCheckboxes, ChipRadio, field_of
from mentors.models import Format, IssueType, Length, Offer
from mentors.topic_choices import TopicsField, grouped_topics

from .profile import AT_ONCE, OneLine

OWN_QUESTIONS = 3
QUESTION_LENGTH = 140


class OfferForm(forms.Form):
    title = OneLine(
        label=_("Title"),
        help_text=_("What people get, in a few words. If you leave it empty, we show the length."),
        max_length=70,
        required=False,
    )
    length = forms.TypedChoiceField(
        label=_("Length"),
        choices=Length.choices,
        coerce=int,
        empty_value=None,
        widget=ChipRadio,
        error_messages={"required": _("Choose a length")},
    )
    format = forms.ChoiceField(
        label=_("How do you meet?"),
        help_text=_("In writing, people ask without a time and you answer within 48 hours. You don’t need a length."),
        choices=Format.choices,
        widget=ChipRadio,
        error_messages={"required": _("Choose how you meet")},
    )
    at_once = forms.ChoiceField(
        label=_("When someone picks a time"),
        choices=AT_ONCE,
        widget=ChipRadio,
        error_messages={"required": _("Choose one")},
    )
    issue_types = forms.MultipleChoiceField(
        label=_("Kinds of need"), choices=IssueType.choices, widget=ChipCheckboxes, required=False
    )
    topics = TopicsField(
        label=_("Topics"), help_text=_("If you choose none, it covers all your topics."), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """An offer that takes a slot needs a length and a way to be booked; an answer in writing needs neither."""
        super().__init__(*args, **kwargs)
        field_of(self, "topics", TopicsField).choices = grouped_topics()
        if self.data.get("format") == Format.WRITING:
            for name in ("length", "at_once"):
                self.fields[name].required = False
        for number in range(1, OWN_QUESTIONS + 1):
            self.fields[f"question_{number}"] = OneLine(
                label=_("Your question %(number)s") % {"number": number},
                help_text=_("People see it where they write what they want help with.") if number == 1 else "",
                max_length=QUESTION_LENGTH,
                required=False,
            )

    @staticmethod
    def initial_of(offer: Offer) -> dict[str, Any]:
        questions = {f"question_{number}": text for number, text in enumerate(offer.questions, start=1)}
        topics = [str(pk) for pk in offer.topics.values_list("pk", flat=True)] if offer.pk else []
        return {
            "title": offer.title,
            "length": offer.length,
            "format": offer.format,
            "at_once": "yes" if offer.instant else "no",
            "issue_types": offer.issue_types,
            "topics": topics,
            **questions,
        }

    def write_to(self, offer: Offer) -> None:
        data = self.cleaned_data
        offer.title, offer.format = data["title"], data["format"]
        offer.length = data["length"] or Length.MIN_15
        offer.instant = data["at_once"] != "no"
        offer.issue_types = data["issue_types"]
        asked = (data[f"question_{number}"] for number in range(1, OWN_QUESTIONS + 1))
        offer.questions = [question for question in asked if question]
