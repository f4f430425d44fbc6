"""The form in which a person registers for an event."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.credentials import NAME_ERRORS
from accounts.models import User
from accounts.rules.validators import validate_person_name
from common.forms import ChipCheckboxes, ChipRadio, PlainText, field_of
from events.models import Attending, Event, Registration, Side
from events.models.events import TEXT_LENGTH
from events.models.registrations import QUESTION_LENGTH
from events.registering.consents import NEEDS
from events.registering.inputs import RegistrationInput, unasked
from mentors.languages import language_choices
from mentors.topic_choices import TopicsField, grouped_topics


class RegistrationForm(forms.Form):
    """Asks what this event and this side need, and nothing else."""

    use_required_attribute = False
    question = PlainText(
        label=_("Your question"),
        help_text=_("One sentence: what would you like to get unstuck on? Mentors see it before they meet you."),
        max_length=QUESTION_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write the question you’re bringing")},
    )
    topics = TopicsField(
        label=_("Topics"),
        help_text=_("What your question is about, or what you can help with. Up to 8."),
        required=False,
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages you can talk in"),
        choices=language_choices,
        widget=ChipCheckboxes,
        error_messages={"required": _("Choose at least one language")},
    )
    attending = forms.ChoiceField(label=_("How you take part"), choices=Attending, widget=ChipRadio)
    attends = forms.TypedMultipleChoiceField(
        label=_("Rounds you can be there for"),
        help_text=_("All of them, if you leave this empty."),
        coerce=int,
        required=False,
        widget=ChipCheckboxes,
    )
    most = forms.TypedChoiceField(
        label=_("Most meetings you’d like"), coerce=int, empty_value=None, required=False, choices=[]
    )
    board_name = PlainText(
        label=_("Name on the board"),
        help_text=_("How you’re called on the day, on cards and on the screen."),
        max_length=80,
        validators=[validate_person_name],
        error_messages=NAME_ERRORS,
    )
    is_named = forms.BooleanField(label=_("Show my name on the event’s public page"), required=False, initial=True)
    stays_seated = forms.BooleanField(label=_("I need to stay at one table"), required=False)
    wants_quiet = forms.BooleanField(label=_("I’d like a quiet table"), required=False)
    access_needs = PlainText(
        label=NEEDS.text.label,
        help_text=NEEDS.text.hint,
        max_length=TEXT_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    contact = PlainText(
        label=_("Contact to share"),
        help_text=_("An address or link that people get who you both want to talk to again."),
        max_length=200,
        required=False,
    )
    takes_place_at_once = forms.BooleanField(
        label=_("If I’m on the waiting list, give me a place as soon as one comes free"), required=False, initial=True
    )

    def __init__(
        self, *args: Any, event: Event, side: str, person: User | None, known: Registration | None = None, **kwargs: Any
    ) -> None:
        kwargs["initial"] = initial_of(person, known, side) | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        for name in unasked(event, side):
            del self.fields[name]
        if side == Side.GUEST:
            self.fields["question"].help_text = _("One sentence: what would you like to talk about with the others?")
            self.fields["topics"].help_text = _("What you’d like to talk about. Up to 8.")
            self.fields["is_named"].label = _("Show my name to the other guests before the day")
        field_of(self, "topics", TopicsField).choices = grouped_topics()
        if "attends" in self.fields:
            rounds = [(number, str(number)) for number in range(1, event.rounds_count + 1)]
            field_of(self, "attends", forms.TypedMultipleChoiceField).choices = rounds
            field_of(self, "most", forms.TypedChoiceField).choices = [("", _("As many as possible")), *rounds]

    @property
    def first_fields(self) -> list[forms.BoundField]:
        """What everyone is asked; the rest is folded away, since it has answers already or needs none."""
        return [self[name] for name in ("question", "board_name", "contact", "attending") if name in self.fields]

    @property
    def other_fields(self) -> list[forms.BoundField]:
        shown = {field.name for field in self.first_fields}
        return [field for field in self.visible_fields() if field.name not in shown]

    @property
    def has_error_below(self) -> bool:
        return any(field.errors for field in self.other_fields)

    def said(self) -> RegistrationInput:
        return RegistrationInput(**self.cleaned_data)


def initial_of(person: User | None, known: Registration | None, side: str) -> dict[str, Any]:
    if known:
        names = [name for name in RegistrationForm.base_fields if name != "topics"]
        topics = [str(pk) for pk in known.topics.values_list("pk", flat=True)]
        return {**{name: getattr(known, name) for name in names}, "topics": topics}
    profile = getattr(person, "mentor_profile", None) if side == Side.MENTOR else None
    initial: dict[str, Any] = {"attending": Attending.TABLE, "languages": ["en"]}
    if person:
        initial["board_name"] = person.display_name
    if profile:
        topics = [str(pk) for pk in profile.topics.values_list("pk", flat=True)]
        initial |= {"languages": profile.languages, "topics": topics}
    return initial
