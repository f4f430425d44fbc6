"""The forms of the application's pages. Each one cleans to the arguments of `save_words` and similar acts."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.rules.validators import validate_heading, validate_person_name
from common.forms import ChipCheckboxes, ChipRadio, PlainText, field_of
from mentors.languages import language_choices
from mentors.models import ASK_LENGTH, ASKS_NEEDED, Format, Length, MentorProfile, ProfileDraft
from mentors.photos import Portraits, read_photo
from mentors.services import ProfileTexts
from mentors.topic_choices import TopicsField, grouped_topics

AT_ONCE = [("yes", _("Instant booking")), ("no", _("I confirm each request"))]


TOO_LONG = _("This must be %(limit_value)d characters or less. You have %(show_value)d")


class OneLine(PlainText):
    """A line of a profile. Line breaks that are pasted become blanks."""

    default_validators = [validate_heading]
    default_error_messages = {"max_length": TOO_LONG}


class WhoForm(forms.Form):
    name = OneLine(
        label=_("Your name"),
        help_text=_("As people should see it."),
        max_length=80,
        validators=[validate_person_name],
        error_messages={"required": _("Enter your name")},
        widget=forms.TextInput(attrs={"autocomplete": "name", "class": "input input--mid"}),
    )
    headline = OneLine(
        label=_("What you do, in one line"),
        help_text=_("For example: Engineering director. Hired 120 people at two scale-ups."),
        max_length=100,
        error_messages={"required": _("Enter what you do, in one line")},
    )
    photo = forms.FileField(
        label=_("Photo of your face"),
        help_text=_(
            "JPEG, PNG or WebP, at least 256 pixels wide, up to 5 MB. If you don’t add one, people see your initials."
        ),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        error_messages={"empty": _("This file is empty. Choose another one.")},
    )
    remove_photo = forms.BooleanField(label=_("Remove the photo"), required=False)

    def __init__(self, *args: Any, has_photo: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_photo:
            del self.fields["remove_photo"]

    @staticmethod
    def initial_of(person: User, draft: ProfileDraft | None) -> dict[str, Any]:
        return {"name": person.name, "headline": draft.headline if draft else ""}

    def clean_photo(self) -> Portraits | None:
        upload = self.cleaned_data.get("photo")
        return read_photo(upload) if isinstance(upload, UploadedFile) else None

    def profile_texts(self) -> ProfileTexts:
        return ProfileTexts(headline=self.cleaned_data["headline"])


NO_TOPICS = _("There are no topics to choose from yet. Go on: you can send your profile once our team has added some.")


class QuestionsForm(forms.Form):
    topics = TopicsField(
        label=_("Topics"),
        help_text=_("What your questions are about. Up to 8."),
        error_messages={"required": _("Choose at least one topic")},
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages you can talk in"),
        choices=language_choices,
        widget=ChipCheckboxes,
        error_messages={"required": _("Choose at least one language")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asks = {f"ask_{number}": _ask_field(number) for number in range(1, ASKS_NEEDED + 1)}
        self.fields = asks | self.fields
        topics = field_of(self, "topics", TopicsField)
        topics.choices = grouped_topics()
        if not topics.choices:
            topics.help_text = NO_TOPICS

    @staticmethod
    def initial_of(draft: ProfileDraft) -> dict[str, Any]:
        asks = {f"ask_{number}": ask for number, ask in enumerate(draft.asks, start=1)}
        topics = [str(pk) for pk in draft.topics.values_list("pk", flat=True)]
        return {**asks, "topics": topics, "languages": draft.languages}

    def profile_texts(self) -> ProfileTexts:
        asks = [self.cleaned_data[f"ask_{number}"] for number in range(1, ASKS_NEEDED + 1)]
        return ProfileTexts(asks=asks, languages=self.cleaned_data["languages"])

    @property
    def written_asks(self) -> list[str]:
        """The questions as they are in the boxes, valid or not, for the example card."""
        values = (self[f"ask_{number}"].value() for number in range(1, ASKS_NEEDED + 1))
        return [str(value)[:ASK_LENGTH] for value in values if value and str(value).strip()]


def _ask_field(number: int) -> OneLine:
    labels = {1: _("First question"), 2: _("Second question"), 3: _("Third question")}
    errors = {
        1: _("Enter your first question"),
        2: _("Enter your second question"),
        3: _("Enter your third question"),
    }
    return OneLine(
        label=labels[number],
        max_length=ASK_LENGTH,
        error_messages={"required": errors[number]},
    )


class HowForm(forms.Form):
    how_i_work = PlainText(
        label=_("How you work"),
        help_text=_("What people should bring, how you use the time, and what you can’t help with."),
        max_length=600,
        error_messages={"required": _("Tell people how you work"), "max_length": TOO_LONG},
        widget=forms.Textarea(attrs={"rows": 8, "class": "textarea textarea--tall"}),
    )

    @staticmethod
    def initial_of(draft: ProfileDraft) -> dict[str, Any]:
        return {"how_i_work": draft.how_i_work}

    def profile_texts(self) -> ProfileTexts:
        return ProfileTexts(how_i_work=self.cleaned_data["how_i_work"])


class LengthsForm(forms.Form):
    lengths = forms.TypedMultipleChoiceField(
        label=_("How long can people book you?"),
        help_text=_("One length is enough to start with."),
        choices=Length.choices,
        coerce=int,
        widget=ChipCheckboxes,
        error_messages={"required": _("Choose at least one length")},
    )
    format = forms.ChoiceField(
        label=_("How do you meet?"),
        choices=[choice for choice in Format.choices if choice[0] != Format.WRITING],
        widget=ChipRadio,
        error_messages={"required": _("Choose how you meet")},
    )
    at_once = forms.ChoiceField(
        label=_("When someone picks a time"),
        help_text=_("Most people look for instant booking."),
        choices=AT_ONCE,
        widget=ChipRadio,
        error_messages={"required": _("Choose one")},
    )

    @staticmethod
    def initial_of(profile: MentorProfile) -> dict[str, Any]:
        offers = list(profile.offers.bookable())
        if not offers:
            return {"lengths": [str(Length.MIN_25.value)], "format": Format.VIDEO, "at_once": "yes"}
        return {
            "lengths": [str(offer.length) for offer in offers],
            "format": offers[0].format,
            "at_once": "yes" if offers[0].instant else "no",
        }
