"""What people fill in: a report, an appeal, and what staff say about a case."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from common.forms import ChipRadio, PlainText, field_of

from .models import AppealOutcome, Case, Outcome, ReportKind, Rule
from .models.cases import DECISION_LENGTH, REASON_LENGTH
from .models.reports import WORDS_LENGTH
from .models.sanctions import APPEAL_LENGTH
from .signals.matching import words_of

# What a person did not do is said on the session's own page.
ABSENT = "absent"
DAYS = [
    ("7", _("1 week")),
    ("14", _("2 weeks")),
    ("30", _("1 month")),
    ("90", _("3 months")),
    ("180", _("6 months")),
    ("365", _("1 year")),
    ("730", _("2 years")),
]
MOST_VERSION = 2**31 - 1
# What a moderator adds to a rule at once, and the letters of each line of it
MOST_ADDED, SHORTEST_PHRASE, LONGEST_PHRASE = 2000, 3, 80
# Outcomes that need an end
UNTIL_A_DAY = (Outcome.LIMIT, Outcome.BREAK, Outcome.SUSPENSION)


class ReportForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("What’s wrong?"),
        choices=ReportKind.choices,
        widget=ChipRadio,
        error_messages={"required": _("Choose what’s wrong"), "invalid_choice": _("Choose one of these")},
    )
    words = PlainText(
        label=_("What should we know?"),
        max_length=WORDS_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, has_absences: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if has_absences:
            field_of(self, "kind", forms.ChoiceField).choices = [*ReportKind.choices, (ABSENT, _("They didn’t come"))]


class OpeningForm(forms.Form):
    reason = PlainText(
        label=_("Why are you reading this?"),
        help_text=_("Kept in the log with your name. The person sees that you read it once the case is over."),
        max_length=REASON_LENGTH,
        error_messages={"required": _("Give a reason, in a few words")},
    )


class RuleWordsForm(forms.Form):
    words = PlainText(
        label=_("Words to add"),
        help_text=_("One on each line: a word, or a few that stand together. Case and accents don’t matter."),
        max_length=MOST_ADDED,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write at least one word")},
    )

    def clean_words(self) -> list[str]:
        phrases = [line.strip() for line in self.cleaned_data["words"].splitlines() if line.strip()]
        for phrase in phrases:
            letters = sum(map(len, words_of(phrase).split()))
            if not SHORTEST_PHRASE <= letters <= LONGEST_PHRASE:
                words = _("Use 3 to 80 letters in each line. “%(phrase)s” would find too much or nothing")
                raise ValidationError(words % {"phrase": phrase[:LONGEST_PHRASE]}, code="length")
        return phrases


class DecisionForm(forms.Form):
    seen = forms.IntegerField(min_value=1, max_value=MOST_VERSION, widget=forms.HiddenInput)
    outcome = forms.ChoiceField(
        label=_("What follows?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what follows"), "invalid_choice": _("Choose one of these")},
    )
    days = forms.ChoiceField(
        label=_("For how long?"),
        help_text=_("Of a limit, a break or a suspension. A note counts for a year."),
        choices=[("", _("Not needed")), *DAYS],
        required=False,
        widget=forms.Select,
        error_messages={"invalid_choice": _("Choose one of these")},
    )
    rule = forms.ChoiceField(
        label=_("Which rule is this about?"),
        choices=[("", _("Choose a rule")), *Rule.choices],
        error_messages={"required": _("Choose a rule"), "invalid_choice": _("Choose one of these")},
    )
    text = PlainText(
        label=_("What happened, and why this follows"),
        help_text=_("The person reads this word for word. Leave out who reported it."),
        max_length=DECISION_LENGTH,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Say what happened, and why this follows")},
    )

    def __init__(self, *args: Any, outcomes: Sequence[Outcome], case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen"] = case.version
        outcome = field_of(self, "outcome", forms.ChoiceField)
        outcome.choices = [(one.value, one.label) for one in outcomes]
        if case.kind == ReportKind.PRIVACY and case.about_id:
            outcome.help_text = _("What we’ve hidden is shown again only after “nothing wrong” or a note.")

    def clean_days(self) -> str:
        """A decision that stops something for a time says for how long."""
        days: str = self.cleaned_data["days"]
        if not days and self.cleaned_data.get("outcome") in UNTIL_A_DAY:
            raise forms.ValidationError(_("Choose for how long"), code="required")
        return days

    def show_version(self, version: int) -> None:
        """The page has said what changed: the next press is about this version."""
        self.data = {**dict(self.data.items()), "seen": str(version)}


class AppealForm(forms.Form):
    words = PlainText(
        label=_("Why do you think this is wrong?"),
        max_length=APPEAL_LENGTH,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Tell us why you think this is wrong")},
    )


class AnswerForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("What do you decide?"),
        choices=AppealOutcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you decide"), "invalid_choice": _("Choose one of these")},
    )
    answer = PlainText(
        label=_("Your answer"),
        help_text=_("The person reads this word for word."),
        max_length=APPEAL_LENGTH,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Write an answer")},
    )
