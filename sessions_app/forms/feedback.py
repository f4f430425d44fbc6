"""How it went: one question first and a sentence beside it; all else is optional, and folded until it is asked for."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.forms import ChipRadio, PlainText
from sessions_app.afterwards.consents import QUESTION, WORDS
from sessions_app.afterwards.feedback import ASKED_AFTER_WRITING, ASKED_OF_MENTEE, ASKED_OF_MENTOR, keep_consents
from sessions_app.models import Feedback, Resolution
from sessions_app.models.feedback import FEEDBACK_LENGTH, Again, Agreement, Quality

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

SCALE = [(str(value), label) for value, label in Agreement.choices]
YES_NO = [("true", _("Yes")), ("false", _("No"))]


def scale_field(label: "str | StrPromise") -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label, choices=SCALE, required=False, widget=ChipRadio, coerce=int, empty_value=None
    )


def optional_words_field(label: "str | StrPromise", hint: "str | StrPromise" = "") -> PlainText:
    return PlainText(
        label=label,
        help_text=hint,
        required=False,
        max_length=FEEDBACK_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def helped_field(label: "str | StrPromise") -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=Resolution.choices,
        widget=ChipRadio,
        error_messages={"required": _("Tell us whether it helped")},
    )


# What everyone sees; the rest comes with "Answer more".
SHOWN_FIRST = ("resolution", "left_with", "may_publish", "learned")


def is_any_given(answers: Iterable[BoundField]) -> bool:
    return any(answer.errors or is_given(answer) for answer in answers)


def is_given(answer: BoundField) -> bool:
    """A box without a tick says nothing, while "no" as one of several answers does."""
    return bool(answer.value()) if isinstance(answer.field, forms.BooleanField) else answer.value() not in (None, "")


class FeedbackForm(forms.ModelForm):
    """`other` is the person whom it is about; the hints tell what that person will read."""

    def __init__(self, *args: Any, other: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = {"name": other.first_name}
        for field in self.fields.values():
            field.label, field.help_text = str(field.label) % name, str(field.help_text) % name

    @property
    def has_more(self) -> bool:
        """Whether any of what the page folds away was answered, or has to be corrected."""
        return is_any_given(answer for answer in self if answer.name not in SHOWN_FIRST)


class MenteeFeedbackForm(FeedbackForm):
    resolution = helped_field(_("Is your question answered?"))
    left_with = optional_words_field(
        _("What did you take away?"),
        _("A sentence is enough. %(name)s reads it too, once they’ve answered or after seven days."),
    )
    may_publish = forms.BooleanField(label=WORDS.text.label, help_text=WORDS.text.hint, required=False)
    may_publish_question = forms.BooleanField(label=QUESTION.text.label, help_text=QUESTION.text.hint, required=False)
    useful = scale_field(_("The advice was useful"))
    doable = scale_field(_("I can do what we found"))
    clear_limits = scale_field(_("It was clear what the advice is based on, and where it ends"))
    listened = scale_field(_("I felt listened to"))
    overall = forms.ChoiceField(label=_("Overall"), choices=Quality.choices, required=False, widget=ChipRadio)
    again = forms.ChoiceField(
        label=_("Would you ask %(name)s again?"),
        help_text=_("%(name)s never sees this. If you say no, we won’t match you two again."),
        choices=Again.choices,
        required=False,
        widget=ChipRadio,
    )
    advice = optional_words_field(_("Advice for %(name)s"), _("Only %(name)s reads this."))
    to_staff = optional_words_field(_("Anything our team should know"), _("Only our team reads this."))

    class Meta:
        model = Feedback
        fields = ASKED_OF_MENTEE

    def clean(self) -> dict[str, Any]:
        return keep_consents(super().clean() or {})


class WrittenFeedbackForm(MenteeFeedbackForm):
    """After an answer in writing. Nobody listened, so that isn't asked."""

    left_with = optional_words_field(
        _("What did you take away?"),
        _("A sentence is enough. %(name)s reads it too, after seven days."),
    )
    doable = scale_field(_("I can do what it says"))
    listened = None  # type: ignore[assignment]

    class Meta(MenteeFeedbackForm.Meta):
        fields = ASKED_AFTER_WRITING


class MentorFeedbackForm(FeedbackForm):
    resolution = helped_field(_("Is the question answered?"))
    prepared = scale_field(_("%(name)s came prepared"))
    right_person = forms.TypedChoiceField(
        label=_("Were you the right person for this question?"),
        choices=YES_NO,
        required=False,
        widget=ChipRadio,
        coerce=lambda value: value == "true",
        empty_value=None,
    )
    learned = optional_words_field(_("One thing you learned"), _("Only you read this."))
    to_staff = optional_words_field(_("Anything our team should know"), _("Only our team reads this."))

    class Meta:
        model = Feedback
        fields = ASKED_OF_MENTOR
