"""The step that is taken away, and the answer to a later question."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.forms import ChipRadio, DateInput, PlainText, field_of
from sessions_app.afterwards.consents import OUTCOME
from sessions_app.afterwards.followups import NextStepInput
from sessions_app.afterwards.questions import ANSWERS
from sessions_app.models import FollowUpQuestion, NextStep, Resolution

LENGTH = 300
LONGEST_AHEAD = timedelta(days=365)


def line_field(label: Any, hint: Any, needed: Any) -> PlainText:
    return PlainText(
        label=label,
        help_text=hint,
        max_length=LENGTH,
        error_messages={"required": needed},
    )


class NextStepForm(forms.Form):
    """`today` is the person's local date. With `optional`, leaving all of it empty is valid; half of it is not."""

    situation = line_field(
        _("If …"), _("A moment you’ll notice: “he asks for my answer on Monday”."), _("Say when it starts")
    )
    response = line_field(
        _("then I will …"), _("One thing you’ll do: “ask for the level in writing”."), _("Say what you’ll do")
    )
    due_on = forms.DateField(
        label=_("By"),
        help_text=_("We’ll remind you at nine that morning."),
        widget=DateInput(),
        error_messages={"required": _("Choose a day"), "invalid": _("Enter a date, like 2026-11-30")},
    )

    def __init__(
        self, *args: Any, today: date, action: NextStep | None = None, optional: bool = False, **kwargs: Any
    ) -> None:
        if action:
            names = ("situation", "response", "due_on")
            kwargs["initial"] = {name: getattr(action, name) for name in names}
        super().__init__(*args, **kwargs)
        self.today, self.optional = today, optional
        self.fields["due_on"].widget.attrs |= {"min": today.isoformat(), "max": (today + LONGEST_AHEAD).isoformat()}
        if optional:
            self.empty_permitted, self.use_required_attribute = True, False

    def has_changed(self) -> bool:
        if self.optional and not any(self.data.get(name, "").strip() for name in self.fields):
            return False
        return super().has_changed()

    def clean_due_on(self) -> date:
        day: date = self.cleaned_data["due_on"]
        if "due_on" in self.changed_data and day < self.today:
            raise ValidationError(_("Choose today or a later day"), code="past")
        if day > self.today + LONGEST_AHEAD:
            raise ValidationError(_("Choose a day within a year"), code="far")
        return day

    @property
    def step(self) -> NextStepInput | None:
        """None if nothing was written, or nothing that wasn't there before."""
        return NextStepInput(**self.cleaned_data) if self.cleaned_data and self.has_changed() else None


class FollowUpForm(forms.Form):
    """One question with its answers. The question is sent along, because the mail has asked it.

    The mentor learns the answer only if the mentee ticks the box.
    """

    question = forms.ChoiceField(choices=FollowUpQuestion.choices, widget=forms.HiddenInput)
    answer = forms.ChoiceField(widget=ChipRadio, error_messages={"required": _("Choose an answer")})
    tell_mentor = forms.BooleanField(label=OUTCOME.text.label, help_text=OUTCOME.text.hint, required=False)

    def __init__(self, *args: Any, about: FollowUpQuestion, mentor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        told = self.fields["tell_mentor"]
        told.label = str(told.label) % {"name": mentor.first_name}
        answer = field_of(self, "answer", forms.ChoiceField)
        answer.label = about.label
        answer.choices = [(value.value, label) for value, label in ANSWERS[about].items()]

    def clean_answer(self) -> Resolution:
        return Resolution(self.cleaned_data["answer"])
